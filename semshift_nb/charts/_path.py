"""The path of a text: how far the meaning steps from each sentence to the next."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data, hover_text
from semshift_nb.charts._layout import WIDTH, marked_range, sentence_axis
from semshift_nb.charts.theme import ACCENT


def path_chart(selections: Sequence[alt.Parameter] = ()) -> alt.LayerChart:
    """Draw the dataset ``path``: at each boundary the distance between the sentences beside it."""
    base = alt.Chart(alt.NamedData("path")).encode(
        x=sentence_axis("boundary", title=None),
        y=alt.Y("adjacent_distance:Q", title="distance to next").axis(tickCount=4),
        tooltip=[
            alt.Tooltip("boundary:Q", title="after sentence"),
            alt.Tooltip("adjacent_distance:Q", title="distance", format=".3f"),
            alt.Tooltip("before:N"),
            alt.Tooltip("after:N"),
        ],
    )
    line = base.mark_line(color=ACCENT, strokeWidth=1.5, tooltip=None)
    points = base.mark_point(filled=True, size=30, opacity=0.9, color=ACCENT, tooltip=None)
    # What is hovered and clicked: larger than what is seen, for hands and for touch.
    targets = base.mark_point(filled=True, size=260, opacity=0).add_params(*selections)
    layers = [marked_range(), line, points, targets]
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=90)


def path_data(path: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``sentence_shift`` of one document; sentences and boundaries count from one."""
    data = chart_data(path, ["position", "text", "adjacent_distance"])
    steps = data.assign(
        boundary=data["position"] + 1,
        before=hover_text(data["text"]),
        after=hover_text(data["text"].shift(-1).fillna("")),
    )
    return steps.dropna(subset=["adjacent_distance"]).drop(columns=["text", "position"])
