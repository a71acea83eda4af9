"""Segments of a text, what a cut saves, and what the scatter of a segmentation comes to."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, blocks, namespace, on_host, unit_rows, whole_numbers
from semshift_nb.names import count
from semshift_nb.validation import check_whole, is_real, shown

Sizes = NDArray[np.int64]

MOST_SENTENCES = 10**8
"""More than any text has; places of so many take 0.8 GB."""


def rows_of_text(embeddings: Array) -> NDArray[np.float64]:
    """Return one or more unit rows as a NumPy array in float64, wherever they were."""
    return on_host(unit_rows(embeddings))


def check_sizes(sizes: Array, name: str, *, total: int | None = None) -> Sizes:
    """Return segment sizes as an array, or say what is wrong with them."""
    values = whole_numbers(sizes, name=name)
    within = len(values) > 0 and values.min() >= 1 and values.max() <= MOST_SENTENCES
    if not within or values.sum() > MOST_SENTENCES:
        raise InputError(
            f"{name} is {shown(sizes)}: expected the sizes of one or more segments, each a whole "
            f"number of sentences of at least 1, together at most {MOST_SENTENCES}."
        )
    if total is not None and values.sum() != total:
        raise InputError(
            f"{name} adds up to {count(values.sum(), 'sentence')}, expected {total}: both must be "
            "of the same text."
        )
    return values


def check_cuts(cuts: Sequence[int] | NDArray[np.int64], n_sentences: int) -> list[int]:
    """Return cuts in order, or say which cannot be."""
    listed: list[int] = whole_numbers(cuts, name="cuts").tolist()
    if listed != sorted(set(listed)) or any(not 0 < cut < n_sentences for cut in listed):
        raise InputError(
            f"cuts are {shown(listed)}: expected places from 1 to {n_sentences - 1} in ascending "
            "order, each the number of sentences before it."
        )
    return listed


def sizes_of(cuts: Sequence[int], n_sentences: int) -> list[int]:
    """Return the sizes of the segments between cuts."""
    edges = [0, *cuts, n_sentences]
    return [end - start for start, end in pairwise(edges)]


def segment_sums(rows: Array, sizes: Sizes) -> Array:
    """Return the sum of the rows of each segment."""
    xp = namespace(rows)
    edges = [0, *np.cumsum(sizes).tolist()]
    return xp.stack([xp.sum(rows[start:end, :], axis=0) for start, end in pairwise(edges)])


def check_price(price: object) -> float:
    """Return the price of a cut, or say why it is none."""
    if not is_real(price, least=0):
        raise InputError(
            f"price is {shown(price)}: expected a finite number from 0 on, or 'auto' where a text "
            "is split."
        )
    return float(price)


def check_weight(weight: object) -> float:
    """Return the most that a segment may weigh, which may be infinite, or say why it is none."""
    unbounded = isinstance(weight, float) and weight == np.inf
    if not (unbounded or is_real(weight, least=0)):
        raise InputError(f"max_weight is {shown(weight)}: expected a number from 0 on.")
    return float(weight)  # type: ignore[arg-type]


def check_min_size(min_size: object) -> int:
    """Return the fewest sentences of a segment; more than any text has are as good as that."""
    return min(check_whole(min_size, "min_size", least=1), MOST_SENTENCES)


Matrix = NDArray[np.float64]

MOST_ROWS = 2048
"""A table of so many rows takes 32 MiB; beyond that rows are gone through one by one."""

TOO_SHORT = 1e6
"""What a segment below the least size costs: more than any scatter saves, but never forbidden."""


def scatter_table(
    rows: Matrix, *, min_size: int = 1, weights: Matrix | None = None, max_weight: float = np.inf
) -> Matrix:
    """Return at ``[s, t]`` what rows ``t, ..., s - 1`` cost as a segment; infinite if forbidden."""
    n = len(rows)
    prefix = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    gram = prefix @ prefix.T
    squared = np.diagonal(gram)[:, None] + np.diagonal(gram) - 2 * gram
    size = np.arange(n + 1.0)[:, None] - np.arange(n + 1.0)
    table = np.where(size > 0, size - squared / np.maximum(size, 1), np.inf)
    table[(size > 0) & (size < min_size)] += TOO_SHORT
    if weights is not None:
        total = np.concatenate([[0.0], np.cumsum(weights)])
        table[total[:, None] - total > max_weight] = np.inf
    return table


def cheapest_cuts(table: Matrix, price: float) -> list[int]:
    """Return the cuts of least cost plus price for each."""
    n = len(table) - 1
    cost, before = np.zeros(n + 1), np.zeros(n + 1, dtype=np.intp)
    for s in range(1, n + 1):
        reached = cost[:s] + table[s, :s]
        before[s] = reached.argmin()  # of equals the first: the fewest cuts
        cost[s] = reached[before[s]] + price
    cuts, place = [], int(before[n])
    while place > 0:
        cuts.append(place)
        place = int(before[place])
    return cuts[::-1]


def cuts_into(table: Matrix, n_segments: int) -> list[int] | None:
    """Return the cuts of least cost into so many segments, or None if all are forbidden."""
    n = len(table) - 1
    cost, layers = table[:, 0], []
    for _ in range(n_segments - 1):
        reached = cost + table
        layers.append(reached.argmin(axis=1))
        cost = reached[np.arange(n + 1), layers[-1]]
    if cost[n] == np.inf:
        return None
    cuts, place = [], n
    for layer in reversed(layers):
        place = int(layer[place])
        cuts.append(place)
    return cuts[::-1]


def gains_at(rows: Matrix, cuts: Sequence[int], places: Sequence[int]) -> Matrix:
    """Return what a cut at each place saves, between the nearest other cuts left and right."""
    edges = np.array([0, *cuts, len(rows)])
    wanted = np.asarray(places, dtype=np.intp)
    left = edges[np.searchsorted(edges, wanted, side="left") - 1]
    right = edges[np.searchsorted(edges, wanted, side="right")]
    prefix = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    gains = np.zeros(len(wanted))
    for block in blocks(len(wanted)):
        start, place, end = left[block], wanted[block], right[block]
        before, after = prefix[place] - prefix[start], prefix[end] - prefix[place]
        both = before + after
        gains[block] = (
            _squared(before) / (place - start)
            + _squared(after) / (end - place)
            - _squared(both) / (end - start)
        )
    # A difference of sums: of equal rows it may come out at -1e-13.
    return np.maximum(gains, 0.0)


def _squared(rows: Matrix) -> Matrix:
    return np.asarray(np.einsum("ij,ij->i", rows, rows))


def cut_gains(embeddings: Array, cuts: Sequence[int]) -> NDArray[np.float64]:
    """Return, for every place in a text, how much scatter a cut there saves.

    Where there is a cut it is what joining the segments beside it would cost; elsewhere what one
    more cut would save.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    cuts : sequence of int
        Where segments after the first begin.

    Returns
    -------
    ndarray of shape (n_sentences - 1,)
        Element ``i`` belongs to a cut at ``i + 1``, before that sentence. At least 0.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or the cuts are none.

    Examples
    --------
    >>> rows = np.eye(2)[[0, 0, 1, 1]]
    >>> cut_gains(rows, [2]).round(6).tolist()
    [0.0, 2.0, 0.0]
    """
    rows = rows_of_text(embeddings)
    checked = check_cuts(cuts, len(rows))
    return gains_at(rows, checked, range(1, len(rows)))


def total_scatter(embeddings: Array, cuts: Sequence[int]) -> float:
    """Return the scatter of all segments of a text: what the least-dilution cuts make least.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    cuts : sequence of int
        Where segments after the first begin.

    Returns
    -------
    float
        ``sum (k - |S|^2 / k)`` over segments of k sentences with sum S; from 0 to ``n_sentences``.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or the cuts are none.

    References
    ----------
    Semantic shift, arXiv 2603.21437: it is ``sum (k - 1) Disp(k)``.

    Examples
    --------
    >>> total_scatter(np.eye(2)[[0, 0, 1, 1]], []), total_scatter(np.eye(2)[[0, 0, 1, 1]], [2])
    (2.0, 0.0)
    """
    rows = rows_of_text(embeddings)
    sizes = np.array(sizes_of(check_cuts(cuts, len(rows)), len(rows)))
    sums = segment_sums(rows, sizes)
    return max(len(rows) - float(np.sum(np.einsum("ij,ij->i", sums, sums) / sizes)), 0.0)
