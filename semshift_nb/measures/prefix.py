"""The shift measures of every prefix of a text, in one walk over its sentences."""

from typing import NamedTuple

from semshift_nb.measures._arrays import Array, blocks, namespace, unit_rows
from semshift_nb.measures.shift import distances


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
        rows, so that a text of 20,000 sentences needs no second array of its size.

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
    """Return ``|S_k|^2`` for every k."""
    xp = namespace(rows)
    total = rows[0, :] * 0
    squared = []
    for block in blocks(rows.shape[0]):
        sums = xp.cumulative_sum(rows[block, :], axis=0) + total
        squared.append(xp.vecdot(sums, sums))
        total = sums[-1, :]
    return xp.concat(squared)
