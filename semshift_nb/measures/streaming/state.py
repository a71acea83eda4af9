"""What is kept of a stream of vectors: how many there were, a sample, moments; and its file."""

import zipfile
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.files import explained, write_whole
from semshift_nb.measures.arrays import MOST_DIMENSIONS, Array, blocks, check_matrix, in_float64
from semshift_nb.measures.streaming.moments import (
    Frame,
    Matrix,
    Moments,
    Sums,
    fit_frame,
    moments_of,
)
from semshift_nb.measures.streaming.sample import Reservoir, Sample
from semshift_nb.names import count
from semshift_nb.validation import check_whole, shortened


class StreamState:
    """A stream's number of vectors, sample and moments.

    ``moments`` are None as long as all vectors are in the reservoir, which then answers for them.
    """

    def __init__(self, dim: int, *, seed: int, n_reservoir: int) -> None:
        self.dim = check_whole(dim, "dim", least=1, most=MOST_DIMENSIONS)
        self.n = 0
        self.moments: Moments | None = None
        # The coordinates of the moments are fitted to what is kept: that takes some per dimension.
        size = max(check_whole(n_reservoir, "n_reservoir", least=2), 2 * self.dim)
        self.reservoir = Reservoir(self.dim, size=size, seed=check_whole(seed, "seed", least=0))

    @cached_property
    def sums(self) -> Sums:
        """The sums of all vectors."""
        return self._moments_now().sums

    @cached_property
    def root(self) -> Matrix:
        """A matrix of which the product with itself is the scatter around the mean."""
        if self.moments is not None:
            return self.moments.root()
        rows = self.reservoir.sample().rows.astype(np.float64)
        return np.asarray(rows - rows.mean(axis=0)) if len(rows) else rows

    def add(self, batch: Array) -> None:
        """Take in vectors, or none of them where one cannot be used."""
        lengths = _lengths(batch, dim=self.dim, first_row=self.n)
        n_free = max(self.reservoir.size - self.n, 0)
        for part in (slice(0, n_free), slice(n_free, len(lengths))):
            if len(lengths[part]):
                self._add(batch[part, :], lengths[part])

    def merge(self, other: "StreamState") -> None:
        """Take in the vectors of another stream of the same settings, after this one's."""
        if self.n + other.n > self.reservoir.size:
            self._join(other)
        self.reservoir.merge(other.reservoir.sample(), first=self.n)
        self.n += other.n
        self._forget()

    def _add(self, rows: Array, lengths: Array) -> None:
        if self.n >= self.reservoir.size:
            if self.moments is None:
                kept = self.reservoir.sample().rows
                self.moments = moments_of(kept, fit_frame(kept))
            self.moments.add(rows, lengths)
        self.reservoir.add(rows, first=self.n)
        self.n += rows.shape[0]
        self._forget()

    def _join(self, other: "StreamState") -> None:
        """Take in the moments of another, where both together are more than the reservoir holds."""
        theirs = other.moments
        if self.moments is None:
            own, more = self.reservoir.sample().rows, other.reservoir.sample().rows
            frame = fit_frame(np.vstack([own, more])) if theirs is None else theirs.frame
            self.moments = moments_of(own, frame)
        if theirs is None:
            theirs = moments_of(other.reservoir.sample().rows, self.moments.frame)
        self.moments.merge(theirs)

    def _moments_now(self) -> Moments:
        if self.moments is not None:
            return self.moments
        return moments_of(self.reservoir.sample().rows, None)

    def _forget(self) -> None:
        """Drop what was worked out of fewer vectors."""
        for name in ("sums", "root"):
            self.__dict__.pop(name, None)


_SQUARABLE = (1e-140, 1e140)
"""Of rows this long or short the squares, and their sums, are numbers of float64."""


def _lengths(batch: Array, *, dim: int, first_row: int) -> Array:
    """Return the length of every row in float64, or refuse the batch.

    ``first_row`` is the place of its first row in the whole stream, for the error.
    """
    xp = check_matrix(batch, name="vectors", min_rows=0, any_number=True)
    if batch.shape[1] != dim:
        raise InputError(
            f"the vectors have {count(batch.shape[1], 'dimension')}, expected {dim}: all must come "
            "from the same encoder."
        )
    parts = [xp.zeros(0, dtype=xp.float64, device=batch.device)]
    with np.errstate(over="ignore"):  # what overflows is refused below
        for block in blocks(batch.shape[0]):
            rows = xp.astype(batch[block, :], xp.float64, copy=False)
            parts.append(xp.sqrt(xp.vecdot(rows, rows)))
    lengths = xp.concat(parts)
    good = (lengths >= _SQUARABLE[0]) & (lengths <= _SQUARABLE[1])
    if not xp.all(good):
        _refuse(xp, batch, good, first_row)
    return lengths


