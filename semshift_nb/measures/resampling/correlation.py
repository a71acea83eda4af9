"""Rank correlation, and what is left of it when something else is held fixed."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import blocks, real_numbers
from semshift_nb.measures.resampling.bootstrap import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
)
from semshift_nb.names import count

NOTHING_LEFT = 1e-9
"""Residuals below this share of the ranks' own spread are rounding: the controls explain it all."""


def spearman(x: ArrayLike, y: ArrayLike) -> float:
    """Return Spearman's rank correlation.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        At least three pairs of finite numbers. Equal values share their mean rank.

    Returns
    -------
    float
        From -1 to 1.

    Raises
    ------
    InputError
        If the lengths differ, there are fewer than three pairs, a value is not finite, or all the
        values of one side are equal (they have no rank order).

    References
    ----------
    Spearman 1904: Pearson's correlation of the ranks.

    Examples
    --------
    >>> round(spearman([1, 2, 3, 4], [1, 2, 4, 3]), 6)
    0.8
    """
    left, right = _ranks(x, name="x"), _ranks(y, name="y")
    _check_same_length(left, right, name="y")
    return _cosine(left, right)


def partial_spearman(x: ArrayLike, y: ArrayLike, controls: ArrayLike) -> float:
    """Return the rank correlation of x and y with the controls held fixed.

    All are turned into ranks; what a straight line through the controls' ranks explains is taken
    out of the ranks of x and of y; the rest is correlated.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        Finite numbers. Equal values share their mean rank.
    controls : array-like of shape (n,) or (n, n_controls)
        What to hold fixed. At least ``n_controls + 3`` rows are needed.

    Returns
    -------
    float
        From -1 to 1.

    Raises
    ------
    InputError
        As `spearman`, or if the controls determine the order of x or of y, so that nothing is left.

    References
    ----------
    For one control z: ``(r_xy - r_xz r_yz) / sqrt((1 - r_xz^2) (1 - r_yz^2))`` of Spearman's r.

    Examples
    --------
    >>> round(partial_spearman([1, 2, 3, 4], [1, 2, 4, 3], [2, 1, 4, 3]), 6)
    0.666667
    """
    left, right = _ranks(x, name="x"), _ranks(y, name="y")
    _check_same_length(left, right, name="y")
    table = real_numbers(controls, name="controls")
    if table.ndim not in (1, 2) or 0 in table.shape:
        raise InputError(
            f"controls have shape {table.shape}, expected ({len(left)},) or one column for each."
        )
    columns = table[:, None] if table.ndim == 1 else table
    held = np.column_stack([_ranks(column, name="controls") for column in columns.T])
    _check_same_length(left, held, name="controls")
    if len(left) < held.shape[1] + 3:
        raise InputError(
            f"{count(len(left), 'row')} with {count(held.shape[1], 'control')}, expected "
            f"{held.shape[1] + 3} or more."
        )
    return _cosine(_residual(left, held, name="x"), _residual(right, held, name="y"))


