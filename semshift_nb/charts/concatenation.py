"""Three ways to grow a text, and what each does to its embedding."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import MODE_COLOURS

_COLUMNS = ["corpus", "encoder", "mode", "k", "metric", "value", "ci_low", "ci_high", "n"]


def concatenation_curves(
    table: pd.DataFrame, metrics: Sequence[str] = ("MPD", "Overlap@1")
) -> alt.FacetChart:
    """Draw the three curves of the concatenation experiment with their bands.

    Parameters
    ----------
    table : DataFrame
        ``analyses.concatenation``: ``corpus``, ``encoder``, ``mode``, ``k``, ``metric``, ``value``,
        ``ci_low``, ``ci_high``, ``n``; rows that could not be measured are left out.
    metrics : sequence of str, default=("MPD", "Overlap@1")
        The metrics to draw, a column each.

    Returns
    -------
    altair.FacetChart
        A row for each corpus and encoder, a column for each metric; bands are the intervals.

    Raises
    ------
    InputError
        If a column is missing, no row has one of the metrics, or there are more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> row = dict(corpus="w", encoder="m", mode="repeat", k=2, metric="MPD", value=0.9,
    ...            ci_low=0.8, ci_high=1.0, n=10)
    >>> type(concatenation_curves(pd.DataFrame([row]), ["MPD"])).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, _COLUMNS).dropna(subset=["value"])
    data = data.assign(space=data["encoder"] + " on " + data["corpus"])
    chart: alt.FacetChart = (
        _curves(data)
        .facet(
            column=alt.Column("metric:N", title=None, sort=list(metrics)),
            row=alt.Row("space:N", title=None),
            data=data,
        )
        .resolve_scale(y="independent")
        .properties(title="Length or shift: three ways to grow a text")
    )
    return chart


def _curves(data: pd.DataFrame) -> alt.LayerChart:
    modes = alt.Scale(domain=list(MODE_COLOURS), range=list(MODE_COLOURS.values()))
    base = alt.Chart().encode(
        x=alt.X("k:Q", title="sentences in the text").axis(values=sorted(data["k"].unique())),
        color=alt.Color("mode:N", scale=modes, title="grown by").legend(orient="top"),
    )
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("ci_low:Q", title=None).scale(zero=False), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", title=None).scale(zero=False),
        tooltip=[
            alt.Tooltip("mode:N"),
            alt.Tooltip("k:Q"),
            alt.Tooltip("value:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", format=".3f"),
            alt.Tooltip("ci_high:Q", format=".3f"),
            alt.Tooltip("n:Q", title="texts"),
        ],
    )
    return alt.LayerChart(layer=[band, line]).properties(width=320, height=220)
