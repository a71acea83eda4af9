"""What length does to a space of embeddings, in curves."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data
from semshift_nb.charts.theme import INK, MODE_COLOURS, tau_colour
from semshift_nb.errors import InputError
from semshift_nb.names import temperature_name

_COLUMNS = [
    *["encoder", "tau", "schedule", "arm", "n_tokens", "metric", "value", "ci_low", "ci_high", "n"],
]
_ARM_COLOURS = {"cut": INK, "natural": "#009E73", **MODE_COLOURS}


def length_curves(
    table: pd.DataFrame, metrics: Sequence[str] = ("MPD",), *, by: str = "arm"
) -> alt.FacetChart:
    """Draw figures against the number of tokens, with their bands.

    Parameters
    ----------
    table : DataFrame
        ``analyses.length_collapse``: ``encoder``, ``tau``, ``schedule``, ``arm``, ``n_tokens``,
        ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``; what was not measured is left out.
    metrics : sequence of str, default=("MPD",)
        The metrics to draw, a row each.
    by : {"arm", "tau"}, default="arm"
        What the colours tell apart.

    Returns
    -------
    altair.FacetChart
        A row for each metric, a column for each encoder; bands are the intervals.

    Raises
    ------
    InputError
        If a column is missing, ``by`` is neither, or there are more than 5,000 rows.

    Examples
    --------
    >>> row = dict(encoder="m", tau=1.0, schedule="constant", arm="cut", n_tokens=32, metric="MPD",
    ...            value=0.9, ci_low=0.8, ci_high=1.0, n=10)
    >>> type(length_curves(pd.DataFrame([row]))).__name__
    'FacetChart'
    """
    colours = {"arm": _by_arm, "tau": _by_tau}
    if by not in colours:
        raise InputError(f"by is {by!r}: expected one of {', '.join(colours)}.")
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, _COLUMNS).dropna(subset=["value"])
    data = data.assign(temperature=list(map(temperature_name, data["tau"], data["schedule"])))
    chart: alt.FacetChart = (
        _curves(colours[by](data), lengths=sorted(data["n_tokens"].unique()))
        .facet(
            column=alt.Column("encoder:N", title=None, sort=None),
            row=alt.Row("metric:N", title=None, sort=list(metrics)),
            data=data,
        )
        .resolve_scale(y="independent" if len(metrics) > 1 else "shared")
    )
    return chart


def _by_arm(data: pd.DataFrame) -> alt.Color:
    arms = [arm for arm in _ARM_COLOURS if arm in set(data["arm"])]
    scale = alt.Scale(domain=arms, range=[_ARM_COLOURS[arm] for arm in arms])
    return alt.Color("arm:N", title="texts", scale=scale).legend(orient="top", symbolOpacity=1)


def _by_tau(data: pd.DataFrame) -> alt.Color:
    return tau_colour(list(dict.fromkeys(data.sort_values("tau")["temperature"])))


def _curves(colour: alt.Color, *, lengths: list[int]) -> alt.LayerChart:
    base = alt.Chart().encode(
        x=alt.X("n_tokens:Q", title="tokens")
        .scale(type="log", base=2, nice=False)
        .axis(values=lengths),
        color=colour,
    )
    value = alt.Y("value:Q", title=None).scale(zero=False)
    band = base.mark_area(opacity=0.15).encode(y=alt.Y("ci_low:Q", title=None), y2="ci_high:Q")
    line = base.mark_line(point=True).encode(
        y=value,
        tooltip=[
            alt.Tooltip("arm:N"),
            alt.Tooltip("temperature:N"),
            alt.Tooltip("n_tokens:Q", title="tokens"),
            alt.Tooltip("value:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", format=".3f"),
            alt.Tooltip("ci_high:Q", format=".3f"),
            alt.Tooltip("n:Q", title="texts"),
        ],
    )
    return alt.LayerChart(layer=[band, line]).properties(width=320, height=230)