def _refuse(xp: Any, batch: Array, good: Array, first_row: int) -> None:  # noqa: ANN401
    """Raise the error that says how many rows cannot be used, which, and why."""
    bad = xp.nonzero(~good)[0]
    rows = in_float64(xp, xp.take(batch, bad, axis=0))
    n_unfinite = int(xp.sum(xp.astype(~xp.all(xp.isfinite(rows), axis=1), xp.int64)))
    n_zero = int(xp.sum(xp.astype(xp.all(rows == 0, axis=1), xp.int64)))
    shown = shortened(bad, write=lambda row: str(first_row + int(row)))
    raise InputError(
        f"{count(len(rows), 'row cannot', 'rows cannot')} be used (rows {shown}): {n_unfinite} "
        f"hold NaN or infinity, {n_zero} are zero and have no direction, "
        f"{len(rows) - n_unfinite - n_zero} are shorter than {_SQUARABLE[0]:g} or longer than "
        f"{_SQUARABLE[1]:g}. Leave them out, or encode their texts again; nothing of this batch "
        "was added."
    )


_FORMAT = 1


def write_state(state: StreamState, path: Path) -> None:
    """Write a state beside a path, then move it into place."""

    def write(temporary: Path) -> None:
        with temporary.open("wb") as file:  # by its name alone NumPy would add an ending
            np.savez(file, allow_pickle=False, **_arrays(state))

    with explained(path):
        write_whole(path, write)


def read_state(path: Path) -> StreamState:
    """Return a state that was written; adding to it goes on as if it had never been."""
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise InputError(
            f"{str(path)!r} cannot be read as a saved accumulator ({error}); expected a file that "
            "GeometryAccumulator.save wrote."
        ) from error
    if int(arrays.get("format", 0)) != _FORMAT:
        raise InputError(
            f"{str(path)!r} holds {', '.join(arrays) or 'nothing'}, not an accumulator of this "
            "version; expected a file that GeometryAccumulator.save wrote."
        )
    try:
        return _state(arrays)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise InputError(
            f"{str(path)!r} is no whole accumulator ({type(error).__name__}: {error}); expected a "
            "file that GeometryAccumulator.save wrote."
        ) from error


def _arrays(state: StreamState) -> dict[str, NDArray[Any]]:
    reservoir, moments = state.reservoir, state.moments
    numbers = {
        "format": _FORMAT,
        "dim": state.dim,
        "seed": reservoir.seed,
        "n_reservoir": reservoir.size,
        "n": state.n,
        "n_drawn": reservoir.n_drawn,
    }
    arrays = {name: np.asarray(number) for name, number in numbers.items()}
    if reservoir.stream is not None:
        arrays["stream"] = np.asarray(reservoir.stream)
    arrays |= {f"sample_{name}": part for name, part in reservoir.sample()._asdict().items()}
    if moments is not None:
        sums = moments.sums._asdict().items()
        arrays |= {f"moments_{name}": np.asarray(part) for name, part in sums}
        if moments.frame is not None:
            arrays |= {f"frame_{name}": part for name, part in moments.frame._asdict().items()}
    return arrays


def _state(arrays: dict[str, NDArray[Any]]) -> StreamState:
    def parts(prefix: str, fields: tuple[str, ...]) -> list[NDArray[Any]]:
        return [arrays[f"{prefix}_{name}"] for name in fields]

    dim, seed, n_reservoir = (int(arrays[name]) for name in ("dim", "seed", "n_reservoir"))
    state = StreamState(dim, seed=seed, n_reservoir=n_reservoir)
    state.n = int(arrays["n"])
    state.reservoir.merge(Sample(*parts("sample", Sample._fields)), first=0)
    if "stream" in arrays:
        state.reservoir.start(int(arrays["stream"]), n_drawn=int(arrays["n_drawn"]))
    if "moments_n" in arrays:
        frame = Frame(*parts("frame", Frame._fields)) if "frame_forward" in arrays else None
        state.moments = Moments(dim, frame)
        sums = {name: arrays[f"moments_{name}"] for name in Sums._fields if name != "n"}
        state.moments.sums = Sums(n=int(arrays["moments_n"]), **sums)
    return state
