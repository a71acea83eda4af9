"""Rank correlation, and what is left of it when something else is held fixed."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from semshift_nb.errors import InputError

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
    table = np.asarray(controls, dtype=np.float64)
    columns = table[:, None] if table.ndim == 1 else table
    held = np.column_stack([_ranks(column, name="controls") for column in columns.T])
    _check_same_length(left, held, name="controls")
    if len(left) < held.shape[1] + 3:
        raise InputError(
            f"{len(left)} rows with {held.shape[1]} controls, expected {held.shape[1] + 3} or more."
        )
    return _cosine(_residual(left, held, name="x"), _residual(right, held, name="y"))


def _ranks(values: ArrayLike, *, name: str) -> NDArray[np.float64]:
    """Return the centred mean ranks of some finite numbers that are not all equal."""
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim != 1 or len(numbers) < 3:
        raise InputError(f"{name} has shape {numbers.shape}, expected three numbers or more.")
    if not np.isfinite(numbers).all():
        n_bad = int((~np.isfinite(numbers)).sum())
        raise InputError(f"{name} holds {n_bad} values that are NaN or infinite; leave them out.")
    if np.ptp(numbers) == 0:
        raise InputError(f"{name} is {numbers[0]:g} everywhere: equal values have no rank order.")
    ranks: NDArray[np.float64] = stats.rankdata(numbers) - (len(numbers) + 1) / 2
    return ranks


def _check_same_length(left: NDArray[np.float64], right: NDArray[np.float64], *, name: str) -> None:
    """Refuse columns of different lengths."""
    if len(left) != len(right):
        raise InputError(f"x has {len(left)} values and {name} has {len(right)}; expected as many.")


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
