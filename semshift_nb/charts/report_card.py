"""A model's figures beside those of its controls, one strip a figure."""

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, INK

_COLUMNS = ["encoder", "role", "aspect", "metric", "value", "ci_low", "ci_high", "n", "unit"]
_NAMES = 230
_GREYS = ["#3e4c59", "#9aa5b1", "#d9a441"]


def report_card(card: pd.DataFrame) -> alt.VConcatChart:
    """Draw a report card: where the model stands, with its interval, and where its controls do.

    Parameters
    ----------
    card : DataFrame
        ``analyses.report_card``: ``encoder``, ``role`` ("model" or "control"), ``aspect``,
        ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n`` and ``unit``; a figure that was not
        measured is left out.

    Returns
    -------
    altair.VConcatChart
        A strip for each figure, every one on a scale of its own.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="minilm", role="model", aspect="concentration", metric="MPD",
    ...            value=0.9, ci_low=0.8, ci_high=1.0, n=9, unit="cosine distance")
    >>> type(report_card(pd.DataFrame([row]))).__name__
    'VConcatChart'
    """
    data = chart_data(card, _COLUMNS).dropna(subset=["value"])
    names = list(dict.fromkeys(data["encoder"]))
    models = set(data.loc[data["role"] == "model", "encoder"])
    greys = iter(_GREYS * len(names))
    colours = alt.Scale(
        domain=names, range=[ACCENT if name in models else next(greys) for name in names]
    )
    strips = [
        _strip(of_metric, colours, legend=place == 0)
        for place, (_, of_metric) in enumerate(data.groupby("metric", sort=False))
    ]
    chart: alt.VConcatChart = alt.vconcat(*strips, spacing=6)
    return chart


def _strip(data: pd.DataFrame, colours: alt.Scale, *, legend: bool) -> alt.LayerChart:
    """Draw one figure: the model's point and interval over the controls' ticks."""
    aspect, metric = data.iloc[0][["aspect", "metric"]]
    counted = metric.startswith("n_")
    x = alt.X("value:Q", title=None, scale=alt.Scale(zero=True, nice=True)).axis(
        tickCount=5, tickMinStep=1 if counted else 0, format="d" if counted else ".4~g"
    )
    words = metric.removeprefix("n_").replace("_", " ")
    base = _base(data.assign(name=f"{aspect}: {words}"), colours, legend=legend)
    is_model = alt.datum.role == "model"
    interval = base.mark_rule(strokeWidth=3, opacity=0.45).encode(
        x=alt.X("ci_low:Q", title=None), x2="ci_high:Q"
    )
    tick = base.transform_filter(~is_model).mark_tick(thickness=3, size=16, opacity=1)
    point = base.transform_filter(is_model).mark_point(filled=True, size=90, opacity=1)
    return alt.LayerChart(layer=[interval, tick.encode(x=x), point.encode(x=x)]).properties(
        width=440, height=24
    )


def _base(data: pd.DataFrame, colours: alt.Scale, *, legend: bool) -> alt.Chart:
    """Lay out what the marks of a strip share: its name, its colours and its tooltip."""
    key = alt.Legend(title=None, orient="top", symbolType="circle", symbolOpacity=1)
    # Room for the longest name, so that the strips stand one below another.
    axis = alt.Axis(
        title=None, labelLimit=_NAMES, minExtent=_NAMES, ticks=False, domain=False,
        labelColor=INK, labelPadding=10,
    )  # fmt: skip
    chart: alt.Chart = alt.Chart(data).encode(
        y=alt.Y("name:N", axis=axis),
        color=alt.Color("encoder:N", scale=colours, legend=key if legend else None),
        tooltip=[
            alt.Tooltip("encoder:N"),
            alt.Tooltip("metric:N"),
            alt.Tooltip("value:Q", format=".4~f"),
            alt.Tooltip("ci_low:Q", format=".4~f"),
            alt.Tooltip("ci_high:Q", format=".4~f"),
            alt.Tooltip("n:Q"),
            alt.Tooltip("unit:N"),
        ],
    )
    return chart
