"""One way to ask for the best cuts at a price, whether the text is short or long."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array
from semshift_nb.measures._scatter_table import (
    MOST_ROWS,
    Matrix,
    cheapest_cuts,
    scatter_table,
)
from semshift_nb.measures._segments import check_whole
from semshift_nb.measures.least_dilution_walk import LeastDilutionWalk

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
    fewest = check_whole(min_size, "min_size", least=1)
    if (weights is None) != (max_weight is None):
        raise InputError("weights and max_weight go together: give both or neither.")
    if weights is None or max_weight is None:
        return Bounds(fewest)
    heavy = np.asarray(weights, dtype=np.float64)
    if heavy.shape != (n_rows,) or not np.isfinite(heavy).all() or (heavy < 0).any():
        raise InputError(f"weights must be {n_rows} finite numbers from 0 on, one for each row.")
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
