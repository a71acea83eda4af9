"""Hubs: texts that are among the nearest neighbours of far too many others."""

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, check_matrix, namespace
from semshift_nb.measures.neighbours.neighbours import other_neighbours
from semshift_nb.validation import is_whole


def k_occurrence(embeddings: Array, *, k: int = 10) -> Array:
    """Return among how many texts' k nearest neighbours each text is.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows, at least ``k + 1``.
    k : int, default 10
        How many neighbours of each text count, itself left out.

    Returns
    -------
    array of int of shape (n_texts,)
        From 0 (an orphan: nobody finds it) to ``n_texts - 1``; ``k`` on average. Of exact ties the
        text that comes first is the neighbour, so that of many copies the first become hubs.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or ``k`` is not from 1 to
        ``n_texts - 1``.

    References
    ----------
    Radovanović et al. 2010, Hubs in space: N_k.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    >>> k_occurrence(rows, k=1)
    array([1, 2, 0])
    """
    xp = namespace(embeddings)
    found = other_neighbours(embeddings, k)
    texts, times = xp.unique_counts(xp.reshape(found, (-1,)))
    counts = xp.zeros(embeddings.shape[0], dtype=xp.int64, device=embeddings.device)
    counts[texts] = times
    return counts


def hubness(embeddings: Array, *, k: int = 10) -> float:
    """Return how lopsided it is which texts are found as neighbours.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows, at least ``2 k + 1``, for with fewer most texts are neighbours of most; some
        hundred, for the skewness of n numbers scatters by about ``sqrt(6 / n)`` and more.
    k : int, default 10
        How many neighbours of each text count, itself left out.

    Returns
    -------
    float
        The skewness of `k_occurrence`, from ``-sqrt(n)`` to ``sqrt(n)``: about 0 in few dimensions,
        where every text is found about as often; about 1 for 1,500 sentences of the bundled model
        and 7 of a static one, where a few texts are found by very many. 0 where all are found
        equally often. Neither a turn of the space nor another order of the rows changes it (but for
        exact ties); vectors of another length are refused.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), ``k`` is less than 1, or there are
        fewer than ``2 k + 1`` texts.

    References
    ----------
    Radovanović et al. 2010, equation 1: S_Nk. It rises with the number of texts and of dimensions
    wherever the directions have a mean (even directions have no hubs): compare only sets of the
    same number. Known failure: exact ties (copies, orthogonal rows) make
    hubs of what comes first.

    Examples
    --------
    >>> import numpy as np
    >>> turns = np.arange(50) * 2 * np.pi / 50 + 0.001 * np.arange(50)
    >>> abs(hubness(np.column_stack([np.cos(turns), np.sin(turns)]), k=10)) < 1
    True
    """
    check_matrix(embeddings)
    n: int = embeddings.shape[0]
    if is_whole(k, most=2**62) and n < 2 * int(k) + 1:
        raise InputError(
            f"{n} texts and k = {k}, expected at least {2 * int(k) + 1} texts: with fewer, most "
            "are neighbours of most and there is no room for hubs."
        )
    counts = k_occurrence(embeddings, k=k)
    xp = namespace(counts)
    return skewness(xp.astype(counts, xp.float64))


def skewness(values: Array) -> float:
    """Return the third standardised moment of some numbers, 0 where they are equal.

    Parameters
    ----------
    values : array of shape (n,)
        Floating-point numbers.
    """
    xp = namespace(values)
    apart = values - xp.mean(values)
    variance = float(xp.mean(apart**2))
    return float(xp.mean(apart**3)) / variance**1.5 if variance > 0 else 0.0
