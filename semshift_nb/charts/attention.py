"""What attention lets through: by length against its bound, and layer by layer."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT, MUTED

_COLUMNS = ["layer", "n_tokens", "metric", "value", "ci_low", "ci_high", "n"]
_RATES = {
    "filter_rate": "sigma_a",
    "filter_rate_bound": "its bound (Theorem 3)",
    "rms_filter_rate": "typical gain",
}


def filter_curves(table: pd.DataFrame) -> alt.FacetChart:
    """Draw each layer's filter rate against the number of tokens, its bound and the typical gain.

    Parameters
    ----------
    table : DataFrame
        ``FilterReading.by_layer()``: ``layer``, ``n_tokens``, ``metric``, ``value``, ``ci_low``,
        ``ci_high``, ``n``; what was not measured, and the mean over all layers, are left out.

    Returns
    -------
    altair.FacetChart
        A panel for each layer; bands are the intervals.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(layer=1, n_tokens=32, metric="filter_rate", value=0.9, ci_low=0.8,
    ...            ci_high=1.0, n=4)
    >>> type(filter_curves(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = _measured(table, list(_RATES))
    data = data[data["layer"] > 0].assign(rate=data["metric"].map(_RATES))
    names = list(_RATES.values())
    scale = alt.Scale(domain=names, range=[ACCENT, HIGHLIGHT, MUTED])
    base = alt.Chart().encode(
        x=_lengths(data),
        color=alt.Color("rate:N", title=None, scale=scale).legend(orient="top", symbolOpacity=1),
    )
    value = alt.Y("value:Q", title=None).scale(type="log", nice=False)
    band = base.mark_area(opacity=0.16).encode(y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q")
    line = base.mark_line(point=True).encode(
        y=value,
        strokeDash=alt.StrokeDash("rate:N", legend=None).scale(
            domain=names, range=[[1, 0], [4, 3], [1, 0]]
        ),
        tooltip=_tooltip("rate:N"),
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[band, line])
        .properties(width=190, height=130)
        .facet(facet=_panel("layer:O", "'layer ' + datum.value"), data=data, columns=3)
    )
    return chart


def layer_curves(table: pd.DataFrame, metrics: Sequence[str]) -> alt.FacetChart:
    """Draw figures from layer to layer, a curve for each number of tokens.

    Parameters
    ----------
    table : DataFrame
        ``FilterReading.by_layer()``, as `filter_curves` takes it.
    metrics : sequence of str
        The metrics to draw, a panel each.

    Returns
    -------
    altair.FacetChart
        Layer 0 is what goes into the first layer.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(layer=1, n_tokens=32, metric="entropy", value=0.9, ci_low=0.8,
    ...            ci_high=1.0, n=4)
    >>> type(layer_curves(pd.DataFrame([row]), ["entropy"])).__name__
    'FacetChart'
    """
    data = _measured(table, metrics)
    base = alt.Chart().encode(
        x=alt.X("layer:O", title="layer").axis(labelAngle=0),
        color=alt.Color("n_tokens:O", title="tokens")
        .scale(scheme="viridis")
        .legend(orient="top", symbolOpacity=1),
    )
    band = base.mark_area(opacity=0.12).encode(y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q")
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", title=None), tooltip=_tooltip("layer:O")
    )
    panel = _panel("metric:N", "replace(datum.value, regexp('_', 'g'), ' ')", sort=list(metrics))
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[band, line])
        .properties(width=190, height=170)
        .facet(facet=panel, data=data, columns=3)
        .resolve_scale(y="independent", x="independent")
    )
    return chart


def _measured(table: pd.DataFrame, metrics: Sequence[str]) -> pd.DataFrame:
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    return chart_data(wanted, _COLUMNS).dropna(subset=["value", "layer"])


def _lengths(data: pd.DataFrame) -> alt.X:
    scale = alt.Scale(type="log", base=2, nice=False)
    return alt.X("n_tokens:Q", title="tokens", scale=scale).axis(
        values=sorted(data["n_tokens"].unique().tolist()), labelAngle=0, labelOverlap=True
    )


def _panel(field: str, label: str, *, sort: list[str] | None = None) -> alt.Facet:
    return alt.Facet(field, title=None, sort=sort, header=alt.Header(labelExpr=label))


def _tooltip(first: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip(first),
        alt.Tooltip("n_tokens:Q", title="tokens"),
        alt.Tooltip("value:Q", format=".3f"),
        alt.Tooltip("ci_low:Q", format=".3f"),
        alt.Tooltip("ci_high:Q", format=".3f"),
        alt.Tooltip("n:Q", title="texts"),
    ]
