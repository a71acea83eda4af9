"""What is kept of a stream of vectors: how many there were, a sample, and the moments of all."""

from functools import cached_property
from typing import Any

import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, blocks, check_matrix
from semshift_nb.measures.streaming.moments import Matrix, Moments, Sums, fit_frame, moments_of
from semshift_nb.measures.streaming.sample import Reservoir
from semshift_nb.names import count
from semshift_nb.validation import check_whole, shortened


class StreamState:
    """A stream's number of vectors, sample and moments.

    ``moments`` are None as long as all vectors are in the reservoir, which then answers for them.
    """

    def __init__(self, dim: int, *, seed: int, n_reservoir: int) -> None:
        self.dim = check_whole(dim, "dim", least=1)
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
    rows = xp.astype(xp.take(batch, bad, axis=0), xp.float64)
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
