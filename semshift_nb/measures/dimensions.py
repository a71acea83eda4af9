"""Single dimensions of the embedding space that carry next to nothing."""

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, finite_rows, namespace


def near_zero_dimensions(embeddings: Array, *, ratio: float = 1e-3) -> Array:
    """Return the dimensions that are zero, or nearly so, in every embedding.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    ratio : float, default 1e-3
        A dimension counts when its standard deviation and its mean magnitude are both below
        ``ratio`` times the median dimension's.

    Returns
    -------
    array of shape (n_dimensions,)
        The positions of these dimensions, ascending; empty when there is none.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or ``ratio`` is not positive.

    References
    ----------
    Published for all-MiniLM-L6-v2: 127, 223, 319.

    Examples
    --------
    >>> import numpy as np
    >>> near_zero_dimensions(np.array([[1.0, 0.0, 2.0], [3.0, 0.0, -1.0]]))
    array([1])
    """
    values = finite_rows(embeddings, min_rows=2)
    if not ratio > 0:
        raise InputError(f"ratio is {ratio}, expected a positive number such as 1e-3.")
    xp = namespace(values)
    spread = xp.std(values, axis=0)
    magnitude = xp.mean(xp.abs(values), axis=0)
    quiet = (spread < ratio * _median(xp.sort(spread))) & (
        magnitude < ratio * _median(xp.sort(magnitude))
    )
    return xp.nonzero(quiet)[0]


def _median(ascending: Array) -> float:
    """Return the median of sorted values (the array API has no median of its own)."""
    n = ascending.shape[0]
    return (float(ascending[(n - 1) // 2]) + float(ascending[n // 2])) / 2
