"""The geometry of more vectors than fit in memory, added batch by batch."""

from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, without_gradients
from semshift_nb.measures.dimensions import DimensionMoments
from semshift_nb.measures.spectrum.spectrum import Figure, spectral_figures
from semshift_nb.measures.streaming.sample import Sample, sampled_figures, sampling_errors
from semshift_nb.measures.streaming.state import StreamState, read_state, write_state
from semshift_nb.names import count
from semshift_nb.validation import check_flag

_Numbers = NDArray[np.float64]


class GeometryAccumulator:
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

    Attributes
    ----------
    state : StreamState
        What is kept: the number of vectors, the sample and the moments.

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
        self.state = StreamState(dim, seed=seed, n_reservoir=n_reservoir)

    def __repr__(self) -> str:
        return f"<GeometryAccumulator of {self.n:,} vectors of {self.dim} dimensions>"

    @property
    def n(self) -> int:
        """Vectors added so far."""
        return self.state.n

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self.state.dim

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
        self.state.add(without_gradients(batch))

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
        if not isinstance(other, GeometryAccumulator):
            raise InputError(f"got {type(other).__name__}, expected another GeometryAccumulator.")
        sizes = [(each.dim, each.state.reservoir.size) for each in (self, other)]
        if sizes[0] != sizes[1] or self is other:
            raise InputError(
                f"dim and n_reservoir are {sizes[0]} here and {sizes[1]} there, expected another "
                "accumulator with the same: count all parts with the same settings."
            )
        self.state.merge(other.state)
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
        write_state(self.state, Path(path))

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
        state = read_state(Path(path))
        accumulator = cls(state.dim, seed=state.reservoir.seed, n_reservoir=state.reservoir.size)
        accumulator.state = state
        return accumulator

    @property
    def mean(self) -> _Numbers:
        """The mean vector, of shape (dim,)."""
        return self.state.sums.mean.copy()

    @property
    def mean_magnitude(self) -> _Numbers:
        """The mean of each dimension's absolute values, of shape (dim,)."""
        return self.state.sums.magnitude.copy()

    @property
    def mean_direction(self) -> _Numbers:
        """The mean of the vectors at length one, of shape (dim,)."""
        return self.state.sums.direction.copy()

    @property
    def covariance(self) -> _Numbers:
        """The mean product of two dimensions around the mean, of shape (dim, dim)."""
        root = self.state.root
        return np.asarray(root.T @ root / max(self.n, 1))

    @property
    def variance(self) -> _Numbers:
        """The variance of each dimension (divided by n), of shape (dim,)."""
        return np.asarray((self.state.root**2).sum(axis=0) / max(self.n, 1))

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
        return self.state.reservoir.sample()

    def mean_pairwise_distance(self) -> float:
        """Return the mean cosine distance over all pairs of vectors added, not of the sample.

        Returns
        -------
        float
            From 0 to 2, as `semshift_nb.measures.mean_pairwise_distance`.
        """
        self._at_least_two()
        # The sum over all pairs from what directions differ from their mean, so that directions
        # that are nearly one lose no digit.
        return float(self.state.sums.turning.sum()) * self.n / (self.n - 1)

    def singular_values(self, *, centred: bool = True) -> _Numbers:
        """Return the singular values of all vectors added.

        Parameters
        ----------
        centred : bool, default True
            Whether around their mean.

        Returns
        -------
        ndarray of shape (min(n, dim),)
            As `semshift_nb.measures.singular_values`.
        """
        self._at_least_two()
        check_flag(centred, "centred")
        rows = self.state.root
        if not centred:
            rows = np.vstack([rows, np.sqrt(self.n) * self.mean])
        values = np.linalg.svd(rows, compute_uv=False)[: min(self.n, self.dim)]
        if centred and self.n <= self.dim:
            values[self.n - 1 :] = 0  # n centred rows span at most n - 1 directions
        return np.asarray(values)

    def figures(self) -> dict[str, Figure]:
        """Return every figure of the vectors' geometry.

        Returns
        -------
        dict of str to float or str
            By its name in metric tables; in place of one that has no value, the reason.
        """
        return {**self.moment_figures(), **sampled_figures(self.sample().rows)}

    def moment_figures(self) -> dict[str, Figure]:
        """Return the figures of all vectors that need no pairs.

        Returns
        -------
        dict of str to float or str
            As `figures`.
        """
        sigma, distance = self.singular_values(), self.mean_pairwise_distance()
        mean = self.mean
        size = np.sqrt(self.n * (mean @ mean) + sigma @ sigma)
        return {
            "MPD": distance,
            "mean_cosine": 1 - distance,
            **spectral_figures(sigma, n_texts=self.n, dim=self.dim, size=float(size)),
            **self._of_dimensions().figures(),
        }

    def marked_dimensions(self) -> dict[str, list[int]]:
        """Return which dimensions stand out among all vectors added.

        Returns
        -------
        dict of str to list of int
            Positions from 0, ascending, by the figure that counts them: ``n_near_zero_dimensions``
            and, where the vectors differ, ``n_outlier_dimensions``.

        Examples
        --------
        >>> accumulator = GeometryAccumulator(3)
        >>> accumulator.add(np.array([[1.0, 0.0, 2.0], [3.0, 0.0, -1.0]]))
        >>> accumulator.marked_dimensions()["n_near_zero_dimensions"]
        [1]
        """
        self._at_least_two()
        moments = self._of_dimensions()
        found = {"n_near_zero_dimensions": moments.near_zero().tolist()}
        if moments.differ():
            found["n_outlier_dimensions"] = moments.outliers().tolist()
        return found

    def _of_dimensions(self) -> DimensionMoments:
        return DimensionMoments(
            self.variance,
            self.mean_magnitude,
            direction=self.mean_direction,
            turning=self.state.sums.turning,
            n=self.n,
        )

    def sampling_errors(self) -> dict[str, Figure]:
        """Return by how much the figures of the sample may be off because it is one.

        Returns
        -------
        dict of str to float or str
            The standard error of each, or the reason why there is none.
        """
        return sampling_errors(self.sample().rows, n=self.n)

    def _at_least_two(self) -> None:
        if self.n < 2:
            raise InputError(
                f"{count(self.n, 'vector was', 'vectors were')} added, expected at least 2."
            )
