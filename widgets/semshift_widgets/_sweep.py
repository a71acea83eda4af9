"""A ladder of settings, encoded in the background while the explorer stays at hand."""

import threading
from collections.abc import Callable, Sequence

from semshift_nb.analyses import TemperedTexts, Tempering


class Sweep:
    """Encodes some texts at one setting after another, in a thread of its own."""

    def __init__(self, texts: TemperedTexts, settings: Sequence[Tempering]) -> None:
        self._texts = texts
        self._settings = settings
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(
        self,
        *,
        on_progress: Callable[[float], None],
        on_ready: Callable[[Tempering], None],
        on_end: Callable[[Exception | None], None],
    ) -> None:
        """Begin, and return at once.

        ``on_progress`` is told the share that is done, ``on_ready`` each setting that is, and
        ``on_end`` once that nothing follows, with what went wrong if anything did. All are called
        from the thread.
        """

        def run() -> None:
            try:
                self._run(on_progress, on_ready)
            except Exception as error:  # noqa: BLE001 - nobody is above a thread: it is told instead
                on_end(error)
            else:
                on_end(None)

        # A kernel that is shut down does not wait for it.
        self._thread = threading.Thread(target=run, name="semshift-sweep", daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Stop after the texts that are being encoded; what is done stays."""
        self._stop.set()

    def join(self, timeout: float) -> bool:
        """Wait for the end, and say whether it came."""
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def _run(
        self, on_progress: Callable[[float], None], on_ready: Callable[[Tempering], None]
    ) -> None:
        missing = [setting for setting in self._settings if not self._texts.ready(setting)]
        n_texts = len(self._texts.texts) * len(missing)
        done = 0

        def advance(n_more: int) -> None:
            nonlocal done
            done += n_more
            on_progress(done / n_texts)

        for setting in self._settings:
            if not self._texts.prepare(setting, advance=advance, stopped=self._stop.is_set):
                return
            on_ready(setting)
