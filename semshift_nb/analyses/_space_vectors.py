"""The rows of every view that was asked for, each read once."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._space_moments import RowMoments
from semshift_nb.analyses._space_source import Points
from semshift_nb.analyses.space_view import SpaceView
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

#: Texts that are encoded in one go: the work can be stopped between two of them.
_PORTION = 32

#: Of 10,000 rows of 384 numbers each view takes 30 MiB.
_KEPT = 12

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """Remembers what was worked out last, and forgets the rest; two threads may ask at once."""

    def __init__(self, n_kept: int) -> None:
        self._n_kept = n_kept
        self._held: OrderedDict[K, V] = OrderedDict()
        self._lock = threading.Lock()

    def __contains__(self, key: K) -> bool:
        with self._lock:
            return key in self._held

    def get(self, key: K, make: Callable[[], V]) -> V:
        """Give what was made for a key, made now if it is not there."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        # Not under the lock: a page must not wait for what is made in the background.
        made = make()
        self.put(key, made)
        return made

    def put(self, key: K, value: V) -> None:
        """Keep something."""
        with self._lock:
            self._held[key] = value
            while len(self._held) > self._n_kept:
                self._held.popitem(last=False)


class SpaceVectors:
    """The rows of some points in view after view."""

    def __init__(self, points: Points) -> None:
        self.points = points
        self._read: Recent[SpaceView, NDArray[np.float64]] = Recent(_KEPT)
        self._moments: Recent[SpaceView, RowMoments] = Recent(_KEPT)

    def read(
        self, view: SpaceView, *, advance: Callable[[float], None], stopped: Callable[[], bool]
    ) -> bool:
        """Encode all texts for a view, a few at a time; say whether it was not stopped."""
        if view.plain in self._read or view.encoder in self.points.vectors:
            return True
        encoder = view.read_by(self.encoder_of(view))
        n_points = self.points.n_points
        portions = []
        for start in range(0, n_points, _PORTION):
            if stopped():
                return False
            portions.append(encoder.encode(self.points.texts[start : start + _PORTION]))
            advance(min(start + _PORTION, n_points) / n_points)
        self._read.put(view.plain, _unit(np.concatenate(portions)))
        return True

    def encoder_of(self, view: SpaceView) -> Encoder:
        """Give the encoder that a view names, as it was given."""
        if view.encoder not in self.points.encoders:
            there = ", ".join([*self.points.encoders, *self.points.vectors])
            raise InputError(
                f"encoder {view.encoder!r} was asked for; there are {there}. Vectors have neither "
                "layers nor a temperature."
            )
        return self.points.encoders[view.encoder]

    def moments(self, view: SpaceView) -> RowMoments:
        """Give the rows of a view and what is known of them."""
        return self._moments.get(view, lambda: self._make(view))

    def correction(self, view: SpaceView) -> measures.Correction | None:
        """Give the view's correction, fitted on all its rows."""
        return view.fit(self._plain_rows(view))

    def _make(self, view: SpaceView) -> RowMoments:
        if view.off:
            return self.moments(view.whole).without(view.off)
        plain = self._plain_rows(view)
        correction = view.fit(plain)
        return RowMoments.of(plain if correction is None else correction(plain))

    def _plain_rows(self, view: SpaceView) -> NDArray[np.float64]:
        if view.encoder in self.points.vectors:
            return self.points.vectors[view.encoder]
        return self._read.get(view.plain, lambda: self._read_now(view))

    def _read_now(self, view: SpaceView) -> NDArray[np.float64]:
        return _unit(view.read_by(self.encoder_of(view)).encode(self.points.texts))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows
