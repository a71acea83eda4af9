"""What cuts save of the scatter, each beside those that there are."""

from collections.abc import Sequence

import numpy as np

from semshift_nb.measures._arrays import blocks
from semshift_nb.measures._scatter_table import Matrix


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
