"""Nearest neighbours, with ties that fall the same way every time, and how many two lists share."""

from functools import partial
from typing import Any, NamedTuple, Protocol

import array_api_compat
import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import (
    Array,
    blocks,
    check_matrix,
    namespace,
    unit_rows,
    unit_scale,
    without_gradients,
)
from semshift_nb.measures.neighbours.similarity import RULES, Rule, of_one_size
from semshift_nb.names import count
from semshift_nb.validation import check_similarity, check_whole, is_whole, shown

_FOLD = 32
"""So many columns are looked at as one; folded, they are a single pass through memory."""

_WORTH_FOLDING = 4
"""A fold pays where what is left of it is at least so many times smaller than the whole."""


def top_k(xp: Any, scores: Array, n: int) -> Array:  # noqa: ANN401
    """Return the positions of the n highest scores of each row, ascending; ties fall anyhow.

    The columns are folded and the maximum of each fold taken. The n highest scores lie in the n
    folds with the highest maxima (or are tied with what does), so that only those are looked at.
    """
    width = scores.shape[1] // _FOLD
    if n * _FOLD * _WORTH_FOLDING > scores.shape[1]:
        return xp.sort(_partitioned(xp, scores, n), axis=1)
    n_rows, folded = scores.shape[0], _FOLD * width
    cube = xp.reshape(scores[:, :folded], (n_rows, _FOLD, width))
    folds = _partitioned(xp, xp.max(cube, axis=1), n)
    steps = xp.arange(_FOLD, device=scores.device) * width
    inside = xp.reshape(folds[:, :, None] + steps, (n_rows, n * _FOLD))
    # Fewer columns than _FOLD are left over: all of them are looked at.
    rest = xp.arange(folded, scores.shape[1], device=scores.device)
    places = xp.concat([inside, xp.broadcast_to(rest, (n_rows, rest.shape[0]))], axis=1)
    best = _partitioned(xp, xp.take_along_axis(scores, places, axis=1), n)
    return xp.sort(xp.take_along_axis(places, best, axis=1), axis=1)


def _partitioned(xp: Any, scores: Array, n: int) -> Array:  # noqa: ANN401
    if array_api_compat.is_numpy_array(scores):
        # NumPy sorts ten times as slowly as it partitions; the array API knows sorting only.
        return np.argpartition(-scores, n - 1, axis=1)[:, :n]
    return xp.argsort(scores, axis=1, descending=True)[:, :n]


_SPARE = 16
"""Candidates looked at beyond the k best, which is room for a tie of that many."""

_SLACK = 1e-5
"""More than a float32 matrix product can be wrong by; what lies closer is scored again."""