def _ranks(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return the centred mean ranks of some finite numbers that are not all equal."""
    numbers = real_numbers(values, name=name)
    if numbers.ndim != 1 or len(numbers) < 3:
        raise InputError(f"{name} has shape {numbers.shape}, expected three numbers or more.")
    if not np.isfinite(numbers).all():
        n_bad = int((~np.isfinite(numbers)).sum())
        raise InputError(
            f"{name} holds {count(n_bad, 'value that is', 'values that are')} NaN or infinite; "
            "leave them out."
        )
    if (numbers == numbers[0]).all():
        raise InputError(f"{name} is {numbers[0]:g} everywhere: equal values have no rank order.")
    ranks: NDArray[np.float64] = stats.rankdata(numbers) - (len(numbers) + 1) / 2
    return ranks


def _check_same_length(left: NDArray[np.float64], right: NDArray[np.float64], *, name: str) -> None:
    """Refuse columns of different lengths."""
    if len(left) != len(right):
        raise InputError(
            f"x has {count(len(left), 'value')} and {name} has {len(right)}; expected as many."
        )


def _residual(
    ranks: NDArray[np.float64], held: NDArray[np.float64], *, name: str
) -> NDArray[np.float64]:
    """Return what a straight line through the (centred) controls leaves of some centred ranks."""
    slopes = np.linalg.lstsq(held, ranks)[0]
    rest: NDArray[np.float64] = ranks - held @ slopes
    if np.linalg.norm(rest) <= NOTHING_LEFT * np.linalg.norm(ranks):
        raise InputError(f"the controls determine the order of {name}: nothing is left of it.")
    return rest


def _cosine(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """Return the cosine of two centred columns, which is Pearson's correlation."""
    product = float(left @ right / (np.linalg.norm(left) * np.linalg.norm(right)))
    return min(max(product, -1.0), 1.0)


def bootstrap_spearman(
    x: ArrayLike,
    y: ArrayLike,
    *,
    controls: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a (partial) rank correlation with its percentile bootstrap interval.

    The same as `bootstrap_interval` with `spearman` or `partial_spearman`, some ten times as fast:
    a resample is a count for each row, and ranks follow from counts in the order of the values,
    which is worked out once.

    Parameters
    ----------
    x, y : array-like of shape (n,)
        Finite numbers.
    controls : array-like of shape (n,) or (n, n_controls), optional
        What to hold fixed; by default nothing.
    groups : array-like of shape (n,), optional
        The document of each row; whole documents are drawn. By default every row is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value`` (from -1 to 1), ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        As `spearman`, `partial_spearman` and `bootstrap_interval`.

    References
    ----------
    See `bootstrap_interval` and `partial_spearman`.

    Examples
    --------
    >>> bootstrap_spearman(range(20), range(20)).low
    1.0
    """
    value = spearman(x, y) if controls is None else partial_spearman(x, y, controls)
    columns = [real_numbers(column, name=name) for column, name in ((x, "x"), (y, "y"))]
    if controls is not None:
        columns.extend(real_numbers(controls, name="controls").reshape(len(columns[0]), -1).T)
    codes = group_codes(groups, n_rows=len(columns[0]))
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    # The ranks of a block of resamples take some 32 MiB.
    step = max(1, 2**22 // (len(codes) * len(columns)))
    resampled = [
        _correlations(columns, draws[block][:, codes].astype(np.float64))
        for block in blocks(n_resamples, rows=step)
    ]
    return percentile_interval(value, np.concatenate(resampled), level=level, n=len(codes))


def _correlations(
    columns: list[NDArray[np.float64]], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the correlation of the first two columns' ranks, the others held fixed, per resample.

    NaN where a column's values are all equal, or the controls leave nothing of x or y.
    """
    ranks = np.stack([_weighted_ranks(column, counts) for column in columns], axis=1)
    products = (ranks * counts[:, None, :]) @ ranks.transpose(0, 2, 1)
    own = np.diagonal(products, axis1=1, axis2=2)
    across = products[:, :2, 2:]
    explained: NDArray[np.float64] = (
        across @ np.linalg.pinv(products[:, 2:, 2:]) @ across.transpose(0, 2, 1)
    )
    rest: NDArray[np.float64] = products[:, :2, :2] - explained
    variances = np.diagonal(rest, axis1=1, axis2=2)
    defined = (own > 0).all(axis=1) & (variances > NOTHING_LEFT**2 * own[:, :2]).all(axis=1)
    found = np.full(len(counts), np.nan)
    found[defined] = rest[defined, 0, 1] / np.sqrt(variances[defined].prod(axis=1))
    bounded: NDArray[np.float64] = np.clip(found, -1, 1)
    return bounded


def _weighted_ranks(
    values: NDArray[np.float64], counts: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the centred mean ranks of one column in each resample, one for each original row."""
    _, kind, sizes = np.unique(values, return_inverse=True, return_counts=True)
    order = np.argsort(kind, kind="stable")
    up_to = np.cumsum(counts[:, order], axis=1)[:, np.cumsum(sizes) - 1]
    before = np.concatenate([np.zeros((len(counts), 1)), up_to[:, :-1]], axis=1)
    centred = (before + up_to - up_to[:, -1:]) / 2
    ranks: NDArray[np.float64] = centred[:, kind]
    return ranks
