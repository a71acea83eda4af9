"""Figures of single dimensions out of sums over all vectors.

The definitions are those of `dimension_shares`, `outlier_dimensions` and `near_zero_dimensions`,
whose defaults these are; the tests hold both to the same numbers.
"""

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures.dimensions import NO_LIKENESS
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
    shares: tuple[Figure, ...] = (no_direction(n),) * len(_OF_SHARES)
    if turning.sum() > NO_SPREAD**2:
        shares = _of_shares(turning, direction, n)
    return {
        "n_near_zero_dimensions": float(quiet.sum()),
        **dict(zip(_OF_SHARES, shares, strict=True)),
    }


_OF_SHARES = ("n_outlier_dimensions", "top_dimension_variance_share", "top_dimension_cosine_share")


def _of_shares(turning: _Numbers, direction: _Numbers, n: int) -> tuple[Figure, Figure, Figure]:
    variance = turning / turning.sum()
    magnitude = np.abs(direction**2 - turning / (n - 1))
    total = float(magnitude.sum())
    even = _LOUD / len(variance)
    loud = (variance > even) | (magnitude > even * total)
    top: Figure = "no dimension has a part in the mean cosine, which is 0"
    if total > NO_LIKENESS:
        top = float(magnitude.max()) / total
    return float(loud.sum()), float(variance.max()), top
