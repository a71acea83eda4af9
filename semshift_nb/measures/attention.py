"""Where attention goes: how sharp it is, and what it falls on."""

import math
from typing import Any

import array_api_compat
import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, in_float64, namespace
from semshift_nb.names import count
from semshift_nb.validation import check_flag

ROW_TOLERANCE = 0.02
"""How far a row's sum may be from one: what bfloat16 makes of a sum over 512 weights."""


def check_square(attention: Array) -> Any:  # noqa: ANN401  (a module that plays the array API)
    """Check type and shape; return the namespace. Values are not looked at."""
    xp = namespace(attention)
    shape = tuple(attention.shape)
    if len(shape) < 2 or shape[-1] != shape[-2] or shape[-1] == 0:
        raise InputError(
            f"attention has shape {shape}, expected (..., n_tokens, n_tokens): one row a token "
            "that looks, one column a token that is looked at."
        )
    if not xp.isdtype(attention.dtype, "real floating"):
        raise InputError(f"attention is of {attention.dtype}, expected floating-point numbers.")
    return xp


def check_attention(attention: Array) -> Any:  # noqa: ANN401
    """Check that these are weights, none negative, each row summing to one."""
    xp = check_square(attention)
    if 0 in attention.shape:
        return xp
    # NaN and infinity make a sum that is not within the tolerance.
    with np.errstate(over="ignore", invalid="ignore"):
        good = xp.abs(xp.sum(attention, axis=-1) - 1) <= ROW_TOLERANCE
    if not xp.all(good):
        raise InputError(
            f"attention: {count(int(xp.sum(xp.astype(~good, xp.int64))), 'row does', 'rows do')} "
            f"not sum to 1 (within {ROW_TOLERANCE:g}) or hold NaN; pass the weights after the "
            "softmax (not the scores), without rows of padding."
        )
    if xp.min(attention) < 0:
        raise InputError("attention has negative weights; pass the weights after the softmax.")
    return xp


def score_variance(attention: Array) -> Array:
    """Return the variance, within rows, of the scores that the softmax turned into attention.

    ``log A_ij`` is the score less a constant of row i, and a constant of a row drops out of the
    softmax; so the variance within rows is what the weights show of the scores, and what counts.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.

    Returns
    -------
    array of shape (...), float64
        Squared deviations of ``log A`` from their row's mean, summed over all rows and divided by
        the number of entries less one a row: unbiased for independent scores. These are scores as
        the softmax sees them: divided by the root of the head's width and by the temperature, with
        any position bias. Weights that are zero, masked or too small for the number format, are
        left out; NaN where no row has two others (one token).

    Raises
    ------
    InputError
        If this is no array of square matrices whose rows sum to one, or a weight is negative or
        not finite.

    References
    ----------
    Length collapse, arXiv 2410.24200, Theorem 3, of whose bound it is the variance.

    Examples
    --------
    >>> import numpy as np
    >>> weights = np.exp(np.array([[0.0, 2.0], [5.0, 5.0]]))
    >>> float(score_variance(weights / weights.sum(axis=-1, keepdims=True)).round(12))
    1.0
    """
    xp = check_attention(attention)
    weights = in_float64(xp, attention)
    seen = weights > 0
    scores = xp.log(xp.where(seen, weights, xp.ones_like(weights)))
    counts = xp.sum(xp.astype(seen, xp.float64), axis=-1, keepdims=True)
    # A row that sums to one has at least one entry.
    deviations = xp.where(seen, scores - xp.sum(scores, axis=-1, keepdims=True) / counts, 0.0)
    freedom = xp.sum(counts - 1, axis=(-2, -1))
    squares = xp.sum(deviations * deviations, axis=(-2, -1))
    return squares / xp.where(freedom > 0, freedom, xp.nan)


def attention_entropy(attention: Array, *, normalised: bool = False) -> Array:
    """Return how widely a token's attention is spread, as a mean over the tokens.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.
    normalised : bool, default False
        Divide by ``log n``, the entropy of even attention.

    Returns
    -------
    array of shape (...), float64
        Mean over rows of ``-sum_j A_ij log A_ij``, in nats, from 0 to ``log n``; normalised from 0
        to 1, and NaN for a single token, which has no choice.

    Raises
    ------
    InputError
        If this is no array of square matrices whose rows sum to one, or a weight is negative or
        not finite.

    References
    ----------
    Shannon 1948.

    Examples
    --------
    >>> import numpy as np
    >>> float(attention_entropy(np.full((4, 4), 0.25), normalised=True))
    1.0
    """
    check_flag(normalised, "normalised")
    xp = check_attention(attention)
    n = attention.shape[-1]
    weights = in_float64(xp, attention)
    logs = xp.log(xp.where(weights > 0, weights, xp.ones_like(weights)))
    entropy = xp.clip(-xp.sum(weights * logs, axis=(-2, -1)) / n, 0.0, None)
    return entropy / (math.log(n) or math.nan) if normalised else entropy


def attention_share(attention: Array, columns: Array) -> Array:
    """Return the share of all attention that falls on some of the tokens.

    Parameters
    ----------
    attention : array of shape (..., n_tokens, n_tokens)
        Weights after the softmax; rows sum to one.
    columns : array of shape (n_tokens,) of bool, in the library of ``attention``
        The tokens looked at.

    Returns
    -------
    array of shape (...), float64
        Mean over rows of the weight on these columns, from 0 to 1; even attention gives their share
        of the tokens.

    Raises
    ------
    InputError
        If this is no array of square matrices whose rows sum to one, a weight is negative or not
        finite, or ``columns`` is no mask over the tokens.

    References
    ----------
    Xiao et al. 2024 (attention sinks).

    Examples
    --------
    >>> import numpy as np
    >>> float(attention_share(np.full((4, 4), 0.25), np.array([True, False, False, True])))
    0.5
    """
    xp = check_attention(attention)
    n = attention.shape[-1]
    if array_api_compat.is_array_api_obj(columns):
        namespace(attention, columns)
    shape = tuple(getattr(columns, "shape", ()))
    if shape != (n,) or not xp.isdtype(columns.dtype, "bool"):
        raise InputError(
            f"columns have shape {shape}, expected ({n},) of bool: True for each token whose share "
            "is asked for."
        )
    received = xp.mean(in_float64(xp, attention), axis=-2)
    return xp.sum(xp.where(columns, received, 0.0), axis=-1)
