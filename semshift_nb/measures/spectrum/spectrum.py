"""All figures of a spectrum, from its singular values alone.

They are worked out here and nowhere else, so that a set in memory, a sum of moments that was
streamed from disk and a jackknife's leave-outs cannot differ in what they call by one name. A
figure is a number, or the reason why there is none.
"""

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, on_host, real_numbers, scaled_rows
from semshift_nb.names import count
from semshift_nb.validation import check_flag, check_whole, is_real, shown

Figure: TypeAlias = float | str
"""A number, or the reason why there is none."""

FLOOR = 1e-6
"""Share of the greatest singular value below which one counts as 0: such a direction is a rounding
error of float32 vectors, and of the square root of an eigenvalue worked out in float64."""

NO_SPREAD = 1e-12
"""Share of the vectors' own size below which their spread is a rounding error of float64."""

_LEAST_FOR_SLOPE = 3
"""Through two points every line goes."""


def spectral_figures(
    sigma: Array, *, n_texts: int, dim: int, centred: bool = True, size: float | None = None
) -> dict[str, Figure]:
    """Return every figure that the singular values of some embeddings decide.

    Parameters
    ----------
    sigma : array of shape (min(n_texts, dim),)
        Singular values, the greatest first, as `singular_values` gives them. Eigenvalues of the
        scatter matrix do as well: their square roots, those below 0 set to 0.
    n_texts, dim : int
        The shape of the embeddings.
    centred : bool, default True
        Whether the mean vector had been taken off.
    size : float, optional
        The root of the sum of all the embeddings' squares, before the mean was taken off. A spread
        below 1e-12 of it is a rounding error and counts as none.

    Returns
    -------
    dict of str to float or str
        ``effective_rank``, ``participation_ratio``, ``stable_rank``, ``nesum``,
        ``power_law_decay``, ``information_abundance``, ``condition_number``,
        ``first_component_share`` and ``iso_score``: each the number that the function of this name
        gives, or the reason why there is none.

    Raises
    ------
    InputError
        If ``sigma`` is not ``min(n_texts, dim)`` finite numbers of at least 0, the greatest first.

    References
    ----------
    See the functions of these names.

    Examples
    --------
    >>> import numpy as np
    >>> figures = spectral_figures(np.array([2.0, 1.0]), n_texts=3, dim=2)
    >>> figures["participation_ratio"], figures["condition_number"]
    (1.4705882352941178, 2.0)
    """
    n_texts = check_whole(n_texts, "n_texts", least=0)
    dim = check_whole(dim, "dim", least=0)
    values = _checked(sigma, n_texts=n_texts, dim=dim)
    check_flag(centred, "centred")
    if size is not None and not is_real(size, least=0):
        raise InputError(f"size is {shown(size)}, expected the length of all vectors, or None.")
    if values[0] <= NO_SPREAD * float(size or 0.0):
        return dict.fromkeys(FIGURES, no_direction(n_texts))
    spectrum = Spectrum.of(values, n_texts=n_texts, dim=dim, centred=centred)
    return {name: figure(spectrum) for name, figure in FIGURES.items()}


class Spectrum(NamedTuple):
    """Singular values as shares of the greatest, and what they are the spectrum of."""

    shares: NDArray[np.float64]
    n_texts: int
    dim: int
    centred: bool

    @classmethod
    def of(cls, sigma: Array, *, n_texts: int, dim: int, centred: bool) -> "Spectrum":
        """Return the spectrum of singular values of which the first is not 0.

        They are divided by it on the host, so that the squares of neither tiny nor huge vectors can
        under- or overflow.
        """
        values = on_host(sigma).astype(np.float64, copy=False)
        return cls(values / values[0], n_texts=n_texts, dim=dim, centred=centred)

    @property
    def most(self) -> int:
        """How many singular values can differ from 0."""
        return min(self.n_texts - self.centred, self.dim)

    @property
    def values(self) -> NDArray[np.float64]:
        """Eigenvalues as shares of the greatest: the squares of ``shares``."""
        return self.shares**2


def no_direction(n_texts: int) -> str:
    """Say that embeddings have no spread."""
    return (
        f"the {n_texts} rows do not differ (or are zero), so that their spread has no direction: "
        "expected at least two different vectors."
    )


def entropy_of_shares(sigma: Array) -> Array:
    """Return the entropy of singular values as shares of their sum, along the last axis.

    Parameters
    ----------
    sigma : array of shape (..., n_values)
        At least 0, not all 0.

    Returns
    -------
    array of shape (...)
        In nats, from 0 to ``log(n_values)``.
    """
    xp = namespace(sigma)
    shares = sigma / xp.sum(sigma, axis=-1, keepdims=True)
    # A share of 0 adds nothing: its p log p is 0, as the log of 1 makes it.
    logs = xp.log(xp.where(shares > 0, shares, xp.ones_like(shares)))
    return 0.0 - xp.sum(shares * logs, axis=-1)


