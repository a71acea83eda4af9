"""Intervals by the bootstrap, which draws whole documents.

Sentences and windows of one document resemble one another. An interval that draws them one by one
takes them for independent and comes out too narrow; drawing documents keeps their likeness in.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._resampling import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
)


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a statistic with its percentile bootstrap interval.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, n_columns)
        One row an observation.
    statistic : callable
        Takes rows shaped as ``values`` and returns a float. A resample for which it raises
        `InputError` or returns no finite number is set aside, up to one in twenty.
    groups : array-like of shape (n,), optional
        The document of each row; whole documents are drawn. By default every row is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws; the same seed gives the same interval.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If there are fewer than two documents, the lengths differ, a setting is out of range, or the
        statistic is undefined for more than one resample in twenty.

    References
    ----------
    Efron 1979; for clustered data: Field & Welsh 2007 (the cluster bootstrap).

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_interval([1.0, 1.0, 1.0], lambda rows: float(rows.mean()))
    Interval(value=1.0, low=1.0, high=1.0, n=3)
    """
    rows = np.asarray(values, dtype=np.float64)
    codes = group_codes(groups, n_rows=len(rows))
    positions = np.arange(len(rows))

    def resampled(counts: NDArray[np.int64]) -> float:
        try:
            return float(statistic(rows[np.repeat(positions, counts[codes])]))
        except InputError:
            return float("nan")

    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    return percentile_interval(
        float(statistic(rows)), [resampled(counts) for counts in draws], level=level, n=len(rows)
    )


def bootstrap_mean(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a mean with its interval, as `bootstrap_interval` would but in one matrix product.

    Parameters
    ----------
    values : array-like of shape (n,)
        Finite numbers.
    groups : array-like of shape (n,), optional
        The document of each value; whole documents are drawn. By default every value is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled means inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If there are fewer than two documents, the lengths differ, a value is not finite, or a
        setting is out of range.

    References
    ----------
    See `bootstrap_interval`.

    Examples
    --------
    >>> bootstrap_mean([2.0, 2.0, 2.0])
    Interval(value=2.0, low=2.0, high=2.0, n=3)
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or not np.isfinite(numbers).all():
        raise InputError("values must be one column of finite numbers; leave out what is NaN.")
    codes = group_codes(groups, n_rows=len(numbers))
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    means = (draws @ np.bincount(codes, weights=numbers)) / (draws @ np.bincount(codes))
    return percentile_interval(float(numbers.mean()), means, level=level, n=len(numbers))
