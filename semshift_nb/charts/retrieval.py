"""What a temperature gains or loses in retrieval."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, DECREASE, HIGHLIGHT, INCREASE, MUTED
from semshift_nb.names import temperature_name

_FIGURES = ["value", "difference", "difference_low", "difference_high", "p_holm", "n"]
_COLUMNS = ["tau", "schedule", "length_bucket", "shift_bucket", "metric", *_FIGURES]


def retrieval_differences(
    table: pd.DataFrame, metrics: Sequence[str] = ("nDCG@10", "R@100")
) -> alt.FacetChart:
    """Draw by how much each temperature differs from tau = 1, with its interval.

    Parameters
    ----------
    table : DataFrame
        ``RetrievalResult.table``: ``tau``, ``schedule``, ``length_bucket``, ``shift_bucket``,
        ``metric``, ``value``, ``difference``, ``difference_low``, ``difference_high``, ``p_holm``,
        ``n``; rows of buckets and rows without a difference are left out.
    metrics : sequence of str, default=("nDCG@10", "R@100")
        The metrics to draw, a panel each.

    Returns
    -------
    altair.FacetChart
        Intervals that hold 0 are grey: nothing was shown.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(tau=0.9, schedule="constant", length_bucket="all", shift_bucket="all", n=9,
    ...            metric="nDCG@10", value=0.5, difference=0.1, difference_low=0.0,
    ...            difference_high=0.2, p_holm=0.5)
    >>> type(retrieval_differences(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = chart_data(table, _COLUMNS).dropna(subset=["difference"])
    everything = (data["length_bucket"] == "all") & (data["shift_bucket"] == "all")
    data = data[everything & data["metric"].isin(metrics)]
    names = list(map(temperature_name, data["tau"], data["schedule"]))
    data = data.assign(temperature=names)
    shown = "datum.difference_low > 0 ? 'gain' : datum.difference_high < 0 ? 'loss' : 'neither'"
    colours = alt.Scale(domain=["gain", "loss", "neither"], range=[INCREASE, DECREASE, MUTED])
    base = alt.Chart().encode(
        y=alt.Y("temperature:N", title=None, sort=list(dict.fromkeys(names))),
        color=alt.Color("shown:N", title="against tau 1", scale=colours).legend(orient="top"),
    )
    rule = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("difference_low:Q", title="difference"), x2="difference_high:Q"
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("difference:Q", title="difference"),
        tooltip=[
            alt.Tooltip("temperature:N"),
            alt.Tooltip("value:Q", format=".4f"),
            alt.Tooltip("difference:Q", format="+.4f"),
            alt.Tooltip("difference_low:Q", format="+.4f"),
            alt.Tooltip("difference_high:Q", format="+.4f"),
            alt.Tooltip("p_holm:Q", title="p (Holm)", format=".3f"),
            alt.Tooltip("n:Q", title="queries"),
        ],
    )
    none = alt.Chart().mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=alt.datum(0))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[none, rule, point])
        .transform_calculate(shown=shown)
        .properties(width=260, height=alt.Step(28))
        .facet(column=alt.Column("metric:N", title=None, sort=list(metrics)), data=data)
    )
    return chart


_METHOD_COLUMNS = ["method", "metric", "value", "ci_low", "ci_high", "n"]


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
    data = chart_data(table, _METHOD_COLUMNS).dropna(subset=["value"])
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
