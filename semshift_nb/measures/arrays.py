"""What every measure does with its input first: look at it, and bring its rows to unit length.

Arrays come in by `namespace`, columns of numbers, which may be lists, by `real_numbers` and
`whole_numbers`, and names of documents and classes by `codes_of`. They refuse what would be taken
for something else: a mask is no number, and text is none either.

A measure here speaks of directions. Vectors come out of a store in float32 (or of a model in
bfloat16), so their lengths are one only to the last digits; they are checked to be unit rows within
`UNIT_TOLERANCE` and then made so in float64. After that every formula of the sheet holds to about
1e-15, and the identities between measures hold whatever the precision the vectors came in.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Set
from numbers import Real
from typing import Any, TypeAlias, cast

import array_api_compat
import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import shortened, shown

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


MOST_DIMENSIONS = 2**20
"""More than any encoder has, and few enough for a vector of them to be held."""


def namespace(*arrays: Array) -> Any:  # noqa: ANN401  (a module that plays the array API)
    """Return the array-API namespace of arrays of one library, or say what is no such array."""
    for array in arrays:
        _refuse_kind(array)
        if not array_api_compat.is_array_api_obj(array):
            raise InputError(
                f"got {type(array).__name__}, expected an array (NumPy, torch or another that "
                "follows the array API); wrap lists with numpy.asarray(...)."
            )
    try:
        return array_api_compat.array_namespace(*arrays)
    except TypeError as error:
        kinds = " and ".join(type(array).__name__ for array in arrays)
        raise InputError(f"got {kinds}, expected arrays of one library; convert one.") from error


def _refuse_kind(values: object, name: str = "") -> None:
    """Refuse arrays that hold other numbers than they seem to, with what to do."""
    what = _kinds(values)
    if what is not None:
        raise InputError(f"{name or 'the array'} is {what}.")


def _kinds(values: object) -> str | None:
    """Say what kind of array cannot be measured, and what to hand in; None for the others."""
    if isinstance(values, np.ma.MaskedArray):
        return (
            "a masked array, of which what is masked would count: hand in the rest alone, "
            "values.compressed() of a column or rows[~rows.mask.any(axis=1)].data of a table"
        )
    if isinstance(values, np.matrix):
        return "a numpy.matrix, whose products are others: hand in numpy.asarray(...)"
    if hasattr(values, "toarray") or str(getattr(values, "layout", "")).startswith("torch.sparse"):
        return "sparse: hand in all its numbers, .toarray() of SciPy or .to_dense() of torch"
    if getattr(values, "is_nested", False) is True:
        return "a nested tensor: hand in its rows as one plain tensor, without padding"
    if getattr(values, "is_meta", False) is True:
        return "on torch's meta device, where tensors have no numbers: load it on a real one"
    if getattr(values, "is_quantized", False) is True:
        return "a quantized tensor: hand in .dequantize()"
    return None


def on_host(array: Array) -> NDArray[Any]:
    """Return an array as NumPy's, wherever it was."""
    return np.asarray(array_api_compat.to_device(without_gradients(array), "cpu"))


def on_host_of_any(values: ArrayLike, *, name: str) -> NDArray[Any]:
    """Return an array, or a list of numbers or of arrays, as NumPy's, or refuse it."""
    _refuse_kind(values, name)
    for item in values if isinstance(values, list | tuple) else ():
        _refuse_kind(item, f"one of {name}")
    if array_api_compat.is_torch_array(values):
        half = str(values.dtype) == "torch.bfloat16"
        values = on_host(values.float() if half else values)
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError, RuntimeError) as error:
        raise InputError(f"{name} cannot be read as an array of numbers: {error}.") from error


def real_numbers(values: ArrayLike, *, name: str, largest: float = math.inf) -> NDArray[np.float64]:
    """Return array-like numbers in float64, or refuse what holds anything else; NaN passes.

    ``largest`` refuses NaN and infinity, too, and numbers of a size that cannot be added up.
    """
    host = on_host_of_any(values, name=name)
    if host.dtype.kind == "O":
        wrong = [item for item in host.flat if not isinstance(item, Real)]
        if wrong:
            raise InputError(
                f"{name}: {len(wrong)} of {host.size} values are no numbers (the first is "
                f"{shown(wrong[0])}), expected numbers alone; leave these rows out."
            )
    elif host.dtype.kind not in "biuf":
        raise InputError(f"{name} are of {host.dtype}, expected real numbers; convert them first.")
    try:
        with np.errstate(over="ignore"):
            numbers = host.astype(np.float64, copy=False)
    except OverflowError as error:
        raise InputError(f"{name} hold a number too large for float64.") from error
    if largest < math.inf and not (np.abs(numbers) <= largest).all():
        n_bad = int((~(np.abs(numbers) <= largest)).sum())
        raise InputError(
            f"{name} hold {count(n_bad, 'value that is', 'values that are')} NaN, infinite or "
            f"beyond {largest:g}, expected finite numbers; leave out what has none."
        )
    return numbers


ADDABLE = 1e290
"""Sums of some million numbers up to this size are numbers of float64."""


