"""What every measure does with its input first: look at it, and bring its rows to unit length.

A measure here speaks of directions. Vectors come out of a store in float32 (or of a model in
bfloat16), so their lengths are one only to the last digits; they are checked to be unit rows within
`UNIT_TOLERANCE` and then made so in float64. After that every formula of the sheet holds to about
1e-15, and the identities between measures hold whatever the precision the vectors came in.
"""

import math
from collections.abc import Iterator
from typing import Any, TypeAlias

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import shortened

Array: TypeAlias = Any
"""An array of any library that follows the array API: NumPy, torch and others."""

UNIT_TOLERANCE = 1e-3
"""How far a row's length may be from one: ten times the rounding of bfloat16 over 384 numbers."""

_EXACT_WHOLE = 2.0**53
"""Below it float64 holds every whole number."""

_SAFE = (1e-100, 1e100)
"""Numbers between these can be squared, summed and squared again in float64."""

BLOCK_ROWS = 1024
"""Rows worked on at a time: 1024 x 384 float32 are 1.5 MiB, which stay in a processor's cache."""


def namespace(array: Array) -> Any:  # noqa: ANN401  (a module that plays the array API)
    """Return the array-API namespace of ``array``, or say that it is no array."""
    try:
        return array_api_compat.array_namespace(array)
    except TypeError as error:
        raise InputError(
            f"got {type(array).__name__}, expected an array (NumPy, torch or another that follows "
            "the array API); wrap lists with numpy.asarray(...)."
        ) from error


def check_matrix(
    embeddings: Array, *, name: str = "embeddings", min_rows: int = 1, any_number: bool = False
) -> Any:  # noqa: ANN401
    """Check type, shape and number of rows; return the namespace. Values are not looked at.

    Whole numbers pass with ``any_number``: they have no length of one but for a trivial case, so
    that a measure of directions refuses quantised vectors, and a spectrum takes them as they are.
    """
    xp = namespace(embeddings)
    if embeddings.ndim != 2 or embeddings.shape[1] == 0:
        raise InputError(
            f"{name} have shape {tuple(embeddings.shape)}, expected (n, dim): one row a vector. "
            "A single vector becomes a row with vector[None, :]."
        )
    kinds = ("real floating", "integral") if any_number else "real floating"
    if not xp.isdtype(embeddings.dtype, kinds):
        raise InputError(
            f"{name} are of {embeddings.dtype}, expected {'' if any_number else 'floating-point '}"
            "numbers; quantised vectors are made floating-point and divided by their lengths first."
        )
    if embeddings.shape[0] < min_rows:
        raise InputError(
            f"{name} have {count(embeddings.shape[0], 'row')}, expected at least {min_rows}; give "
            "more vectors or leave this text out."
        )
    return xp


def without_gradients(array: Array) -> Array:
    """Return the numbers of an array alone: torch makes none of a tensor that is being trained."""
    return array.detach() if hasattr(array, "detach") else array


def blocks(n_rows: int, *, rows: int = BLOCK_ROWS) -> Iterator[slice]:
    """Yield slices that cover ``n_rows`` rows, ``rows`` at a time."""
    for start in range(0, n_rows, rows):
        yield slice(start, min(start + rows, n_rows))


def unit_scale(xp: Any, block: Array, *, first_row: int = 0, name: str = "embeddings") -> Array:  # noqa: ANN401
    """Return what each row must be multiplied by to have length one, in the block's own precision.

    NaN and infinity make a length that is not within the tolerance, so one look finds them all.
    """
    lengths = xp.sqrt(xp.vecdot(block, block))
    good = xp.abs(lengths - 1) <= UNIT_TOLERANCE
    if not xp.all(good):
        _refuse(xp, lengths, good, first_row=first_row, name=name)
    return 1 / lengths


def unit_rows(embeddings: Array, *, name: str = "embeddings", min_rows: int = 1) -> Array:
    """Return ``embeddings`` in float64 with every row brought to length one, or refuse them."""
    xp = check_matrix(embeddings, name=name, min_rows=min_rows)
    rows = xp.astype(without_gradients(embeddings), xp.float64, copy=True)
    # astype made a copy, so this writes over nobody's vectors and needs no second one.
    rows *= unit_scale(xp, rows, name=name)[:, None]
    return rows


