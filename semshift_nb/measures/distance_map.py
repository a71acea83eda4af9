"""The map of distances between all sentences of a text, small enough to draw."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, distances, namespace, unit_rows


class BinnedDistances(NamedTuple):
    """Mean distances between runs of sentences.

    Attributes
    ----------
    edges : ndarray of int of shape (n_bins + 1,)
        Run ``a`` holds the sentences from ``edges[a]`` up to, not including, ``edges[a + 1]``.
    distances : array of shape (n_bins, n_bins)
        The mean of ``1 - e_i . e_j`` over i in run a and j in run b.
    """

    edges: NDArray[np.int64]
    distances: Array


def binned_distances(embeddings: Array, *, max_bins: int = 64) -> BinnedDistances:
    """Return the mean cosine distance between runs of sentences, without the full matrix.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    max_bins : int, default 64
        At most so many runs; they are of the same length, give or take one sentence. A text of no
        more sentences than that has one in each run, and the map is the exact one.

    Returns
    -------
    BinnedDistances
        Distances from 0 to 2, in the namespace of the input and in float64. A run is compared with
        itself over all its pairs, each sentence with itself included.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there is none, or ``max_bins`` is
        below 1.

    References
    ----------
    The mean over a cell is ``1 - S_a . S_b / (n_a n_b)``, S being the sum of a run: O(n d).

    Examples
    --------
    >>> import numpy as np
    >>> binned_distances(np.eye(4), max_bins=2).distances
    array([[0.5, 1. ],
           [1. , 0.5]])
    """
    if max_bins < 1:
        raise InputError(f"max_bins is {max_bins}, expected at least 1 (64 is usual).")
    return bin_distances(unit_rows(embeddings), max_bins=max_bins)


def bin_distances(rows: Array, *, max_bins: int) -> BinnedDistances:
    """Do the same for rows in float64 that are of length one."""
    xp = namespace(rows)
    n_bins = min(max_bins, rows.shape[0])
    edges = np.arange(n_bins + 1) * rows.shape[0] // n_bins
    runs = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    means = xp.stack([xp.mean(rows[start:stop, :], axis=0) for start, stop in runs])
    return BinnedDistances(edges, distances(means @ means.T))
