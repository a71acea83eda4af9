"""Work in the background, of which only the newest counts and shows itself."""

import threading
import time
from collections.abc import Callable
from typing import Any


class Task:
    """A piece of work: whether it should stop, and how it shows what it has found."""

    def __init__(self, showing: threading.RLock) -> None:
        self._showing = showing
        self._stop = threading.Event()

    def stopped(self) -> bool:
        """Say whether nobody waits for it any more."""
        return self._stop.is_set()

    def show(self, respond: Callable[[], None]) -> None:
        """Change what is on the screen, unless nobody waits for it any more."""
        with self._showing:
            if not self.stopped():
                respond()

    def stop(self) -> None:
        """Let it show nothing from now on, and end as soon as it can."""
        self._stop.set()

    def pause(self, seconds: float) -> None:
        """Wait, or until it is stopped."""
        self._stop.wait(seconds)


class Background:
    """Does one piece of work at a time in a thread of its own; a newer one ends an older.

    ``showing`` is held by whoever changes the screen: the reader's moves and what comes from here
    take turns.
    """

    def __init__(self, name: str, showing: threading.RLock) -> None:
        self._name, self._showing = name, showing
        self._task = Task(showing)
        self._thread: threading.Thread | None = None

    def start(
        self,
        work: Callable[[Task], None],
        on_error: Callable[[Exception], None],
        *,
        after_s: float = 0.0,
    ) -> None:
        """Begin, and return at once; a pause before it lets a newer one come first.

        What goes wrong in ``work`` is told to ``on_error``, unless nobody waits for it any more.
        """
        self.cancel()
        task = self._task = Task(self._showing)

        def run() -> None:
            task.pause(after_s)
            if task.stopped():
                return
            try:
                work(task)
            except Exception as error:  # noqa: BLE001 - nobody is above a thread: it is told instead
                failure = error
                task.show(lambda: on_error(failure))

        # A kernel that is shut down does not wait for it.
        self._thread = threading.Thread(target=run, name=self._name, daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Tell what is being done to stop."""
        self._task.stop()

    def join(self, timeout: float) -> bool:
        """Wait for the end, also of what follows from it, and say whether it came."""
        end = time.monotonic() + timeout
        while (thread := self._thread) is not None and thread.is_alive():
            thread.join(max(0.0, end - time.monotonic()))
            if time.monotonic() >= end:
                return False
        return True


def in_turn(showing: threading.RLock, respond: Callable[[Any], None]) -> Callable[[Any], None]:
    """Let nothing arrive from the background while the reader is answered."""

    def respond_in_turn(event: Any) -> None:  # noqa: ANN401 - each widget has its own events
        with showing:
            respond(event)

    return respond_in_turn
