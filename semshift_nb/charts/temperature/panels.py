"""The panels of a temperature's chart; what is drawn in grey is the model as it was trained."""

from collections.abc import Sequence

import altair as alt

from semshift_nb.charts.theme import ACCENT, DECREASE, HIGHLIGHT, INCREASE, INK, MUTED, headed

_WIDTH = 230
_NARROW = 150
_HEIGHT = 170
_MAP = 230
_HEADS = 340


def cosine_panel(data: alt.Chart) -> alt.LayerChart:
    """Draw how the cosines of all pairs spread: beginnings and whole texts, now and at tau 1."""
    base = data.encode(
        x=alt.X("cosine:Q", title="cosine of two texts"),
        y=alt.Y("share:Q", title="share of pairs", stack=None).axis(format="%", tickCount=4),
        color=alt.Color(
            "part:N", title=None, sort=None, scale=alt.Scale(range=[HIGHLIGHT, ACCENT])
        ).legend(orient="top", symbolType="stroke", symbolStrokeWidth=3),
    )
    trained = base.transform_filter("datum.at != 'now'").mark_line(
        strokeDash=[3, 3], strokeWidth=1.3, interpolate="monotone", opacity=0.8
    )
    now = base.transform_filter("datum.at == 'now'").mark_area(
        line={"strokeWidth": 2}, fillOpacity=0.16, interpolate="monotone"
    )
    return alt.LayerChart(layer=[now, trained]).properties(
        width=_WIDTH, height=_HEIGHT, title=headed("Do they crowd?", "dashed: tau 1")
    )


def spectrum_panel(data: alt.Chart) -> alt.Chart:
    """Draw the share of variance of each direction, on a log scale."""
    chart: alt.Chart = (
        data.mark_line()
        .encode(
            x=alt.X("component:Q", title="direction, largest first").axis(
                tickMinStep=1, tickCount=4
            ),
            y=alt.Y("share:Q", title="share of variance")
            .scale(type="log", nice=False)
            .axis(format="~p", tickCount=4),
            color=alt.Color("at:N", title=None, sort=["now", "tau 1"])
            .scale(domain=["now", "tau 1"], range=[ACCENT, MUTED])
            .legend(orient="top"),
            strokeDash=alt.StrokeDash("at:N", legend=None).scale(
                domain=["now", "tau 1"], range=[[1, 0], [3, 3]]
            ),
        )
        .properties(
            width=_NARROW,
            height=_HEIGHT,
            title=headed("On how many directions?", "longer texts"),
        )
    )
    return chart


def heads_panel(data: alt.Chart, selections: Sequence[alt.Parameter] = ()) -> alt.LayerChart:
    """Draw every head's filter rate, the chosen one framed."""
    base = data.encode(
        x=alt.X("head:O", title="head").axis(labelAngle=0, ticks=False, domain=False),
        y=alt.Y("layer:O", title="layer").axis(ticks=False, domain=False),
        tooltip=[
            alt.Tooltip("layer:O"),
            alt.Tooltip("head:O"),
            alt.Tooltip("filter_rate:Q", title="sigma_a", format=".3f"),
            alt.Tooltip("filter_rate_at_1:Q", title="at tau 1", format=".3f"),
        ],
    )
    # The scale must not follow the slider, or a change would be hidden by it.
    rates = base.mark_rect(stroke="white", strokeWidth=2, cursor="pointer").encode(
        color=alt.Color("filter_rate:Q", title="sigma_a")
        .scale(scheme="tealblues", domain=[0, 6], clamp=True)
        .legend(orient="bottom", gradientLength=180, gradientThickness=8)
    )
    framed = (
        base.transform_filter("datum.layer == chosen_layer && datum.head == chosen_head")
        .mark_rect(filled=False, stroke=HIGHLIGHT, strokeWidth=3, tooltip=None)
        .encode(tooltip=alt.value(None))
    )
    return alt.LayerChart(layer=[rates.add_params(*selections), framed]).properties(
        width=_HEADS, height=_MAP, title=headed("What does each head let through?", "sigma_a")
    )


def attention_panel(data: alt.Chart) -> alt.Chart:
    """Draw where the chosen head looks."""
    axis = alt.Axis(grid=False, tickMinStep=1, tickCount=6, format="d")
    names = alt.LookupData(alt.NamedData("tokens"), key="position", fields=["token"])
    chart: alt.Chart = (
        data.transform_lookup(lookup="row", from_=names, as_=["looking"])
        .transform_lookup(lookup="column", from_=names, as_=["looked_at"])
        .mark_rect(strokeWidth=0)
        .encode(
            x=alt.X("column:Q", title="token looked at").axis(axis).scale(nice=False),
            x2="column_end:Q",
            y=alt.Y("row:Q", title="token looking").axis(axis).scale(nice=False, reverse=True),
            y2="row_end:Q",
            color=alt.Color("weight:Q", title="attention")
            .scale(scheme="greys", type="sqrt", domain=[0, 0.6], clamp=True)
            .legend(orient="bottom", gradientLength=180, gradientThickness=8),
            tooltip=[
                alt.Tooltip("looking:N", title="token"),
                alt.Tooltip("looked_at:N", title="looks at"),
                alt.Tooltip("weight:Q", title="attention", format=".3f"),
            ],
        )
        .properties(
            width=_MAP,
            height=_MAP,
            title=headed("Where does the framed head look?", "the chosen text"),
        )
    )
    return chart


def ranking_panel(data: alt.Chart) -> alt.LayerChart:
    """Draw which texts rose and which fell for the query."""
    moves = alt.Scale(domain=["rose", "fell", "stayed"], range=[INCREASE, DECREASE, MUTED])
    base = data.transform_calculate(
        move="datum.moved > 0 ? 'rose' : datum.moved < 0 ? 'fell' : 'stayed'"
    ).encode(
        color=alt.Color("move:N", title=None, scale=moves).legend(orient="top"),
        tooltip=[
            alt.Tooltip("title:N"),
            alt.Tooltip("rank:Q"),
            alt.Tooltip("rank_at_1:Q", title="rank at tau 1"),
            alt.Tooltip("cosine:Q", format=".3f"),
            alt.Tooltip("cosine_at_1:Q", title="cosine at tau 1", format=".3f"),
        ],
    )
    places = alt.Scale(reverse=True, nice=False, zero=False, domainMin=1)
    rank = alt.Y("rank:Q", title=None, scale=places)
    was = alt.Y("rank_at_1:Q", title="rank", scale=places).axis(grid=False, tickMinStep=1)
    sides = alt.Axis(labelAngle=0, ticks=False, domain=False)
    lines = base.mark_rule(strokeWidth=2).encode(
        x=alt.XDatum("tau 1", title=None, axis=sides), x2=alt.X2Datum("now"), y=was, y2="rank:Q"
    )
    before = base.mark_point(filled=True, size=50, opacity=1).encode(x=alt.XDatum("tau 1"), y=was)
    after = base.mark_point(filled=True, size=50, opacity=1).encode(x=alt.XDatum("now"), y=rank)
    names = base.mark_text(align="left", dx=10, limit=160, color=INK).encode(
        x=alt.XDatum("now"), y=rank, text="title:N", color=alt.value(INK)
    )
    return alt.LayerChart(layer=[lines, before, after, names]).properties(
        width=90, height=_HEIGHT, title=headed("Which texts rise?", "for the query")
    )
