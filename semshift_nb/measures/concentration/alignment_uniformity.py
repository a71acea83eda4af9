"""How close texts that mean alike lie, and how evenly all fill the sphere (Wang and Isola)."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import (
    Array,
    blocks,
    check_matrix,
    namespace,
    on_host,
    rows_on_cpu,
    unit_rows,
    unit_scale,
    without_gradients,
)
from semshift_nb.measures.concentration.distance import EXACT_ROWS, mean_pairwise_distance
from semshift_nb.measures.resampling.bootstrap import (
    Interval,
    bootstrap_mean,
    draw_documents,
    group_codes,
    percentile_interval,
    weighted_pair_mean,
)
from semshift_nb.validation import is_real, shown

_MOST_POWER = 500
"""Up to it the powers of distances, which go to 2, can be added up in float64."""


def alignment(x: Array, y: Array, *, alpha: float = 2.0) -> float:
    """Return the mean distance of positive pairs, to a power.

    Read it beside `uniformity`: a model that puts everything in one place is perfectly aligned.

    Parameters
    ----------
    x, y : array of shape (n_pairs, dim)
        Unit rows; row i of ``x`` and row i of ``y`` are a pair. One pair suffices for a value, some
        hundred for a narrow interval (`bootstrap_alignment`).
    alpha : float, default 2.0
        The power; the paper's is 2.

    Returns
    -------
    float
        ``mean |x_i - y_i|^alpha``, from 0 (pairs coincide) to ``2^alpha`` (they are opposite); with
        the paper's power it is twice the mean cosine distance, and pairs at random in a space
        without a common direction have 2. No turn of the space changes it, nor another order of
        the pairs; vectors of another length are refused.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the shapes differ, or ``alpha`` is
        not a positive number.

    References
    ----------
    Wang & Isola 2020, equation of the alignment loss. Known failure: pairs that share words are
    close for any model, so that easy positives flatter a poor one.

    Examples
    --------
    >>> import numpy as np
    >>> alignment(np.eye(3), np.eye(3)[[0, 2, 1]]).__round__(6)
    1.333333
    """
    distances = _pair_distances(x, y, alpha=alpha)
    return float(namespace(distances).mean(distances))


def bootstrap_alignment(
    x: Array,
    y: Array,
    *,
    alpha: float = 2.0,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the alignment of positive pairs with its interval.

    Parameters
    ----------
    x, y : array of shape (n_pairs, dim)
        Unit rows; row i of ``x`` and row i of ``y`` are a pair.
    alpha : float, default 2.0
        The power of the distance.
    groups : array-like of shape (n_pairs,), optional
        The document of each pair; whole documents are drawn. By default every pair is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value`` (as `alignment`), ``low``, ``high`` and ``n``, the number of pairs.

    Raises
    ------
    InputError
        As `alignment`, or if there are fewer than two documents, the lengths differ, or a setting
        is out of range.

    References
    ----------
    See `bootstrap_mean`.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_alignment(np.eye(4), np.eye(4))
    Interval(value=0.0, low=0.0, high=0.0, n=4)
    """
    values = on_host(_pair_distances(x, y, alpha=alpha))
    return bootstrap_mean(values, groups=groups, n_resamples=n_resamples, level=level, seed=seed)


def _pair_distances(x: Array, y: Array, *, alpha: float) -> Array:
    if not (is_real(alpha, most=_MOST_POWER) and alpha > 0):
        raise InputError(f"alpha is {shown(alpha)}, expected a positive number (2 is the paper's).")
    namespace(x, y)
    first, second = unit_rows(x, name="x"), unit_rows(y, name="y")
    if first.shape != second.shape:
        raise InputError(
            f"x has shape {tuple(first.shape)} and y {tuple(second.shape)}, expected the same: row "
            "i of one and row i of the other are a pair."
        )
    # From differences, not from 2 - 2 cos: of pairs that almost coincide no digit is lost.
    return namespace(first).linalg.vector_norm(first - second, axis=1) ** float(alpha)


_SHARPEST = 1e100
"""Products of four times that with anything here are numbers of float64."""


def check_sharpness(t: float) -> float:
    """Return a ``t`` as Python's number, or refuse what is not positive."""
    if not (is_real(t, most=_SHARPEST) and t > 0):
        raise InputError(f"t is {shown(t)}, expected a positive number (2 is the paper's).")
    return float(t)


def log_gaussian_kernel(rows: Array, block: slice, *, t: float) -> Array:
    """Return ``-t |x_i - x_j|^2`` for a block of unit rows against all of them.

    The result has shape (n_block, n_rows); where a row meets itself it is minus infinity.
    """
    xp = namespace(rows)
    # Equal rows may come out a rounding error closer than is possible.
    exponents = xp.clip(2 * t * (rows[block, :] @ rows.T - 1), None, 0.0)
    places = xp.arange(block.start, block.stop, device=rows.device)
    exponents[places - block.start, places] = -math.inf
    return exponents


_GENTLE = 4.0
"""Up to this sharpness no potential leaves the range of float32, nor is its error above 1e-6."""

