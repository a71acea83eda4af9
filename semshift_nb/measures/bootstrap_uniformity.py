"""The interval of a uniformity, for which a resample's copies must not be compared."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.measures._arrays import Array, blocks, rows_on_cpu
from semshift_nb.measures._potentials import log_potentials
from semshift_nb.measures._resampling import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
    weighted_pair_mean,
)
from semshift_nb.measures.anisotropy import uniformity


def bootstrap_uniformity(
    embeddings: Array,
    *,
    t: float = 2.0,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the uniformity of some texts with its interval.

    Pairs of a text and its own copy are left out as in `bootstrap_mean_pairwise_distance`. The
    potentials are worked out once, in blocks; a resample only weights them.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    t : float, default 2.0
        Sharpness of the potential.
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
        ``value`` (as `uniformity`), ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two documents,
        the lengths differ, or a setting is out of range.

    References
    ----------
    See `bootstrap_interval` and Wang & Isola 2020; the tests simulate the interval's coverage.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_uniformity(np.eye(8), n_resamples=100).value
    -4.0
    """
    rows = rows_on_cpu(embeddings)
    codes = group_codes(groups, n_rows=len(rows))
    value = uniformity(rows, t=t)
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed).astype(np.float64)
    # The rows of a document side by side, so that its columns can be added up as one run.
    order = np.argsort(codes, kind="stable")
    across, within = _weighted_sums(rows[order], codes[order], draws, t=t, offset=value)
    means = weighted_pair_mean(draws, across=across, within=within, sizes=np.bincount(codes))
    with np.errstate(divide="ignore"):
        # Nothing but underflow makes a mean of 0, which is left out as undefined.
        resampled = value + np.log(means)
    return percentile_interval(value, resampled, level=level, n=len(rows))


def _weighted_sums(
    rows: NDArray[np.float64],
    codes: NDArray[np.int64],
    weights: NDArray[np.float64],
    *,
    t: float,
    offset: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the potentials summed across documents, by resample, and within each document.

    All are divided by the exponential of ``offset``, their own mean, so that none can overflow.
    """
    starts = np.flatnonzero(np.diff(codes, prepend=-1))
    across, within = np.zeros(len(weights)), np.zeros(len(starts))
    for block in blocks(len(rows)):
        potentials = np.exp(log_potentials(rows, block, t=t) - offset)
        by_document = np.add.reduceat(potentials, starts, axis=1)
        places, own = np.arange(len(by_document)), codes[block]
        np.add.at(within, own, by_document[places, own])
        by_document[places, own] = 0
        across += np.vecdot(weights @ by_document.T, weights[:, own])
    return across, within
