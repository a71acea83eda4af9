"""The interval of a mean pairwise distance, for which a resample's copies must not be compared."""

import array_api_compat
import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.measures._arrays import Array, unit_rows
from semshift_nb.measures._resampling import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
)
from semshift_nb.measures.concentration import mean_pairwise_distance


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
    of times document g of G was drawn, ``S_g`` the sum and ``n_g`` the number of its vectors, pairs
    across documents count ``c w_g w_h`` times and pairs within a document ``w_g`` times (once for
    each of its copies, none across them). On average ``w_g w_h`` is ``(G - 1) / G``, so with
    ``c = G / (G - 1)`` both kinds keep their share::

        sum of cosines  = c (|sum w_g S_g|^2 - sum w_g^2 |S_g|^2) + sum w_g (|S_g|^2 - n_g)
        number of pairs = c ((sum w_g n_g)^2 - sum w_g^2 n_g^2)   + sum w_g (n_g^2 - n_g)

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
    codes = group_codes(groups, n_rows=len(rows))
    sums = np.zeros((codes.max() + 1, rows.shape[1]))
    np.add.at(sums, codes, rows)
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed).astype(np.float64)
    resampled = _weighted_mpd(draws, sums, np.bincount(codes))
    return percentile_interval(mean_pairwise_distance(rows), resampled, level=level, n=len(rows))


def _weighted_mpd(
    weights: NDArray[np.float64], sums: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one mean pairwise distance per row of document weights; NaN where there is no pair."""
    squared = np.vecdot(sums, sums)
    pooled = weights @ sums
    share = len(sums) / (len(sums) - 1)
    cosines = share * (np.vecdot(pooled, pooled) - weights**2 @ squared)
    pairs = share * ((weights @ sizes) ** 2 - weights**2 @ sizes**2)
    cosines += weights @ (squared - sizes)
    pairs += weights @ (sizes**2 - sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance: NDArray[np.float64] = np.where(pairs > 0, 1 - cosines / pairs, np.nan)
    return np.clip(distance, 0, None)
