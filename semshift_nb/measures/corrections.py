"""Corrections of an embedding space: fitted on some vectors, applied to others.

Each moves the vectors by one fixed point and maps them by one matrix, or picks some dimensions;
then it brings them back to unit length. That is all that centring, all-but-the-top, whitening,
principal components and the dropping of dimensions are.
"""

import hashlib
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import (
    MOST_DIMENSIONS,
    Array,
    blocks,
    finite_rows,
    namespace,
    safe_scales,
    scaled_on_cpu,
    whole_numbers,
)
from semshift_nb.measures.spectrum.spectrum import FLOOR, NO_SPREAD, no_direction
from semshift_nb.names import count
from semshift_nb.validation import check_flag, is_whole, shortened, shown

_BLOCK_ROWS = 8192
"""Rows corrected at a time, so that a large set needs no second copy of itself in float64."""


@dataclass(frozen=True, eq=False)
class Correction:
    """A fitted correction: call it with vectors to get corrected ones of unit length.

    Attributes
    ----------
    name : str
        What it is, for tables and legends: ``"whitened"``.
    mean : ndarray of shape (dim,)
        What is taken off first.
    matrix : ndarray of shape (dim, n_components) or None
        What the vectors are then multiplied by; None where nothing is.
    indices : ndarray of shape (n_dimensions,) or None
        Which dimensions are kept, in this order; None where all are.
    removed : ndarray of shape (n_directions, dim) or None
        Orthonormal directions taken out; None where none are.
    """

    name: str
    mean: NDArray[np.float64] = field(repr=False)
    matrix: NDArray[np.float64] | None = field(default=None, repr=False)
    indices: NDArray[np.int64] | None = field(default=None, repr=False)
    removed: NDArray[np.float64] | None = field(default=None, repr=False)

    @property
    def dim(self) -> int:
        """How many dimensions the vectors must have."""
        return len(self.mean)

    @cached_property
    def key(self) -> str:
        """A hash of all that decides the result."""
        digest = hashlib.sha256()
        for part in (self.mean, self.matrix, self.indices, self.removed):
            digest.update(b"|" if part is None else repr(part.shape).encode() + part.tobytes())
        return digest.hexdigest()

    def __call__(self, vectors: Array) -> Array:
        """Return corrected vectors of unit length.

        Parameters
        ----------
        vectors : array of shape (n_texts, dim)
            Vectors of any length from the encoder the correction was fitted on.

        Returns
        -------
        array of shape (n_texts, n_dimensions)
            Unit rows in the namespace and precision of the input (whole numbers become float64);
            worked out in float64. A row of which nothing is left stays zero: no measure takes it.
        """
        xp = namespace(vectors)
        if vectors.ndim != 2 or vectors.shape[1] != self.dim:
            raise InputError(
                f"vectors have shape {tuple(vectors.shape)}, expected (n_texts, {self.dim}), for "
                f"the correction {self.name!r} was fitted on {count(self.dim, 'dimension')}."
            )
        dtype = vectors.dtype if xp.isdtype(vectors.dtype, "real floating") else xp.float64
        parts = [
            xp.astype(self._corrected(xp, finite_rows(vectors[part, :], name="vectors")), dtype)
            for part in blocks(vectors.shape[0], rows=_BLOCK_ROWS)
        ]
        return xp.concat(parts) if parts else xp.zeros((0, self._n_out), dtype=dtype)

    @property
    def _n_out(self) -> int:
        if self.indices is not None:
            return len(self.indices)
        return self.dim if self.matrix is None else self.matrix.shape[1]

    def _corrected(self, xp: Any, rows: Array) -> Array:  # noqa: ANN401
        def there(values: NDArray[Any]) -> Array:
            return xp.asarray(values, device=rows.device)

        # What is left has length one, whatever the vectors' own: very long ones would overflow.
        mean = there(self.mean)
        largest = xp.maximum(xp.max(xp.abs(rows), axis=1), xp.max(xp.abs(mean)))[:, None]
        scales = safe_scales(xp, largest)
        rows = rows / scales - mean / scales
        if self.removed is not None:
            directions = there(self.removed)
            rows = rows - (rows @ directions.T) @ directions
        if self.matrix is not None:
            rows = rows @ there(self.matrix)
        if self.indices is not None:
            rows = xp.take(rows, there(self.indices), axis=1)
        # First by the largest number, so that no square under- or overflows.
        rows = _divided(xp, rows, xp.max(xp.abs(rows), axis=1))
        return _divided(xp, rows, xp.linalg.vector_norm(rows, axis=1))


