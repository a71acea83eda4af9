"""What vectors of some width can hold, and what fools an encoder."""

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT, INCREASE, MUTED

_FIGURES = ["metric", "value", "ci_low", "ci_high", "n"]
_PANEL = 260


def capacity_by_dimension(table: pd.DataFrame, *, title: str = "") -> alt.LayerChart:
    """Draw how many queries free vectors satisfy by their dimensions, beside encoders.

    Parameters
    ----------
    table : DataFrame
        ``analyses.capacity``: ``vectors``, ``encoder``, ``dim``, ``metric``, ``value``, ``ci_low``,
        ``ci_high``, ``n``; only ``satisfied`` is drawn.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.LayerChart
        Bars are the intervals.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(vectors="free", encoder="", dim=4, metric="satisfied", value=0.4, ci_low=0.3,
    ...            ci_high=0.5, n=15)
    >>> type(capacity_by_dimension(pd.DataFrame([row]))).__name__
    'LayerChart'
    """
    data = chart_data(table, ["vectors", "encoder", "dim", *_FIGURES]).dropna(subset=["value"])
    data = data[data["metric"] == "satisfied"]
    of = data["encoder"].where(data["vectors"] == "encoder", "free vectors")
    data = data.assign(of=of, dim=data["dim"].astype(float))
    names = list(dict.fromkeys(of)) or ["free vectors"]  # a legend of nothing has no extent
    base = alt.Chart(data).encode(
        x=alt.X("dim:Q", title="dimensions").scale(type="log", base=2),
        color=alt.Color("of:N", title=None).scale(domain=names).legend(orient="top"),
    )
    value = alt.Y("value:Q", title="queries satisfied").scale(domain=[0, 1]).axis(format="%")
    span = base.mark_rule(strokeWidth=2).encode(
        y=alt.Y("ci_low:Q", title="queries satisfied"), y2="ci_high:Q"
    )
    line = base.mark_line().encode(y=value)
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        y=value,
        tooltip=[
            alt.Tooltip("of:N", title="vectors"),
            alt.Tooltip("dim:Q", title="dimensions"),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")),
            alt.Tooltip("n:Q", title="queries"),
        ],
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[span, line, point]).properties(
        width=420, height=_PANEL, title=title
    )
    return chart


_KINDS = {"free": HIGHLIGHT, "published": MUTED, "constructed": INCREASE}


def critical_dimensions(table: pd.DataFrame, *, title: str = "") -> alt.LayerChart:
    """Draw of how many documents every choice is satisfied, by dimensions.

    Parameters
    ----------
    table : DataFrame
        ``analyses.critical_dimensions``: ``n_documents``, ``n_queries``, ``vectors``, ``dim``.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(n_documents=6, n_queries=15, vectors="free", dim=4)
    >>> type(critical_dimensions(pd.DataFrame([row]))).__name__
    'LayerChart'
    """
    data = chart_data(table, ["n_documents", "n_queries", "vectors", "dim"]).dropna(subset=["dim"])
    data = data.assign(dim=data["dim"].astype(float))
    kinds = [kind for kind in _KINDS if kind in set(data["vectors"])]
    scale = alt.Scale(domain=kinds, range=[_KINDS[kind] for kind in kinds])
    base = alt.Chart(data).encode(
        x=alt.X("n_documents:Q", title="documents, every choice of which is asked for"),
        y=alt.Y("dim:Q", title="dimensions that suffice").axis(tickMinStep=1),
        color=alt.Color("vectors:N", title=None, scale=scale).legend(orient="top", symbolOpacity=1),
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        tooltip=[
            alt.Tooltip("vectors:N"),
            alt.Tooltip("n_documents:Q", title="documents"),
            alt.Tooltip("n_queries:Q", title="queries"),
            alt.Tooltip("dim:Q", title="dimensions"),
        ]
    )
    chart: alt.LayerChart = alt.LayerChart(layer=[base.mark_line(), point]).properties(
        width=420, height=_PANEL, title=title
    )
    return chart


