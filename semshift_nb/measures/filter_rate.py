"""Attention as a filter: how much of what differs between tokens it lets through."""

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, in_float64, namespace, safe_scales
from semshift_nb.measures.attention import check_attention
from semshift_nb.validation import is_real, is_whole, shown

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

    def converged(self) -> bool:
        """Say whether the bounds are close enough to be one value."""
        low, high = self.bounds()
        return high <= low * (1 + TOLERANCE)

    def extended(self, alpha: float, beta: float) -> "Bidiagonal":
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
    if found.converged():
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
        image = _orthogonal_to(left[:step, :], matrix @ right[step, :])
        alpha = float(xp.linalg.vector_norm(image))
        if alpha <= exhausted:
            break
        left[step, :] = image / alpha
        back = _orthogonal_to(right[: step + 1, :], left[step, :] @ matrix)
        beta = float(xp.linalg.vector_norm(back))
        found = found.extended(alpha, beta if beta > exhausted else 0.0)
        if beta <= exhausted or (step + 1 in _LOOKS and found.converged()):
            break
    return found


def _orthogonal_to(basis: Array, vector: Array) -> Array:
    """Return ``vector`` without its part in the rows of ``basis``; twice is enough (Kahan)."""
    for _ in range(2):
        vector = vector - (basis @ vector) @ basis
    return vector


def _norm(matrix: NDArray[np.float64]) -> float:
    return float(np.linalg.svd(matrix, compute_uv=False)[0])


_SMALL = 64
"""Up to so many tokens a full decomposition of all matrices at once is as fast as anything."""

_EPSILON = 2.0**-52


def filter_rate(attention: Array) -> Array:
    r"""Return the largest singular value of ``(I - 11'/n) A`` for each attention matrix A.

    It is the most that a layer's attention can enlarge what differs between the tokens' states: a
    deviation from their mean comes out at most so many times as large. Below 1 attention makes
    tokens more alike; nothing keeps it below 1.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.

    Returns
    -------
    array of shape (...), float64
        ``sigma_a``, from 0 (all rows alike; one token) to ``sqrt(n / 2)`` (half of the tokens look
        at one token only, the others at another). Right to 1e-4 of itself, by two bounds that
        meet, not by a guess that stopped moving; below ``n^1.5 2^-52`` it is rounding and given as
        0.

    Raises
    ------
    InputError
        If this is no array of square matrices whose rows sum to one, or a weight is negative or
        not finite.

    Notes
    -----
    What counts is not how much attention a column receives but how unevenly. Let row i put the
    weight ``w_i`` on one column and spread the rest evenly over all. Then
    ``(I - 11'/n) A = (w - mean w) (e_1 - 1/n)'``, a matrix of rank one, and exactly

        ``sigma_a = sqrt(n - 1) sd(w)``.

    A sink that all rows feed alike drops out: it is a constant, and the rest of the matrix is made
    smaller by it, ``sigma_a <= (1 - w) sqrt(n / 2)``. A sink that a share p of the rows feed with
    all they have gives ``sqrt((n - 1) p (1 - p))``, which grows with the root of n. In general one
    column alone gives a lower bound, `column_filter_rate`. ``sigma_a <= sqrt(n / 2)`` holds because
    row i maps a unit vector x to a mean of its entries, which lie within ``sqrt(2)`` of one
    another, and n numbers within a range r have a sum of squared deviations of at most n r^2 / 4.

    References
    ----------
    Length collapse, arXiv 2410.24200, section 3; Wang et al. 2022 (anti-oversmoothing). Golub &
    Kahan 1965 for the method.

    Examples
    --------
    >>> import numpy as np
    >>> uneven = np.array([[1.0, 0.0, 0.0], [1 / 3] * 3, [1 / 3] * 3])
    >>> float(filter_rate(uneven).round(6))
    0.666667
    """
    xp = check_attention(attention)
    n = attention.shape[-1]
    floor = n**1.5 * _EPSILON
    flat = xp.reshape(attention, (-1, n, n))
    if n <= _SMALL:
        values = xp.linalg.svdvals(_centred(xp, flat))[:, 0]
        values = xp.where(values <= floor, xp.zeros_like(values), values)
    else:
        rates = [
            largest_singular_value(_centred(xp, flat[i, ...]), floor=floor)
            for i in range(flat.shape[0])
        ]
        values = xp.asarray(rates, dtype=xp.float64, device=attention.device)
    return xp.reshape(values, tuple(attention.shape[:-2]))


def column_filter_rate(attention: Array) -> Array:
    """Return the part of the filter rate that the most uneven single column makes.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.

    Returns
    -------
    array of shape (...), float64
        ``max_j sqrt(n) sd_i(A_ij)``, the longest column of ``(I - 11'/n) A``; at most the filter
        rate, and equal to it where one column is all there is.

    Raises
    ------
    InputError
        As `filter_rate`.

    References
    ----------
    See the notes of `filter_rate`.

    Examples
    --------
    >>> import numpy as np
    >>> float(column_filter_rate(np.eye(2)).round(6))
    0.707107
    """
    xp = check_attention(attention)
    spread = xp.var(in_float64(xp, attention), axis=-2)
    return xp.sqrt(attention.shape[-1] * xp.max(spread, axis=-1))


