"""The screen of the spectrum explorer: its widgets, and how they show the state."""

import threading
from collections.abc import Callable
from typing import Any

import altair as alt
import ipywidgets as ipw
import pandas as pd

from semshift_nb import charts
from semshift_nb.analyses import MAPS, SpaceView
from semshift_widgets._background import Background, Stopped
from semshift_widgets._chart_view import ChartView
from semshift_widgets._guard import guarded
from semshift_widgets._html import note_html, table_html
from semshift_widgets._packed import packed
from semshift_widgets._spectrum_html import FigureColumn, figures_html
from semshift_widgets._spectrum_menus import SpectrumMenus
from semshift_widgets._spectrum_state import Column, SpectrumState

#: A brush that has come to rest is measured with intervals.
_REST_S = 0.5

_WRAP = ipw.Layout(flex_flow="row wrap", align_items="flex-start")
_LONG, _SHORT = 240, 48


def _side(height: str) -> ipw.Layout:
    """Lay something out beside a chart, no higher than it."""
    return ipw.Layout(flex="1 1 300px", min_width="280px", max_height=height, overflow="auto")


def _selections() -> dict[str, list[alt.Parameter]]:
    brush = alt.selection_interval(name="brush", zoom=False)
    click = alt.selection_point(name="click", fields=["dimension"], on="click")
    return {"map": [brush], "dimensions": [click]}


