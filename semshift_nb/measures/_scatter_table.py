"""The scatter of every stretch of a text in one table, and exact segmentations out of it."""

import numpy as np
from numpy.typing import NDArray

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