def rms_filter_rate(attention: Array) -> Array:
    """Return what the filter does to a deviation of no particular direction.

    The filter rate is what it does to the one direction that it enlarges most.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.

    Returns
    -------
    array of shape (...), float64
        ``|(I - 11'/n) A|_F / sqrt(n - 1)``: root mean square of the factor by which a deviation
        from the tokens' mean, drawn at random, comes out longer. 1 where each token looks at
        itself, 0 where all rows are alike or there is one token; at most the filter rate.

    Raises
    ------
    InputError
        As `filter_rate`.

    References
    ----------
    For x uniform on the unit vectors whose entries sum to 0, E|Mx|^2 = |M|_F^2 / (n - 1), since
    (I - 11'/n) A maps the vector of ones to 0.

    Examples
    --------
    >>> import numpy as np
    >>> float(rms_filter_rate(np.eye(5)).round(12))
    1.0
    """
    xp = check_attention(attention)
    n = attention.shape[-1]
    squares = n * xp.sum(xp.var(in_float64(xp, attention), axis=-2), axis=-1)
    return xp.sqrt(squares / max(n - 1, 1))


def filter_rate_bound(n_tokens: int, score_variance: Array | float) -> Array | float:
    """Return what the filter rate would not exceed if scores were independent and Gaussian.

    Parameters
    ----------
    n_tokens : int
        Tokens of the text, at least 2.
    score_variance : float or array of shape (...)
        Variance of the scores as the softmax sees them, such as `score_variance`; NaN stays NaN.

    Returns
    -------
    float or array of shape (...)
        ``sqrt(n / (2 sqrt(1 + exp(-2 s^2)) (n - 1)^1.5 + 1))``; it falls in n and hardly moves with
        the variance.

    Raises
    ------
    InputError
        If there are fewer than two tokens (one token has nothing to differ from: its filter rate is
        0), or a variance is negative.

    References
    ----------
    Length collapse, arXiv 2410.24200, Theorem 3.

    Examples
    --------
    >>> round(filter_rate_bound(510, 1.0), 3)
    0.144
    """
    if not is_whole(n_tokens, least=2, most=2**53):
        raise InputError(
            f"n_tokens is {shown(n_tokens)}, expected a whole number of at least 2: one token has "
            "no bound (its rate is 0)."
        )
    n_tokens = int(n_tokens)
    if isinstance(score_variance, float) or is_real(score_variance):
        return _bound(math, n_tokens, float(score_variance), negative=score_variance < 0)
    xp = namespace(score_variance)
    if not xp.isdtype(score_variance.dtype, ("real floating", "integral")):
        raise InputError(f"score_variance is of {score_variance.dtype}, expected real numbers.")
    variance = in_float64(xp, score_variance)
    with np.errstate(over="ignore"):  # of very large ones the exponential is 0
        return _bound(xp, n_tokens, variance, negative=bool(xp.any(variance < 0)))


def high_frequency_share(hidden: Array) -> Array:
    """Return how much of the tokens' states is what differs between them.

    Parameters
    ----------
    hidden : array of shape (..., n_tokens, width)
        Hidden states of one layer, one row a token; any scale.

    Returns
    -------
    array of shape (...), float64
        ``|(I - 11'/n) H|_F^2 / |H|_F^2``, from 0 (all tokens alike; one token) to 1 (their mean is
        zero); NaN where all states are zero.

    Raises
    ------
    InputError
        If this is no array of that shape, or a number is not finite.

    References
    ----------
    Wang et al. 2022 (anti-oversmoothing); length collapse, arXiv 2410.24200, section 3.

    Examples
    --------
    >>> import numpy as np
    >>> float(high_frequency_share(np.array([[1.0, 0.0], [0.0, 1.0]])))
    0.5
    """
    xp = namespace(hidden)
    shape = tuple(hidden.shape)
    if len(shape) < 2 or 0 in shape[-2:] or not xp.isdtype(hidden.dtype, "real floating"):
        raise InputError(
            f"hidden has shape {shape} and type {hidden.dtype}, expected floating-point numbers of "
            "shape (..., n_tokens, width)."
        )
    states = in_float64(xp, hidden)
    if not xp.all(xp.isfinite(states)):
        raise InputError("hidden holds NaN or infinity; run the model in float32.")
    largest = xp.max(xp.abs(states), axis=(-2, -1), keepdims=True)
    states = states / safe_scales(xp, largest)  # the share has no scale
    whole = xp.sum(states * states, axis=(-2, -1))
    centred = states - xp.mean(states, axis=-2, keepdims=True)
    share = xp.sum(centred * centred, axis=(-2, -1)) / xp.where(whole > 0, whole, xp.nan)
    return xp.clip(share, 0.0, 1.0)


def _centred(xp: Any, attention: Array) -> Array:  # noqa: ANN401
    """Return ``(I - 11'/n) A`` in float64."""
    weights = in_float64(xp, attention)
    return weights - xp.mean(weights, axis=-2, keepdims=True)


def _bound(xp: Any, n: int, variance: Array | float, *, negative: bool) -> Array | float:  # noqa: ANN401
    if negative:
        raise InputError(f"score_variance is {variance}, expected numbers of at least 0.")
    return xp.sqrt(n / (2 * xp.sqrt(1 + xp.exp(-2 * variance)) * (n - 1) ** 1.5 + 1))