def rows_on_cpu(embeddings: Array) -> NDArray[np.float64]:
    """Return two or more unit rows as a NumPy array in float64, wherever they were."""
    return np.asarray(array_api_compat.to_device(unit_rows(embeddings, min_rows=2), "cpu"))


def finite_rows(embeddings: Array, *, name: str = "embeddings", min_rows: int = 1) -> Array:
    """Return a copy of ``embeddings``, of any lengths, in float64, or refuse what is not finite.

    float16 and whole numbers below 2**53 are converted exactly; greater ones are refused.
    """
    xp = check_matrix(embeddings, name=name, min_rows=min_rows, any_number=True)
    rows = xp.astype(without_gradients(embeddings), xp.float64, copy=True)
    finite = xp.all(xp.isfinite(rows), axis=1)
    if not xp.all(finite):
        bad = [int(row) for row in xp.nonzero(~finite)[0]]
        raise InputError(
            f"{name}: {count(len(bad), 'row holds', 'rows hold')} NaN or infinity (rows "
            f"{shortened(bad)}); encode them again."
        )
    if xp.isdtype(embeddings.dtype, "integral") and xp.any(xp.abs(rows) >= _EXACT_WHOLE):
        raise InputError(
            f"{name} hold whole numbers from 2**53 on, not all of which float64 can hold."
        )
    return rows


def scaled_rows(
    embeddings: Array, *, name: str = "embeddings", min_rows: int = 1
) -> tuple[Array, float]:
    """Return `finite_rows` and what to multiply them by: a power of two, most often 1.

    Vectors so long or short that their squares would over- or underflow are divided by it, which
    costs no digit.
    """
    rows = finite_rows(embeddings, name=name, min_rows=min_rows)
    largest = float(namespace(rows).max(namespace(rows).abs(rows)))
    if largest == 0 or _SAFE[0] < largest < _SAFE[1]:
        return rows, 1.0
    scale = math.ldexp(1.0, math.frexp(largest)[1] - 1)
    rows /= scale
    return rows, scale


def scaled_on_cpu(embeddings: Array) -> tuple[NDArray[np.float64], float]:
    """Return `scaled_rows`, at least two, as a NumPy array wherever they were, and their scale."""
    rows, scale = scaled_rows(embeddings, min_rows=2)
    return np.asarray(array_api_compat.to_device(rows, "cpu")), scale


def unit_vector(vector: Array, *, dim: int, name: str) -> Array:
    """Return one ``vector`` in float64 and of length one, or refuse it."""
    xp = namespace(vector)
    if vector.ndim != 1 or vector.shape[0] != dim:
        raise InputError(
            f"{name} has shape {tuple(vector.shape)}, expected ({dim},): one vector from the same "
            "encoder as the rows."
        )
    return unit_rows(xp.reshape(vector, (1, dim)), name=name)[0, :]


def distances(cosines: Array) -> Array:
    """Return ``1 - cosines``, without the rounding that would put it below zero."""
    return namespace(cosines).clip(1 - cosines, 0.0, 2.0)


def _refuse(xp: Any, lengths: Array, good: Array, *, first_row: int, name: str) -> None:  # noqa: ANN401
    """Raise the error that names how many rows are unusable, which, and why."""
    bad = [int(row) for row in xp.nonzero(~good)[0]]
    n_unfinite = sum(not bool(xp.isfinite(lengths[row])) for row in bad)
    shown = shortened([first_row + row for row in bad])
    raise InputError(
        f"{name}: {count(len(bad), 'row cannot', 'rows cannot')} be used (rows {shown}): "
        f"{n_unfinite} hold NaN or infinity or overflow, {len(bad) - n_unfinite} are not of length "
        f"one (the first has length {float(lengths[bad[0]]):.6g}, expected 1 within "
        f"{UNIT_TOLERANCE:g}). Encode these texts again, or divide each row by its length; a zero "
        "row has no direction and must be left out."
    )
