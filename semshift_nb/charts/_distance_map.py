"""The map of a text: how far every sentence lies from every other."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts._layout import WIDTH, marked_range, sentence_axis, sentence_scale


def map_chart() -> alt.LayerChart:
    """Draw the dataset ``cells``: every sentence against every other, the first at the top left."""
    heat = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(strokeWidth=0)
        .encode(
            x=sentence_axis("column"),
            x2="column_end:Q",
            y=alt.Y("row:Q", title="sentence", scale=sentence_scale(reverse=True)).axis(
                tickMinStep=1, tickCount=8, grid=False, format="d"
            ),
            y2="row_end:Q",
            color=alt.Color("distance:Q", title="cosine distance")
            .scale(scheme="yellowgreenblue", domainMin=0)
            .legend(orient="bottom", gradientLength=180, gradientThickness=8),
            tooltip=[
                alt.Tooltip("row:Q", title="after sentence"),
                alt.Tooltip("column:Q", title="against, after"),
                alt.Tooltip("distance:Q", format=".3f"),
            ],
        )
    )
    return alt.LayerChart(layer=[heat, marked_range(square=True)]).properties(
        width=WIDTH, height=WIDTH
    )


def map_data(cells: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``analyses.distance_map`` of one document."""
    return chart_data(cells, ["row", "row_end", "column", "column_end", "distance"])
