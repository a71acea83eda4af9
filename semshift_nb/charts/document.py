"""One document: its map with the path above it, its prefix curves, and all of them together."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts._checks import records
from semshift_nb.charts._distance_map import map_chart, map_data
from semshift_nb.charts._layout import document_params
from semshift_nb.charts._path import path_chart, path_data
from semshift_nb.charts._prefixes import prefix_chart, prefix_data


def shift_map(path: pd.DataFrame, cells: pd.DataFrame, *, title: str = "") -> alt.VConcatChart:
    """Draw the sentence-by-sentence distance map with the path of adjacent distances above it.

    Light cells mean the same, dark cells lie far apart; blocks along the diagonal are passages that
    stay on one subject. Boundary ``i`` of the path lies between the sentences ``i`` and ``i + 1``,
    counted from one.

    Parameters
    ----------
    path : DataFrame
        ``sentence_shift`` of one document: ``position``, ``text``, ``adjacent_distance``.
    cells : DataFrame
        ``analyses.distance_map`` of it: ``row``, ``row_end``, ``column``, ``column_end``,
        ``distance``.
    title : str, default=""
        The document's title.

    Returns
    -------
    altair.VConcatChart
        Cosine distances, in [0, 2]; hover a point to read the two sentences.

    Raises
    ------
    InputError
        If a column is missing or a table has more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> path = pd.DataFrame({"position": [0], "text": ["One."], "adjacent_distance": [None]})
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> shift_map(path, pd.DataFrame(cell), title="One").title
    'One'
    """
    data = {"path": records(path_data(path)), "cells": records(map_data(cells))}
    chart = _map_with_path().add_params(*document_params(n_sentences=_n_sentences(cells)))
    return chart.properties(title=title, datasets=data)


def prefix_curves(prefixes: pd.DataFrame, *, title: str = "") -> alt.VConcatChart:
    """Draw local evolution, dispersion and semantic shift of the first k sentences, for every k.

    Parameters
    ----------
    prefixes : DataFrame
        ``prefix_shift`` of one document: ``k``, ``local_evolution``, ``dispersion``,
        ``semantic_shift``.
    title : str, default=""
        The document's title.

    Returns
    -------
    altair.VConcatChart
        Three panels over one axis of sentences.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 prefixes.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> len(prefix_curves(pd.DataFrame(row)).vconcat)
    3
    """
    data = {"prefixes": records(prefix_data(prefixes))}
    n_sentences = int(prefixes["k"].max()) if len(prefixes) else 0
    chart = prefix_chart().add_params(*document_params(n_sentences=n_sentences))
    return chart.properties(title=title, datasets=data)


def document_view(
    path: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    prefixes: pd.DataFrame,
    title: str = "",
    sentence_range: tuple[int, int] = (0, 0),
) -> alt.HConcatChart:
    """Draw the map with its path, and the prefix curves beside them.

    Parameters
    ----------
    path, cells : DataFrame
        As `shift_map` takes them.
    prefixes : DataFrame
        As `prefix_curves` takes them.
    title : str, default=""
        The document's title.
    sentence_range : tuple of int, default=(0, 0)
        A range ``[start, stop)`` of sentences to shade, counted from zero; empty for none.

    Returns
    -------
    altair.HConcatChart
        The chart; ``n_sentences``, ``range_start`` and ``range_end`` are parameters of it.

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
    >>> len(document_view(path, cells, prefixes=prefixes).hconcat)
    2
    """
    n_sentences = _n_sentences(cells)
    return (
        _document_chart()
        .add_params(*document_params(n_sentences=n_sentences, sentence_range=sentence_range))
        .properties(title=title, datasets=document_data(path, cells, prefixes=prefixes))
    )


def live_document(selections: Sequence[alt.Parameter]) -> alt.HConcatChart:
    """Draw no document yet: the chart that an explorer fills with one document after another.

    Parameters
    ----------
    selections : sequence of altair.Parameter
        Selections to offer on the points of the path, for the explorer to listen to.

    Returns
    -------
    altair.HConcatChart
        `document_view` without data: it draws the datasets that `document_data` gives, and its
        parameters ``n_sentences``, ``range_start`` and ``range_end`` are for the explorer to set.

    Raises
    ------
    altair.SchemaValidationError
        If a selection is not valid.

    Examples
    --------
    >>> [param.name for param in live_document([]).params]
    ['n_sentences', 'range_start', 'range_end']
    """
    return _document_chart(selections).add_params(*document_params())


def document_data(
    path: pd.DataFrame, cells: pd.DataFrame, *, prefixes: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of a document view.

    Parameters
    ----------
    path, cells, prefixes : DataFrame
        As `document_view` takes them.

    Returns
    -------
    dict
        The rows of the datasets ``path``, ``cells`` and ``prefixes``, rounded.

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
    >>> list(document_data(path, pd.DataFrame(cell), prefixes=pd.DataFrame(row)))
    ['path', 'cells', 'prefixes']
    """
    tables = {
        "path": path_data(path),
        "cells": map_data(cells),
        "prefixes": prefix_data(prefixes),
    }
    return {name: records(table) for name, table in tables.items()}


def _document_chart(selections: Sequence[alt.Parameter] = ()) -> alt.HConcatChart:
    return alt.hconcat(_map_with_path(selections), prefix_chart(), spacing=28)


def _map_with_path(selections: Sequence[alt.Parameter] = ()) -> alt.VConcatChart:
    return alt.vconcat(path_chart(selections), map_chart(), spacing=8)


def _n_sentences(cells: pd.DataFrame) -> int:
    return int(cells["row_end"].max()) if len(cells) else 0
