"""How closely a set of embeddings crowds together."""

from typing import Any

from semshift_nb.measures._arrays import Array, blocks, check_matrix, unit_scale, without_gradients

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
