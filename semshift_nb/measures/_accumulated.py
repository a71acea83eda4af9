"""What an accumulator knows: the figures of all vectors that were added to it."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._dimension_figures import dimension_figures
from semshift_nb.measures._moments import Moments, moments_of
from semshift_nb.measures._reservoir import Reservoir, Sample
from semshift_nb.measures._sampled import sampled_figures, sampling_errors
from semshift_nb.measures.spectral_figures import Figure, spectral_figures

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

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> accumulator.sample().rows.shape  # doctest: +SKIP
        (10000, 384)
        """
        return self._reservoir.sample()

    def mean_pairwise_distance(self) -> float:
        """Return the mean cosine distance over all pairs of vectors added, not of the sample.

        Returns
        -------
        float
            As `semshift_nb.measures.mean_pairwise_distance` of the vectors at length one.

        Raises
        ------
        InputError
            If there are fewer than two vectors.

        Examples
        --------
        >>> accumulator.mean_pairwise_distance()  # doctest: +SKIP
        0.962
        """
        self._at_least_two()
        # The sum over all pairs from what directions differ from their mean, so that directions
        # that are nearly one lose no digit.
        return float(self._now.sums.turning.sum()) * self._n / (self._n - 1)

    def singular_values(self, *, centred: bool = True) -> _Numbers:
        """Return the singular values of all vectors added.

        Parameters
        ----------
        centred : bool, default True
            Whether to take the mean vector off first.

        Returns
        -------
        ndarray of shape (min(n, dim),)
            As `semshift_nb.measures.singular_values`.

        Raises
        ------
        InputError
            If there are fewer than two vectors.

        Examples
        --------
        >>> accumulator.singular_values()[:2]  # doctest: +SKIP
        array([9.1, 7.7])
        """
        self._at_least_two()
        rows = self._root if centred else np.vstack([self._root, np.sqrt(self._n) * self.mean])
        values = np.linalg.svd(rows, compute_uv=False)[: min(self._n, self._dim)]
        if centred and self._n <= self._dim:
            values[self._n - 1 :] = 0  # n centred rows span at most n - 1 directions
        return np.asarray(values)

    def figures(self) -> dict[str, Figure]:
        """Return every figure of the vectors' geometry by its name in metric tables.

        Returns
        -------
        dict of str to float or str
            The figure, or the reason why there is none: `moment_figures` of all vectors, and
            ``uniformity``, ``partition_isotropy``, ``two_nn_dimension`` and ``hubness`` of the
            sample at length one. The last two follow the number of vectors: compare them only with
            those of as many.

        Raises
        ------
        InputError
            If there are fewer than two vectors.

        Examples
        --------
        >>> accumulator.figures()["uniformity"]  # doctest: +SKIP
        -3.71
        """
        return {**self.moment_figures(), **sampled_figures(self.sample().rows)}

    def moment_figures(self) -> dict[str, Figure]:
        """Return the figures of all vectors that need no pairs.

        Returns
        -------
        dict of str to float or str
            ``MPD``, ``mean_cosine``, those of `spectral_figures` (centred) and of single
            dimensions: the figure, or the reason why there is none.

        Raises
        ------
        InputError
            If there are fewer than two vectors.

        Examples
        --------
        >>> accumulator.moment_figures()["MPD"]  # doctest: +SKIP
        0.962
        """
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
        """Return by how much the figures of the sample may be off because it is one.

        Returns
        -------
        dict of str to float or str
            The standard error of each, 0 while all vectors are kept, or the reason why it is not
            known. It takes some seconds for 10,000 vectors.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> accumulator.sampling_errors()["uniformity"]  # doctest: +SKIP
        0.004
        """
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
