"""What orders encoders by retrieval: correlations with both of their intervals."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import ACCENT, FELL, MUTED, ROSE

_COLUMNS = ["of", "figure", "better", "controlled_for", "drawn", "value", "ci_low", "ci_high", "n"]
_ARROWS = {"lower": "↓", "higher": "↑"}
"""Which way a figure is held to be good, beside its name."""


def order_intervals(order: pd.DataFrame, *, scope: str = "all variants") -> alt.FacetChart:
    """Draw the correlation of each figure with retrieval.

    Parameters
    ----------
    order : DataFrame
        ``QualityOrder.order``: ``scope``, ``of``, ``figure``, ``better``, ``controlled_for``,
        ``drawn``, ``value``, ``ci_low``, ``ci_high``, ``n``; what was not measured is left out, and
        so are partial correlations.
    scope : str, default="all variants"
        Which variants: all, or a family.

    Returns
    -------
    altair.FacetChart
        A row for each figure, an arrow saying which way it is held to be good; the thick line is
        the interval over texts, the thin one that over families of variants. Green lies where the
        literature has it, red on the other side of 0, grey on both.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(scope="all variants", of="documents", figure="uniformity", better="lower", n=9,
    ...            controlled_for="", drawn="texts", value=-0.5, ci_low=-0.9, ci_high=-0.1)
    >>> type(order_intervals(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = chart_data(order, ["scope", *_COLUMNS])
    data = data[data["scope"].eq(scope) & data["controlled_for"].eq("")].dropna(subset=["value"])
    data = data.assign(label=data["figure"] + " " + data["better"].map(_ARROWS))
    base = alt.Chart().encode(
        y=alt.Y("label:N", title=None, sort=list(dict.fromkeys(data["label"]))),
        color=alt.Color("shown:N", title=None)
        .scale(domain=["as claimed", "against the claim", "undecided"], range=[ROSE, FELL, MUTED])
        .legend(orient="top"),
    )
    span = alt.X("ci_low:Q", title="Spearman with nDCG@10").scale(domain=[-1, 1])
    layers = [
        alt.Chart().mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=alt.datum(0)),
        *(
            base.transform_filter(f"datum.drawn == '{drawn}'")
            .mark_rule(strokeWidth=width)
            .encode(x=span, x2="ci_high:Q")
            for drawn, width in (("families", 1.5), ("texts", 5))
        ),
        base.transform_filter("datum.drawn == 'texts'")
        .mark_point(filled=True, size=70, opacity=1, stroke="white", strokeWidth=1)
        .encode(x=alt.X("value:Q", title="Spearman with nDCG@10"), tooltip=_tooltip()),
    ]
    chart: alt.FacetChart = (
        alt.LayerChart(layer=layers)
        .transform_calculate(shown=_shown())
        .properties(width=420, height=alt.Step(24))
        .facet(
            row=alt.Row("of:N", title=None, sort=list(dict.fromkeys(data["of"]))),
            data=data,
        )
        .resolve_scale(y="independent")
    )
    return chart


def _shown() -> str:
    """Say in Vega's words on which side an interval lies."""
    low, high = "datum.ci_low > 0", "datum.ci_high < 0"
    lower = "datum.better == 'lower'"
    return (
        f"({low}) ? ({lower} ? 'against the claim' : 'as claimed') : "
        f"({high}) ? ({lower} ? 'as claimed' : 'against the claim') : 'undecided'"
    )


def _tooltip() -> list[alt.Tooltip]:
    numbers = [alt.Tooltip(f"{name}:Q", format=".2f") for name in ("value", "ci_low", "ci_high")]
    return [alt.Tooltip("of:N"), alt.Tooltip("figure:N"), *numbers, alt.Tooltip("n:Q")]
