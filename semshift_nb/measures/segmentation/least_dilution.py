"""Cutting a text so that the vectors of its segments are diluted least."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import ADDABLE, Array, real_numbers
from semshift_nb.measures.segmentation.online import LeastDilutionWalk
from semshift_nb.measures.segmentation.scatter import (
    MOST_ROWS,
    Matrix,
    cheapest_cuts,
    check_min_size,
    check_price,
    check_weight,
    cuts_into,
    gains_at,
    rows_of_text,
    scatter_table,
)
from semshift_nb.names import count
from semshift_nb.validation import is_whole, shown

Segmenter = Callable[[float], list[int]]


class Bounds(NamedTuple):
    """What a segment may be: its fewest rows, and the most that its rows may weigh."""

    min_size: int = 1
    weights: NDArray[np.float64] | None = None
    max_weight: float = np.inf


def check_bounds(
    n_rows: int, *, min_size: int, weights: Array | None, max_weight: float | None
) -> Bounds:
    """Return the bounds of segments, or say what cannot be kept."""
    fewest = check_min_size(min_size)
    if (weights is None) != (max_weight is None):
        raise InputError("weights and max_weight go together: give both or neither.")
    if weights is None or max_weight is None:
        return Bounds(fewest)
    heavy = real_numbers(weights, name="weights", largest=ADDABLE)
    if heavy.shape != (n_rows,) or (heavy < 0).any():
        raise InputError(f"weights must be {n_rows} finite numbers from 0 on, one for each row.")
    check_weight(max_weight)
    if heavy.max() > max_weight:
        raise InputError(
            f"row {heavy.argmax()} alone weighs {heavy.max():g}, more than max_weight "
            f"{max_weight:g}: a segment holds at least one row."
        )
    return Bounds(fewest, heavy, float(max_weight))


def segmenter(rows: Matrix, bounds: Bounds) -> Segmenter:
    """Return a function from a price to the cuts of least scatter plus price."""
    if len(rows) > MOST_ROWS:
        return lambda price: _walk(rows, price, bounds)
    table = table_of(rows, bounds)
    return lambda price: cheapest_cuts(table, price)


def table_of(rows: Matrix, bounds: Bounds) -> Matrix:
    """Return the table of all segments' costs within bounds."""
    return scatter_table(
        rows, min_size=bounds.min_size, weights=bounds.weights, max_weight=bounds.max_weight
    )


def _walk(rows: Matrix, price: float, bounds: Bounds) -> list[int]:
    walk = LeastDilutionWalk(rows.shape[1], price, bounds.min_size, bounds.max_weight)
    weights = np.zeros(len(rows)) if bounds.weights is None else bounds.weights
    for row, weight in zip(rows, weights.tolist(), strict=True):
        walk.push(row, weight)
    return walk.cuts()


_N_TRIES = 16
"""How often a price is halved in: after so many there is, as a rule, none that gives the number."""


def check_number(n_segments: object, n_rows: int) -> int:
    """Return a number of segments, or say why a text has no such segmentation."""
    if not is_whole(n_segments, least=1, most=n_rows):
        raise InputError(
            f"{shown(n_segments)} segments were asked for: expected a whole number from 1 to "
            f"{n_rows}, for the text has {count(n_rows, 'sentence')}."
        )
    return int(n_segments)


def cuts_of_number(rows: Matrix, n_segments: object, bounds: Bounds) -> list[int]:
    """Return the cuts of least scatter into so many segments."""
    number = check_number(n_segments, len(rows))
    if len(rows) > MOST_ROWS:
        return _cuts_of_many(rows, number, bounds)
    found = cuts_into(table_of(rows, bounds), number)
    if found is None:
        raise too_few(number)
    return found


def too_few(number: int) -> InputError:
    """Say that bounds on size need more segments."""
    return InputError(
        f"{count(number, 'segment cannot', 'segments cannot')} hold the text within the bounds on "
        "their size: allow more segments, or larger ones."
    )


def _cuts_of_many(rows: Matrix, number: int, bounds: Bounds) -> list[int]:
    """Look for a price that gives the number; else take one that gives more, and join."""
    cuts_at = segmenter(rows, bounds)
    low, high, price = 0.0, np.inf, 1.0
    found = list(range(1, len(rows)))
    for _ in range(_N_TRIES):
        cuts = cuts_at(price)
        low, high = (low, price) if len(cuts) < number else (price, high)
        if number - 1 <= len(cuts) <= len(found):
            found = cuts
        if len(found) == number - 1:
            return found
        price = min(2 * max(low, price / 2), (low + high) / 2)
    return _join(rows, found, number, bounds)


def _join(rows: Matrix, cuts: list[int], number: int, bounds: Bounds) -> list[int]:
    """Take out the cut that saves least, again and again."""
    total = np.zeros(len(rows)) if bounds.weights is None else bounds.weights
    before = np.concatenate([[0.0], np.cumsum(total)])
    kept = list(cuts)
    while len(kept) >= number:
        edges = np.array([0, *kept, len(rows)])
        joined = before[edges[2:]] - before[edges[:-2]]
        gains = gains_at(rows, kept, kept)
        gains[joined > bounds.max_weight] = np.inf
        if not np.isfinite(gains).any():
            raise too_few(number)
        del kept[int(gains.argmin())]
    return kept


def least_dilution_cuts(
    embeddings: Array,
    *,
    price: float | None = None,
    n_segments: int | None = None,
    min_size: int = 1,
    weights: Array | None = None,
    max_weight: float | None = None,
) -> list[int]:
    """Return the cuts of least total scatter, plus a price for each or in a given number.

    The scatter of a segment of k unit rows with sum S is ``k - |S|^2 / k = (k - 1) Disp(k)``. The
    less of it, the nearer its rows lie to their pooled vector, and the less that is diluted.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    price : float, optional
        What a cut must save; see `fair_price`. Either this or ``n_segments``.
    n_segments : int, optional
        How many segments there are to be.
    min_size : int
        Fewest sentences of a segment. Fewer only where the text or ``max_weight`` leaves no other
        way.
    weights : array of shape (n_sentences,), optional
        What a sentence weighs, such as its tokens; goes with ``max_weight``.
    max_weight : float, optional
        The most that a segment's sentences may weigh together: a bound that no segment breaks.

    Returns
    -------
    list of int
        Where segments after the first begin: from 1 to ``n_sentences - 1``, ascending. The exact
        optimum; of several the one with fewest cuts. With ``n_segments`` it is exact up to 2,048
        sentences; beyond, the optimum at a price with at least as many segments is taken, and those
        whose cut saves least are joined.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the price is negative or not finite,
        there are to be more segments than sentences, or the bounds leave no such segmentation.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1. Killick, Fearnhead and Eckley, "Optimal detection
    of changepoints with a linear computational cost", JASA 107, 2012.

    Examples
    --------
    >>> rows = np.eye(3)[[0, 0, 0, 1, 1, 2]]
    >>> least_dilution_cuts(rows, price=0.1), least_dilution_cuts(rows, n_segments=2)
    ([3, 5], [3])
    """
    rows = rows_of_text(embeddings)
    bounds = check_bounds(len(rows), min_size=min_size, weights=weights, max_weight=max_weight)
    if (price is None) == (n_segments is None):
        raise InputError("least_dilution_cuts takes either price or n_segments, and one of them.")
    if price is None:
        return cuts_of_number(rows, n_segments, bounds)
    return segmenter(rows, bounds)(check_price(price))
