"""Corrections whose directions are learnt from vectors."""

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, scaled_on_cpu
from semshift_nb.measures.correction import Correction
from semshift_nb.measures.spectral_figures import FLOOR, NO_SPREAD, no_direction


def fit_centring(embeddings: Array) -> Correction:
    """Return the correction that takes the mean of some vectors off.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.

    Returns
    -------
    Correction
        Named ``"centred"``.

    Raises
    ------
    InputError
        If there are fewer than two rows, or a value is NaN or infinite.

    References
    ----------
    Mu & Viswanath 2018, the first step of their algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> fit_centring(np.array([[1.0, 0.0], [0.0, 1.0]])).mean
    array([0.5, 0.5])
    """
    rows, scale = scaled_on_cpu(embeddings)
    return Correction("centred", scale * rows.mean(axis=0))


def fit_all_but_the_top(embeddings: Array, *, n_components: int | None = None) -> Correction:
    """Return the correction that takes the mean and the strongest directions out.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    n_components : int, optional
        How many directions; by default a hundredth of ``dim``, as the paper advises, at least 1.

    Returns
    -------
    Correction
        Named ``"all but the top 4"``; ``removed`` holds the directions.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, or
        ``n_components`` is not from 1 to one less than the directions in which they do.

    References
    ----------
    Mu & Viswanath 2018, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[2.0, 1.0], [-2.0, 1.0], [0.0, 1.1], [0.0, 0.9]])
    >>> abs(fit_all_but_the_top(rows).removed)
    array([[1., 0.]])
    """
    mean, sigma, directions = _principal(embeddings)
    n_wanted = max(1, round(len(mean) / 100)) if n_components is None else n_components
    _check_number(n_wanted, most=len(sigma) - 1, name="n_components")
    return Correction(f"all but the top {n_wanted}", mean, removed=directions[:n_wanted])


def fit_whitening(embeddings: Array, *, n_components: int | None = None) -> Correction:
    """Return the correction that makes the spread the same in every direction.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    n_components : int, optional
        How many of the strongest directions to keep; by default all in which the vectors differ,
        that is by more than 1e-6 of the strongest: what is weaker is a rounding error, and
        whitening would blow it up.

    Returns
    -------
    Correction
        Named ``"whitened"``, or ``"whitened 128"`` where a number was asked for.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, or
        ``n_components`` is not from 1 to the number of directions in which they do.

    References
    ----------
    Su et al. 2021 (whitening-k); Huang et al. 2021.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> abs(fit_whitening(rows)(rows)).round(6)
    array([[1., 0.],
           [1., 0.],
           [0., 1.],
           [0., 1.]])
    """
    mean, sigma, directions = _principal(embeddings)
    n_wanted = len(sigma) if n_components is None else n_components
    _check_number(n_wanted, most=len(sigma), name="n_components")
    name = "whitened" if n_components is None else f"whitened {n_wanted}"
    return Correction(name, mean, matrix=directions[:n_wanted].T / (sigma[:n_wanted] / sigma[0]))


def fit_principal_components(embeddings: Array, n: int, *, centred: bool = True) -> Correction:
    """Return the correction that keeps the principal components of some vectors.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    n : int
        How many components to keep, the strongest first.
    centred : bool, default True
        Whether to take the mean off first. Uncentred, the directions are those of the vectors
        themselves, and the cosines change as little as n dimensions allow.

    Returns
    -------
    Correction
        Named ``"PCA 128"`` (``"uncentred PCA 128"``).

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, or
        ``n`` is not from 1 to the number of directions in which they do.

    References
    ----------
    Jolliffe 2002, Principal Component Analysis.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> fit_principal_components(rows, 1)(rows[:2]).shape
    (2, 1)
    """
    mean, sigma, directions = _principal(embeddings, centred=centred)
    _check_number(n, most=len(sigma), name="n")
    return Correction(f"{'' if centred else 'uncentred '}PCA {n}", mean, matrix=directions[:n].T)


def _principal(
    embeddings: Array, *, centred: bool = True
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean, the singular values that are not 0 (to scale), and their directions."""
    rows, scale = scaled_on_cpu(embeddings)
    size = np.linalg.norm(rows)
    mean = rows.mean(axis=0) if centred else np.zeros(rows.shape[1])
    _, sigma, directions = np.linalg.svd(rows - mean, full_matrices=False)
    if sigma[0] <= NO_SPREAD * size:
        raise InputError(no_direction(len(rows)))
    n_real = int((sigma > FLOOR * sigma[0]).sum())
    return scale * mean, sigma[:n_real], directions[:n_real]


def _check_number(n: int, *, most: int, name: str) -> None:
    if not 1 <= n <= most:
        raise InputError(
            f"{name} is {n}, expected 1 to {most}, for the vectors differ in so many directions; "
            "fit it on more vectors, or ask for less."
        )
