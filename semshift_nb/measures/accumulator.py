"""The geometry of more embeddings than fit in memory."""

from pathlib import Path
from typing import Self

import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures._accumulated import Accumulated
from semshift_nb.measures._arrays import Array
from semshift_nb.measures._frame import fit_frame
from semshift_nb.measures._moments import moments_of
from semshift_nb.measures._saved import read_state, write_state
from semshift_nb.measures._usable import usable_lengths


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
        lengths = usable_lengths(rows, dim=self.dim, first_row=self.n)
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

        Examples
        --------
        >>> accumulator.save("part-3.npz")  # doctest: +SKIP
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

        Examples
        --------
        >>> GeometryAccumulator.load("part-3.npz").n  # doctest: +SKIP
        1000000
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
