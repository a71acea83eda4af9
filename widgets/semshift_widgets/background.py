"""Work in the background, of which only the newest counts."""

import threading
import time
from collections.abc import Callable

Stopped = Callable[[], bool]


class Background:
    """Does one piece of work at a time in a thread of its own; a newer one ends an older."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(
        self,
        work: Callable[[Stopped], None],
        on_error: Callable[[Exception], None],
        *,
        after_s: float = 0.0,
    ) -> None:
        """Begin, and return at once; a pause before it lets a newer one come first.

        ``work`` is given a function that says whether it should stop. What goes wrong in it is told
        to ``on_error``, unless something newer has begun meanwhile.
        """
        self.cancel()
        stop = self._stop = threading.Event()

        def run() -> None:
            if stop.wait(after_s):
                return
            try:
                work(stop.is_set)
            except Exception as error:  # noqa: BLE001 - nobody is above a thread: it is told instead
                if self._stop is stop:
                    on_error(error)

        # A kernel that is shut down does not wait for it.
        self._thread = threading.Thread(target=run, name=self._name, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Tell what is being done to stop."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end, also of what follows from it, and say whether it came."""
        end = time.monotonic() + timeout
        while (thread := self._thread) is not None and thread.is_alive():
            thread.join(max(0.0, end - time.monotonic()))
            if time.monotonic() >= end:
                return False
        return True
