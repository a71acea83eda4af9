"""The shift measures of every prefix of a text, in one walk over its sentences."""

from typing import NamedTuple

from semshift_nb.measures._arrays import Array, distances, namespace, unit_rows

_BLOCK = 16
"""Rows of a block: larger ones waste products above the diagonal, smaller ones waste calls."""


class PrefixShift(NamedTuple):
    """The measures of the prefixes of 1, 2, ..., k sentences, one array each.

    Attributes
    ----------
    local_evolution, dispersion, semantic_shift, dilution : array of shape (n_sentences,)
        What the functions of the same names give for the first ``i + 1`` sentences, in float64.
    """

    local_evolution: Array
    dispersion: Array
    semantic_shift: Array
    dilution: Array


def prefix_shift(embeddings: Array) -> PrefixShift:
    """Return the shift measures of every prefix of a text, in O(k d) from running sums.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Returns
    -------
    PrefixShift
        Four arrays of shape (n_sentences,), in the namespace of the input and in float64; element
        ``i`` belongs to the first ``i + 1`` sentences. The sums run in float64 and in blocks of
        rows, so that a text of 20,000 sentences needs little more than its vectors.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, local evolution, dispersion, semantic shift, Theorem 1.

    Examples
    --------
    >>> import numpy as np
    >>> prefix_shift(np.eye(3)).local_evolution
    array([0., 1., 2.])
    """
    rows = unit_rows(embeddings)
    xp = namespace(rows)
    k = xp.arange(1, rows.shape[0] + 1, dtype=xp.float64, device=rows.device)
    squared = _squared_prefix_lengths(rows)
    steps = distances(xp.vecdot(rows[:-1, :], rows[1:, :]))
    local = xp.concat([k[:1] * 0, xp.cumulative_sum(steps)])
    # k = 1 has no pair: its numerator is 0, and so is its dispersion. Rounding below 0 is set to 0.
    dispersion = xp.clip(k**2 - squared, 0.0, None) / (k * xp.clip(k - 1, 1.0, None))
    dilution = xp.clip(1 - xp.sqrt(squared) / k, 0.0, 1.0)
    return PrefixShift(local, dispersion, local * dispersion, dilution)


def _squared_prefix_lengths(rows: Array) -> Array:
    """Return ``|S_k|^2`` for every k: it grows by ``1 + 2 e_k . S_{k-1}`` with each unit row.

    Running sums row by row would be as few operations, but NumPy is slow at them; blocks of rows
    make matrix products of most of the work.
    """
    xp = namespace(rows)
    n_blocked = rows.shape[0] // _BLOCK * _BLOCK
    whole = xp.reshape(rows[:n_blocked, :], (-1, _BLOCK, rows.shape[1]))
    tail = rows[n_blocked:, :][None, :, :]
    first = _products_with_sum_before(whole, rows[0, :] * 0)
    last = _products_with_sum_before(tail, xp.sum(rows[:n_blocked, :], axis=0))
    # Where sentences cancel out, rounding may fall below 0.
    return xp.clip(xp.cumulative_sum(1 + 2 * xp.concat([first, last])), 0.0, None)


def _products_with_sum_before(batch: Array, total: Array) -> Array:
    """Return ``e_k . S_{k-1}`` for blocks (n_blocks, n_rows, dim) of rows that follow ``total``."""
    xp = namespace(batch)
    sums = xp.sum(batch, axis=1)
    before = xp.cumulative_sum(sums, axis=0) - sums + total
    across = (batch @ before[:, :, None])[:, :, 0]
    within = xp.sum(xp.tril(batch @ xp.matrix_transpose(batch), k=-1), axis=2)
    return xp.reshape(across + within, (-1,))
