"""The panels of an embedding space: its spectrum, its map and its dimensions."""

from collections.abc import Sequence

import altair as alt

from semshift_nb.charts.theme import ACCENT, DECREASE, HIGHLIGHT, INK, MUTED, headed

#: The thick line, then what is kept beside it (Okabe & Ito 2008 without orange, the brush's own).
VIEW_COLOURS = (INK, "#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#8a6d3b", "#5b4fa2")

#: What is drawn dashed.
PART_COLOURS = {"marked": HIGHLIGHT, "at random": MUTED}

_WIDTH = 310
_MAP_WIDTH = 356
_HEIGHT = 200
_STRIP = 700
_STRIP_HEIGHT = 104
_UPPER = (46, 0)
_LOWER = (100, 58)
_LINE = 15
_LEGEND_TOP = 52
_FADED = "#c9d1d9"
_IS_OFF = "indexof(off, datum.dimension) >= 0"


def spectrum_panel(*, named: bool) -> alt.LayerChart:
    """Draw the share of variance of each direction on log axes, one line a view.

    Under a mouse the lines need no names: the table beside them has their names in their colours,
    and a chart that grows with each name would push all below it about.
    """
    base = alt.Chart(alt.NamedData("spectrum")).encode(
        x=alt.X("component:Q", title="direction, largest first")
        .scale(type="log", nice=False)
        .axis(format="~s", tickCount=5),
        y=alt.Y("share:Q", title="share of variance")
        .scale(type="log", nice=False)
        .axis(format="~%", tickCount=6, minExtent=50, maxExtent=50),
        color=alt.Color("colour:N", scale=None),
        detail="view:N",
    )
    kept = base.transform_filter("!datum.now").mark_line(strokeWidth=1.7, opacity=0.9)
    now = base.transform_filter("datum.now").mark_line(strokeWidth=2.8)
    hover = base.mark_point(filled=True, size=45, opacity=0).encode(
        tooltip=[
            alt.Tooltip("view:N"),
            alt.Tooltip("component:Q", title="direction"),
            alt.Tooltip("share:Q", title="share of variance", format=".3g"),
        ]
    )
    part = base.properties(data=alt.NamedData("part")).mark_line(strokeWidth=2.2, strokeDash=[5, 3])
    layers = [kept, now, part, hover, _part_names(), *([_names()] if named else [])]
    return alt.LayerChart(layer=layers).properties(
        width=_WIDTH,
        height=_HEIGHT,
        title=headed("On how many directions?", "how the variance is shared out"),
    )


def map_panel(selections: Sequence[alt.Parameter] = ()) -> alt.Chart:
    """Draw every text as a point; those that are marked stand out."""
    colours = _colours(brushed=bool(selections))
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("points"))
        .transform_lookup("point", alt.LookupData(alt.NamedData("texts"), "point"), as_="label")
        .mark_point(filled=True, size=alt.expr("point_size"), opacity=0.6, aria=False)
        .encode(
            x=alt.X("x:Q", title=None, axis=None).scale(zero=False, nice=False, padding=8),
            y=alt.Y("y:Q", title=None, axis=None).scale(zero=False, nice=False, padding=8),
            color=colours,
            # The row as it is, and no description: to put one together for each of 10,000 points
            # takes longer than to draw them, at every move of the brush.
            tooltip=alt.TooltipValue(alt.expr("datum.label")),
        )
        .add_params(*selections)
        .properties(
            width=_MAP_WIDTH,
            height=_HEIGHT,
            view=alt.ViewBackground(stroke="#dfe4e9"),
            title=alt.TitleParams(
                alt.expr("map_title"),
                subtitle="drag to mark texts" if selections else "each point is a text",
                subtitleColor=MUTED,
                fontSize=13,
            ),
        )
    )
    return chart


def _colours(*, brushed: bool) -> alt.ColorValue:
    """Colour what the brush holds; without one, what was picked before."""
    # Plain arithmetic: Vega-Lite's own test of a selection is too slow for 10,000 points a drag.
    within = "inrange(datum.x, brush.x) && inrange(datum.y, brush.y)"
    held, free = "!!holding && datum.picked", "!holding"
    if brushed:
        held, free = f"isValid(brush.x) ? {within} : {held}", f"!isValid(brush.x) && {free}"
    return alt.ColorValue(
        _FADED, condition=[{"test": held, "value": HIGHLIGHT}, {"test": free, "value": ACCENT}]
    )


