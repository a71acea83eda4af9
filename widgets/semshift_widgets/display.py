"""What an explorer shows: charts that are redrawn in place, tables and notes."""

import functools
import html
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import altair as alt
import anywidget
import numpy as np
import pandas as pd
import traitlets
import vl_convert as vlc

from semshift_nb.charts.theme import portable_spec

_SOURCE = Path(__file__).with_name("chart_view.js")


@functools.cache
def _bundle() -> str:
    script: str = vlc.javascript_bundle(_SOURCE.read_text(encoding="utf-8"), vl_version="6.4")
    return script


class ChartView(anywidget.AnyWidget):
    """A Vega-Lite chart in a live notebook, with no network.

    The chart is built once; another document is new data in it, another range a new signal. To
    build it anew would take hundreds of milliseconds for each.
    """

    spec = traitlets.Dict().tag(sync=True)
    datasets = traitlets.Dict().tag(sync=True)
    signals = traitlets.Dict().tag(sync=True)
    listen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    heard = traitlets.Dict().tag(sync=True)

    def __init__(self, chart: alt.TopLevelMixin) -> None:
        super().__init__(_esm=_bundle(), spec=portable_spec(chart.to_dict()))

    def show(self, *, datasets: dict[str, Any], signals: dict[str, Any]) -> None:
        """Show other data."""
        with self.hold_sync():
            self.datasets, self.signals = datasets, signals

    def on_selection(self, name: str, respond: Callable[[Any], None]) -> None:
        """Call ``respond`` with the selection's value whenever the reader changes it."""
        self.listen = [*self.listen, name]

        def hear(change: dict[str, Any]) -> None:
            if change["new"].get("name") == name:
                respond(change["new"]["value"])

        self.observe(hear, names="heard")


def packed(table: pd.DataFrame) -> dict[str, dict[str, bytes]]:
    """Write a table of numbers as columns of float32."""
    return {
        "columns": {str(name): table[name].to_numpy(dtype=np.float32).tobytes() for name in table}
    }


#: How tables and notes look; every piece of HTML brings it along.
STYLE = """<style>
.semshift table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 2px 0 8px }
.semshift th, .semshift td { padding: 3px 14px 3px 0; text-align: left; vertical-align: top;
  border: 0; border-bottom: 1px solid #e4e7eb; line-height: 1.35; white-space: normal }
.semshift tr { background: none !important }
.semshift th { color: #616e7c; font-weight: 500 }
.semshift h4 { margin: 8px 0 2px; font-weight: 600 }
.semshift ol { margin: 4px 0; padding-left: 36px } .semshift li { line-height: 1.4 }
.semshift .note { color: #616e7c; line-height: 1.4 } .semshift .alert { color: #a61b1b }
</style>"""


def table_html(table: pd.DataFrame, *, title: str) -> str:
    """Write a table under a title, every cell escaped."""
    body = table.to_html(
        index=False, border=0, escape=True, justify="left", na_rep="-", float_format="{:.3f}".format
    )
    return f'{STYLE}<div class="semshift"><h4>{html.escape(title)}</h4>{body}</div>'


def note_html(text: str, *, alert: bool = False) -> str:
    """Write a line of plain text, escaped."""
    kind = "alert" if alert else "note"
    return f'{STYLE}<div class="semshift"><span class="{kind}">{html.escape(text)}</span></div>'


def list_html(texts: Iterable[str], *, start: int) -> str:
    """Write texts as a numbered list, each escaped."""
    items = "".join(
        f"<li value={number}>{html.escape(text)}</li>"
        for number, text in enumerate(texts, start=start)
    )
    return f'{STYLE}<div class="semshift"><ol>{items}</ol></div>'
