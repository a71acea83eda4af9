"""How far the encoding is: a bar for a person, a few quiet lines for a log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import escape
from typing import Any, Protocol

from semshift_nb.frontend import live_notebook

# Work that is done before a person would wonder shows nothing.
QUICK_SECONDS = 2.0
_REDRAW_SECONDS = 0.2
# A log is read afterwards: one line now and then is enough.
_LINE_SECONDS = 15.0


class _Display(Protocol):
    interval: float

    def show(self, done: int, seconds: float) -> None: ...

    def close(self, done: int, seconds: float) -> None: ...


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Show how far some work is, if it takes longer than two seconds.

    Parameters
    ----------
    total : int
        Texts to encode.
    label : str
        What encodes them.

    Yields
    ------
    callable
        To be called with the number of texts just done.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> with progress(2, "minilm") as advance:
    ...     advance(2)
    """
    meter = _Meter(total, label)
    try:
        yield meter.advance
    finally:
        meter.close()


class _Meter:
    """Decide when to show, and where."""

    def __init__(self, total: int, label: str) -> None:
        self._total, self._label = total, label
        self._done = 0
        self._start = self._shown = time.monotonic()
        self._display: _Display | None = None

    def advance(self, n_texts: int) -> None:
        self._done += n_texts
        now = time.monotonic()
        if self._display is None:
            if now - self._start < QUICK_SECONDS or self._done >= self._total:
                return
            self._display = _pick_display(self._total, self._label)
        if now - self._shown >= self._display.interval:
            self._shown = now
            self._display.show(self._done, now - self._start)

    def close(self) -> None:
        if self._display is not None:
            self._display.close(self._done, time.monotonic() - self._start)


def _pick_display(total: int, label: str) -> _Display:
    if live_notebook():
        return _NotebookBar(total, label)
    if sys.stderr.isatty():
        return _TerminalBar(total, label)
    return _Lines(total, label)


class _Lines:
    """Plain lines for papermill, logs and pipes."""

    interval = _LINE_SECONDS

    def __init__(self, total: int, label: str) -> None:
        self._total, self._label = total, label

    def show(self, done: int, seconds: float) -> None:
        left = seconds / done * (self._total - done)
        sys.stderr.write(
            f"{self._label}: {done:,} of {self._total:,} texts encoded, about {left:,.0f} s left\n"
        )
        sys.stderr.flush()

    def close(self, done: int, seconds: float) -> None:
        """Say nothing more: the result follows."""


class _TerminalBar:
    """A bar that disappears when the work is done."""

    interval = _REDRAW_SECONDS

    def __init__(self, total: int, label: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(label, total=total)
        self._bar.start()

    def show(self, done: int, seconds: float) -> None:  # noqa: ARG002  (rich keeps time itself)
        self._bar.update(self._task, completed=done)

    def close(self, done: int, seconds: float) -> None:  # noqa: ARG002
        self._bar.stop()


class _NotebookBar:
    """An HTML bar: no widget, so that a saved notebook keeps no dead one."""

    interval = _REDRAW_SECONDS

    def __init__(self, total: int, label: str) -> None:
        from IPython import display

        self._display: Any = display  # IPython has no types
        self._total, self._label = total, escape(label)
        self._handle = self._display.display(self._display.HTML(""), display_id=True)

    def show(self, done: int, seconds: float) -> None:
        left = seconds / done * (self._total - done)
        self._draw(
            f'<progress value="{done}" max="{self._total}"></progress> {self._label}: '
            f"{done:,} of {self._total:,} texts, about {left:,.0f} s left"
        )

    def close(self, done: int, seconds: float) -> None:
        self._draw(f"{self._label}: {done:,} of {self._total:,} texts in {seconds:,.0f} s")

    def _draw(self, content: str) -> None:
        self._handle.update(self._display.HTML(content))
