"""What every measure of attention does with its input first: look at it."""

from typing import Any

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, namespace

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
    good = xp.abs(xp.sum(attention, axis=-1) - 1) <= ROW_TOLERANCE
    if not xp.all(good):
        raise InputError(
            f"attention: {int(xp.sum(xp.astype(~good, xp.int64)))} rows do not sum to 1 (within "
            f"{ROW_TOLERANCE:g}) or hold NaN; pass the weights after the softmax (not the scores), "
            "without rows of padding."
        )
    if xp.min(attention) < 0:
        raise InputError("attention has negative weights; pass the weights after the softmax.")
    return xp
