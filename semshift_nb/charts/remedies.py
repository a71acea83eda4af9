"""A ladder of remedies: what each changes, and beside it what it costs."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, DECREASE, INCREASE, MUTED

_CHANGE = ["difference", "difference_low", "difference_high", "p_holm"]
_COSTS = {
    "index_ratio": "bytes of index",
    "read_ratio": "tokens read",
    "encode_time": "time to encode",
    "search_time": "time to search",
}


def remedy_ladder(
    rungs: pd.DataFrame,
    costs: Sequence[str] = ("index_ratio", "read_ratio"),
    *,
    title: str = "",
) -> alt.HConcatChart:
    """Draw by how much each remedy changes nDCG@10, with its interval, and its price.

    Parameters
    ----------
    rungs : DataFrame
        ``RemedyLadder.rungs``: ``remedy``, ``setting``, ``kind``, ``nDCG@10``, ``difference``,
        ``difference_low``, ``difference_high``, ``p_holm``, and the costs; rows without a
        difference, such as the model as it is, are left out.
    costs : sequence of str, default=("index_ratio", "read_ratio")
        Columns to draw beside, in multiples of the model as it is: those, ``encode_time`` and
        ``search_time``, which no two runs measure alike.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.HConcatChart
        Coloured where p after Holm's adjustment is at most 0.05: intervals know nothing of how
        many remedies were tried.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = {"remedy": "int8", "setting": "", "kind": "vectors", "nDCG@10": 0.5,
    ...        "difference": 0.0, "difference_low": -0.1, "difference_high": 0.1, "p_holm": 1.0,
    ...        "index_ratio": 0.25, "read_ratio": 1.0}
    >>> type(remedy_ladder(pd.DataFrame([row]))).__name__
    'HConcatChart'
    """
    columns = ["remedy", "setting", "kind", "nDCG@10", *_CHANGE, *costs]
    data = chart_data(rungs, columns).dropna(subset=["difference"])
    data = data.rename(columns={"nDCG@10": "ndcg"})
    listed = data["remedy"].tolist()
    # All panels have all remedies, also those for which there is nothing to draw.
    names = alt.Y("remedy:N", title=None, sort=listed, scale=alt.Scale(domain=listed))
    first = _changes(names.axis(labelLimit=240, grid=True))
    beside = [_cost(names.axis(labels=False, ticks=False, grid=True), each) for each in costs]
    chart: alt.HConcatChart = alt.hconcat(first, *beside, data=data, spacing=14, title=title)
    return chart


def _changes(names: alt.Y) -> alt.LayerChart:
    told = (
        "datum.p_holm > 0.05 || !isValid(datum.p_holm) ? 'not shown' "
        ": datum.difference > 0 ? 'helps' : 'harms'"
    )
    colours = alt.Scale(domain=["helps", "harms", "not shown"], range=[INCREASE, DECREASE, MUTED])
    base = alt.Chart().encode(
        y=names, color=alt.Color("told:N", title=None, scale=colours).legend(orient="top")
    )
    rule = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("difference_low:Q", title="change of nDCG@10"), x2="difference_high:Q"
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("difference:Q", title="change of nDCG@10"),
        tooltip=[
            *(alt.Tooltip(f"{name}:N") for name in ("remedy", "setting", "kind")),
            alt.Tooltip("ndcg:Q", title="nDCG@10", format=".3f"),
            *(alt.Tooltip(f"{name}:Q", format="+.3f") for name in _CHANGE[:3]),
            alt.Tooltip("p_holm:Q", title="p (Holm)", format=".3f"),
        ],
    )
    none = alt.Chart().mark_rule(color=ACCENT, strokeDash=[3, 3]).encode(x=alt.datum(0))
    layers = alt.LayerChart(layer=[none, rule, point]).transform_calculate(told=told)
    chart: alt.LayerChart = layers.properties(width=300, height=alt.Step(24))
    return chart


def _cost(names: alt.Y, column: str) -> alt.LayerChart:
    """Draw multiples on a logarithmic scale: half and twice lie equally far from as it is."""
    title = f"{_COSTS.get(column, column)}, times"
    across = alt.X(f"{column}:Q", title=title, scale=alt.Scale(type="log", nice=False))
    base = alt.Chart().transform_filter(f"datum.{column} > 0").encode(y=names)
    point = base.mark_point(filled=True, size=60, opacity=1, color=ACCENT).encode(
        x=across.axis(tickCount=3, format="~g"),
        tooltip=[alt.Tooltip("remedy:N"), alt.Tooltip(f"{column}:Q", title=title, format=".3g")],
    )
    stem = base.mark_rule(color=ACCENT).encode(x=across, x2=alt.datum(1))
    one = alt.Chart().mark_rule(color=MUTED, strokeDash=[3, 3]).encode(x=alt.datum(1))
    layers = alt.LayerChart(layer=[one, stem, point])
    chart: alt.LayerChart = layers.properties(width=120, height=alt.Step(24))
    return chart
