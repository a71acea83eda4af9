"""How many directions a set of embeddings really uses: singular values and effective rank."""

from typing import Any

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, finite_rows, namespace
from semshift_nb.measures.spectral_figures import NO_SPREAD, entropy_of_shares, no_direction


def singular_values(embeddings: Array, *, centred: bool = True) -> Array:
    """Return the singular values of a set of embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    centred : bool, default True
        Whether to take the mean vector off first; what is left is the spread around it.

    Returns
    -------
    array of shape (min(n_texts, dim),)
        At least 0, the greatest first, in the namespace of the input and in float64. Centred, the
        last is 0 where there are no more texts than dimensions.

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
    return _spectrum(finite_rows(embeddings, min_rows=2), centred=centred)


def effective_rank(embeddings: Array, *, centred: bool = True) -> float:
    """Return over how many directions the spread of some embeddings is shared out.

    The number of texts bounds it and drives it: compare only sets of the same number.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    centred : bool, default True
        Whether to take the mean vector off first. Uncentred, the mean counts as a direction, most
        often the strongest.

    Returns
    -------
    float
        ``exp(-sum p log p)`` with ``p = sigma / sum sigma``, from 1 (all the spread along one line)
        to ``min(n_texts - 1, dim)`` (``min(n_texts, dim)`` uncentred).

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the rows do not differ
        (uncentred: are zero), so that there is no spread to share out.

    References
    ----------
    Roy & Vetterli 2007, effective rank; Garrido et al. 2023, RankMe.

    Examples
    --------
    >>> import numpy as np
    >>> round(effective_rank(np.diag([2.0, 2.0, 2.0]), centred=False), 6)
    3.0
    """
    rows = finite_rows(embeddings, min_rows=2)
    xp = namespace(rows)
    sigma = _spectrum(rows, centred=centred)
    if float(sigma[0]) <= NO_SPREAD * float(xp.linalg.matrix_norm(rows)):
        raise InputError(no_direction(rows.shape[0]))
    return float(xp.exp(entropy_of_shares(sigma)))


def _spectrum(rows: Array, *, centred: bool) -> Any:  # noqa: ANN401
    xp = namespace(rows)
    return xp.linalg.svdvals(rows - xp.mean(rows, axis=0) if centred else rows)
