"""Whether the rows of a batch can be added up, and the error that names those that cannot."""

from typing import Any

import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, blocks, check_matrix

_LENGTHS = (1e-140, 1e140)
"""Of rows this long or short the squares, and their sums, are numbers of float64."""


def usable_lengths(batch: Array, *, dim: int, first_row: int) -> Array:
    """Return the length of every row in float64, or refuse the batch.

    ``first_row`` is the place of its first row in the whole stream, for the error.
    """
    xp = check_matrix(batch, name="vectors", min_rows=0, any_number=True)
    if batch.shape[1] != dim:
        raise InputError(
            f"the vectors have {batch.shape[1]} dimensions, expected {dim}: all must come from "
            "the same encoder."
        )
    parts = [xp.zeros(0, dtype=xp.float64, device=batch.device)]
    with np.errstate(over="ignore"):  # what overflows is refused below
        for block in blocks(batch.shape[0]):
            rows = xp.astype(batch[block, :], xp.float64, copy=False)
            parts.append(xp.sqrt(xp.vecdot(rows, rows)))
    lengths = xp.concat(parts)
    good = (lengths >= _LENGTHS[0]) & (lengths <= _LENGTHS[1])
    if not xp.all(good):
        _refuse(xp, batch, good, first_row)
    return lengths


def _refuse(xp: Any, batch: Array, good: Array, first_row: int) -> None:  # noqa: ANN401
    """Raise the error that says how many rows cannot be used, which, and why."""
    bad = xp.nonzero(~good)[0]
    rows = xp.astype(xp.take(batch, bad, axis=0), xp.float64)
    n_unfinite = int(xp.sum(xp.astype(~xp.all(xp.isfinite(rows), axis=1), xp.int64)))
    n_zero = int(xp.sum(xp.astype(xp.all(rows == 0, axis=1), xp.int64)))
    shown = ", ".join(str(first_row + int(row)) for row in bad[:10])
    raise InputError(
        f"{len(rows)} rows cannot be used (rows {shown}{', ...' if len(rows) > 10 else ''}): "
        f"{n_unfinite} hold NaN or infinity, {n_zero} are zero and have no direction, "
        f"{len(rows) - n_unfinite - n_zero} are shorter than {_LENGTHS[0]:g} or longer than "
        f"{_LENGTHS[1]:g}. Leave them out, or encode their texts again; nothing of this batch was "
        "added."
    )