def _checked(sigma: Array, *, n_texts: int, dim: int) -> NDArray[np.float64]:
    """Return the singular values on the host, where a handful of numbers is worked with."""
    namespace(sigma)
    values = real_numbers(sigma, name="sigma")
    if values.shape != (min(n_texts, dim),) or len(values) == 0 or n_texts < 2:
        raise InputError(
            f"sigma has shape {values.shape} for {count(n_texts, 'text')} of "
            f"{count(dim, 'dimension')}, expected ({min(n_texts, dim)},) and at least two texts."
        )
    if not (np.isfinite(values).all() and (values >= 0).all() and (np.diff(values) <= 0).all()):
        raise InputError(
            "sigma must be finite numbers of at least 0, the greatest first; sort them, and set "
            "eigenvalues that rounding put below 0 to 0."
        )
    return values


def _effective_rank(spectrum: Spectrum) -> Figure:
    return float(np.exp(entropy_of_shares(spectrum.shares)))


def _participation_ratio(spectrum: Spectrum) -> float:
    return float(spectrum.values.sum() ** 2 / (spectrum.values**2).sum())


def _stable_rank(spectrum: Spectrum) -> float:
    return float(spectrum.values.sum())


def _nesum(spectrum: Spectrum) -> Figure:
    if not spectrum.centred:
        return "NESum belongs to the covariance, which is centred; uncentred it is the stable rank."
    return _stable_rank(spectrum)


def _information_abundance(spectrum: Spectrum) -> Figure:
    return float(spectrum.shares.sum())


def _first_component_share(spectrum: Spectrum) -> Figure:
    return 1 / _stable_rank(spectrum)


def _iso_score(spectrum: Spectrum) -> Figure:
    if spectrum.dim < 2:
        return "IsoScore has no value in one dimension, where there is one direction only."
    if not spectrum.centred:
        return "IsoScore belongs to the covariance, which is centred."
    # Of equal rows rounding may put the participation ratio just below 1.
    return max(_participation_ratio(spectrum) - 1, 0.0) / (spectrum.dim - 1)


def _condition_number(spectrum: Spectrum) -> Figure:
    if spectrum.most < spectrum.dim:
        return (
            f"{count(spectrum.n_texts, 'text spans', 'texts span')} at most {spectrum.most} of "
            f"{spectrum.dim} dimensions, so that the condition number is infinite: give at least "
            f"{spectrum.dim + 1} texts."
        )
    n_zero = int((spectrum.shares <= FLOOR).sum())
    if n_zero:
        return (
            f"{n_zero} of {spectrum.dim} directions are zero (below {FLOOR:g} of the strongest), "
            "so that the condition number is infinite; see near_zero_dimensions."
        )
    return float(1 / spectrum.shares[-1])


def _power_law_decay(spectrum: Spectrum) -> Figure:
    return slope_of_decay(spectrum.shares, first_rank=1, last_rank=spectrum.most)


def slope_of_decay(shares: NDArray[np.float64], *, first_rank: int, last_rank: int) -> Figure:
    """Return minus the slope of log eigenvalue on log rank, or why there is none.

    Parameters
    ----------
    shares : ndarray of shape (n_values,)
        Singular values as shares of the greatest, which comes first.
    first_rank, last_rank : int
        The ranks to fit, from 1 and both included; those that count as 0 are left out.
    """
    chosen = shares[first_rank - 1 : last_rank]
    chosen = chosen[chosen > FLOOR]
    if len(chosen) < _LEAST_FOR_SLOPE:
        return (
            f"{len(chosen)} eigenvalues are not zero, expected at least {_LEAST_FOR_SLOPE} to fit "
            "a line through."
        )
    log_rank = np.log(np.arange(first_rank, first_rank + len(chosen)))
    off_centre = log_rank - log_rank.mean()
    return float(-2 * (off_centre @ np.log(chosen)) / (off_centre @ off_centre))


FIGURES: dict[str, Callable[[Spectrum], Figure]] = {
    "effective_rank": _effective_rank,
    "participation_ratio": _participation_ratio,
    "stable_rank": _stable_rank,
    "nesum": _nesum,
    "power_law_decay": _power_law_decay,
    "information_abundance": _information_abundance,
    "condition_number": _condition_number,
    "first_component_share": _first_component_share,
    "iso_score": _iso_score,
}
"""The names of the figures, and how each is worked out."""


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
    check_flag(centred, "centred")
    rows, scale = scaled_rows(embeddings, min_rows=2)
    with np.errstate(over="ignore"):
        sigma = scale * _sigma(rows, centred=centred)
    if not math.isfinite(float(sigma[0])):
        raise InputError(
            "the vectors are so long that their greatest singular value is beyond float64; divide "
            "them by a number first, by which the singular values are then too small."
        )
    return sigma


def spectrum_of(embeddings: Array, *, centred: bool) -> Spectrum:
    """Return the singular values as shares of the greatest, or refuse rows without spread.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.
    centred : bool
        Whether to take the mean vector off first.
    """
    check_flag(centred, "centred")
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
    """
    figure = FIGURES[name](spectrum_of(embeddings, centred=centred))
    if isinstance(figure, str):
        raise InputError(figure)
    return figure


def _sigma(rows: Array, *, centred: bool) -> Any:  # noqa: ANN401
    xp = namespace(rows)
    return xp.linalg.svdvals(rows - xp.mean(rows, axis=0) if centred else rows)
