"""The panels of a split: what each cut saves, the chunks as a strip, their sizes, all splits."""

from collections.abc import Sequence

import altair as alt

from semshift_nb.charts.theme import (
    ACCENT,
    DECREASE,
    HIGHLIGHT,
    INK,
    MUTED,
    headed,
    sentence_axis,
    sentence_scale,
)

_WIDE = 480
_NARROW = 190
_LEGEND = 150
_FAINT = "#b8c2cc"
_UNPAID = "datum.is_cut && datum.gain < price"
_KIND = f"{_UNPAID} ? 'a cut that saves less than its price' : datum.is_cut ? 'a cut' : 'no cut'"
_AT_THE_PRICE = "datum.from_price < price && price <= datum.to_price"
_CHOSEN = "datum.first == chosen"


def at_the_price(name: str) -> alt.Chart:
    """Take the rows of a dataset that hold at the price that is set."""
    chart: alt.Chart = alt.Chart(alt.NamedData(name)).transform_filter(_AT_THE_PRICE)
    return chart


def gains_panel(selections: Sequence[alt.Parameter]) -> alt.LayerChart:
    """Draw for every place what a cut there saves: above the price it pays."""
    base = (
        at_the_price("gains")
        .transform_lookup(
            lookup="position",
            from_=alt.LookupData(
                alt.NamedData("sentences"), key="position", fields=["before", "after"]
            ),
        )
        .transform_calculate(kind=_KIND, none="0")
        .encode(
            x=alt.X("position:Q", title=None, scale=sentence_scale()).axis(None),
            color=alt.when(_UNPAID)
            .then(alt.value(DECREASE))
            .when("datum.is_cut")
            .then(alt.value(ACCENT))
            .otherwise(alt.value(_FAINT)),
        )
    )
    saved = alt.Y("gain:Q", title="scatter that a cut saves").axis(tickCount=5)
    size = alt.when("datum.is_cut").then(alt.value(32)).otherwise(alt.value(12))
    stems = base.mark_rule(strokeWidth=1.5).encode(y=saved, y2="none:Q")
    heads = base.mark_point(filled=True, opacity=1).encode(y=saved, size=size)
    priced = (
        alt.Chart(alt.InlineData(values=[{}]))
        .transform_calculate(price="price")
        .mark_rule(color=HIGHLIGHT, strokeDash=[5, 3], strokeWidth=1.5)
        .encode(y="price:Q")
    )
    layers = [stems, heads, priced, _targets(base).add_params(*selections)]
    return alt.LayerChart(layer=layers).properties(
        width=_WIDE,
        height=190,
        title=headed("What does each cut save?", "dashed: its price; red: a cut that does not pay"),
    )


def _targets(base: alt.Chart) -> alt.Chart:
    """Draw what is hovered and clicked: as high as the panel, and as wide as a sentence.

    Were they wider, of those at one place the last would always answer, and not the nearest.
    """
    chart: alt.Chart = (
        base.transform_calculate(left="datum.position - 0.5", right="datum.position + 0.5")
        .mark_rect(opacity=0, cursor="pointer")
        .encode(
            x=alt.X("left:Q", title=None, scale=sentence_scale()).axis(None),
            x2="right:Q",
            y=alt.value(0),
            y2=alt.value("height"),
            tooltip=[
                alt.Tooltip("kind:N", title="now"),
                alt.Tooltip("gain:Q", title="a cut saves", format=".3f"),
                alt.Tooltip("before:N"),
                alt.Tooltip("after:N"),
            ],
        )
    )
    return chart


def strip_panel(selections: Sequence[alt.Parameter]) -> alt.LayerChart:
    """Draw the text as a strip of its chunks, the darker the more their vectors are diluted."""
    base = at_the_price("chunks").encode(x=sentence_axis("first"), x2="stop:Q")
    chunks = base.mark_rect(stroke="white", strokeWidth=1.5, cursor="pointer").encode(
        color=alt.Color("dilution:Q", title="dilution")
        .scale(scheme="lightorange", domain=[0, alt.ExprRef("most_diluted")], clamp=True)
        .legend(
            # Beside the axis title: a legend at the bottom would lie below all panels.
            orient="none",
            legendX=_WIDE - _LEGEND,
            legendY=72,
            direction="horizontal",
            gradientLength=_LEGEND,
            gradientThickness=8,
            format=".2~f",
            tickCount=4,
        ),
        tooltip=_chunk_tooltip(),
    )
    chosen = base.transform_filter(_CHOSEN).mark_rect(filled=False, stroke=INK, strokeWidth=2)
    return alt.LayerChart(layer=[chunks.add_params(*selections), chosen]).properties(
        width=_WIDE, height=46
    )


def sizes_panel() -> alt.Chart:
    """Draw each chunk by its tokens and its dilution."""
    chart: alt.Chart = (
        at_the_price("chunks")
        .mark_circle(opacity=0.7)
        .encode(
            x=alt.X("n_tokens:Q", title="tokens of a chunk")
            .scale(zero=True, nice=True)
            .axis(tickCount=3, format="d"),
            y=alt.Y("dilution:Q").scale(zero=True, nice=True).axis(tickCount=4),
            color=alt.when(_CHOSEN).then(alt.value(INK)).otherwise(alt.value(ACCENT)),
            size=alt.when(_CHOSEN).then(alt.value(90)).otherwise(alt.value(46)),
            tooltip=_chunk_tooltip(),
        )
        .properties(
            width=_NARROW,
            height=110,
            title=headed("How large, how diluted?", "each dot a chunk"),
        )
    )
    return chart


def stages_panel() -> alt.LayerChart:
    """Draw how many chunks each price leaves, with the price that is set and the fair one."""
    prices = alt.Scale(
        type="log", nice=False, domain=[alt.ExprRef("least_price"), alt.ExprRef("most_price")]
    )
    steps = (
        alt.Chart(alt.NamedData("stages"))
        .mark_line(interpolate="step-after", color=ACCENT, strokeWidth=1.5, clip=True)
        .encode(
            x=alt.X("from_price:Q", title="price of a cut", scale=prices).axis(
                tickCount=5, format="~g", grid=False
            ),
            y=alt.Y("n_chunks:Q", title="chunks")
            .scale(type="log", domainMin=1, nice=False)
            .axis(tickCount=4, format="~s", grid=False),
            tooltip=[
                alt.Tooltip("n_chunks:Q", title="chunks"),
                alt.Tooltip("from_price:Q", title="from price", format=".3f"),
            ],
        )
    )
    marks = alt.Chart(alt.InlineData(values=[{}])).transform_calculate(
        price="price", fair="fair_price"
    )
    now = marks.mark_rule(color=HIGHLIGHT, strokeDash=[5, 3], strokeWidth=1.5).encode(x="price:Q")
    fair = marks.mark_rule(color=MUTED, strokeWidth=1).encode(x="fair:Q")
    return alt.LayerChart(layer=[fair, steps, now]).properties(
        width=_NARROW,
        height=110,
        title=headed("How many at which price?", 'grey: the price of price="auto"'),
    )


def _chunk_tooltip() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("n_sentences:Q", title="sentences"),
        alt.Tooltip("n_tokens:Q", title="tokens"),
        alt.Tooltip("dilution:Q", format=".3f"),
        alt.Tooltip("text:N"),
    ]
