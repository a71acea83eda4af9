"""What an accumulator knows: the figures of all vectors that were added to it."""

from functools import cached_property
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, blocks, check_matrix
from semshift_nb.measures.dimensions import dimension_figures
from semshift_nb.measures.spectrum.spectrum import Figure, spectral_figures
from semshift_nb.measures.streaming.moments import Moments, fit_frame, moments_of
from semshift_nb.measures.streaming.sample import (
    Reservoir,
    Sample,
    sampled_figures,
    sampling_errors,
)
from semshift_nb.measures.streaming.serialise import read_state, write_state

_Numbers = NDArray[np.float64]


class Accumulated:
    """Moments and a sample; the base of ``GeometryAccumulator``.

    ``_moments`` are None as long as all vectors are in the reservoir, which then answers for them.
    """

    def __init__(self, dim: int, *, seed: int, n_reservoir: int) -> None:
        self._dim = _whole(dim, "dim", least=1)
        self._n = 0
        self._moments: Moments | None = None
        # The coordinates of the moments are fitted to what is kept: that takes some per dimension.
        size = max(_whole(n_reservoir, "n_reservoir", least=2), 2 * self._dim)
        self._reservoir = Reservoir(self._dim, size=size, seed=_whole(seed, "seed", least=0))

    def __repr__(self) -> str:
        return f"<GeometryAccumulator of {self._n:,} vectors of {self._dim} dimensions>"

    @property
    def n(self) -> int:
        """Vectors added so far."""
        return self._n

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self._dim

    @property
    def mean(self) -> _Numbers:
        """The mean vector, of shape (dim,)."""
        return self._now.sums.mean.copy()

    @property
    def mean_magnitude(self) -> _Numbers:
        """The mean of each dimension's absolute values, of shape (dim,)."""
        return self._now.sums.magnitude.copy()

    @property
    def mean_direction(self) -> _Numbers:
        """The mean of the vectors at length one, of shape (dim,)."""
        return self._now.sums.direction.copy()

    @property
    def covariance(self) -> _Numbers:
        """The mean product of two dimensions around the mean, of shape (dim, dim)."""
        return np.asarray(self._root.T @ self._root / max(self._n, 1))

    @property
    def variance(self) -> _Numbers:
        """The variance of each dimension (divided by n), of shape (dim,)."""
        return np.asarray((self._root**2).sum(axis=0) / max(self._n, 1))

    @property
    def second_moment(self) -> _Numbers:
        """The mean product of two dimensions, of shape (dim, dim)."""
        return np.asarray(self.covariance + np.outer(self.mean, self.mean))

    def sample(self) -> Sample:
        """Return the vectors that are kept.

        Returns
        -------
        Sample
            ``rows`` of shape (at most n_reservoir, dim), their ``places`` in the stream, ascending
            (from 0), and the ``keys`` they drew, from 0 to 1: the smallest are kept.
        """
        return self._reservoir.sample()

    def mean_pairwise_distance(self) -> float:
        """Return the mean cosine distance over all pairs of vectors added, not of the sample."""
        self._at_least_two()
        # The sum over all pairs from what directions differ from their mean, so that directions
        # that are nearly one lose no digit.
        return float(self._now.sums.turning.sum()) * self._n / (self._n - 1)

    def singular_values(self, *, centred: bool = True) -> _Numbers:
        """Return the singular values of all vectors added.

        Returns
        -------
        ndarray of shape (min(n, dim),)
            As `semshift_nb.measures.singular_values`.
        """
        self._at_least_two()
        rows = self._root if centred else np.vstack([self._root, np.sqrt(self._n) * self.mean])
        values = np.linalg.svd(rows, compute_uv=False)[: min(self._n, self._dim)]
        if centred and self._n <= self._dim:
            values[self._n - 1 :] = 0  # n centred rows span at most n - 1 directions
        return np.asarray(values)

    def figures(self) -> dict[str, Figure]:
        """Return every figure of the vectors' geometry by its name in metric tables."""
        return {**self.moment_figures(), **sampled_figures(self.sample().rows)}

    def moment_figures(self) -> dict[str, Figure]:
        """Return the figures of all vectors that need no pairs."""
        sigma, distance = self.singular_values(), self.mean_pairwise_distance()
        mean = self.mean
        size = np.sqrt(self._n * (mean @ mean) + sigma @ sigma)
        return {
            "MPD": distance,
            "mean_cosine": 1 - distance,
            **spectral_figures(sigma, n_texts=self._n, dim=self._dim, size=float(size)),
            **dimension_figures(
                self.variance,
                self.mean_magnitude,
                direction=self.mean_direction,
                turning=self._now.sums.turning,
                n=self._n,
            ),
        }

    def sampling_errors(self) -> dict[str, Figure]:
        """Return by how much the figures of the sample may be off because it is one."""
        return sampling_errors(self.sample().rows, n=self._n)

    @cached_property
    def _now(self) -> Moments:
        """The moments, worked out of the reservoir where it still holds all."""
        if self._moments is not None:
            return self._moments
        return moments_of(self.sample().rows, None)

    @cached_property
    def _root(self) -> _Numbers:
        """A matrix of which the product with itself is the scatter around the mean."""
        if self._moments is not None:
            return self._moments.root()
        rows = self.sample().rows.astype(np.float64)
        return np.asarray(rows - rows.mean(axis=0)) if len(rows) else rows

    def _forget(self) -> None:
        """Drop what was worked out of fewer vectors."""
        for name in ("_now", "_root"):
            self.__dict__.pop(name, None)

    def _at_least_two(self) -> None:
        if self._n < 2:
            raise InputError(f"{self._n} vectors were added, expected at least 2.")


