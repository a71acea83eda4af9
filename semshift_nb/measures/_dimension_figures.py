"""Figures of single dimensions out of sums over all vectors.

The definitions are those of `dimension_shares`, `outlier_dimensions` and `near_zero_dimensions`,
whose defaults these are; the tests hold both to the same numbers.
"""

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures.spectral_figures import NO_SPREAD, Figure, no_direction

_Numbers = NDArray[np.float64]

_QUIET, _LOUD = 1e-3, 16.0


def dimension_figures(
    variance: _Numbers,
    magnitude: _Numbers,
    *,
    direction: _Numbers,
    turning: _Numbers,
    n: int,
) -> dict[str, Figure]:
    """Return how many dimensions are quiet or loud, and what the loudest holds.

    ``variance`` and ``magnitude`` are of the vectors as they are; ``direction`` and
    ``turning`` are mean and variance of them at length one.
    """
    spread = np.sqrt(variance)
    quiet = (spread < _QUIET * np.median(spread)) & (magnitude < _QUIET * np.median(magnitude))
    if turning.sum() <= NO_SPREAD**2:
        shares: dict[str, Figure] = dict.fromkeys(_OF_SHARES, no_direction(n))
    else:
        shares = dict(zip(_OF_SHARES, _of_shares(turning, direction, n), strict=True))
    return {"n_near_zero_dimensions": float(quiet.sum()), **shares}


_OF_SHARES = ("n_outlier_dimensions", "top_dimension_variance_share", "top_dimension_cosine_share")


def _of_shares(turning: _Numbers, direction: _Numbers, n: int) -> tuple[float, float, float]:
    variance = turning / turning.sum()
    cosine = np.abs(direction**2 - turning / (n - 1))
    cosine /= cosine.sum()
    even = _LOUD / len(variance)
    loud = (variance > even) | (cosine > even)
    return float(loud.sum()), float(variance.max()), float(cosine.max())
