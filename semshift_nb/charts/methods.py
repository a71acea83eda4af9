"""Methods beside each other, a panel for each figure."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT

_COLUMNS = ["method", "metric", "value", "ci_low", "ci_high", "n"]


def method_figures(
    table: pd.DataFrame,
    metrics: Sequence[str],
    *,
    title: str = "",
    highlight: str = "least_dilution",
) -> alt.FacetChart:
    """Draw each method's figures with their intervals.

    Parameters
    ----------
    table : DataFrame
        ``method``, ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``, as ``evaluate_splits``
        and ``chunk_retrieval`` give it; what was not measured is left out.
    metrics : sequence of str
        The metrics to draw, a panel each.
    title : str, default=""
        Of the chart.
    highlight : str, default="least_dilution"
        Methods whose name begins with this have a colour of their own.

    Returns
    -------
    altair.FacetChart

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(method="fixed", metric="Pk", value=0.5, ci_low=0.4, ci_high=0.6, n=9)
    >>> type(method_figures(pd.DataFrame([row]), ["Pk"])).__name__
    'FacetChart'
    """
    data = chart_data(table, _COLUMNS).dropna(subset=["value"])
    data = data[data["metric"].isin(metrics)]
    data = data.assign(ours=data["method"].str.startswith(highlight))
    base = alt.Chart().encode(
        y=alt.Y("method:N", title=None, sort=list(dict.fromkeys(data["method"]))).axis(
            labelLimit=220, grid=True
        ),
        color=alt.condition("datum.ours", alt.value(HIGHLIGHT), alt.value(ACCENT)),
    )
    span = alt.X("ci_low:Q", title=None).scale(zero=False, nice=True).axis(tickCount=4)
    rule = base.mark_rule(strokeWidth=2.5).encode(x=span, x2="ci_high:Q")
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title=None),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("metric:N"),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")),
            alt.Tooltip("n:Q"),
        ],
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[rule, point])
        .properties(width=170, height=alt.Step(26))
        .facet(column=alt.Column("metric:N", title=None, sort=list(metrics)), data=data)
        .resolve_scale(x="independent")
        .properties(title=title)
    )
    return chart