def nearest_neighbours(
    queries: Array, library: Array, k: int, *, similarity: str = "cosine"
) -> Array:
    """Return the rows of a library that are nearest to each query.

    The similarity decides; of exact ties the lower library position comes first. A matrix product
    rounds equal rows differently according to where they stand, so it only picks candidates; these
    are scored again one by one in float64, where equal rows have equal scores. The result therefore
    does not depend on the size of a block or the number of threads.

    Parameters
    ----------
    queries : array of shape (n_queries, dim)
        Unit rows for the cosine; of any length for the others.
    library : array of shape (n_library, dim)
        Rows of the same kind from the same encoder.
    k : int
        Number of neighbours, from 1 to ``n_library``.
    similarity : {"cosine", "dot", "euclidean", "manhattan"}
        By what: the cosine, the inner product, or the least distance by either norm.

    Returns
    -------
    array of int of shape (n_queries, k)
        Positions in the library, the nearest first.

    Raises
    ------
    InputError
        If the rows are not finite, or for the cosine not of unit length (within 1e-3), the
        dimensions differ, ``k`` is out of range or the similarity unknown.

    Examples
    --------
    >>> import numpy as np
    >>> library = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
    >>> nearest_neighbours(library[:1], library, 2)
    array([[0, 2]])
    >>> nearest_neighbours(library[:1], np.array([[3.0, 3.0], [1.0, 0.0]]), 1, similarity="dot")
    array([[0]])
    """
    check_similarity(similarity)
    namespace(queries, library)
    xp = check_matrix(queries, name="queries", min_rows=0)
    check_matrix(library, name="library")
    n_library, dim = library.shape
    if queries.shape[1] != dim:
        raise InputError(
            f"queries have {count(queries.shape[1], 'dimension')} and the library {dim}: they must "
            "come from the same encoder."
        )
    if not is_whole(k, least=1, most=n_library):
        raise InputError(f"k is {shown(k)}, expected 1 to {n_library}, the size of the library.")
    k = int(k)
    # However long the library is, a block's scores and its candidates take some 50 MiB.
    step = max(1, 2**22 // max(n_library, (k + _SPARE) * dim))
    make = _Directions if similarity == "cosine" else partial(_Rows, RULES[similarity])
    if similarity != "cosine":
        queries, library = of_one_size(queries, library)
    searched = make(library)
    found = [
        _block_neighbours(searched.asked(queries[part, :]), searched, k=k)
        for part in blocks(queries.shape[0], rows=step)
    ]
    return xp.concat(found) if found else xp.zeros((0, k), dtype=xp.int64)


class _Searched(Protocol):
    """A library that is searched: quickly in float32, and exactly where that is not enough."""

    def __len__(self) -> int: ...

    def asked(self, queries: Array) -> Array:
        """Return queries in float64, as they are compared."""

    def rough(self, queries: Array) -> Array:
        """Return scores of shape (n_queries, n_library) that are wrong by less than `_SLACK`."""

    def exact(self, queries: Array, places: Array) -> Array:
        """Return the scores of each query with its own candidates, worked out one by one."""


class _Directions:
    """Unit rows, by the cosine."""

    def __init__(self, library: Array) -> None:
        xp = namespace(library)
        self._library = library
        with np.errstate(over="ignore"):  # what overflows is refused below
            self._rows = xp.astype(without_gradients(library), xp.float32, copy=False)
        self._scale = unit_scale(xp, self._rows, name="library")

    def __len__(self) -> int:
        return int(self._library.shape[0])

    def asked(self, queries: Array) -> Array:
        return unit_rows(queries, name="queries")

    def rough(self, queries: Array) -> Array:
        xp = namespace(queries)
        return (xp.astype(queries, xp.float32) @ self._rows.T) * self._scale

    def exact(self, queries: Array, places: Array) -> Array:
        xp = namespace(queries)
        flat = unit_rows(self._library[xp.reshape(places, (-1,)), :], name="library")
        rows = xp.reshape(flat, (*places.shape, flat.shape[1]))
        return RULES["cosine"].pairs(xp, queries, rows)


class _Rows:
    """Rows of any length in float64, by another similarity."""

    def __init__(self, rule: Rule, library: Array) -> None:
        xp = namespace(library)
        self._rule, self._library = rule, library
        self._rows = xp.astype(library, xp.float32)

    def __len__(self) -> int:
        return int(self._library.shape[0])

    def asked(self, queries: Array) -> Array:
        return queries

    def rough(self, queries: Array) -> Array:
        xp = namespace(queries)
        size = self._rule.size(xp, queries, self._library)
        return self._rule.scores(xp, xp.astype(queries, xp.float32), self._rows) / (size or 1.0)

    def exact(self, queries: Array, places: Array) -> Array:
        xp = namespace(queries)
        flat = self._library[xp.reshape(places, (-1,)), :]
        return self._rule.pairs(xp, queries, xp.reshape(flat, (*places.shape, flat.shape[1])))


def other_neighbours(embeddings: Array, k: int) -> Array:
    """Return the k nearest others of each text, the nearest first.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    k : int
        How many.

    Returns
    -------
    array of int of shape (n_texts, k)
        Positions, as `nearest_neighbours` of the texts in themselves without each itself.
    """
    xp = check_matrix(embeddings)
    n: int = embeddings.shape[0]
    if not is_whole(k, least=1, most=n - 1):
        raise InputError(f"k is {shown(k)}, expected 1 to {n - 1}, the number of other texts.")
    k = int(k)
    found = nearest_neighbours(embeddings, embeddings, k + 1)
    # A text that k copies before it keep out of its own list is not there, and then the last goes.
    return put_last(found, found == xp.arange(n, device=found.device)[:, None])[:, :k]


def put_last(rankings: Array, left_out: Array) -> Array:
    """Return rankings, one a row, with those that are left out behind all others."""
    xp = namespace(rankings)
    # A stable sort leaves the others in their order.
    order = xp.argsort(xp.astype(left_out, xp.int8), axis=1, stable=True)
    return xp.take_along_axis(rankings, order, axis=1)


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
    xp = namespace(neighbours_a, neighbours_b)
    k = check_whole(k, "k", least=1)
    shapes = tuple(neighbours_a.shape), tuple(neighbours_b.shape)
    if any(len(shape) != 2 or shape[1] < k for shape in shapes) or shapes[0][0] != shapes[1][0]:
        raise InputError(
            f"the rankings have shapes {shapes[0]} and {shapes[1]}, expected the same number of "
            f"rows and at least k = {k} columns in each."
        )
    if not all(xp.isdtype(each.dtype, "integral") for each in (neighbours_a, neighbours_b)):
        raise InputError(
            f"the rankings are of {neighbours_a.dtype} and {neighbours_b.dtype}, expected "
            "positions in a library, which are whole numbers."
        )
    same = neighbours_a[:, :k, None] == neighbours_b[:, None, :k]
    return xp.sum(xp.astype(same, xp.float64), axis=(1, 2)) / k


def _block_neighbours(queries: Array, searched: _Searched, *, k: int) -> Array:
    """Return the neighbours of one block of queries."""
    xp = namespace(queries)
    scores = searched.rough(queries)
    n_candidates = min(k + _SPARE, len(searched))
    candidates = top_k(xp, scores, n_candidates)
    rough = xp.sort(xp.take_along_axis(scores, candidates, axis=1), axis=1, descending=True)
    found = _ranked(xp, queries, searched, candidates, k)
    if n_candidates == len(searched):
        return found
    # Where the last candidate is as good as the k-th, the tie may go on among those left out.
    floor = rough[:, k - 1] - _SLACK
    for row in xp.nonzero(rough[:, -1] >= floor)[0]:
        i = int(row)
        tied = xp.nonzero(scores[i, :] >= floor[i])[0][None, :]
        found[i, :] = _ranked(xp, queries[i : i + 1, :], searched, tied, k)[0, :]
    return found


def _ranked(
    xp: Any,  # noqa: ANN401
    queries: Array,
    searched: _Searched,
    candidates: Array,
    k: int,
) -> Array:
    """Return the k best candidates of each query, scored one by one in float64.

    Candidates come in ascending positions and the sort is stable: that is the rule for ties.
    """
    exact = searched.exact(queries, candidates)
    order = xp.argsort(exact, axis=1, descending=True, stable=True)[:, :k]
    return xp.take_along_axis(candidates, order, axis=1)


_SPARE_OTHERS = 8
"""Candidates measured beyond those asked for, since a matrix product rounds."""

_NUMBERS_AT_ONCE = 2**22
"""Scores and candidates of a block: some 32 MiB of each."""


class Others(NamedTuple):
    """Positions and distances of each row's nearest others, of shape (n_rows, k)."""

    places: Array
    distances: Array


def nearest_others(rows: Array, k: int) -> Others:
    """Return the k nearest others of each of more than k rows in float64, the nearest first.

    A matrix product finds the candidates; their distances are worked out from differences, so that
    those of near neighbours keep their digits and equal rows are at distance 0.
    """
    xp = namespace(rows)
    n_rows, dim = rows.shape
    # Around their mean the rows are shorter, and less is lost in the product.
    rows = rows - xp.mean(rows, axis=0)
    halves = xp.vecdot(rows, rows) / 2
    n_candidates = min(k + 1 + _SPARE_OTHERS, n_rows)
    step = max(1, _NUMBERS_AT_ONCE // max(n_rows, n_candidates * dim))
    parts = [
        _of_block(xp, rows, block, halves=halves, k=k, n_candidates=n_candidates)
        for block in blocks(n_rows, rows=step)
    ]
    return Others(*(xp.concat(list(part)) for part in zip(*parts, strict=True)))


def _of_block(
    xp: Any,  # noqa: ANN401
    rows: Array,
    block: slice,
    *,
    halves: Array,
    k: int,
    n_candidates: int,
) -> tuple[Array, Array]:
    queries = rows[block, :]
    candidates = top_k(xp, queries @ rows.T - halves, n_candidates)
    flat = xp.take(rows, xp.reshape(candidates, (-1,)), axis=0)
    apart = xp.reshape(flat, (*candidates.shape, rows.shape[1])) - queries[:, None, :]
    distances = xp.linalg.vector_norm(apart, axis=-1)
    own = candidates == xp.arange(block.start, block.stop, device=rows.device)[:, None]
    distances = xp.where(own, xp.full_like(distances, float("inf")), distances)
    order = xp.argsort(distances, axis=1, stable=True)[:, :k]
    return (
        xp.take_along_axis(candidates, order, axis=1),
        xp.take_along_axis(distances, order, axis=1),
    )
