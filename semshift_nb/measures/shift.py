"""How far the meaning of a text moves: local evolution, dispersion, and what pooling dilutes."""

import math

from semshift_nb.measures._arrays import Array, distances, namespace, unit_rows, unit_vector


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
    rows = unit_rows(embeddings)
    return distances(namespace(rows).vecdot(rows[:-1, :], rows[1:, :]))


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
    steps = adjacent_distances(embeddings)
    return float(namespace(steps).sum(steps))


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
    steps = adjacent_distances(embeddings)
    n_steps: int = steps.shape[0]
    return float(namespace(steps).sum(steps)) / max(n_steps, 1)


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
    rows = unit_rows(embeddings)
    k: int = rows.shape[0]
    scatter: float = max(k**2 - _squared_length(rows), 0.0)
    return scatter / (k * max(k - 1, 1))


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
    return local_evolution(embeddings) * dispersion(embeddings)


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
    cosines = cosines_to_pooled(embeddings)
    return float(namespace(cosines).mean(distances(cosines)))


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
    rows = unit_rows(embeddings)
    xp = namespace(rows)
    total = xp.sum(rows, axis=0)
    length = math.sqrt(_squared_length(rows))
    return xp.clip(rows @ (total / length), -1.0, 1.0) if length else rows[:, 0] * 0


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
    rows = unit_rows(embeddings)
    text = unit_vector(text_embedding, dim=rows.shape[1], name="text_embedding")
    return float(namespace(rows).mean(distances(rows @ text)))


def _squared_length(rows: Array) -> float:
    """Return ``|S|^2`` of the sum of the rows."""
    xp = namespace(rows)
    total = xp.sum(rows, axis=0)
    return float(xp.vecdot(total, total))
