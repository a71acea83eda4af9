"""What is left of a task's figure as dimensions are left out."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts.theme import INK, MUTED

_COLUMNS = [
    *["encoder", "task", "method", "n_dimensions", "metric", "against"],
    *["value", "ci_low", "ci_high", "n"],
]
_WHOLE = "all dimensions"
#: Colour-blind safe (Okabe and Ito, 2008).
_COLOURS = {
    "PCA": "#0072B2",
    "highest variance": "#D55E00",
    "random": MUTED,
    "first": "#CC79A7",
    "lowest variance": "#E69F00",
}


def ablation_curves(table: pd.DataFrame) -> alt.FacetChart:
    """Draw what each way to keep fewer dimensions reaches, for each encoder and task.

    Parameters
    ----------
    table : DataFrame
        ``analyses.ablated_retrieval`` and ``analyses.ablated_clustering``, one under the other:
        ``encoder``, ``task``, ``method``, ``n_dimensions``, ``metric``, ``against``, ``value``,
        ``ci_low``, ``ci_high``, ``n``; differences are left out, and what was not measured leaves
        a gap.

    Returns
    -------
    altair.FacetChart
        A row for each encoder, a column for each task; bands are the intervals, the dashed line is
        the space with all its dimensions.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", task="retrieval", method="PCA", n_dimensions=48, against="",
    ...            metric="nDCG@10", value=0.6, ci_low=0.5, ci_high=0.7, n=100)
    >>> type(ablation_curves(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = chart_data(table, _COLUMNS)
    data = data[(data["against"] == "") & data["method"].isin([*_COLOURS, _WHOLE])]
    data = data.assign(panel=data["task"] + ": " + data["metric"])
    shown = [method for method in _COLOURS if method in set(data["method"])] or [*_COLOURS]
    sizes = sorted(data.loc[data["method"] != _WHOLE, "n_dimensions"].unique().tolist())
    panels, encoders = (data[name].unique().tolist() for name in ("panel", "encoder"))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[_whole(), *_curves(shown, sizes)])
        .properties(width=330, height=200)
        .facet(
            row=alt.Row("encoder:N", title=None, sort=encoders),
            column=alt.Column("panel:N", title=None, sort=panels),
            data=data,
        )
        .resolve_scale(y="independent")
    )
    return chart


def _whole() -> alt.Chart:
    only = alt.Chart().transform_filter(f"datum.method == '{_WHOLE}'")
    chart: alt.Chart = only.mark_rule(color=INK, strokeDash=[4, 3]).encode(y="value:Q")
    return chart


def _curves(methods: list[str], sizes: list[int]) -> list[alt.Chart]:
    """Draw a line with its band for each method."""
    scale = alt.Scale(domain=methods, range=[_COLOURS[method] for method in methods])
    base = (
        alt.Chart()
        .transform_filter(f"datum.method != '{_WHOLE}'")
        .encode(
            x=alt.X("n_dimensions:Q", title="dimensions kept")
            .scale(type="log", base=2, nice=False, domain=_ends(sizes))
            .axis(values=sizes),
            color=alt.Color("method:N", title=None, scale=scale).legend(
                orient="top", symbolOpacity=1
            ),
        )
    )
    band = base.mark_area(opacity=0.12).encode(y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q")
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", title=None).scale(zero=False).axis(format=".2~f"),
        tooltip=[
            alt.Tooltip("method:N"),
            alt.Tooltip("n_dimensions:Q", title="dimensions"),
            alt.Tooltip("value:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", format=".3f"),
            alt.Tooltip("ci_high:Q", format=".3f"),
            alt.Tooltip("n:Q"),
        ],
    )
    return [band, line]


def _ends(sizes: list[int]) -> list[int]:
    """Return the ends of the axis; one size, or none, would leave it without a length."""
    low, high = (min(sizes), max(sizes)) if sizes else (1, 1)
    return [low, max(high, low + 1)]
