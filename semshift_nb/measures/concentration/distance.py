"""The interval of a mean pairwise distance, for which a resample's copies must not be compared."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import (
    ADDABLE,
    Array,
    blocks,
    check_matrix,
    real_numbers,
    rows_on_cpu,
    unit_scale,
    without_gradients,
)
from semshift_nb.measures.resampling.bootstrap import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
    weighted_pair_mean,
)

EXACT_ROWS = 8192
"""Up to so many rows float64 costs nothing worth saving, and near-identical rows need it."""


def mean_pairwise_distance(embeddings: Array) -> float:
    """Return the mean cosine distance over all pairs of embeddings, exact and in one pass.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows; a memory-mapped array is read once, block by block.

    Returns
    -------
    float
        ``MPD = 1 - (|sum e|^2 - n) / (n (n - 1))``, from 0 (all in one place) to ``n / (n - 1)``;
        the mean cosine is ``1 - MPD``. Up to 8,192 rows it is worked out in float64 (error about
        1e-15); beyond, float32 rows are summed in float32 within a block of 1,024 rows and in
        float64 across blocks (error below 1e-7, at the speed of a plain sum). A rounding error
        below zero is set to 0.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there are fewer than two.

    References
    ----------
    The formula sums over all pairs at once: |sum e|^2 = n + sum_{i != j} e_i . e_j.

    Examples
    --------
    >>> import numpy as np
    >>> mean_pairwise_distance(np.eye(5))
    1.0
    """
    xp = check_matrix(embeddings, min_rows=2)
    n: int = embeddings.shape[0]
    dtype = xp.float32 if n > EXACT_ROWS and embeddings.dtype == xp.float32 else xp.float64
    total = _unit_sum(xp, embeddings, dtype=dtype)
    return max(n**2 - float(xp.vecdot(total, total)), 0.0) / (n * (n - 1))


def _unit_sum(xp: Any, embeddings: Array, *, dtype: Any) -> Array:  # noqa: ANN401
    """Return the sum of the rows, each brought to length one, in float64."""
    total = xp.zeros(embeddings.shape[1], dtype=xp.float64, device=embeddings.device)
    for block in blocks(embeddings.shape[0]):
        rows = xp.astype(without_gradients(embeddings[block, :]), dtype, copy=False)
        total = total + xp.astype(unit_scale(xp, rows, first_row=block.start) @ rows, xp.float64)
    return total


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
    such pairs would pull every resample below the value. They are left out, and the others weighted
    so that pairs within documents and across them keep their share. With ``w_g`` the number of
    times document g of G was drawn, ``S_g`` the sum and ``n_g`` the number of its vectors, and
    ``c = G / (G - 1)``::

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
    rows = rows_on_cpu(embeddings)
    codes = group_codes(groups, n_rows=len(rows))
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    resampled = _resampled(rows, codes, draws)
    return percentile_interval(mean_pairwise_distance(rows), resampled, level=level, n=len(rows))


def bootstrap_distance_contrast(
    embeddings: Sequence[Array],
    coefficients: Sequence[float],
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a sum of mean pairwise distances, each times a coefficient, with its paired interval.

    The same documents are drawn for all terms, so what they have in common cancels out: the
    interval of a difference is most often far narrower than those of its terms suggest.

    Parameters
    ----------
    embeddings : sequence of arrays of shape (n_texts, dim)
        Unit rows; row i of each is a version of the same text (cut shorter, read at another
        temperature, by another encoder). Their dimensions may differ.
    coefficients : sequence of float
        One for each array: ``(1, -1)`` is a difference, ``(1, -1, -1, 1)`` one of differences.
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
        ``value``, ``low``, ``high`` and ``n``, the number of texts in each array.

    Raises
    ------
    InputError
        If rows are not finite unit vectors (within 1e-3), the arrays differ in number of rows or
        from the coefficients in number, there are fewer than two documents, or a setting is out of
        range.

    References
    ----------
    See `bootstrap_mean_pairwise_distance`; the draws are those it makes with the same seed.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_distance_contrast([np.eye(4), np.eye(4)], (1, -1))
    Interval(value=0.0, low=0.0, high=0.0, n=4)
    """
    if not isinstance(embeddings, list | tuple):
        raise InputError(
            f"embeddings are {type(embeddings).__name__}, expected a list of arrays, one a term."
        )
    factors = real_numbers(coefficients, name="coefficients", largest=ADDABLE)
    if not embeddings or factors.shape != (len(embeddings),):
        raise InputError(
            f"{len(embeddings)} arrays came with {factors.size} coefficients, expected one "
            "for each, and at least one."
        )
    terms = [rows_on_cpu(array) for array in embeddings]
    if len({len(rows) for rows in terms}) > 1:
        raise InputError(
            f"the arrays have {', '.join(str(len(rows)) for rows in terms)} rows, expected as many "
            "in each: row i is the same text in all of them."
        )
    codes = group_codes(groups, n_rows=len(terms[0]))
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    values = [mean_pairwise_distance(rows) for rows in terms]
    resampled = factors @ [_resampled(rows, codes, draws) for rows in terms]
    value = float(factors @ values)
    return percentile_interval(value, resampled, level=level, n=len(codes))


def _resampled(
    rows: NDArray[np.float64], codes: NDArray[np.int64], draws: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean pairwise distance of each resample."""
    sums = np.zeros((codes.max() + 1, rows.shape[1]))
    np.add.at(sums, codes, rows)
    return _weighted_mpd(draws.astype(np.float64), sums, np.bincount(codes))


def _weighted_mpd(
    weights: NDArray[np.float64], sums: NDArray[np.float64], sizes: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return one mean pairwise distance per row of document weights; NaN where there is no pair."""
    squared = np.vecdot(sums, sums)
    pooled = weights @ sums
    cosines = weighted_pair_mean(
        weights,
        across=np.vecdot(pooled, pooled) - weights**2 @ squared,
        within=squared - sizes,
        sizes=sizes,
    )
    return np.clip(1 - cosines, 0, None)
