"""Intervals by the bootstrap, which draws whole documents.

Sentences and windows of one document resemble one another. An interval that draws them one by one
takes them for independent and comes out too narrow; drawing documents keeps their likeness in.
"""

from collections.abc import Callable
from typing import NamedTuple

import array_api_compat
import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, unit_rows

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
    codes = _group_codes(groups, n_rows=len(rows))
    positions = np.arange(len(rows))

    def resampled(counts: NDArray[np.int64]) -> float:
        try:
            return float(statistic(rows[np.repeat(positions, counts[codes])]))
        except InputError:
            return float("nan")

    draws = _draw(codes, n_resamples=n_resamples, seed=seed)
    return _interval(
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
    codes = _group_codes(groups, n_rows=len(numbers))
    draws = _draw(codes, n_resamples=n_resamples, seed=seed)
    means = (draws @ np.bincount(codes, weights=numbers)) / (draws @ np.bincount(codes))
    return _interval(float(numbers.mean()), means, level=level, n=len(numbers))


def bootstrap_mean_pairwise_distance(
    embeddings: Array,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean pairwise distance of some texts with its interval.

    A resample holds some documents twice, and a text's distance to its own copy is zero: counting
    such pairs would pull every resample below the value. They are left out. With ``w_g`` the number
    of times document g was drawn, ``S_g`` the sum and ``n_g`` the number of its vectors, pairs
    across documents count ``w_g w_h`` times and pairs within a document ``w_g`` times (once for
    each of its copies, none across them), so that both kinds keep their share on average::

        sum of cosines  = |sum w_g S_g|^2 - sum w_g^2 |S_g|^2 + sum w_g (|S_g|^2 - n_g)
        number of pairs = (sum w_g n_g)^2 - sum w_g^2 n_g^2   + sum w_g (n_g^2 - n_g)

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    groups : array-like of shape (n_texts,), optional
        The document of each text; whole documents are drawn. By default every text is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value`` (as `mean_pairwise_distance`), ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two documents,
        the lengths differ, or a setting is out of range.

    References
    ----------
    See `bootstrap_interval`; the tests simulate the interval's coverage.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_mean_pairwise_distance(np.eye(8), n_resamples=100).value
    1.0
    """
    rows = np.asarray(array_api_compat.to_device(unit_rows(embeddings, min_rows=2), "cpu"))
    codes = _group_codes(groups, n_rows=len(rows))
    sums = np.zeros((codes.max() + 1, rows.shape[1]))
    np.add.at(sums, codes, rows)
    draws = _draw(codes, n_resamples=n_resamples, seed=seed).astype(np.float64)
    once = np.ones((1, len(sums)))
    value, *resampled = _weighted_mpd(np.concatenate([once, draws]), sums, np.bincount(codes))
    return _interval(float(value), resampled, level=level, n=len(rows))


def _weighted_mpd(
    weights: NDArray[np.float64], sums: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one mean pairwise distance per row of document weights; NaN where there is no pair."""
    squared = np.vecdot(sums, sums)
    pooled = weights @ sums
    cosines = np.vecdot(pooled, pooled) - weights**2 @ squared + weights @ (squared - sizes)
    pairs = (weights @ sizes) ** 2 - weights**2 @ sizes**2 + weights @ (sizes**2 - sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance: NDArray[np.float64] = np.where(pairs > 0, 1 - cosines / pairs, np.nan)
    return np.clip(distance, 0, None)


def _group_codes(groups: ArrayLike | None, *, n_rows: int) -> NDArray[np.int64]:
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


def _draw(codes: NDArray[np.int64], *, n_resamples: int, seed: int) -> NDArray[np.int64]:
    """Return how often each document was drawn, of shape (n_resamples, n_groups)."""
    if n_resamples < 1:
        raise InputError(f"n_resamples is {n_resamples}, expected at least 1 (1000 is usual).")
    n_groups = int(codes.max()) + 1
    draw = np.random.default_rng(seed).multinomial
    return draw(n_groups, np.full(n_groups, 1 / n_groups), size=n_resamples)


def _interval(value: float, resampled: ArrayLike, *, level: float, n: int) -> Interval:
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
