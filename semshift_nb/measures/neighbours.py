"""Nearest neighbours, with ties that fall the same way every time, and how many two lists share."""

from typing import Any

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import (
    Array,
    blocks,
    check_matrix,
    namespace,
    unit_rows,
    unit_scale,
    without_gradients,
)
from semshift_nb.measures._top import highest

_SPARE = 16
"""Candidates looked at beyond the k best, which is room for a tie of that many."""

_SLACK = 1e-5
"""More than a float32 matrix product can be wrong by; what lies closer is scored again."""


def nearest_neighbours(queries: Array, library: Array, k: int) -> Array:
    """Return the rows of a library that are nearest to each query.

    The cosine decides; of exact ties the lower library position comes first. A matrix product
    rounds equal rows differently according to where they stand, so it only picks candidates; these
    are scored again one by one in float64, where equal rows have equal scores. The result therefore
    does not depend on the size of a block or the number of threads.

    Parameters
    ----------
    queries : array of shape (n_queries, dim)
        Unit rows.
    library : array of shape (n_library, dim)
        Unit rows from the same encoder.
    k : int
        Number of neighbours, from 1 to ``n_library``.

    Returns
    -------
    array of int of shape (n_queries, k)
        Positions in the library, the nearest first.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the dimensions differ, or ``k`` is
        out of range.

    Examples
    --------
    >>> import numpy as np
    >>> library = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> nearest_neighbours(library[:1], library, 2)
    array([[0, 2]])
    """
    xp = check_matrix(queries, name="queries", min_rows=0)
    check_matrix(library, name="library")
    n_library, dim = library.shape
    if queries.shape[1] != dim:
        raise InputError(
            f"queries have {queries.shape[1]} dimensions and the library {dim}: "
            "they must come from the same encoder."
        )
    if not 1 <= k <= n_library:
        raise InputError(f"k is {k}, expected 1 to {n_library}, the size of the library.")
    rows = xp.astype(without_gradients(library), xp.float32, copy=False)
    scale = unit_scale(xp, rows, name="library")
    # However long the library is, a block's scores and its candidates take some 50 MiB.
    step = max(1, 2**22 // max(n_library, (k + _SPARE) * dim))
    found = [
        _block_neighbours(
            unit_rows(queries[part, :], name="queries"), library, rows=rows, scale=scale, k=k
        )
        for part in blocks(queries.shape[0], rows=step)
    ]
    return xp.concat(found) if found else xp.zeros((0, k), dtype=xp.int64)


def overlap_at_k(neighbours_a: Array, neighbours_b: Array, k: int) -> Array:
    """Return the share of the first k neighbours that two rankings have in common.

    Parameters
    ----------
    neighbours_a, neighbours_b : array of int of shape (n_queries, at least k)
        Positions in one library, the nearest first, as `nearest_neighbours` gives them.
    k : int
        How many of each ranking count.

    Returns
    -------
    array of shape (n_queries,)
        ``|top-k of a AND top-k of b| / k`` for each query, from 0 to 1, in float64.

    Raises
    ------
    InputError
        If the rankings are not of the same number of queries, or shorter than ``k``.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Overlap@K of the concatenation experiment.

    Examples
    --------
    >>> import numpy as np
    >>> overlap_at_k(np.array([[1, 2]]), np.array([[2, 3]]), 2)
    array([0.5])
    """
    xp = namespace(neighbours_a)
    shapes = tuple(neighbours_a.shape), tuple(neighbours_b.shape)
    if any(len(shape) != 2 or shape[1] < k for shape in shapes) or shapes[0][0] != shapes[1][0]:
        raise InputError(
            f"the rankings have shapes {shapes[0]} and {shapes[1]}, expected the same number of "
            f"rows and at least k = {k} columns in each."
        )
    if k < 1:
        raise InputError(f"k is {k}, expected at least 1.")
    same = neighbours_a[:, :k, None] == neighbours_b[:, None, :k]
    return xp.sum(xp.astype(same, xp.float64), axis=(1, 2)) / k


def _block_neighbours(
    queries: Array, library: Array, *, rows: Array, scale: Array, k: int
) -> Array:
    """Return the neighbours of one block of queries; ``rows`` is the library in float32."""
    xp = namespace(queries)
    scores = (xp.astype(queries, xp.float32) @ rows.T) * scale
    n_candidates = min(k + _SPARE, library.shape[0])
    candidates = highest(xp, scores, n_candidates)
    rough = xp.sort(xp.take_along_axis(scores, candidates, axis=1), axis=1, descending=True)
    found = _ranked(xp, queries, library, candidates, k)
    if n_candidates == library.shape[0]:
        return found
    # Where the last candidate is as good as the k-th, the tie may go on among those left out.
    floor = rough[:, k - 1] - _SLACK
    for row in xp.nonzero(rough[:, -1] >= floor)[0]:
        i = int(row)
        tied = xp.nonzero(scores[i, :] >= floor[i])[0][None, :]
        found[i, :] = _ranked(xp, queries[i : i + 1, :], library, tied, k)[0, :]
    return found


def _ranked(xp: Any, queries: Array, library: Array, candidates: Array, k: int) -> Array:  # noqa: ANN401
    """Return the k best candidates of each query, scored one by one in float64.

    Candidates come in ascending positions and the sort is stable: that is the rule for ties.
    """
    flat = unit_rows(library[xp.reshape(candidates, (-1,)), :], name="library")
    rows = xp.reshape(flat, (*candidates.shape, library.shape[1]))
    exact = xp.sum(rows * queries[:, None, :], axis=-1)
    order = xp.argsort(exact, axis=1, descending=True, stable=True)[:, :k]
    return xp.take_along_axis(candidates, order, axis=1)
