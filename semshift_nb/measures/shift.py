"""How far the meaning of a text moves: local evolution, dispersion, dilution, the map of it."""

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import (
    ADDABLE,
    Array,
    distances,
    namespace,
    real_numbers,
    unit_rows,
    unit_vector,
)
from semshift_nb.validation import is_whole, shown


class TextShift:
    """The shift measures of one text whose sentences are brought to unit rows once.

    Each function below is one of these; who wants several of a text asks here.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Attributes
    ----------
    rows : array of shape (n_sentences, dim)
        The same in float64, of length one.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.
    """

    def __init__(self, embeddings: Array) -> None:
        self.rows = unit_rows(embeddings)

    @cached_property
    def adjacent_distances(self) -> Array:
        """See `adjacent_distances`."""
        rows = self.rows
        return distances(namespace(rows).vecdot(rows[:-1, :], rows[1:, :]))

    @property
    def local_evolution(self) -> float:
        """See `local_evolution`."""
        steps = self.adjacent_distances
        return float(namespace(steps).sum(steps))

    @property
    def mean_adjacent_distance(self) -> float:
        """See `mean_adjacent_distance`."""
        n_steps: int = self.adjacent_distances.shape[0]
        return self.local_evolution / max(n_steps, 1)

    @property
    def dispersion(self) -> float:
        """See `dispersion`."""
        k: int = self.rows.shape[0]
        scatter: float = max(k**2 - self._squared_length, 0.0)
        return scatter / (k * max(k - 1, 1))

    @property
    def semantic_shift(self) -> float:
        """See `semantic_shift`."""
        return self.local_evolution * self.dispersion

    @cached_property
    def cosines_to_pooled(self) -> Array:
        """See `cosines_to_pooled`."""
        length = math.sqrt(self._squared_length)
        if not length:
            return self.rows[:, 0] * 0
        return namespace(self.rows).clip(self.rows @ (self._total / length), -1.0, 1.0)

    @property
    def dilution(self) -> float:
        """See `dilution`."""
        cosines = self.cosines_to_pooled
        return float(namespace(cosines).mean(distances(cosines)))

    def discrepancy(self, text_embedding: Array) -> float:
        """See `discrepancy`."""
        namespace(self.rows, text_embedding)
        text = unit_vector(text_embedding, dim=self.rows.shape[1], name="text_embedding")
        return float(namespace(self.rows).mean(distances(self.rows @ text)))

    def prefixes(self) -> "PrefixShift":
        """See `prefix_shift`."""
        rows, steps = self.rows, self.adjacent_distances
        xp = namespace(rows)
        k = xp.arange(1, rows.shape[0] + 1, dtype=xp.float64, device=rows.device)
        squared = _squared_prefix_lengths(rows)
        local = xp.concat([k[:1] * 0, xp.cumulative_sum(steps)])
        # k = 1 has no pair: its numerator is 0, and its dispersion. Rounding below 0 is set to 0.
        dispersion = xp.clip(k**2 - squared, 0.0, None) / (k * xp.clip(k - 1, 1.0, None))
        dilution = xp.clip(1 - xp.sqrt(squared) / k, 0.0, 1.0)
        return PrefixShift(local, dispersion, local * dispersion, dilution)

    @cached_property
    def _total(self) -> Array:
        return namespace(self.rows).sum(self.rows, axis=0)

    @cached_property
    def _squared_length(self) -> float:
        """Return ``|S|^2`` of the sum of the rows."""
        return float(namespace(self.rows).vecdot(self._total, self._total))


def adjacent_distances(embeddings: Array) -> Array:
    """Return the cosine distance of each sentence to the next one.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Returns
    -------
    array of shape (n_sentences - 1,)
        ``1 - e_i . e_{i+1}`` in float64, from 0 (same direction) to 2 (opposite).

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    Examples
    --------
    >>> import numpy as np
    >>> adjacent_distances(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]]))
    array([1., 2.])
    """
    return TextShift(embeddings).adjacent_distances


