"""Cutting a text so that the vectors of its segments are diluted least."""

import math

import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array
from semshift_nb.measures._cut_number import cuts_of_number
from semshift_nb.measures._segmenter import check_bounds, segmenter
from semshift_nb.measures._segments import rows_of_text


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


def check_price(price: object) -> float:
    """Return the price of a cut, or say why it is none.

    Parameters
    ----------
    price : object
        What was given.

    Returns
    -------
    float
        At least 0.

    Raises
    ------
    InputError
        If it is no finite number from 0 on.

    Examples
    --------
    >>> check_price(2)
    2.0
    """
    is_number = isinstance(price, int | float | np.number) and not isinstance(price, bool)
    if not is_number or not math.isfinite(price) or price < 0:  # type: ignore[arg-type, operator]
        raise InputError(
            f"price is {price!r:.60}: expected a finite number from 0 on, or 'auto' where a text "
            "is split."
        )
    return float(price)  # type: ignore[arg-type]
