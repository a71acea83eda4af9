"""The highest of very many scores, without sorting them."""

from typing import Any

import array_api_compat
import numpy as np

from semshift_nb.measures._arrays import Array

_FOLD = 32
"""So many columns are looked at as one; folded, they are a single pass through memory."""

_WORTH_FOLDING = 4
"""A fold pays where what is left of it is at least so many times smaller than the whole."""


def highest(xp: Any, scores: Array, n: int) -> Array:  # noqa: ANN401
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
