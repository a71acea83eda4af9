"""How close the embeddings of texts that mean the same lie to one another."""

from numpy.typing import ArrayLike

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, on_host, unit_rows
from semshift_nb.measures.resampling.bootstrap import Interval, bootstrap_mean
from semshift_nb.validation import is_real, shown

_MOST_POWER = 500
"""Up to it the powers of distances, which go to 2, can be added up in float64."""


def alignment(x: Array, y: Array, *, alpha: float = 2.0) -> float:
    """Return the mean distance of positive pairs, to a power.

    Read it beside `uniformity`: a model that puts everything in one place is perfectly aligned.

    Parameters
    ----------
    x, y : array of shape (n_pairs, dim)
        Unit rows; row i of ``x`` and row i of ``y`` are a pair. One pair suffices for a value, some
        hundred for a narrow interval (`bootstrap_alignment`).
    alpha : float, default 2.0
        The power; the paper's is 2.

    Returns
    -------
    float
        ``mean |x_i - y_i|^alpha``, from 0 (pairs coincide) to ``2^alpha`` (they are opposite); with
        the paper's power it is twice the mean cosine distance, and pairs at random in a space
        without a common direction have 2. No turn of the space changes it, nor another order of
        the pairs; vectors of another length are refused.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the shapes differ, or ``alpha`` is
        not a positive number.

    References
    ----------
    Wang & Isola 2020, equation of the alignment loss. Known failure: pairs that share words are
    close for any model, so that easy positives flatter a poor one.

    Examples
    --------
    >>> import numpy as np
    >>> alignment(np.eye(3), np.eye(3)[[0, 2, 1]]).__round__(6)
    1.333333
    """
    distances = _pair_distances(x, y, alpha=alpha)
    return float(namespace(distances).mean(distances))


def bootstrap_alignment(
    x: Array,
    y: Array,
    *,
    alpha: float = 2.0,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the alignment of positive pairs with its interval.

    Parameters
    ----------
    x, y : array of shape (n_pairs, dim)
        Unit rows; row i of ``x`` and row i of ``y`` are a pair.
    alpha : float, default 2.0
        The power of the distance.
    groups : array-like of shape (n_pairs,), optional
        The document of each pair; whole documents are drawn. By default every pair is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value`` (as `alignment`), ``low``, ``high`` and ``n``, the number of pairs.

    Raises
    ------
    InputError
        As `alignment`, or if there are fewer than two documents, the lengths differ, or a setting
        is out of range.

    References
    ----------
    See `bootstrap_mean`.

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_alignment(np.eye(4), np.eye(4))
    Interval(value=0.0, low=0.0, high=0.0, n=4)
    """
    values = on_host(_pair_distances(x, y, alpha=alpha))
    return bootstrap_mean(values, groups=groups, n_resamples=n_resamples, level=level, seed=seed)


def _pair_distances(x: Array, y: Array, *, alpha: float) -> Array:
    if not (is_real(alpha, most=_MOST_POWER) and alpha > 0):
        raise InputError(f"alpha is {shown(alpha)}, expected a positive number (2 is the paper's).")
    namespace(x, y)
    first, second = unit_rows(x, name="x"), unit_rows(y, name="y")
    if first.shape != second.shape:
        raise InputError(
            f"x has shape {tuple(first.shape)} and y {tuple(second.shape)}, expected the same: row "
            "i of one and row i of the other are a pair."
        )
    # From differences, not from 2 - 2 cos: of pairs that almost coincide no digit is lost.
    return namespace(first).linalg.vector_norm(first - second, axis=1) ** float(alpha)
