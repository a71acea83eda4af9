"""A chart that lives beside widgets: drawn once, steered by signals, listened to.

Altair's own ``JupyterChart`` keeps listening for every chart that it has ever shown, so that an
explorer slows down with each document; this one lets go of a chart when it draws the next.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import altair as alt
import anywidget
import numpy as np
import pandas as pd
import traitlets
import vl_convert as vlc

from semshift_nb.charts.renderer import portable_spec

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
