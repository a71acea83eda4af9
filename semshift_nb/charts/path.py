"""The path of a text: how far the meaning steps from each sentence to the next."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data, hover_text
from semshift_nb.charts._layout import WIDTH, sentence_axis
from semshift_nb.charts.theme import ACCENT, HIGHLIGHT


def adjacent_path(
    path: pd.DataFrame, *, selections: Sequence[alt.Parameter] = ()
) -> alt.LayerChart:
    """Draw the distance between each sentence and the next.

    Parameters
    ----------
    path : DataFrame
        ``sentence_shift`` of one document: ``position``, ``text``, ``adjacent_distance``.
    selections : sequence of altair.Parameter, default=()
        Selections that the reader makes on the points, for an explorer to listen to.

    Returns
    -------
    altair.LayerChart
        Distance in [0, 2] against the boundary it belongs to; boundary ``i`` lies between the
        sentences ``i`` and ``i + 1``, counted from one. The parameters ``range_start`` and
        ``range_end`` of the finished chart shade a range.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 sentences.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = {"position": [0, 1], "text": ["One.", "Two."], "adjacent_distance": [0.4, None]}
    >>> type(adjacent_path(pd.DataFrame(rows))).__name__
    'LayerChart'
    """
    data = chart_data(path, ["position", "text", "adjacent_distance"])
    steps = data.assign(
        boundary=data["position"] + 1,
        before=hover_text(data["text"]),
        after=hover_text(data["text"].shift(-1).fillna("")),
    )
    steps = steps.dropna(subset=["adjacent_distance"]).drop(columns=["text", "position"])
    base = alt.Chart(steps).encode(
        x=sentence_axis("boundary", len(data), title=None),
        y=alt.Y("adjacent_distance:Q", title="distance to next").axis(tickCount=4),
        tooltip=[
            alt.Tooltip("boundary:Q", title="after sentence"),
            alt.Tooltip("adjacent_distance:Q", title="distance", format=".3f"),
            alt.Tooltip("before:N"),
            alt.Tooltip("after:N"),
        ],
    )
    points = base.mark_point(filled=True, size=36, opacity=0.9, color=ACCENT)
    return alt.layer(
        shaded_range(),
        base.mark_line(color=ACCENT, strokeWidth=1.5, tooltip=None),
        points.add_params(*selections),
    ).properties(width=WIDTH, height=90)


def shaded_range() -> alt.Chart:
    """Shade the sentences from ``range_start`` to ``range_end``, both parameters of the chart.

    Returns
    -------
    altair.Chart
        One rectangle; nothing where the two parameters are equal.

    Raises
    ------
    Nothing
        The parameters are read when the chart is drawn.

    Examples
    --------
    >>> shaded_range().to_dict()["mark"]["type"]
    'rect'
    """
    return (
        alt.Chart(alt.Data(values=[{}]))
        .transform_calculate(start="range_start", end="range_end")
        .transform_filter("datum.end > datum.start")
        .mark_rect(color=HIGHLIGHT, opacity=0.16)
        .encode(x="start:Q", x2="end:Q")
    )