def local_evolution(embeddings: Array) -> float:
    """Return the length of the path from sentence to sentence.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Returns
    -------
    float
        ``Local(k) = sum_{i<k} (1 - e_i . e_{i+1})``, from 0 to ``2 (k - 1)``; 0 for one sentence.
        It grows with the number of sentences: see `mean_adjacent_distance`.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, local evolution.

    Examples
    --------
    >>> import numpy as np
    >>> local_evolution(np.eye(4))
    3.0
    """
    return TextShift(embeddings).local_evolution


def mean_adjacent_distance(embeddings: Array) -> float:
    """Return the mean step from sentence to sentence, which length does not inflate.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Returns
    -------
    float
        ``Local(k) / (k - 1)``, from 0 to 2; 0 for one sentence, which takes no step.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, local evolution, divided by its number of terms.

    Examples
    --------
    >>> import numpy as np
    >>> mean_adjacent_distance(np.eye(4))
    1.0
    """
    return TextShift(embeddings).mean_adjacent_distance


def dispersion(embeddings: Array) -> float:
    """Return the mean cosine distance over all pairs of sentences.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows; their order does not matter.

    Returns
    -------
    float
        ``Disp(k) = (k^2 - |S|^2) / (k (k - 1))``, from 0 (all the same) to ``k / (k - 1)`` (they
        cancel out); 0 for one sentence. For rows that are nearly the same the difference is a
        rounding error of about 1e-16 that may fall below zero; it is set to 0 then.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, dispersion.

    Examples
    --------
    >>> import numpy as np
    >>> dispersion(np.eye(4))
    1.0
    """
    return TextShift(embeddings).dispersion


def semantic_shift(embeddings: Array) -> float:
    """Return how far a text moves and how widely: local evolution times dispersion.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.

    Returns
    -------
    float
        ``Shift(k) = Local(k) * Disp(k)``, at least 0; 0 for one sentence.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, semantic shift.

    Examples
    --------
    >>> import numpy as np
    >>> semantic_shift(np.eye(4))
    3.0
    """
    return TextShift(embeddings).semantic_shift


def dilution(embeddings: Array) -> float:
    """Return how far the sentences lie, on average, from their own pooled vector.

    It is worked out as it is defined, not by the identity of `dilution_from_dispersion`, so that
    the two can be compared.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows; their order does not matter.

    Returns
    -------
    float
        ``mean_i (1 - e_i . u)`` with ``u = S / |S|``, from 0 to 1. When the rows cancel out
        (``S = 0``) every ``u`` gives 1, and so 1 is returned.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1 (left-hand side).

    Examples
    --------
    >>> import numpy as np
    >>> round(dilution(np.eye(4)), 6)
    0.5
    """
    return TextShift(embeddings).dilution


def cosines_to_pooled(embeddings: Array) -> Array:
    """Return the cosine of each sentence with the direction of their sum.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows; their order does not matter.

    Returns
    -------
    array of shape (n_sentences,)
        ``e_i . u`` with ``u = S / |S|``, from -1 to 1 in float64; 0 when the rows cancel out.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1.

    Examples
    --------
    >>> import numpy as np
    >>> cosines_to_pooled(np.eye(4))
    array([0.5, 0.5, 0.5, 0.5])
    """
    return TextShift(embeddings).cosines_to_pooled


def discrepancy(embeddings: Array, text_embedding: Array) -> float:
    """Return how far the sentences lie, on average, from the model's own vector of the whole text.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows; their order does not matter.
    text_embedding : array of shape (dim,)
        The unit vector of the whole text, from the same encoder.

    Returns
    -------
    float
        ``mean_i (1 - e_i . f(text))``, from 0 to 2.

    Raises
    ------
    InputError
        If a vector is not finite and of length one (within 1e-3), or the shapes do not fit.

    References
    ----------
    Semantic shift, arXiv 2603.21437, discrepancy.

    Examples
    --------
    >>> import numpy as np
    >>> discrepancy(np.eye(2), np.array([1.0, 0.0]))
    0.5
    """
    return TextShift(embeddings).discrepancy(text_embedding)


