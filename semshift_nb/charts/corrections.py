"""What frequency and corrections do to figures of a space, as marks with intervals."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT

_ENDS = ["value", "ci_low", "ci_high", "n"]
_LABEL = "replace(datum.value, regexp('_', 'g'), ' ')"


def correction_effects(
    table: pd.DataFrame, metrics: Sequence[str] = ("mean_cosine", "iso_score", "effective_rank")
) -> alt.FacetChart:
    """Draw figures of a space before and after corrections, on both halves of the documents.

    Parameters
    ----------
    table : DataFrame
        ``analyses.correction_effects``: ``encoder``, ``correction``, ``half``, ``metric``,
        ``value``, ``ci_low``, ``ci_high``, ``n``; what was not measured leaves its place empty.
    metrics : sequence of str, default ("mean_cosine", "iso_score", "effective_rank")
        The metrics to draw, a column each.

    Returns
    -------
    altair.FacetChart
        A row for each encoder; what a correction was fitted on beside what was held out.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", correction="none", half="held out", metric="iso_score", value=0.2,
    ...            ci_low=0.1, ci_high=0.3, n=9)
    >>> type(correction_effects(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, ["encoder", "correction", "half", "metric", *_ENDS])
    halves = ["fitted on", "held out"]
    base = alt.Chart().encode(
        y=alt.Y("correction:N", title=None, sort=list(dict.fromkeys(data["correction"]))),
        yOffset=alt.YOffset("half:N", sort=halves),
        color=alt.Color("half:N", title="half of the documents", sort=halves)
        .scale(domain=halves, range=[ACCENT, HIGHLIGHT])
        .legend(orient="top", symbolOpacity=1),
        tooltip=[alt.Tooltip("correction:N"), alt.Tooltip("half:N"), *_figures()],
    )
    reach = base.mark_rule(strokeWidth=3, opacity=0.4).encode(
        x=alt.X("ci_low:Q", title=None), x2="ci_high:Q"
    )
    point = base.mark_point(filled=True, size=55, opacity=1).encode(
        x=alt.X("value:Q", title=None).scale(zero=False).axis(tickCount=4)
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[reach, point])
        .properties(width=170, height=alt.Step(17, **{"for": "position"}))
        .facet(row=alt.Row("encoder:N", title=None, sort=None), column=_metric(metrics), data=data)
        .resolve_scale(x="independent")
    )
    return chart


def frequency_bands(
    table: pd.DataFrame, metrics: Sequence[str] = ("norm", "knn_distance@3", "mean_cosine")
) -> alt.FacetChart:
    """Draw what input embeddings have to do with how frequent their tokens are.

    Parameters
    ----------
    table : DataFrame
        ``analyses.frequency_bias``: ``encoder``, ``band``, ``metric``, ``value``, ``ci_low``,
        ``ci_high``, ``n``; what was not measured leaves its place empty, figures over all bands
        are left out.
    metrics : sequence of str, default ("norm", "knn_distance@3", "mean_cosine")
        The metrics to draw, a panel each.

    Returns
    -------
    altair.FacetChart
        Ranks from left to right, the most frequent tokens first.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", band="1-100", metric="norm", value=1.0, ci_low=0.9, ci_high=1.1,
    ...            n=100)
    >>> type(frequency_bands(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, ["encoder", "band", "metric", *_ENDS])
    bands = list(dict.fromkeys(data["band"]))
    base = alt.Chart().encode(
        x=alt.X("band:N", title="rank of frequency", sort=bands).axis(labelAngle=-25),
        color=alt.Color("encoder:N", title=None, sort=None)
        .scale(range=[ACCENT, HIGHLIGHT])
        .legend(orient="top", symbolOpacity=1),
        tooltip=[alt.Tooltip("encoder:N"), alt.Tooltip("band:N"), *_figures()],
    )
    reach = base.mark_rule(strokeWidth=4, opacity=0.4).encode(
        y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(y=alt.Y("value:Q", title=None).scale(zero=False))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[reach, line])
        .properties(width=190, height=150)
        .facet(column=_metric(metrics), data=data)
        .resolve_scale(y="independent")
    )
    return chart


def _metric(metrics: Sequence[str]) -> alt.Column:
    header = alt.Header(labelExpr=_LABEL)
    return alt.Column("metric:N", title=None, sort=list(metrics), header=header)


def _figures() -> list[alt.Tooltip]:
    ends = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")]
    return [*ends, alt.Tooltip("n:Q")]
