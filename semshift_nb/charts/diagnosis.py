"""Why documents are not found: ranks gained by interventions, and the shares of causes."""

from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data, hover_text, records
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT, INCREASE, MUTED

_CAUSE_COLUMNS = [
    *["cause", "tested", "rank_before", "rank_after", "rank_alike", "gain", "is_main", "verdict"],
]
_SHARE_COLUMNS = [
    *["length_bucket", "shift_bucket", "cause", "value", "ci_low", "ci_high", "n"],
]
_REMEDY_COLUMNS = ["cause", "remedy", "metric", "value", "ci_low", "ci_high", "n"]
_MENDED = {"mended_share": "its own misses", "mended_share_of_others": "other misses"}


def cause_gains(causes: pd.DataFrame, *, title: str = "") -> alt.LayerChart:
    """Draw how many ranks a document gains by each intervention.

    Parameters
    ----------
    causes : DataFrame
        ``Diagnosis.causes``; what could not be tried is left out.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.LayerChart
        A bar a cause, with the rank it leads to: the main one in a colour of its own, what mends
        the miss beside it in another, what does not in grey. Losses go to the left.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.
    """
    chart: alt.LayerChart = live_causes().properties(title=title, datasets=cause_data(causes))
    return chart


def live_causes() -> alt.LayerChart:
    """Draw no document yet: the chart that an explorer fills with one after another.

    Returns
    -------
    altair.LayerChart
        `cause_gains` without data: it draws the dataset that `cause_data` gives.
    """
    colours = alt.Scale(
        domain=["the main cause", "mends it", "does not"], range=[HIGHLIGHT, INCREASE, MUTED]
    )
    base = alt.Chart().encode(
        y=alt.Y("cause:N", title=None, sort=None).axis(labelLimit=200),
        x=alt.X("gain:Q", title="ranks gained").axis(tickMinStep=1),
    )
    coloured = base.encode(
        color=alt.Color("what:N", title=None, scale=colours).legend(orient="top")
    )
    ends = coloured.mark_point(filled=True, size=70, opacity=1).encode(
        tooltip=[
            *(alt.Tooltip(f"{name}:N") for name in ("cause", "tested", "verdict")),
            *(alt.Tooltip(f"rank_{name}:Q") for name in ("before", "after", "alike")),
        ],
    )
    told = base.mark_text(align="left", dx=9).encode(x="right:Q", text="rank:N")
    layers = [coloured.mark_bar(height=6), ends, told]
    chart: alt.LayerChart = alt.LayerChart(layer=layers, data=alt.NamedData("causes")).properties(
        width=380, height=alt.Step(24)
    )
    return chart


def cause_data(causes: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of a diagnosis.

    Parameters
    ----------
    causes : DataFrame
        As `cause_gains` takes it.

    Returns
    -------
    dict
        The rows of the dataset ``causes``.
    """
    data = chart_data(causes, _CAUSE_COLUMNS).dropna(subset=["gain"])
    told = [
        "the main cause" if main else "mends it" if verdict.startswith("mends") else "does not"
        for main, verdict in zip(data["is_main"], data["verdict"], strict=True)
    ]
    ranks = [f"rank {rank:,}" for rank in data["rank_alike"]]
    shown = data.assign(tested=hover_text(data["tested"]), what=told, rank=ranks)
    shown["right"] = shown["gain"].clip(lower=0)
    return {"causes": records(shown)}


def cause_shares(shares: pd.DataFrame, *, by: str = "length") -> alt.FacetChart:
    """Draw which share of the misses has which main cause, of all and by bucket of documents.

    Parameters
    ----------
    shares : DataFrame
        ``MissReport.shares``; causes that no miss has are left out.
    by : {"length", "shift"}, default="length"
        Which buckets to draw, a panel each.

    Returns
    -------
    altair.FacetChart

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.
    """
    data = chart_data(shares, _SHARE_COLUMNS).dropna(subset=["value"])
    other = "shift_bucket" if by == "length" else "length_bucket"
    data = data[data[other] == "all"].rename(columns={f"{by}_bucket": "bucket"})
    data = data[data["value"].groupby(data["cause"]).transform("max") > 0]
    panel = [
        f"{bucket} ({n:,} misses)" for bucket, n in zip(data["bucket"], data["n"], strict=True)
    ]
    data = data.assign(panel=panel)[["panel", "cause", "value", "ci_low", "ci_high", "n"]]
    return _intervals(data, sort=data["cause"].unique().tolist(), color=alt.value(ACCENT))


def mended_shares(remedies: pd.DataFrame) -> alt.FacetChart:
    """Draw what the remedy for a cause mends of its own misses, and of others.

    Parameters
    ----------
    remedies : DataFrame
        ``MissReport.remedies``; what was not measured is left out.

    Returns
    -------
    altair.FacetChart
        A diagnosis is worth something where the two intervals lie apart.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.
    """
    data = chart_data(remedies, _REMEDY_COLUMNS).dropna(subset=["value"])
    data = data[data["metric"].isin(_MENDED)]
    data = data.assign(panel=data["metric"].map(_MENDED), cause=data["cause"])
    colours = alt.Scale(domain=list(_MENDED.values()), range=[HIGHLIGHT, MUTED])
    color = alt.Color("panel:N", scale=colours, legend=None)
    return _intervals(data, sort=data["cause"].unique().tolist(), color=color)


def _intervals(
    data: pd.DataFrame,
    *,
    sort: list[str],
    color: Any,  # noqa: ANN401 - a channel or a value
) -> alt.FacetChart:
    """Draw shares with their intervals, a cause a row."""
    base = alt.Chart().encode(
        y=alt.Y("cause:N", title=None, sort=sort).axis(labelLimit=200, grid=True), color=color
    )
    span = alt.X("ci_low:Q", title="share of misses").scale(domain=[0, 1]).axis(tickCount=4)
    rule = base.mark_rule(strokeWidth=2.5).encode(x=span, x2="ci_high:Q")
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title="share of misses"),
        tooltip=[
            *[alt.Tooltip("cause:N")] + [alt.Tooltip("remedy:N")] * ("remedy" in data),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")),
            alt.Tooltip("n:Q", title="misses"),
        ],
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[rule, point])
        .properties(width=150, height=alt.Step(24))
        .facet(
            facet=alt.Facet("panel:N", title=None, sort=data["panel"].unique().tolist()),
            columns=4,
            data=data,
        )
    )
    return chart
