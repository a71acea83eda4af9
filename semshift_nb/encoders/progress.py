"""How far the work is: a bar for a person at a live notebook, a few quiet lines for a log."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any, Protocol

from semshift_nb.unicode import printable

# Work that is done before a person would wonder shows nothing.
QUICK_SECONDS = 2.0
_REDRAW_SECONDS = 0.2
# A log is read afterwards: one line now and then is enough.
_LINE_SECONDS = 15.0


class Display(Protocol):
    """Where it is shown, and how often it may be drawn anew."""

    interval: float

    def show(self, done: int, seconds_left: float) -> None:
        """Say how far it is."""
        ...

    def close(self, done: int, seconds: float) -> None:
        """Say how long it took, or nothing."""
        ...


@contextmanager
def progress(texts: Sequence[str], label: str) -> Iterator[Callable[[Iterable[int]], None]]:
    """Show how far the encoding of some texts is, if it takes longer than two seconds."""
    meter = _Meter(texts, label)
    try:
        yield meter.advance
    finally:
        meter.close()


class _Meter:
    """Decide when to show, and where."""

    def __init__(self, texts: Sequence[str], label: str) -> None:
        self._texts, self._label = texts, label
        self._done = 0
        # The longest texts come first, so that time is told by characters, not by texts.
        self._left, self._read = sum(map(len, texts)), 0
        self._start = self._shown = time.monotonic()
        self._begun: tuple[float, int] | None = None
        self._display: Display | None = None

    def advance(self, rows: Iterable[int]) -> None:
        sizes = [len(self._texts[row]) for row in rows]
        self._done += len(sizes)
        self._read += sum(sizes)
        self._left -= sum(sizes)
        now = time.monotonic()
        if self._begun is None:
            # All texts are read before the first batch, which foretells nothing for that reason.
            self._begun = now, self._read
            return
        if now - self._start < QUICK_SECONDS or self._done == len(self._texts):
            return
        if self._display is None:
            self._display = pick_display(len(self._texts), self._label)
        if now - self._shown >= self._display.interval:
            self._shown = now
            self._display.show(self._done, self._seconds_left(now, *self._begun))

    def _seconds_left(self, now: float, begun: float, read_then: int) -> float:
        return (now - begun) / max(1, self._read - read_then) * self._left

    def close(self) -> None:
        if self._display is not None:
            self._display.close(self._done, time.monotonic() - self._start)


@contextmanager
def counted_progress(total: int, label: str, *, of: str) -> Iterator[Callable[[int], None]]:
    """Show how many of some steps are done, if they take longer than two seconds."""
    start = shown = time.monotonic()
    display: Display | None = None
    last = 0
    begun: tuple[float, int] | None = None

    def show(done: int) -> None:
        nonlocal display, shown, last, begun
        now, last = time.monotonic(), done
        if begun is None and done:
            begun = now, done  # what was done, or begun, before that foretells nothing
        if begun is None or now - start < QUICK_SECONDS or done <= begun[1] or done >= total:
            return
        display = display or pick_display(total, label, of=of)
        if now - shown >= display.interval:
            shown = now
            display.show(done, (now - begun[0]) / (done - begun[1]) * (total - done))

    try:
        yield show
    finally:
        if display is not None:
            display.close(last, time.monotonic() - start)


def pick_display(total: int, label: str, *, of: str = "texts") -> Display:
    """Choose where to show how much of something is done."""
    if live_notebook():
        return _NotebookBar(total, label, of)
    if sys.stderr.isatty():
        return _TerminalBar(total, label)
    return _Lines(total, label, of)


class _Lines:
    """Plain lines for papermill, logs and pipes."""

    interval = _LINE_SECONDS

    def __init__(self, total: int, label: str, of: str) -> None:
        self._total, self._label = total, printable(label)
        self._of = "texts encoded" if of == "texts" else of

    def show(self, done: int, seconds_left: float) -> None:
        sys.stderr.write(
            f"{self._label}: {done:,} of {self._total:,} {self._of}, "
            f"about {seconds_left:,.0f} s left\n"
        )
        sys.stderr.flush()

    def close(self, done: int, seconds: float) -> None:
        """Say nothing more: the result follows."""


class _TerminalBar:
    """A bar that disappears when the work is done."""

    interval = _REDRAW_SECONDS

    def __init__(self, total: int, label: str) -> None:
        from rich.console import Console  # noqa: TID251 - its one string is made safe below
        from rich.markup import escape as escape_markup
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._bar = Progress(
            "{task.description}",
            BarColumn(),
            MofNCompleteColumn(),
            # rich would tell the time by texts, and the longest come first.
            TextColumn("{task.fields[left]}"),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._bar.add_task(escape_markup(printable(label)), total=total, left="")
        self._bar.start()

    def show(self, done: int, seconds_left: float) -> None:
        self._bar.update(self._task, completed=done, left=f"about {seconds_left:,.0f} s left")

    def close(self, done: int, seconds: float) -> None:  # noqa: ARG002
        self._bar.stop()


class _NotebookBar:
    """An HTML bar: no widget, so that a saved notebook keeps no dead one."""

    interval = _REDRAW_SECONDS

    def __init__(self, total: int, label: str, of: str) -> None:
        from IPython import display

        self._display: Any = display  # IPython has no types
        self._total, self._label, self._of = total, escape(label), of
        self._handle = self._display.display(self._display.HTML(""), display_id=True)

    def show(self, done: int, seconds_left: float) -> None:
        self._draw(
            f'<progress value="{done}" max="{self._total}"></progress> {self._label}: '
            f"{done:,} of {self._total:,} {self._of}, about {seconds_left:,.0f} s left"
        )

    def close(self, done: int, seconds: float) -> None:
        self._draw(f"{self._label}: {done:,} of {self._total:,} {self._of} in {seconds:,.0f} s")

    def _draw(self, content: str) -> None:
        self._handle.update(self._display.HTML(content))


def live_notebook() -> bool:
    """Say whether the running code was started by a person in a live notebook.

    JupyterLab offers to ask its user for input with every cell it runs; papermill, nbclient and
    nbval, which run notebooks unattended, do not. A message from a widget comes only from a page
    that somebody has open.
    """
    # A process that never imported IPython is no notebook, and importing it would cost time.
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    kernel = getattr(shell, "kernel", None)
    request = kernel.get_parent() if kernel is not None else None
    if not request:
        return False
    if str(request.get("header", {}).get("msg_type", "")).startswith("comm_"):
        return True
    return bool(request.get("content", {}).get("allow_stdin", False))
