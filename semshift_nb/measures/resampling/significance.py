"""Whether a difference between paired values is more than chance, and what many looks cost."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import ADDABLE, real_numbers
from semshift_nb.validation import check_whole, is_whole, shown

_MOST_FLIPS = 10**9
"""Some minutes for a hundred pairs."""

_BLOCK = 2**22
"""Signs held at a time: 32 MiB of them, however many pairs there are."""

_ROUNDING = 1e-12
"""Sums closer than this share of the whole are equal: they were only added in another order."""


def permutation_test_paired(
    a: ArrayLike, b: ArrayLike, *, n_resamples: int = 9999, seed: int = 0
) -> float:
    """Return the two-sided p-value of a mean difference between paired values.

    If a and b were exchangeable, each pair could as well have come the other way round. The pairs
    are flipped at random, and the p-value is the share of flips that give a difference of means at
    least as large as the one found. Where there are so few differences that all their flips can be
    gone through, they are, and the p-value is exact; otherwise the pairs as they are count as one
    more flip, so that it is never zero.

    Parameters
    ----------
    a, b : array-like of shape (n,)
        Finite numbers, pair by pair.
    n_resamples : int, default 9999
        How many flips to draw, or the most to go through.
    seed : int, default 0
        Seed of the draws; the same seed gives the same p-value.

    Returns
    -------
    float
        Above 0 and up to 1; 1 where no pair differs.

    Raises
    ------
    InputError
        If the lengths differ, there is no pair, a value is not finite or ``n_resamples`` is below
        1.

    References
    ----------
    Fisher 1935; Smucker, Allan, Carterette 2007 compare it with other tests for retrieval.

    Examples
    --------
    >>> permutation_test_paired([1.0, 2.0, 3.0], [0.0, 0.0, 0.0])
    0.25
    """
    differences = _differences(a, b)
    seed = check_whole(seed, "seed", least=0)
    if not is_whole(n_resamples, least=1, most=_MOST_FLIPS):
        raise InputError(
            f"n_resamples is {shown(n_resamples)}, expected at least 1 (9999 is usual) and at most "
            f"{_MOST_FLIPS}."
        )
    n_resamples = int(n_resamples)
    # A pair without a difference is the same both ways round.
    differences = differences[differences != 0]
    if not len(differences):
        return 1.0
    least = abs(differences.sum()) - _ROUNDING * np.abs(differences).sum()
    exact = len(differences) < 63 and 2 ** len(differences) <= n_resamples
    flips = (
        _all_signs(len(differences)) if exact else _some_signs(len(differences), n_resamples, seed)
    )
    n_large, n_flips = (0, 0) if exact else (1, 1)
    for signs in flips:
        n_large += int((np.abs(signs @ differences) >= least).sum())
        n_flips += len(signs)
    return n_large / n_flips


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """Return p-values adjusted for the number of tests, by Holm's method.

    Parameters
    ----------
    p_values : array-like of shape (n,)
        One p-value a test; there may be none.

    Returns
    -------
    ndarray of shape (n,)
        In the order of the tests, each from its own p-value up to 1. Calling all those significant
        that are at most alpha is wrong about any of them with a probability of at most alpha,
        however the tests depend on one another.

    Raises
    ------
    InputError
        If a value is not between 0 and 1, or there is more than one dimension.

    References
    ----------
    Holm 1979, "A simple sequentially rejective multiple test procedure".

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = real_numbers(p_values, name="p_values")
    if values.ndim != 1 or not ((values >= 0) & (values <= 1)).all():
        raise InputError(
            f"p_values are {shown(p_values)}, expected one column of numbers from 0 to 1; leave "
            "out the tests that have none."
        )
    order = np.argsort(values, kind="stable")
    adjusted = np.empty_like(values)
    # The smallest is multiplied by n, the next by n - 1, ...; none may fall below the one before.
    steps = values[order] * np.arange(len(values), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _differences(a: ArrayLike, b: ArrayLike) -> NDArray[np.float64]:
    left, right = (
        real_numbers(values, name=name, largest=ADDABLE) for values, name in ((a, "a"), (b, "b"))
    )
    if left.ndim != 1 or left.shape != right.shape or not len(left):
        raise InputError(
            f"a and b have shapes {left.shape} and {right.shape}, expected two columns of the same "
            "length, at least 1: the values of the same things, in the same order."
        )
    return left - right


def _all_signs(n: int) -> Iterator[NDArray[np.float64]]:
    """Yield every row of n signs."""
    rows = max(1, _BLOCK // n)
    for start in range(0, 2**n, rows):
        numbers = np.arange(start, min(start + rows, 2**n))
        yield _signs((numbers[:, None] >> np.arange(n)) & 1)


def _some_signs(n: int, n_rows: int, seed: int) -> Iterator[NDArray[np.float64]]:
    """Yield rows of n signs drawn at random."""
    rng = np.random.default_rng(seed)
    rows = max(1, _BLOCK // n)
    for start in range(0, n_rows, rows):
        drawn = rng.integers(0, 2, size=(min(rows, n_rows - start), n), dtype=np.int8)
        yield _signs(drawn)


def _signs(bits: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    return 1 - 2 * bits.astype(np.float64)
