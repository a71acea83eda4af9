"""Drawing documents again, and the interval of what the draws give."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError

_MOST_UNDEFINED = 0.05
"""Share of resamples that may have no value (a rank correlation of equal values, say)."""


class Interval(NamedTuple):
    """A figure with its interval.

    Attributes
    ----------
    value : float
        The statistic of the data as they are.
    low, high : float
        The ends of the interval.
    n : int
        Number of rows the value was worked out from.
    """

    value: float
    low: float
    high: float
    n: int


def group_codes(groups: ArrayLike | None, *, n_rows: int) -> NDArray[np.int64]:
    """Return the number of each row's document, from 0; at least two documents."""
    if groups is None:
        codes = np.arange(n_rows)
    else:
        labels = np.asarray(groups)
        if labels.shape != (n_rows,):
            raise InputError(f"groups have shape {labels.shape}, expected ({n_rows},): one a row.")
        codes = np.unique(labels, return_inverse=True)[1]
    n_groups = int(codes.max()) + 1 if n_rows else 0
    if n_groups < 2:
        raise InputError(
            f"{n_groups} documents, expected at least 2: an interval needs something to redraw."
        )
    return codes.astype(np.int64)


def draw_documents(codes: NDArray[np.int64], *, n_resamples: int, seed: int) -> NDArray[np.int64]:
    """Return how often each document was drawn, of shape (n_resamples, n_groups)."""
    if n_resamples < 1:
        raise InputError(f"n_resamples is {n_resamples}, expected at least 1 (1000 is usual).")
    n_groups = int(codes.max()) + 1
    multinomial = np.random.default_rng(seed).multinomial
    return multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_resamples)


def percentile_interval(value: float, resampled: ArrayLike, *, level: float, n: int) -> Interval:
    """Return the percentile interval of the resampled values that are defined."""
    if not 0 < level < 1:
        raise InputError(f"level is {level}, expected a share between 0 and 1, such as 0.95.")
    drawn = np.asarray(resampled, dtype=np.float64)
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        raise InputError(
            f"the statistic has no value for {len(drawn) - len(defined)} of {len(drawn)} "
            "resamples: there are too few documents, or their values are equal."
        )
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, float(low), float(high), n)