def dilution_from_dispersion(
    dispersion: ArrayLike, n_sentences: ArrayLike
) -> float | NDArray[np.float64]:
    """Return the dilution that Theorem 1 gives for a dispersion and a number of sentences.

    Parameters
    ----------
    dispersion : float or array-like
        ``Disp(k)``, from 0 to ``k / (k - 1)``.
    n_sentences : int or array-like
        ``k``, at least 1.

    Returns
    -------
    float or ndarray
        ``1 - sqrt(1 - (k - 1) / k * Disp(k))``, from 0 to 1; a float for two numbers.

    Raises
    ------
    InputError
        If a number of sentences is below 1, or a dispersion lies outside its range (1e-9 beyond it
        is taken for rounding).

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1 (right-hand side).

    Examples
    --------
    >>> dilution_from_dispersion(1.0, 4)
    0.5
    """
    k = real_numbers(n_sentences, name="n_sentences", largest=ADDABLE)
    spread = real_numbers(dispersion, name="dispersion")
    if not np.all(k >= 1):
        raise InputError(f"n_sentences has a value of {k.min()}, expected 1 or more everywhere.")
    try:
        k, spread = np.broadcast_arrays(k, spread)
    except ValueError as error:
        raise InputError(
            f"dispersion has shape {spread.shape} and n_sentences {k.shape}, expected the same."
        ) from error
    # (k - 1) / k * Disp is 1 - (|S| / k)^2, so it lies in [0, 1] whatever the text.
    with np.errstate(invalid="ignore"):  # what is infinite is refused below
        lost = (k - 1) / k * spread
    if not np.all((lost >= -1e-9) & (lost <= 1 + 1e-9)):
        raise InputError("dispersion is NaN or outside 0 .. k / (k - 1); check what it came from.")
    result = 1 - np.sqrt(1 - np.clip(lost, 0, 1))
    return float(result) if np.ndim(result) == 0 else result


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
    return TextShift(embeddings).prefixes()


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


class BinnedDistances(NamedTuple):
    """Mean distances between runs of sentences.

    Attributes
    ----------
    edges : ndarray of int of shape (n_bins + 1,)
        Run ``a`` holds the sentences from ``edges[a]`` up to, not including, ``edges[a + 1]``.
    distances : array of shape (n_bins, n_bins)
        The mean of ``1 - e_i . e_j`` over i in run a and j in run b.
    """

    edges: NDArray[np.int64]
    distances: Array


def binned_distances(embeddings: Array, *, max_bins: int = 64) -> BinnedDistances:
    """Return the mean cosine distance between runs of sentences, without the full matrix.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    max_bins : int, default 64
        At most so many runs; they are of the same length, give or take one sentence. A text of no
        more sentences than that has one in each run, and the map is the exact one.

    Returns
    -------
    BinnedDistances
        Distances from 0 to 2, in the namespace of the input and in float64. A run is compared with
        itself over all its pairs, each sentence with itself included.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there is none, or ``max_bins`` is
        below 1.

    References
    ----------
    The mean over a cell is ``1 - S_a . S_b / (n_a n_b)``, S being the sum of a run: O(n d).

    Examples
    --------
    >>> import numpy as np
    >>> binned_distances(np.eye(4), max_bins=2).distances
    array([[0.5, 1. ],
           [1. , 0.5]])
    """
    if not is_whole(max_bins, least=1):
        raise InputError(f"max_bins is {shown(max_bins)}, expected at least 1 (64 is usual).")
    return bin_distances(unit_rows(embeddings), max_bins=int(max_bins))


def bin_distances(rows: Array, *, max_bins: int) -> BinnedDistances:
    """Do the same for rows in float64 that are of length one."""
    xp = namespace(rows)
    n_bins = min(max_bins, rows.shape[0])
    edges = np.arange(n_bins + 1) * rows.shape[0] // n_bins
    runs = zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)
    means = xp.stack([xp.mean(rows[start:stop, :], axis=0) for start, stop in runs])
    return BinnedDistances(edges, distances(means @ means.T))