def keep_dimensions(indices: Iterable[int], *, dim: int) -> Correction:
    """Return a correction that keeps some dimensions and nothing else.

    Parameters
    ----------
    indices : iterable of int
        Which, from 0, each once, in the order they are to have.
    dim : int
        How many dimensions the vectors have.

    Returns
    -------
    Correction
        Its vectors have as many dimensions as ``indices``.

    Raises
    ------
    InputError
        If ``indices`` are none, not whole, out of range or named twice.

    Examples
    --------
    >>> import numpy as np
    >>> keep_dimensions([2, 1], dim=3)(np.array([[9.0, 3.0, 4.0]]))
    array([[0.8, 0.6]])
    """
    chosen = _dimensions(indices, dim=dim)
    return Correction(f"{len(chosen)} of {dim} dimensions", np.zeros(dim), indices=chosen)


def drop_dimensions(indices: Iterable[int], *, dim: int) -> Correction:
    """Return a correction that leaves some dimensions out.

    Parameters
    ----------
    indices : iterable of int
        Which, from 0, each once.
    dim : int
        How many dimensions the vectors have.

    Returns
    -------
    Correction
        Its vectors have ``dim - len(indices)`` dimensions, in their order.

    Raises
    ------
    InputError
        If ``indices`` are none or all, not whole, out of range or named twice.

    Examples
    --------
    >>> drop_dimensions([0, 2], dim=4).indices
    array([1, 3])
    """
    gone = _dimensions(indices, dim=dim)
    if len(gone) == dim:
        raise InputError(f"all {dim} dimensions would be dropped; leave at least one.")
    kept = np.setdiff1d(np.arange(dim), gone)
    plural = "" if len(gone) == 1 else "s"
    return Correction(f"without {len(gone)} dimension{plural}", np.zeros(dim), indices=kept)


def _dimensions(indices: Iterable[int], *, dim: int) -> NDArray[np.int64]:
    if not is_whole(dim, least=1, most=MOST_DIMENSIONS):
        raise InputError(f"dim is {shown(dim)}, expected the number of dimensions of the vectors.")
    listed = sorted(indices) if isinstance(indices, Set) else indices
    chosen = whole_numbers(listed, name="indices")
    if (
        not len(chosen)
        or ((chosen < 0) | (chosen >= dim)).any()
        or len(set(chosen.tolist())) < len(chosen)
    ):
        raise InputError(
            f"indices are [{shortened(chosen.tolist())}], expected at least one whole number "
            f"from 0 to {dim - 1}, each once."
        )
    return chosen


def _divided(xp: Any, rows: Array, sizes: Array) -> Array:  # noqa: ANN401
    """Return rows divided by their sizes; those of size 0 as they are."""
    return rows / xp.where(sizes > 0, sizes, xp.ones_like(sizes))[:, None]


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


def fit_mean_projection(embeddings: Array) -> Correction:
    """Return the correction that takes the direction of the mean out of every vector.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two.

    Returns
    -------
    Correction
        Named ``"mean projected off"``; every vector is orthogonal to the mean afterwards, where
        `fit_centring` takes the same off all.

    Raises
    ------
    InputError
        If there are fewer than two rows, a value is NaN or infinite, or the mean is 0.

    References
    ----------
    arXiv 2511.11041.

    Examples
    --------
    >>> import numpy as np
    >>> fit_mean_projection(np.array([[1.0, 1.0], [1.0, -1.0]])).removed
    array([[1., 0.]])
    """
    rows, _ = scaled_on_cpu(embeddings)
    mean = rows.mean(axis=0)
    length = np.linalg.norm(mean)
    if length <= NO_SPREAD * np.linalg.norm(rows):
        raise InputError("the mean of the vectors is 0: there is no direction to take out.")
    return Correction("mean projected off", np.zeros(len(mean)), removed=mean[None, :] / length)


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
    mean, sigma, directions = _principal(embeddings, centred=check_flag(centred, "centred"))
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
    if not is_whole(n, least=1, most=most):
        raise InputError(
            f"{name} is {shown(n)}, expected 1 to {most}, for the vectors differ in so many "
            "directions; fit it on more vectors, or ask for less."
        )
