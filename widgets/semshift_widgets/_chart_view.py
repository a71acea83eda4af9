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

    Attributes
    ----------
    spec : dict
        The chart's specification; setting it draws anew.
    signals : dict
        Values for parameters of the chart by name; setting it updates the chart in place.
    listen : list of str
        Names of the selections that Python wants to hear of.
    heard : dict
        The last of them that changed: ``name`` and ``value``.
    """

    spec = traitlets.Dict().tag(sync=True)
    signals = traitlets.Dict().tag(sync=True)
    listen = traitlets.List(traitlets.Unicode()).tag(sync=True)
    heard = traitlets.Dict().tag(sync=True)

    def __init__(self, chart: alt.TopLevelMixin, **traits: Any) -> None:  # noqa: ANN401
        super().__init__(spec=portable_spec(chart.to_dict()), _esm=_bundle(), **traits)

    def show(self, chart: alt.TopLevelMixin, *, signals: dict[str, Any]) -> None:
        """Draw another chart.

        Parameters
        ----------
        chart : altair.TopLevelMixin
            The chart.
        signals : dict
            The values its parameters start with.

        Returns
        -------
        None

        Raises
        ------
        altair.SchemaValidationError
            If the chart is not valid Vega-Lite.

        Examples
        --------
        >>> view = ChartView(alt.Chart().mark_point())
        >>> view.show(alt.Chart().mark_bar(), signals={})
        >>> view.spec["mark"]["type"]
        'bar'
        """
        with self.hold_sync():
            self.spec = portable_spec(chart.to_dict())
            self.signals = signals

    def on_selection(self, name: str, respond: Callable[[Any], None]) -> None:
        """Call ``respond`` with the selection's value whenever the reader changes it.

        Parameters
        ----------
        name : str
            The selection's name.
        respond : callable
            Takes the value as Vega gives it: a dict from field to values, or None.

        Returns
        -------
        None

        Raises
        ------
        Nothing
            A name that the chart does not have is shown as an error where the chart would be.

        Examples
        --------
        >>> view = ChartView(alt.Chart().mark_point())
        >>> view.on_selection("brush", print)
        >>> view.heard = {"name": "brush", "value": None}
        None
        """
        self.listen = [*self.listen, name]

        def hear(change: dict[str, Any]) -> None:
            if change["new"].get("name") == name:
                respond(change["new"]["value"])

        self.observe(hear, names="heard")