class SpectrumScreen:
    """Widgets that show a `SpectrumState` and answer nothing yet."""

    def __init__(self, state: SpectrumState) -> None:
        self._state = state
        # What is done in the background shows itself from there, while the reader moves a slider.
        self._showing = threading.RLock()
        self.measuring = Background("semshift-figures")
        # A part that was marked on another map is held: the rectangle there is gone.
        self._holding = False
        self._cleared = 0
        self._compared: tuple[tuple[SpaceView, int | None], ...] = ()
        self._lines: dict[str, list[dict[str, Any]]] = {}
        self._profiled: SpaceView | None = None
        self._profile: dict[str, list[dict[str, Any]]] = {}
        self._build()

    def _build(self) -> None:
        self.menus = SpectrumMenus(self._state.spaces, self._state.view)
        self.keep = ipw.Button(
            description="Keep this beside",
            icon="plus",
            layout=ipw.Layout(margin="2px 2px 2px 92px"),
        )
        self.kept = ipw.HBox(layout=ipw.Layout(flex_flow="row wrap"))
        self.progress = ipw.FloatProgress(min=0, max=1, description="Encoding")
        self.cancel = ipw.Button(description="Cancel", icon="times")
        self.working = ipw.HBox([self.progress, self.cancel])
        self.working.layout.display = "none"
        self.status, self.figures = ipw.HTML(), ipw.HTML(layout=_side("290px"))
        self.map = ipw.ToggleButtons(options=MAPS, style={"button_width": "64px"})
        self.clear = ipw.Button(description="Mark nothing", layout=ipw.Layout(width="110px"))
        self.sentences = ipw.HTML(layout=_side("262px"))
        self.off = ipw.Text(
            description="Switched off", placeholder="click above, or type: 127, 223",
            continuous_update=False, style={"description_width": "initial"},
            layout=ipw.Layout(width="min(420px, 100%)"),
        )  # fmt: skip
        drawn = charts.live_spectrum(self._state.texts(), _selections())
        self.charts = {name: ChartView(chart) for name, chart in drawn.items()}
        above_map = ipw.HBox([self.map, self.clear])
        mapped = ipw.VBox([above_map, self.charts["map"]])
        self.root = ipw.VBox(
            [
                ipw.HBox([*self.menus.parts, self.keep], layout=_WRAP),
                ipw.HBox([self.kept, self.working, self.status], layout=_WRAP),
                ipw.HBox([self.charts["spectrum"], self.figures], layout=_WRAP),
                ipw.HBox([mapped, self.sentences], layout=_WRAP),
                self.charts["dimensions"],
                self.off,
            ]
        )

    def _show(self) -> None:
        with self._showing:
            self.status.value = note_html(self._told())
            self._show_kept()
            self._show_map()
            self._show_dimensions()
            self._show_compared()

    def _show_map(self) -> None:
        with self._showing:
            self._holding = self._state.part is not None
            self._cleared += 1
            points = self._state.points()
            self.charts["map"].show(
                datasets={"points": packed(points[["point", "x", "y", "picked"]])},
                signals={
                    **charts.spectrum_signals({"points": points}, "map"),
                    "brush_x": [0, 0],
                    "brush_y": [0, 0],
                    "cleared": self._cleared,
                },
            )

    def _show_dimensions(self) -> None:
        with self._showing:
            view = self._state.view
            tables = {"dimensions": self._state.spaces.dimensions(view)}
            if view.whole != self._profiled:
                self._profiled = view.whole
                self._profile = charts.spectrum_data(tables, "dimensions")
            told = charts.spectrum_signals(tables, "dimensions")
            self.charts["dimensions"].show(datasets=self._profile, signals=told)
            self.off.value = ", ".join(map(str, view.off))

    def _show_compared(self) -> None:
        """Show lines, figures and sentences at once, and the intervals when they are there."""
        with self._showing:
            shown = self._state.moving()
            self._draw_lines(shown)
            self._show_figures(shown)
            self._show_sentences()
        self.measuring.start(self._measure, self._untold, after_s=_REST_S)

    def _measure(self, stopped: Stopped) -> None:
        with self._showing:
            columns = self._state.columns()
        self._unless(stopped, lambda: self._draw_lines(columns))
        for column in columns:
            if stopped():
                return
            self._state.spaces.figures(column.view, column.part)
            self._unless(stopped, lambda: self._show_figures(columns))

    def _show_figures(self, columns: list[Column]) -> None:
        self.figures.value = figures_html(
            [
                FigureColumn(
                    column.name,
                    _colour(column),
                    self._state.seen(column),
                    pending=not self._state.spaces.measured(column.view, column.part),
                )
                for column in columns
            ]
        )

    def _show_sentences(self) -> None:
        part = self._state.part
        if part is None:
            self.sentences.value = note_html("Drag on the map to read what lies there.")
            return
        table = self._state.sentences()
        if table.empty:
            self.sentences.value = note_html(f"{len(part)} marked, which have no texts.")
            return
        told = {"cosine": table["cosine"], "text": [_cut(text, _LONG) for text in table["text"]]}
        if table["title"].any():
            told["title"] = [_cut(title, _SHORT) for title in table["title"]]
        title = f"{len(part)} marked, most typical first"
        self.sentences.value = table_html(pd.DataFrame(told), title=title)

    def _show_kept(self) -> None:
        old = self.kept.children
        self.kept.children = [self._chip(view, colour) for view, colour in self._state.kept.items()]
        for chip in old:
            chip.close()

    def _chip(self, view: SpaceView, colour: int) -> ipw.Button:
        chip = ipw.Button(
            description=view.name, icon="times", tooltip=f"Remove {view.name}",
            layout=ipw.Layout(width="auto"), style={"text_color": charts.VIEW_COLOURS[colour]},
        )  # fmt: skip
        chip.on_click(guarded(self.status, lambda _: self._remove(view)))
        return chip

    def _draw_lines(self, columns: list[Column]) -> None:
        whole = tuple((column.view, column.colour) for column in columns if column.part is None)
        if whole != self._compared:
            self._compared = whole
            tables = {"spectrum": self._state.lines(columns)}
            self._lines = charts.spectrum_data(tables, "spectrum")
        part = charts.spectrum_data({"part": self._state.part_lines(columns)}, "spectrum")
        self.charts["spectrum"].show(datasets={**self._lines, **part}, signals={})

    def _told(self) -> str:
        points = self._state.spaces.points
        of = f" of {points.n_all:,}, drawn at random" if points.n_points < points.n_all else ""
        left = f"; {points.n_undirected} without a direction" if points.n_undirected else ""
        return (
            f"{points.n_points:,} points{of}{left}. Drag on the map, click a dimension. "
            "Corrections are fitted on these points."
        )

    def _remove(self, view: SpaceView) -> None:
        self._state.remove(view)
        self._show_kept()
        self._show_compared()

    def _unless(self, stopped: Stopped, respond: Callable[[], None]) -> None:
        with self._showing:
            if not stopped():
                respond()

    def _untold(self, error: Exception) -> None:
        with self._showing:
            self.status.value = note_html(str(error), alert=True)


def _colour(column: Column) -> str:
    if column.colour is not None:
        return charts.VIEW_COLOURS[column.colour]
    return charts.PART_COLOURS[column.name.split(" ", 1)[1]]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"
