"""The largest singular value of a matrix, between two bounds that are proven, not hoped for.

Golub-Kahan-Lanczos gives, after k steps from any start, orthonormal U, V and a bidiagonal B with
``M V = U B`` and ``U'M = B V' + b e_k v'``. In the bases that begin with U and V the matrix reads

    [ B   b e_k v' ]         of whose lower right block C nothing is known
    [ 0      C     ]         but ``|C|_F^2 = |M|_F^2 - |B|_F^2 - b^2``.

So the norm of ``[B, b e_k]`` is a lower bound of that of M. Replacing C by a number ``c >= |C|_2``
and v' by 1 gives a matrix of k + 1 rows whose norm is an upper bound: for any unit vector (y, z),
``|B y + b e_k (v'z)|^2`` is convex in v'z, so it is largest where v'z is |z| or -|z|. When the two
bounds meet, the value is known, whatever the start vector was and however close the next singular
value lies. `Bidiagonal.bounds` takes ``c = |C|_F``, which costs nothing and serves where few
singular values carry the matrix. `Bidiagonal.upper_by_gram` does the same for ``M'M``, whose rest
has a far smaller Frobenius norm beside its largest eigenvalue, at the price of one product of
matrices. What neither settles (a flat spectrum) LAPACK does.
"""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures._arrays import Array, namespace

TOLERANCE = 5e-5
"""Relative distance of the two bounds at which to stop; half of what `filter_rate` promises."""

_LOOKS = (2, 4, 8)
"""After how many steps the bounds are looked at. Seen on a model's heads of 510 tokens: half are
known after 8 steps, nearly all others by the Gram matrix; more steps cost more than they save."""


class Bidiagonal(NamedTuple):
    """What some steps have found: the diagonal and superdiagonal of B with b, and ``|M|_F^2``."""

    alphas: NDArray[np.float64]
    betas: NDArray[np.float64]
    squares: float

    def bounds(self) -> tuple[float, float]:
        """Return a lower and an upper bound of the largest singular value of M."""
        k = len(self.alphas)
        rest = self.squares - float(self.alphas @ self.alphas + self.betas @ self.betas)
        whole = np.diag([*self.alphas, max(rest, 0.0) ** 0.5]) + np.diag(self.betas, 1)
        return _norm(whole[:k]), _norm(whole)

    def met(self) -> bool:
        """Say whether the bounds are close enough to be one value."""
        low, high = self.bounds()
        return high <= low * (1 + TOLERANCE)

    def and_step(self, alpha: float, beta: float) -> "Bidiagonal":
        """Return what is known after one more step."""
        return Bidiagonal(np.append(self.alphas, alpha), np.append(self.betas, beta), self.squares)

    def upper_by_gram(self, squares: float) -> float:
        """Return an upper bound from ``squares = |M'M|_F^2``."""
        k = len(self.alphas)
        square = np.diag(self.alphas) + np.diag(self.betas[:-1], 1)
        whole = np.zeros((k + 1, k + 1))
        whole[:k, :k] = square.T @ square
        whole[k - 1, k] = whole[k, k - 1] = self.alphas[-1] * self.betas[-1]
        whole[k, k] = max(squares - float(np.sum(whole * whole)), 0.0) ** 0.5
        return math.sqrt(np.linalg.eigvalsh(whole)[-1])


def largest_singular_value(matrix: Array, *, floor: float) -> float:
    """Return the largest singular value of a float64 matrix; 0 where it is at most ``floor``."""
    xp = namespace(matrix)
    columns = xp.sum(matrix * matrix, axis=0)
    if float(xp.sum(columns)) <= floor**2:
        return 0.0
    # The longest column is a lower bound already, and in a head with a sink it is the answer.
    found = _bidiagonalise(xp, matrix, matrix[:, int(xp.argmax(columns))] @ matrix)
    low, _ = found.bounds()
    if found.met():
        return low
    gram = matrix.T @ matrix
    if found.upper_by_gram(float(xp.sum(gram * gram))) <= low * (1 + TOLERANCE):
        return low
    return math.sqrt(xp.linalg.eigvalsh(gram)[-1])


def _bidiagonalise(xp: Any, matrix: Array, start: Array) -> Bidiagonal:  # noqa: ANN401
    """Take Golub-Kahan-Lanczos steps until the bounds meet or there are enough of them."""
    squares = float(xp.sum(matrix * matrix))
    # A new direction shorter than this is rounding: the found ones map onto themselves.
    exhausted = 1e-13 * squares**0.5
    like = {"dtype": matrix.dtype, "device": matrix.device}
    left, right = (xp.zeros((_LOOKS[-1], start.shape[0]), **like) for _ in range(2))
    found = Bidiagonal(np.zeros(0), np.zeros(0), squares)
    beta, back = float(xp.linalg.vector_norm(start)), start
    for step in range(_LOOKS[-1]):
        right[step, :] = back / beta
        image = _away_from(left[:step, :], matrix @ right[step, :])
        alpha = float(xp.linalg.vector_norm(image))
        if alpha <= exhausted:
            break
        left[step, :] = image / alpha
        back = _away_from(right[: step + 1, :], left[step, :] @ matrix)
        beta = float(xp.linalg.vector_norm(back))
        found = found.and_step(alpha, beta if beta > exhausted else 0.0)
        if beta <= exhausted or (step + 1 in _LOOKS and found.met()):
            break
    return found


def _away_from(basis: Array, vector: Array) -> Array:
    """Return ``vector`` without its part in the rows of ``basis``; twice is enough (Kahan)."""
    for _ in range(2):
        vector = vector - (basis @ vector) @ basis
    return vector


def _norm(matrix: NDArray[np.float64]) -> float:
    return float(np.linalg.svd(matrix, compute_uv=False)[0])
