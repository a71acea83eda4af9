"""One document on one screen: its path, its map and its prefix curves."""

from collections.abc import Sequence

import altair as alt
import pandas as pd

from semshift_nb.charts.distance_map import distance_map
from semshift_nb.charts.path import adjacent_path
from semshift_nb.charts.prefixes import prefix_curves


def document_view(
    path: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    prefixes: pd.DataFrame,
    title: str,
    sentence_range: tuple[int, int] = (0, 0),
    selections: Sequence[alt.Parameter] = (),
) -> alt.HConcatChart:
    """Draw the path of adjacent distances above the distance map, the prefix curves beside them.

    Parameters
    ----------
    path : DataFrame
        ``sentence_shift`` of the document.
    cells : DataFrame
        ``distance_map`` of the document.
    prefixes : DataFrame
        ``prefix_shift`` of the document.
    title : str
        The document's title.
    sentence_range : tuple of int, default=(0, 0)
        A range ``[start, stop)`` of sentences to shade, counted from zero; empty for none.
    selections : sequence of altair.Parameter, default=()
        Selections to offer on the path.

    Returns
    -------
    altair.HConcatChart
        The chart; ``range_start`` and ``range_end`` are parameters of it.

    Raises
    ------
    InputError
        If a column is missing or a table has more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> path = pd.DataFrame({"position": [0], "text": ["One."], "adjacent_distance": [None]})
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> cells, prefixes = pd.DataFrame(cell), pd.DataFrame(row)
    >>> document_view(path, cells, prefixes=prefixes, title="One").title
    'One'
    """
    left = alt.vconcat(adjacent_path(path, selections=selections), distance_map(cells), spacing=8)
    start, end = sentence_range
    return (
        alt.hconcat(left, prefix_curves(prefixes), spacing=28)
        .properties(title=title)
        .add_params(
            alt.param(name="range_start", value=start), alt.param(name="range_end", value=end)
        )
    )
