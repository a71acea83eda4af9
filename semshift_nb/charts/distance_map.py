"""The map of a text: how far every sentence lies from every other."""

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import chart_data
from semshift_nb.charts._layout import WIDTH, sentence_axis
from semshift_nb.charts.theme import DISTANCE_SCHEME, HIGHLIGHT

_COLUMNS = ["row", "row_end", "column", "column_end", "distance"]


def distance_map(cells: pd.DataFrame) -> alt.LayerChart:
    """Draw the sentence-by-sentence distances, the first sentence at the top left.

    Parameters
    ----------
    cells : DataFrame
        ``analyses.distance_map``: ``row``, ``row_end``, ``column``, ``column_end``, ``distance``;
        a cell covers several sentences where the text is long.

    Returns
    -------
    altair.LayerChart
        Light cells mean the same, dark cells lie far apart; blocks along the diagonal are passages
        that stay on one subject.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 cells.

    Examples
    --------
    >>> import pandas as pd
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> type(distance_map(pd.DataFrame(cell))).__name__
    'LayerChart'
    """
    data = chart_data(cells, _COLUMNS)
    n_sentences = int(data["row_end"].max()) if len(data) else 1
    scale = alt.Scale(domain=[0, n_sentences], nice=False, reverse=True)
    heat = (
        alt.Chart(data)
        .mark_rect(strokeWidth=0)
        .encode(
            x=sentence_axis("column", n_sentences),
            x2="column_end:Q",
            y=alt.Y("row:Q", title="sentence", scale=scale).axis(
                tickMinStep=1, tickCount=8, grid=False, format="d"
            ),
            y2="row_end:Q",
            color=alt.Color("distance:Q", title="cosine distance")
            .scale(scheme=DISTANCE_SCHEME, domainMin=0)
            .legend(orient="bottom", gradientLength=180, gradientThickness=8),
            tooltip=[
                alt.Tooltip("row:Q", title="after sentence"),
                alt.Tooltip("column:Q", title="against, after"),
                alt.Tooltip("distance:Q", format=".3f"),
            ],
        )
    )
    return alt.layer(heat, _range_frame()).properties(width=WIDTH, height=WIDTH)


def _range_frame() -> alt.Chart:
    """Outline the range's own square on the diagonal."""
    return (
        alt.Chart(alt.Data(values=[{}]))
        .transform_calculate(start="range_start", end="range_end")
        .transform_filter("datum.end > datum.start")
        .mark_rect(filled=False, stroke=HIGHLIGHT, strokeWidth=2)
        .encode(x="start:Q", x2="end:Q", y="start:Q", y2="end:Q")
    )