_WIDE = 150.0
"""Up to this sharpness no potential leaves the range of float64."""


def mean_cosine(embeddings: Array) -> float:
    """Return the mean cosine over all pairs of embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.

    Returns
    -------
    float
        ``1 - MPD``, from ``-1 / (n - 1)`` (they cancel out) to 1 (all in one place); about 0 for
        directions drawn evenly from the sphere. Precision as `mean_pairwise_distance`.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there are fewer than two.

    References
    ----------
    Ethayarajh 2019 (average cosine similarity as anisotropy); Li et al. 2020 (BERT-flow).

    Examples
    --------
    >>> import numpy as np
    >>> mean_cosine(np.eye(5))
    0.0
    """
    return 1 - mean_pairwise_distance(embeddings)


def uniformity(embeddings: Array, *, t: float = 2.0) -> float:
    """Return how evenly embeddings fill the sphere, by the Gaussian potential of their pairs.

    Where the mean distance weighs all pairs alike, this looks at the close ones: a space of tight
    clusters has a large mean distance and a poor uniformity.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    t : float, default 2.0
        Sharpness of the potential; the paper's is 2.

    Returns
    -------
    float
        ``log mean_{i != j} exp(-t |x_i - x_j|^2)``, from ``-4 t`` to 0 (all in one place); lower
        is more even: orthogonal rows have ``-2 t``, and so, nearly, have healthy models (the
        bundled one's sentences -3.8), collapsed ones lie above -1. Exact up to rounding, each pair
        taken once, in tiles, so that n vectors never need n^2 numbers at once. Up to 8,192 rows it
        is worked out in float64 (error about 1e-14); beyond, rows of less than float64 in float32
        with sums in float64 (error below 1e-6; for ``t`` above 4 in float64, too). Neither a turn
        of the space nor another order of the rows changes it; vectors of another length are
        refused. Two rows suffice for a value; its interval tells how much it is worth
        (`bootstrap_uniformity`).

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two, or ``t`` is
        not a positive number.

    References
    ----------
    Wang & Isola 2020, equation of the uniformity loss, over pairs of different texts. Known
    failure: copies of one text are pairs in one place, and a few of many rule the mean.

    Examples
    --------
    >>> import numpy as np
    >>> uniformity(np.eye(5))
    -4.0
    """
    t = check_sharpness(t)
    rows = _scaled(embeddings, t=t)
    xp = namespace(rows)
    n: int = rows.shape[0]
    log_sum = _log_sum if t <= _WIDE else _log_sum_exp
    parts = xp.stack([log_sum(xp, tile) for tile in _tiles(xp, rows)])
    # The tiles hold 2 t cos, of which 2 t is still to be taken off, and each pair once.
    value = float(_log_sum_exp(xp, parts)) - 2 * t - math.log(n * (n - 1) / 2)
    return min(value, 0.0)


def _scaled(embeddings: Array, *, t: float) -> Array:
    """Return unit rows times the root of 2 t, so that their products are 2 t cos."""
    xp = check_matrix(embeddings, min_rows=2)
    narrow = embeddings.shape[0] > EXACT_ROWS and embeddings.dtype != xp.float64 and t <= _GENTLE
    if not narrow:
        return unit_rows(embeddings, min_rows=2) * math.sqrt(2 * t)
    rows = xp.astype(without_gradients(embeddings), xp.float32, copy=True)
    rows *= (math.sqrt(2 * t) * unit_scale(xp, rows))[:, None]
    return rows


def _tiles(xp: Any, rows: Array) -> Iterator[Array]:  # noqa: ANN401
    """Yield the products of all pairs, each pair once, in tiles; what is no pair is -infinity."""
    for block in blocks(rows.shape[0]):
        for across in blocks(rows.shape[0]):
            alone = across == block and block.stop - block.start == 1
            if across.start < block.start or alone:
                continue
            tile = rows[block, :] @ rows[across, :].T
            if across.start == block.start:
                above = xp.triu(xp.ones_like(tile), k=1)
                tile = xp.where(above > 0, tile, xp.full_like(tile, -math.inf))
            yield tile


def _log_sum(xp: Any, exponents: Array) -> Any:  # noqa: ANN401
    """Return the logarithm of the sum of exponentials that cannot leave the numbers' range."""
    by_row = xp.sum(xp.exp(exponents), axis=1)
    return xp.log(xp.sum(xp.astype(by_row, xp.float64, copy=False)))


def _log_sum_exp(xp: Any, exponents: Array) -> Any:  # noqa: ANN401
    """Return the logarithm of the sum of exponentials, which themselves may underflow."""
    largest = xp.max(exponents)
    return largest + xp.log(xp.sum(xp.exp(exponents - largest)))


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
    t = check_sharpness(t)
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
        potentials = np.exp(log_gaussian_kernel(rows, block, t=t) - offset)
        by_document = np.add.reduceat(potentials, starts, axis=1)
        places, own = np.arange(len(by_document)), codes[block]
        np.add.at(within, own, by_document[places, own])
        by_document[places, own] = 0
        across += np.vecdot(weights @ by_document.T, weights[:, own])
    return across, within
