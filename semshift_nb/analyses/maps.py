"""Which passages of a document belong together: the map of distances between its sentences."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures


def distance_map(embeddings: NDArray[np.float32], *, max_cells: int = 64) -> pd.DataFrame:
    """Measure the distance of every sentence to every other, in cells of a size to draw.

    Parameters
    ----------
    embeddings : ndarray of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    max_cells : int, default 64
        At most so many cells a side; a text of no more sentences has one cell a pair.

    Returns
    -------
    DataFrame
        At most ``max_cells ** 2`` rows: ``row``, ``row_end``, ``column``, ``column_end`` (a cell
        covers the sentences from ``row`` up to, not including, ``row_end``) and ``distance``, the
        mean of ``1 - e_i . e_j`` over the cell, from 0 to 2. A cell on the diagonal compares its
        sentences with themselves as well.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there is none, or ``max_cells`` is
        below 1.

    References
    ----------
    See `semshift_nb.measures.binned_distances`.

    Examples
    --------
    >>> distance_map(np.eye(2))["distance"].tolist()
    [0.0, 1.0, 1.0, 0.0]
    """
    edges, distances = measures.binned_distances(embeddings, max_bins=max_cells)
    n = len(edges) - 1
    rows, columns = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    return pd.DataFrame(
        {
            "row": edges[rows],
            "row_end": edges[rows + 1],
            "column": edges[columns],
            "column_end": edges[columns + 1],
            "distance": distances.ravel(),
        }
    )
