"""Single dimensions of the embedding space: those that carry next to nothing, or far too much."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, scaled_rows, unit_rows
from semshift_nb.measures.spectrum.spectrum import NO_SPREAD, Figure, no_direction
from semshift_nb.validation import is_real, shown

NO_LIKENESS = 1e-12
"""Sum of the parts of a mean cosine, by magnitude, up to which all of them are rounding errors."""


class DimensionShares(NamedTuple):
    """What each dimension adds to the spread of some embeddings and to their likeness.

    Attributes
    ----------
    variance : array of shape (dim,)
        Its share of the variance; all of them add up to 1.
    mean_cosine : array of shape (dim,)
        Its part of the mean cosine; all of them add up to the mean cosine. A part may be negative.
    """

    variance: Array
    mean_cosine: Array


def dimension_shares(embeddings: Array) -> DimensionShares:
    """Return what each dimension adds to the variance and to the mean cosine of some embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows, at least two; some hundred, for a part is known to about ``1 / (dim n)``.

    Returns
    -------
    DimensionShares
        ``variance`` and ``mean_cosine``, in the namespace of the input and in float64. In a healthy
        model each dimension has about ``1 / dim`` of the variance; in some BERT models one to three
        carry most of the mean cosine.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two, or they do
        not differ.

    References
    ----------
    Timkey & van Schijndel 2021, equation 3, over pairs of different texts: ``m_i^2 - v_i / n`` with
    the mean ``m_i`` and the (unbiased) variance ``v_i`` of dimension i. Another order of the rows
    changes neither; a turn of the space changes both, for they belong to its axes. Known failure:
    where the mean cosine is close to 0, parts of either sign cancel out, and a part over the whole
    says nothing.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[0.6, 0.8, 0.0], [0.6, 0.0, 0.8], [0.6, -0.8, 0.0]])
    >>> dimension_shares(rows).mean_cosine[:2].round(4)
    array([ 0.36  , -0.2133])
    """
    rows = unit_rows(embeddings, min_rows=2)
    xp = namespace(rows)
    n: int = rows.shape[0]
    mean = xp.mean(rows, axis=0)
    squares = xp.sum((rows - mean) ** 2, axis=0)
    total = float(xp.sum(squares))
    if total <= n * NO_SPREAD**2:
        raise InputError(no_direction(n))
    return DimensionShares(squares / total, mean**2 - squares / (n * (n - 1)))


def outlier_dimensions(embeddings: Array, *, multiple: float = 16.0) -> Array:
    """Return the dimensions that carry far more than their even share.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows, at least two; some hundred, or the sampling of the means makes outliers.
    multiple : float, default 16.0
        A dimension counts when its share of the variance, or its part of the mean cosine over the
        sum of all parts' magnitudes, is above ``multiple / dim``. 16 means that the dimension's
        mean is four times the root mean square of all: of 384 means drawn from one normal
        distribution 0.02 lie beyond.

    Returns
    -------
    array of shape (n_dimensions,)
        The positions of these dimensions, ascending; empty when there is none, as for the bundled
        model. With no more than ``multiple`` dimensions none can count.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two, they do not
        differ, or ``multiple`` is not above 1.

    References
    ----------
    Timkey & van Schijndel 2021 (by the mean cosine); Kovaleva et al. 2021 (outlier dimensions). A
    turn of the space changes them. Known failure: many outliers hide one another, for they raise
    what an even share is.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.concatenate([np.full((32, 1), 3.0), np.eye(32)], axis=1)
    >>> outlier_dimensions(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    array([0])
    """
    if not (is_real(multiple) and multiple > 1):
        raise InputError(f"multiple is {shown(multiple)}, expected more than 1 (16 is usual).")
    variance, cosine = dimension_shares(embeddings)
    multiple = float(multiple)
    xp = namespace(variance)
    magnitude = xp.abs(cosine)
    even = multiple / variance.shape[0]
    loud = (variance > even) | (magnitude > even * max(float(xp.sum(magnitude)), NO_LIKENESS))
    return xp.nonzero(loud)[0]


def near_zero_dimensions(embeddings: Array, *, ratio: float = 1e-3) -> Array:
    """Return the dimensions that are zero, or nearly so, in every embedding.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; float16 and whole numbers are converted to float64
        exactly.
    ratio : float, default 1e-3
        A dimension counts when its standard deviation and its mean magnitude are both below
        ``ratio`` times the median dimension's.

    Returns
    -------
    array of shape (n_dimensions,)
        The positions of these dimensions, ascending; empty when there is none. A turn of the space
        changes them; scale and order of the rows do not.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or ``ratio`` is not positive.

    References
    ----------
    Published for all-MiniLM-L6-v2: 127, 223, 319 (sentence-transformers issue 2662). Known failure:
    where half of the dimensions are zero the median is, and none counts.

    Examples
    --------
    >>> import numpy as np
    >>> near_zero_dimensions(np.array([[1.0, 0.0, 2.0], [3.0, 0.0, -1.0]]))
    array([1])
    """
    values, _ = scaled_rows(embeddings, min_rows=2)
    if not (is_real(ratio) and ratio > 0):
        raise InputError(f"ratio is {shown(ratio)}, expected a positive number such as 1e-3.")
    ratio = float(ratio)
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


_Numbers = NDArray[np.float64]

_QUIET, _LOUD = 1e-3, 16.0


@dataclass(frozen=True)
class DimensionMoments:
    """What sums over vectors say of each dimension, all of shape (dim,)."""

    variance: _Numbers
    magnitude: _Numbers
    """The mean of the absolute values; as the variance, of the vectors as they are."""
    direction: _Numbers
    turning: _Numbers
    """Mean and variance of the vectors at length one."""
    n: int

    def near_zero(self) -> NDArray[np.intp]:
        """Return what `near_zero_dimensions` finds."""
        spread = np.sqrt(self.variance)
        quiet = spread < _QUIET * np.median(spread)
        return np.flatnonzero(quiet & (self.magnitude < _QUIET * np.median(self.magnitude)))

    def outliers(self) -> NDArray[np.intp]:
        """Return what `outlier_dimensions` finds, where the vectors differ."""
        magnitude = self._cosine_parts()
        even = _LOUD / len(magnitude)
        total = max(float(magnitude.sum()), NO_LIKENESS)
        return np.flatnonzero((self._variance_shares() > even) | (magnitude > even * total))

    def differ(self) -> bool:
        """Say whether the vectors have more than one direction."""
        return bool(self.turning.sum() > NO_SPREAD**2)

    def figures(self) -> dict[str, Figure]:
        """Return how many dimensions are quiet or loud, and what the loudest holds."""
        shares: tuple[Figure, ...] = (no_direction(self.n),) * len(_OF_SHARES)
        if self.differ():
            shares = (
                float(len(self.outliers())),
                float(self._variance_shares().max()),
                self._top_part(),
            )
        return {
            "n_near_zero_dimensions": float(len(self.near_zero())),
            **dict(zip(_OF_SHARES, shares, strict=True)),
        }

    def _variance_shares(self) -> _Numbers:
        return np.asarray(self.turning / self.turning.sum())

    def _cosine_parts(self) -> _Numbers:
        return np.abs(self.direction**2 - self.turning / (self.n - 1))

    def _top_part(self) -> Figure:
        magnitude = self._cosine_parts()
        total = float(magnitude.sum())
        if total <= NO_LIKENESS:
            return "no dimension has a part in the mean cosine, which is 0"
        return float(magnitude.max()) / total


_OF_SHARES = ("n_outlier_dimensions", "top_dimension_variance_share", "top_dimension_cosine_share")