def _whole(value: object, name: str, *, least: int) -> int:
    """Check a setting that is a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least:
        raise InputError(f"{name} is {value!r}, expected a whole number of at least {least}.")
    return int(value)


_LENGTHS = (1e-140, 1e140)
"""Of rows this long or short the squares, and their sums, are numbers of float64."""


def check_rows(batch: Array, *, dim: int, first_row: int) -> Array:
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


class GeometryAccumulator(Accumulated):
    """Mean, second moments and a sample of any number of vectors, added batch by batch.

    Vectors are taken as they are, of any length but 0: ``mean``, ``second_moment`` and the singular
    values are theirs. The mean pairwise distance, the mean cosine and figures that need pairs speak
    of directions, that is, of the vectors at length one.

    Up to ``n_reservoir`` vectors are all kept, and every figure is worked out from them. Of more,
    the moments are kept exactly: in float64, centred block by block, in coordinates in which weak
    directions are not lost. The mean pairwise distance and the figures of the spectrum are then
    those that all vectors in memory would give, to 1e-9 and better; only directions that are far
    weaker among later vectors than among the first ``n_reservoir``, beside others, may lose digits,
    and singular values below 1e-8 of the greatest may then be rounding. What needs pairs is worked
    out on ``n_reservoir`` vectors drawn from all.

    Parameters
    ----------
    dim : int
        Numbers in a vector.
    seed : int, default 0
        Seed of the sample. The same vectors in the same order give the same sample however they are
        cut into batches.
    n_reservoir : int, default 10000
        Vectors to keep; at least two for each dimension are.

    Raises
    ------
    InputError
        If a setting is no whole number, or out of range.

    References
    ----------
    Chan, Golub & LeVeque 1983 (joining moments); Efraimidis & Spirakis 2006 (a sample by keys).

    Examples
    --------
    >>> accumulator = GeometryAccumulator(4)
    >>> accumulator.add(np.eye(4)[:2])
    >>> accumulator.add(np.eye(4)[2:])
    >>> accumulator.n, accumulator.mean_pairwise_distance()
    (4, 1.0)
    """

    def __init__(self, dim: int, *, seed: int = 0, n_reservoir: int = 10_000) -> None:
        super().__init__(dim, seed=seed, n_reservoir=n_reservoir)

    def add(self, batch: Array) -> None:
        """Add vectors.

        Parameters
        ----------
        batch : array of shape (n_vectors, dim)
            Of any number type, in NumPy, torch or another library, on any device. It is worked on
            where it is, in float64 and in blocks; only moments and sampled rows are copied over.

        Raises
        ------
        InputError
            If it is no such array, or holds a row that is zero, not finite, or shorter than 1e-140
            or longer than 1e140; nothing is added then.

        Examples
        --------
        >>> accumulator = GeometryAccumulator(2)
        >>> accumulator.add(np.ones((3, 2)))
        >>> accumulator.n
        3
        """
        rows = batch.detach() if hasattr(batch, "detach") else batch  # a tensor with gradients
        lengths = check_rows(rows, dim=self.dim, first_row=self.n)
        n_free = max(self._reservoir.size - self.n, 0)
        for part in (slice(0, n_free), slice(n_free, len(lengths))):
            if len(lengths[part]):
                self._add(rows[part, :], lengths[part])

    def merge(self, other: "GeometryAccumulator") -> Self:
        """Add the vectors of another accumulator, as if they came after this one's.

        Parameters
        ----------
        other : GeometryAccumulator
            Of the same ``dim`` and ``n_reservoir``; it stays as it is. Parts draw their samples
            apart from one another where their first vectors differ, or their seeds.

        Returns
        -------
        GeometryAccumulator
            This one. How parts are grouped when they are merged changes figures in their last
            digits only, and the sample not at all.

        Raises
        ------
        InputError
            If ``dim`` or ``n_reservoir`` differ, or it is this very one.

        Examples
        --------
        >>> one, two = GeometryAccumulator(3), GeometryAccumulator(3)
        >>> one.add(np.eye(3)), two.add(np.eye(3))
        (None, None)
        >>> one.merge(two).n
        6
        """
        sizes = [(each.dim, each._reservoir.size) for each in (self, other)]  # noqa: SLF001
        if sizes[0] != sizes[1] or self is other:
            raise InputError(
                f"dim and n_reservoir are {sizes[0]} here and {sizes[1]} there, expected another "
                "accumulator with the same: count all parts with the same settings."
            )
        if self.n + other.n > self._reservoir.size:
            self._join(other)
        self._reservoir.merge(other.sample(), first=self.n)
        self._n += other.n
        self._forget()
        return self

    def save(self, path: str | Path) -> None:
        """Write the accumulator to a file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            The file, in NumPy's .npz form whatever its ending; nothing in it is pickled.

        Raises
        ------
        SemshiftError
            If it cannot be written.
        """
        write_state(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read an accumulator that was saved; adding goes on as if it had never been.

        Parameters
        ----------
        path : str or Path
            The file.

        Returns
        -------
        GeometryAccumulator
            Equal in every number, its sample's next draws included.

        Raises
        ------
        InputError
            If it cannot be read, or holds something else.
        """
        settings, fill = read_state(Path(path))
        accumulator = cls(**settings)
        fill(accumulator)
        return accumulator

    def _add(self, rows: Array, lengths: Array) -> None:
        if self.n >= self._reservoir.size:
            if self._moments is None:
                kept = self.sample().rows
                self._moments = moments_of(kept, fit_frame(kept))
            self._moments.add(rows, lengths)
        self._reservoir.add(rows, first=self.n)
        self._n += rows.shape[0]
        self._forget()

    def _join(self, other: "GeometryAccumulator") -> None:
        """Take in the moments of another, where both together are more than the reservoir holds."""
        theirs = other._moments  # noqa: SLF001 - of this very class
        if self._moments is None:
            own, more = self.sample().rows, other.sample().rows
            frame = fit_frame(np.vstack([own, more])) if theirs is None else theirs.frame
            self._moments = moments_of(own, frame)
        if theirs is None:
            theirs = moments_of(other.sample().rows, self._moments.frame)
        self._moments.merge(theirs)