def bias_wins(table: pd.DataFrame, *, title: str = "") -> alt.FacetChart:
    """Draw how often the text with the answer wins, bias by bias.

    Parameters
    ----------
    table : DataFrame
        ``analyses.bias_probes``: ``encoder``, ``bias``, ``metric``, ``value``, ``ci_low``,
        ``ci_high``, ``n``; only ``win_rate`` is drawn.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.FacetChart
        A column for each encoder; the dashed line is half of the questions.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", bias="none", metric="win_rate", value=0.9, ci_low=0.8, ci_high=1.0,
    ...            n=40)
    >>> type(bias_wins(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    data = chart_data(table, ["encoder", "bias", *_FIGURES]).dropna(subset=["value"])
    data = data[data["metric"] == "win_rate"]
    base = alt.Chart().encode(
        y=alt.Y("bias:N", title="the text without the answer is", sort=None).axis(grid=True),
        color=alt.value(ACCENT),
    )
    rule = base.mark_rule(strokeWidth=2.5).encode(
        x=alt.X("ci_low:Q", title="wins of the answer").scale(domain=[0, 1]).axis(format="%"),
        x2="ci_high:Q",
    )
    point = base.mark_point(filled=True, size=70, opacity=1).encode(
        x=alt.X("value:Q", title="wins of the answer"),
        tooltip=[
            alt.Tooltip("encoder:N"),
            alt.Tooltip("bias:N"),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")),
            alt.Tooltip("n:Q", title="questions"),
        ],
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[_half(x=alt.datum(0.5)), rule, point])
        .properties(width=_PANEL, height=alt.Step(26))
        .facet(column=alt.Column("encoder:N", title=None, sort=None), data=data)
        .properties(title=title)
    )
    return chart


_POSITIONS = {"first": ACCENT, "middle": MUTED, "last": HIGHLIGHT}


def position_wins(table: pd.DataFrame, *, title: str = "") -> alt.FacetChart:
    """Draw how often the answer wins, by the length of its text and by where it stands.

    Parameters
    ----------
    table : DataFrame
        ``analyses.position_probes``: ``encoder``, ``n_sentences``, ``position``, ``answer``,
        ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``; only ``win_rate`` of all questions is
        drawn.
    title : str, default=""
        Of the chart.

    Returns
    -------
    altair.FacetChart
        A column for each encoder; bands are the intervals.

    Raises
    ------
    InputError
        If a column is missing, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", n_sentences=4, position="last", answer="all", metric="win_rate",
    ...            value=0.9, ci_low=0.8, ci_high=1.0, n=40)
    >>> type(position_wins(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    columns = ["encoder", "n_sentences", "position", "answer", *_FIGURES]
    data = chart_data(table, columns).dropna(subset=["value"])
    data = data[data["metric"].eq("win_rate") & data["answer"].eq("all")]
    # A sentence alone stands first and last.
    alone = data[data["n_sentences"] == 1]
    positions = [place for place in _POSITIONS if place in set(data["position"])]
    ends = [alone.assign(position=place) for place in positions]
    data = pd.concat([*ends, data[data["n_sentences"] > 1]], ignore_index=True)
    scale = alt.Scale(domain=positions, range=[_POSITIONS[place] for place in positions])
    base = alt.Chart().encode(
        x=alt.X("n_sentences:Q", title="sentences of the text")
        .scale(type="log", base=2, nice=False)
        .axis(values=sorted(data["n_sentences"].unique().tolist())),
        color=alt.Color("position:N", title="the answer stands", scale=scale).legend(
            orient="top", symbolOpacity=1
        ),
    )
    value = alt.Y("value:Q", title="wins of the answer").scale(domain=[0, 1]).axis(format="%")
    band = base.mark_area(opacity=0.15).encode(
        y=alt.Y("ci_low:Q", title="wins of the answer"), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(
        y=value,
        tooltip=[
            alt.Tooltip("encoder:N"),
            alt.Tooltip("position:N"),
            alt.Tooltip("n_sentences:Q", title="sentences"),
            *(alt.Tooltip(f"{name}:Q", format=".3f") for name in ("value", "ci_low", "ci_high")),
            alt.Tooltip("n:Q", title="questions"),
        ],
    )
    chart: alt.FacetChart = (
        alt.LayerChart(layer=[_half(y=alt.datum(0.5)), band, line])
        .properties(width=_PANEL, height=_PANEL)
        .facet(column=alt.Column("encoder:N", title=None, sort=None), data=data)
        .properties(title=title)
    )
    return chart


def _half(**place: object) -> alt.Chart:
    """Mark half of the questions."""
    mark: alt.Chart = alt.Chart().mark_rule(color=MUTED, strokeDash=[3, 3]).encode(**place)
    return mark
