"""What was asked for last is remembered and the rest let go: a notebook stays open for days."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class LRUCache(Generic[K, V]):
    """Keeps what was asked for last, so many of it; two threads may ask at once."""

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
            self._held.move_to_end(key)
            while len(self._held) > self._n_kept:
                self._held.popitem(last=False)
