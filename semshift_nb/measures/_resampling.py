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


def weighted_pair_mean(
    weights: NDArray[np.float64],
    *,
    across: NDArray[np.float64],
    within: NDArray[np.float64],
    sizes: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the mean of a symmetric kernel over pairs of texts, one for each resample.

    A resample holds some documents twice. Pairs of a text and its own copy are no pairs, so copies
    of a document are not compared with each other: with ``w_g`` the number of times document g of G
    was drawn, pairs within it count ``w_g`` times (once in each copy) and pairs across documents
    ``c w_g w_h`` times. On average ``w_g w_h`` is ``(G - 1) / G``, so with ``c = G / (G - 1)`` both
    kinds keep their share.

    ``weights`` has shape (n_resamples, G); ``across`` of shape (n_resamples,) holds
    ``sum_{g != h} w_g w_h K_gh`` and ``within`` of shape (G,) holds ``K_gg`` without the texts'
    pairs with themselves, ``K_gh`` being the sum of the kernel over the pairs of two documents. NaN
    where a resample has no pair.
    """
    share = len(sizes) / (len(sizes) - 1)
    pairs = share * ((weights @ sizes) ** 2 - weights**2 @ sizes**2)
    pairs += weights @ (sizes**2 - sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: NDArray[np.float64] = (share * across + weights @ within) / pairs
    return np.where(pairs > 0, means, np.nan)


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
