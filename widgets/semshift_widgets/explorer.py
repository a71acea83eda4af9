"""What all explorers have in common: a chart, a table, and widgets where somebody can use them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import altair as alt
import ipywidgets
import ipywidgets as ipw
import pandas as pd
from IPython.display import HTML, display

from semshift_nb.encoders.progress import live_notebook
from semshift_nb.errors import InputError, SemshiftError
from semshift_widgets.display import note_html


class View(Protocol):
    """Widgets over a state."""

    root: ipywidgets.Widget


class Explorer(ABC):
    """Something to look at with the mouse, and without it.

    In a live notebook an explorer shows its widgets. Where nobody can answer (papermill, nbconvert,
    nbval) a widget would be a dead frame: there it shows its chart and its table.
    """

    @property
    @abstractmethod
    def _view(self) -> View:
        """The widgets' keeper; to build it takes a moment, so it is kept."""

    @property
    def widget(self) -> ipywidgets.Widget:
        """The widgets, built when they are first asked for."""
        return self._view.root

    @abstractmethod
    def chart(self) -> alt.TopLevelMixin:
        """Give the chart that is on the screen."""

    @abstractmethod
    def table(self) -> pd.DataFrame:
        """Give the figures that are on the screen."""

    def _ipython_display_(self) -> None:
        shown = [self.widget] if live_notebook() else self._still_or_why_not()
        display(*shown)  # type: ignore[no-untyped-call]

    def _still_or_why_not(self) -> list[object]:
        """Say in its place why a document cannot be shown: the rest of a report can."""
        try:
            return self._still()
        except InputError as error:
            return [HTML(note_html(str(error), alert=True))]  # type: ignore[no-untyped-call]

    def _still(self) -> list[object]:
        """Give what is shown where nobody can answer."""
        return [self.chart(), self.table().round(3)]


def guarded(status: ipw.HTML, respond: Callable[[Any], None]) -> Callable[[Any], None]:
    """Wrap an observer so that its errors are told in ``status``; faults of ours rise as well."""

    def respond_and_tell(event: Any) -> None:  # noqa: ANN401 - each widget has its own events
        try:
            respond(event)
        except SemshiftError as error:
            status.value = note_html(str(error), alert=True)
        except Exception as error:
            status.value = note_html(f"{type(error).__name__}: {error}", alert=True)
            raise

    return respond_and_tell


def with_notices(hint: str, notices: Sequence[str]) -> str:
    """Write what is to be known of the texts after what is to be done with them."""
    return " ".join([hint, *(f"Note: {notice}" for notice in notices)])


def follow(widget: ipw.Widget, status: ipw.HTML, respond: Callable[[Any], None]) -> None:
    """Call ``respond`` with a widget's new value whenever it changes, guarded."""
    widget.observe(guarded(status, lambda change: respond(change["new"])), names="value")