def whole_numbers(values: ArrayLike | Iterable[int], *, name: str) -> NDArray[np.int64]:
    """Return one column of whole numbers, which may be empty, or refuse it."""
    _refuse_kind(values, name)
    plain = isinstance(values, Iterable) and not hasattr(values, "__array__")
    unordered = isinstance(values, str | bytes | Mapping | Set)
    listed: Any = list(cast("Iterable[int]", values)) if plain and not unordered else values
    host = on_host_of_any(listed, name=name)
    empty = host.shape == (0,) and plain
    if host.ndim != 1 or not (host.dtype.kind in "iu" or empty) or (host > _MOST_WHOLE).any():
        raise InputError(f"{name} are {shown(values)}: expected a list of whole numbers.")
    return host.astype(np.int64)


_MOST_WHOLE = 2**62


def codes_of(labels: object, *, name: str) -> NDArray[np.int64]:
    """Return the number of each label, from 0, in the order of the labels, or refuse them.

    Labels without an order, such as texts beside numbers, are numbered as they come.
    """
    if isinstance(labels, str | bytes | Mapping | Set):
        raise InputError(f"{name} are {shown(labels)}, expected a list with one for each row.")
    _refuse_kind(labels, name)
    host = on_host_of_any(labels, name=name) if hasattr(labels, "__array__") else None
    if host is not None and host.ndim == 1 and host.dtype.kind in "biuSU":
        return np.unique(host, return_inverse=True)[1].astype(np.int64)
    try:
        given = list(cast("Iterable[object]", labels if host is None else host))
        # Of torch's numbers no two are the same key.
        listed = [on_host(x).item() if array_api_compat.is_torch_array(x) else x for x in given]
        missing = [place for place, label in enumerate(listed) if _is_missing(label)]
        kinds = dict.fromkeys(listed)
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{name} are {shown(labels)}, expected one column with a text or a number a row."
        ) from error
    if missing:
        raise InputError(
            f"{len(missing)} of {len(listed)} {name} are missing (at {shortened(missing)}); leave "
            "these texts out."
        )
    places = {label: place for place, label in enumerate(_in_order(kinds))}
    return np.array([places[label] for label in listed], dtype=np.int64)


def _is_missing(label: object) -> bool:
    """Say whether a label is None, NaN (which differs from itself) or pandas' NA."""
    try:
        return label is None or bool(label != label)
    except TypeError:
        return True


def _in_order(kinds: dict[Any, None]) -> list[Any]:
    try:
        return sorted(kinds)
    except TypeError:
        return list(kinds)


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


def in_float64(xp: Any, array: Array) -> Array:  # noqa: ANN401
    """Return a copy in float64; what is too large for it is infinite."""
    with np.errstate(over="ignore"):
        return xp.astype(without_gradients(array), xp.float64, copy=True)


def blocks(n_rows: int, *, rows: int = BLOCK_ROWS) -> Iterator[slice]:
    """Yield slices that cover ``n_rows`` rows, ``rows`` at a time."""
    for start in range(0, n_rows, rows):
        yield slice(start, min(start + rows, n_rows))


def unit_scale(xp: Any, block: Array, *, first_row: int = 0, name: str = "embeddings") -> Array:  # noqa: ANN401
    """Return what each row must be multiplied by to have length one, in the block's own precision.

    NaN and infinity make a length that is not within the tolerance, so one look finds them all.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused below
        lengths = xp.sqrt(xp.vecdot(block, block))
    good = xp.abs(lengths - 1) <= UNIT_TOLERANCE
    if not xp.all(good):
        _refuse(xp, lengths, good, first_row=first_row, name=name)
    return 1 / lengths


def unit_rows(embeddings: Array, *, name: str = "embeddings", min_rows: int = 1) -> Array:
    """Return ``embeddings`` in float64 with every row brought to length one, or refuse them."""
    xp = check_matrix(embeddings, name=name, min_rows=min_rows)
    rows = in_float64(xp, embeddings)
    # astype made a copy, so this writes over nobody's vectors and needs no second one.
    rows *= unit_scale(xp, rows, name=name)[:, None]
    return rows


def rows_on_cpu(embeddings: Array) -> NDArray[np.float64]:
    """Return two or more unit rows as a NumPy array in float64, wherever they were."""
    return on_host(unit_rows(embeddings, min_rows=2))


def finite_rows(embeddings: Array, *, name: str = "embeddings", min_rows: int = 1) -> Array:
    """Return a copy of ``embeddings``, of any lengths, in float64, or refuse what is not finite.

    float16 and whole numbers below 2**53 are converted exactly; greater ones are refused.
    """
    xp = check_matrix(embeddings, name=name, min_rows=min_rows, any_number=True)
    rows = in_float64(xp, embeddings)
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


def safe_scales(xp: Any, largest: Array) -> Array:  # noqa: ANN401
    """Return by what to divide numbers of which these are the largest: powers of two, mostly 1."""
    safe = (largest == 0) | ((largest > _SAFE[0]) & (largest < _SAFE[1]))
    powers = xp.floor(xp.log2(xp.where(safe, xp.ones_like(largest), largest)))
    return xp.pow(xp.full_like(largest, 2.0), powers)


def scaled_on_cpu(embeddings: Array) -> tuple[NDArray[np.float64], float]:
    """Return `scaled_rows`, at least two, as a NumPy array wherever they were, and their scale."""
    rows, scale = scaled_rows(embeddings, min_rows=2)
    return on_host(rows), scale


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
