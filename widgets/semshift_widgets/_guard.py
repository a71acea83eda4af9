"""What goes wrong in an observer is seen by nobody: show it where the user looks."""

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from semshift_nb.errors import SemshiftError
from semshift_widgets._html import note_html


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


def follow(widget: ipw.Widget, status: ipw.HTML, respond: Callable[[Any], None]) -> None:
    """Call ``respond`` with a widget's new value whenever it changes, guarded."""
    widget.observe(guarded(status, lambda change: respond(change["new"])), names="value")
