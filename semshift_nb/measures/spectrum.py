"""The singular values of a set of embeddings, and any one figure they decide."""

from typing import Any

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, namespace, scaled_rows
from semshift_nb.measures.spectral_figures import FIGURES, NO_SPREAD, Spectrum, no_direction


def singular_values(embeddings: Array, *, centred: bool = True) -> Array:
    """Return the singular values of a set of embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two. float16 and whole numbers are converted to float64
        exactly (a whole number from 2**53 on is refused).
    centred : bool, default True
        Whether to take the mean vector off first; what is left is the spread around it.

    Returns
    -------
    array of shape (min(n_texts, dim),)
        At least 0, the greatest first, in the namespace of the input and in float64. Centred, the
        last is 0 where there are no more texts than dimensions. A turn of the space or another
        order of the rows changes none; all are in proportion to the vectors' size.

    Raises
    ------
    InputError
        If there are fewer than two rows, or a value is NaN or infinite.

    References
    ----------
    The squares, divided by ``n_texts - 1``, are the variances along the principal components.

    Examples
    --------
    >>> import numpy as np
    >>> singular_values(np.diag([3.0, 4.0]), centred=False)
    array([4., 3.])
    """
    rows, scale = scaled_rows(embeddings, min_rows=2)
    return scale * _sigma(rows, centred=centred)


def spectrum_of(embeddings: Array, *, centred: bool) -> Spectrum:
    """Return the singular values as shares of the greatest, or refuse rows without spread.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    centred : bool
        Whether to take the mean vector off first.

    Returns
    -------
    Spectrum
        On the host, in float64.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ
        (uncentred: are zero).

    Examples
    --------
    >>> import numpy as np
    >>> spectrum_of(np.diag([3.0, 4.0]), centred=False).shares
    array([1.  , 0.75])
    """
    rows, _ = scaled_rows(embeddings, min_rows=2)
    n_texts, dim = rows.shape
    size = float(namespace(rows).linalg.matrix_norm(rows))
    sigma = _sigma(rows, centred=centred)
    if float(sigma[0]) <= NO_SPREAD * size:
        raise InputError(no_direction(n_texts))
    return Spectrum.of(sigma, n_texts=n_texts, dim=dim, centred=centred)


def figure_of(embeddings: Array, name: str, *, centred: bool = True) -> float:
    """Return one figure of the spectrum of some embeddings, or say why there is none.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    name : str
        As in `spectral_figures`.
    centred : bool, default True
        Whether to take the mean vector off first.

    Returns
    -------
    float
        The figure.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, the rows do not differ, or the
        figure has no value for them.

    Examples
    --------
    >>> import numpy as np
    >>> figure_of(np.diag([3.0, 3.0, 3.0]), "stable_rank", centred=False)
    3.0
    """
    figure = FIGURES[name](spectrum_of(embeddings, centred=centred))
    if isinstance(figure, str):
        raise InputError(figure)
    return figure


def _sigma(rows: Array, *, centred: bool) -> Any:  # noqa: ANN401
    xp = namespace(rows)
    return xp.linalg.svdvals(rows - xp.mean(rows, axis=0) if centred else rows)