def dimensions_panel(selections: Sequence[alt.Parameter] = ()) -> alt.LayerChart:
    """Draw what each dimension does, above and below; those switched off are struck out."""
    title = "dimension (click to switch off or on)" if selections else "dimension"
    base = (
        alt.Chart(alt.NamedData("dimensions"))
        .transform_calculate(start="datum.dimension - 0.5", end="datum.dimension + 0.5")
        .encode(
            x=alt.X("start:Q", title=title)
            .scale(nice=False, zero=False)
            .axis(grid=False, tickCount=12, format="d"),
            x2="end:Q",
        )
    )
    bars = base.mark_rect(strokeWidth=0).encode(
        color=alt.ColorValue(
            ACCENT,
            condition=[
                {"test": _IS_OFF, "value": _FADED},
                {"test": "datum.outlier", "value": HIGHLIGHT},
            ],
        )
    )
    layers = [
        _bars(bars, "variance_share", "variance", "~%", _UPPER),
        _bars(bars, "cosine_share", "cosine", "~g", _LOWER),
        *_marks(base),
        _columns(base).add_params(*selections),
    ]
    chart: alt.LayerChart = (
        alt.LayerChart(layer=layers)
        .resolve_scale(y="independent")
        .properties(
            width=_STRIP,
            height=_STRIP_HEIGHT,
            title=headed(
                "What does each dimension carry?",
                "its share of the variance, and what it adds to the mean cosine; "
                "orange: an outlier; triangle: near zero; cross: off",
            ),
        )
    )
    return chart


def _marks(base: alt.Chart) -> list[alt.Chart]:
    """Strike out what is off, and point at what is near zero."""
    off = base.transform_filter(_IS_OFF)
    silent = base.transform_filter("datum.near_zero")
    return [
        off.mark_rect(color=DECREASE, opacity=0.16),
        off.mark_point(
            shape="cross", angle=45, size=60, filled=True, color=DECREASE, opacity=1
        ).encode(x="dimension:Q", x2=alt.Undefined, y=alt.value(4)),
        silent.mark_point(
            shape="triangle-up", size=45, filled=True, color=DECREASE, opacity=1
        ).encode(x="dimension:Q", x2=alt.Undefined, y=alt.value(_STRIP_HEIGHT - 5)),
    ]


def _bars(bars: alt.Chart, field: str, title: str, form: str, reach: tuple[int, int]) -> alt.Chart:
    """Draw one share of every dimension between two heights."""
    axis = alt.Axis(
        orient="left", tickCount=2, format=form, titleFontSize=10, grid=False,
        minExtent=44, maxExtent=44,
    )  # fmt: skip
    chart: alt.Chart = bars.encode(
        y=alt.Y(f"{field}:Q", title=title, axis=axis).scale(range=list(reach)),
        y2=alt.Y2Datum(0),
    )
    return chart


def _columns(base: alt.Chart) -> alt.Chart:
    """Lay an unseen column over every dimension, which answers the mouse."""
    ends = [
        alt.Tooltip(f"{end}_{place}:N", title=end if place == 1 else f"next {end}")
        for end in ("highest", "lowest")
        for place in (1, 2)
    ]
    chart: alt.Chart = base.mark_rect(color=INK, opacity=0, cursor="pointer").encode(
        y=alt.value(0),
        y2=alt.value(_STRIP_HEIGHT),
        tooltip=[
            alt.Tooltip("dimension:Q"),
            alt.Tooltip("variance_share:Q", title="of variance", format=".3%"),
            alt.Tooltip("cosine_share:Q", title="of mean cosine", format="+.5f"),
            *ends,
        ],
    )
    return chart


def _names() -> alt.Chart:
    """Name each line under the axis, in its colour."""
    top = _HEIGHT + _LEGEND_TOP
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("spectrum"))
        .transform_aggregate(groupby=["view", "colour", "line", "now"])
        .transform_calculate(label="'—  ' + datum.view")
        .mark_text(
            align="left", fontSize=12, limit=_WIDTH + 30, dy=alt.expr(f"datum.line * {_LINE}")
        )
        .encode(
            x=alt.value(-34),
            y=alt.value(top),
            text="label:N",
            color=alt.Color("colour:N", scale=None),
        )
    )
    return chart


def _part_names() -> alt.Chart:
    """Name the dashed lines where a falling spectrum leaves room."""
    chart: alt.Chart = (
        alt.Chart(alt.NamedData("part"))
        .transform_aggregate(groupby=["view", "colour", "line"])
        .mark_text(align="right", dy=alt.expr(f"datum.line * {_LINE}"))
        .encode(
            x=alt.value(_WIDTH - 4),
            y=alt.value(10),
            text="view:N",
            color=alt.Color("colour:N", scale=None),
        )
    )
    return chart
