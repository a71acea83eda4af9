"""Vectors from an array or a file, batch by batch, brought to length one and added up."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import array_api_compat
import numpy as np

from semshift_nb.analyses.geometry.codes import Codes, OffsetWatch, dtype_name
from semshift_nb.analyses.results import joined
from semshift_nb.encoders import VectorFile
from semshift_nb.errors import InputError
from semshift_nb.measures import GeometryAccumulator

Vectors: TypeAlias = Any
"""An array of any library that follows the array API, or a `VectorFile`."""

_BATCH_NUMBERS = 2**21
"""Numbers in a batch: 16 MiB of float64, of which a handful of copies is at work."""

_SAFE = (1e-100, 1e100)
"""Vectors of these lengths can be squared and added up as they are."""

_TOLERANCE = 1e-3
_SHOWN = 10


@dataclass
class Lengths:
    """What was seen of the vectors' lengths; rows that cannot be used are kept by number."""

    n: int = 0
    n_off: int = 0
    shortest: float = np.inf
    longest: float = 0.0
    unfinite: list[int] = field(default_factory=list)
    zero: list[int] = field(default_factory=list)
    n_unfinite: int = 0
    n_zero: int = 0

    def see(self, lengths: Any) -> bool:  # noqa: ANN401
        """Take in the lengths of the next rows; say whether all could be used so far."""
        host = np.asarray(array_api_compat.to_device(lengths, "cpu"))
        unfinite, zero = np.flatnonzero(~np.isfinite(host)), np.flatnonzero(host == 0)
        for rows, kept in ((unfinite, self.unfinite), (zero, self.zero)):
            kept.extend((self.n + rows[: _SHOWN + 1 - len(kept)]).tolist())
        self.n_unfinite += len(unfinite)
        self.n_zero += len(zero)
        self.n += len(host)
        if not (self.n_unfinite or self.n_zero) and len(host):
            self.n_off += int((np.abs(host - 1) > _TOLERANCE).sum())
            self.shortest = min(self.shortest, float(host.min()))
            self.longest = max(self.longest, float(host.max()))
        return not (self.n_unfinite or self.n_zero)

    def refuse_unusable(self) -> None:
        """Raise the error that says how many rows cannot be used, which, and why."""
        parts = [
            f"{n:,} {what} (rows {', '.join(map(str, rows[:_SHOWN]))}{', ...' * (n > _SHOWN)})"
            for n, what, rows in (
                (self.n_unfinite, "hold NaN or infinity", self.unfinite),
                (self.n_zero, "are zero and have no direction", self.zero),
            )
            if n
        ]
        if parts:
            raise InputError(
                f"{self.n_unfinite + self.n_zero:,} of {self.n:,} vectors cannot be used: "
                f"{', '.join(parts)}. Leave them out, or encode their texts again."
            )

    def note(self) -> str:
        """Say that vectors were not of length one, if they were not."""
        if not self.n_off:
            return ""
        return (
            f"{self.n_off:,} of {self.n:,} vectors were not of length one (lengths "
            f"{self.shortest:.3g} to {self.longest:.3g}) and were divided by their lengths"
        )


@dataclass(frozen=True, eq=False)
class Added:
    """The directions of all vectors, what is to be known of them, and why they mean nothing."""

    accumulator: GeometryAccumulator
    note: str
    unmeasured: str = ""


def add_up(source: Vectors, *, codes: Codes | None, seed: int, n_sample: int) -> Added:
    """Add up the directions of all vectors.

    All vectors are looked at before any is refused, so that the error can say how many there are.
    """
    n, dim = check_shape(source)
    width = codes.dim(dim) if codes else dim
    accumulator = GeometryAccumulator(width, seed=seed, n_reservoir=n_sample)
    seen, watch = Lengths(), OffsetWatch(dtype_name(source), could_be=codes is None)
    for batch in _batches(source, n, max(1, _BATCH_NUMBERS // width)):
        accumulator.add(batch[:0, :] if codes is None else np.empty((0, width)))  # are they numbers
        watch.see(batch)
        rows, lengths = _directions(batch if codes is None else codes.decode(batch))
        if seen.see(lengths):
            accumulator.add(rows)
    reason = watch.reason()
    if reason:
        return Added(accumulator, "", reason)
    seen.refuse_unusable()
    whole = "int" in watch.dtype
    taken = f"whole numbers ({source.dtype}) were taken as they are" if whole else ""
    return Added(accumulator, joined(codes.note if codes else taken, seen.note()))


def check_shape(source: Vectors) -> tuple[int, int]:
    """Return the number of vectors and their dimensions."""
    if isinstance(source, VectorFile):
        return source.n_vectors, source.dim
    if not hasattr(source, "shape") or not hasattr(source, "dtype"):
        raise InputError(
            f"got {type(source).__name__}, expected an array of shape (n, dim) or a file that "
            "open_vectors opened."
        )
    shape = tuple(source.shape)
    if len(shape) != 2 or shape[1] == 0:
        raise InputError(
            f"the vectors have shape {shape}, expected (n, dim): one row a vector. A single vector "
            "becomes a row with vector[None, :]."
        )
    return shape[0], shape[1]


def _batches(source: Vectors, n: int, n_rows: int) -> Iterator[Any]:
    if isinstance(source, VectorFile):
        yield from source.batches(n_rows)
        return
    plain = source.detach() if hasattr(source, "detach") else source  # a tensor with gradients
    yield from (plain[start : start + n_rows, :] for start in range(0, n, n_rows))


def _directions(batch: Any) -> tuple[Any, Any]:  # noqa: ANN401
    """Return rows at length one in float64, and the lengths that they had."""
    xp = array_api_compat.array_namespace(batch)
    rows = xp.astype(batch, xp.float64, copy=True)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        lengths = xp.sqrt(xp.vecdot(rows, rows))
        scales = xp.ones_like(lengths)
        if not xp.all((lengths > _SAFE[0]) & (lengths < _SAFE[1])):
            largest = xp.max(xp.abs(rows), axis=1)
            scales = xp.where(largest > 0, largest, scales)
            rows /= scales[:, None]
            lengths = xp.sqrt(xp.vecdot(rows, rows))
        rows /= lengths[:, None]
        return rows, lengths * scales
