"""A sample of a stream of rows: each row draws a number, and those with the smallest are kept.

The sample of two streams together is what is smallest in both, so that it does not matter in which
order parts are merged; and it does not matter either how a stream was cut into batches.
"""

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, on_host
from semshift_nb.measures.concentration.alignment_uniformity import bootstrap_uniformity, uniformity
from semshift_nb.measures.concentration.isotropy import (
    jackknife_partition_isotropy,
    partition_isotropy,
)
from semshift_nb.measures.neighbours.hubness import hubness
from semshift_nb.measures.neighbours.intrinsic_dimension import two_nn_dimension
from semshift_nb.measures.neighbours.subsampling import (
    subsample_hubness,
    subsample_two_nn_dimension,
)
from semshift_nb.measures.resampling.bootstrap import Interval
from semshift_nb.measures.spectrum.spectrum import Figure


class Sample(NamedTuple):
    """Rows with their places in the stream, ascending, and the numbers they drew."""

    rows: NDArray[Any]
    places: NDArray[np.int64]
    keys: NDArray[np.float64]


class Reservoir:
    """At most ``size`` rows of a stream; float32 as long as none came in float64."""

    def __init__(self, dim: int, *, size: int, seed: int) -> None:
        self.size, self.seed = size, seed
        self.n_drawn = 0
        self.stream: int | None = None
        self._rng = np.random.default_rng()
        self._n = 0
        self._rows: NDArray[Any] = np.empty((0, dim), dtype=np.float32)
        self._places = np.empty(0, dtype=np.int64)
        self._keys = np.empty(0)

    def sample(self) -> Sample:
        """Return a copy of what is kept."""
        order = np.argsort(self._places[: self._n])
        return Sample(self._rows[order], self._places[order], self._keys[order])

    def add(self, rows: Array, *, first: int) -> None:
        """Let rows draw, the first of which is number ``first`` of the whole stream."""
        n_rows = rows.shape[0]
        if self.stream is None:
            # Parts of one corpus that are merged later must not draw the same numbers.
            self.start(zlib.crc32(_wide(rows[:1, :], whole=True).tobytes()), n_drawn=0)
        keys = self._rng.random(n_rows)
        self.n_drawn += n_rows
        self._take(rows, first + np.arange(n_rows), keys)

    def merge(self, sample: Sample, *, first: int) -> None:
        """Take in the sample of another stream, which follows on ``first`` rows."""
        self._take(sample.rows, first + sample.places, sample.keys)

    def start(self, stream: int, *, n_drawn: int) -> None:
        """Begin to draw, or go on after so many draws."""
        generator = np.random.PCG64(np.random.SeedSequence([self.seed, stream]))
        generator.advance(n_drawn)
        self.stream, self.n_drawn = stream, n_drawn
        self._rng = np.random.Generator(generator)

    def _take(self, rows: Array, places: NDArray[np.int64], keys: NDArray[np.float64]) -> None:
        n_free = min(self.size - self._n, len(keys))
        free = np.arange(self._n, self._n + n_free)
        if n_free:
            self._reserve(self._n + n_free)
            self._put(free, rows, np.arange(n_free), places, keys)
            self._n += n_free
        beyond = np.arange(n_free, len(keys))
        if not len(beyond):
            return
        lower = beyond[keys[beyond] < self._keys[: self._n].max()]
        both = np.concatenate([self._keys[: self._n], keys[lower]])
        best = np.argpartition(both, self.size - 1)[: self.size]
        gone = np.setdiff1d(np.arange(self.size), best, assume_unique=True)
        self._put(gone, rows, lower[best[best >= self.size] - self.size], places, keys)

    def _put(
        self,
        slots: NDArray[np.int64],
        rows: Array,
        chosen: NDArray[np.int64],
        places: NDArray[np.int64],
        keys: NDArray[np.float64],
    ) -> None:
        """Write chosen rows into slots."""
        if not len(slots):
            return
        where = namespace(rows).asarray(chosen, device=rows.device)
        host = _wide(namespace(rows).take(rows, where, axis=0))
        if host.dtype == np.float64 and self._rows.dtype != np.float64:
            self._rows = self._rows.astype(np.float64)
        self._rows[slots] = host
        self._places[slots], self._keys[slots] = places[chosen], keys[chosen]

    def _reserve(self, n: int) -> None:
        """Make room for n rows, doubling so that many small batches are not copied many times."""
        if n <= len(self._rows):
            return
        more = min(max(n, 2 * len(self._rows)), self.size) - len(self._rows)
        self._rows = np.concatenate(
            [self._rows, np.zeros((more, self._rows.shape[1]), self._rows.dtype)]
        )
        self._places = np.concatenate([self._places, np.empty(more, np.int64)])
        self._keys = np.concatenate([self._keys, np.empty(more)])


def _wide(rows: Array, *, whole: bool = False) -> NDArray[Any]:
    """Return rows on the host in float32 where that holds them, else (or ``whole``) in float64."""
    xp = namespace(rows)
    small = xp.isdtype(rows.dtype, "real floating") and rows.dtype != xp.float64
    return on_host(xp.astype(rows, xp.float32 if small and not whole else xp.float64))


_Rows = NDArray[np.float64]

_INTERVAL_ERRORS = 2 * 1.959964
"""Standard errors in a 95 % interval."""


class _Sampled(NamedTuple):
    value: Callable[[_Rows], float]
    interval: Callable[[_Rows], Interval]


_SAMPLED = {
    "uniformity": _Sampled(uniformity, bootstrap_uniformity),
    "partition_isotropy": _Sampled(partition_isotropy, jackknife_partition_isotropy),
    "two_nn_dimension": _Sampled(two_nn_dimension, subsample_two_nn_dimension),
    "hubness": _Sampled(hubness, subsample_hubness),
}
"""The figures: how each is worked out of rows of length one, and its interval."""


def sampled_figures(rows: _Rows) -> dict[str, Figure]:
    """Return the figures of some rows of any lengths, or the reasons why there are none."""
    unit = _directions(rows)
    return {name: _tried(partial(each.value, unit)) for name, each in _SAMPLED.items()}


def sampling_errors(rows: _Rows, *, n: int) -> dict[str, Figure]:
    """Return the standard errors of the figures of rows that were drawn from n."""
    if len(rows) == n:
        return dict.fromkeys(_SAMPLED, 0.0)
    unit = _directions(rows)
    # What is drawn from not much more than itself is not far off.
    left_out = float(np.sqrt(1 - len(rows) / n))

    def error(interval: Callable[[_Rows], Interval]) -> float:
        _, low, high, _ = interval(unit)
        return left_out * (high - low) / _INTERVAL_ERRORS

    return {name: _tried(partial(error, each.interval)) for name, each in _SAMPLED.items()}


def _directions(rows: _Rows) -> _Rows:
    wide = rows.astype(np.float64, copy=False)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True))


def _tried(figure: Callable[[], float]) -> Figure:
    try:
        return figure()
    except InputError as error:
        return str(error)
