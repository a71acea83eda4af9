"""The dilution identity: what pooling loses is a function of dispersion and length alone."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError


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
    k = np.asarray(n_sentences, dtype=np.float64)
    if not np.all(k >= 1):
        raise InputError(f"n_sentences has a value of {k.min()}, expected 1 or more everywhere.")
    # (k - 1) / k * Disp is 1 - (|S| / k)^2, so it lies in [0, 1] whatever the text.
    lost = (k - 1) / k * np.asarray(dispersion, dtype=np.float64)
    if not np.all((lost >= -1e-9) & (lost <= 1 + 1e-9)):
        raise InputError("dispersion is NaN or outside 0 .. k / (k - 1); check what it came from.")
    result = 1 - np.sqrt(1 - np.clip(lost, 0, 1))
    return float(result) if np.ndim(result) == 0 else result
