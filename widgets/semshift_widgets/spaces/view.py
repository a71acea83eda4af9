"""The screen of the spectrum explorer: its widgets, and how they show the state."""

import html
import math
import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import altair as alt
import ipywidgets as ipw
import pandas as pd

from semshift_nb import charts
from semshift_nb.analyses import MAPS, EmbeddingSpaces, SpaceView
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_widgets.background import Background, Task, in_turn
from semshift_widgets.display import STYLE, ChartView, note_html, packed, table_html
from semshift_widgets.explorer import follow, guarded, with_notices
from semshift_widgets.spaces.menus import SpectrumMenus
from semshift_widgets.spaces.state import Column, SpectrumState

_STYLE = """<style>
.semshift.semshift-figures { overflow: auto; max-height: 286px; font-size: 12px }
.semshift.semshift-figures th { position: sticky; top: 0; background: white; vertical-align: bottom;
  min-width: 72px; max-width: 130px; overflow-wrap: anywhere }
.semshift.semshift-figures th, .semshift.semshift-figures td { padding: 2px 7px 2px 0 }
.semshift-figures .ci { color: #7b8794; font-size: 10.5px; white-space: nowrap }
</style>"""

#: Of more columns the interval stands below its value.
_SIDE_BY_SIDE = 2

#: Numbers between these are written with one to three decimals.
_SMALL, _MANY = 0.01, 1e6

_TO_COME = '<span class="ci">…</span>'


class FigureColumn(NamedTuple):
    """The figures of one thing: its name, the colour of its line, and whether more will come."""

    name: str
    colour: str
    table: pd.DataFrame
    pending: bool


def figures_html(columns: list[FigureColumn]) -> str:
    """Write what is compared side by side; what is still worked out has an ellipsis."""
    rows = [{row["metric"]: row for row in column.table.to_dict("records")} for column in columns]
    head = "".join(
        f'<th><span style="color:{column.colour}">{html.escape(column.name)}</span></th>'
        for column in columns
    )
    between = "<br>" if len(columns) > _SIDE_BY_SIDE else " &nbsp;"
    body = "".join(
        f"<tr><td>{html.escape(_words(metric))}</td>"
        + "".join(
            f"<td>{_cell(by_metric.get(metric), between, pending=column.pending)}</td>"
            for column, by_metric in zip(columns, rows, strict=True)
        )
        + "</tr>"
        for metric in EmbeddingSpaces.metrics
    )
    return (
        f'{STYLE}{_STYLE}<div class="semshift semshift-figures"><table><thead><tr><th></th>{head}'
        f"</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _cell(row: dict[Any, Any] | None, between: str, *, pending: bool) -> str:
    if row is None:
        return _TO_COME if pending else ""
    if math.isnan(row["value"]):
        return f'<span class="ci" title="{html.escape(row["reason"])}">none</span>'
    value = _number(row["value"])
    if math.isnan(row["ci_low"]):
        return f"{value}{between}{_TO_COME}" if pending else value
    ends = f"{_number(row['ci_low'])} &ndash; {_number(row['ci_high'])}"
    return f'{value}{between}<span class="ci">{ends}</span>'


def _number(value: float) -> str:
    if value == round(value) and abs(value) < _MANY:
        return f"{value:.0f}"
    size = abs(value)
    if _SMALL <= size < _MANY:
        return f"{value:.{max(1, 4 - len(str(int(size))))}f}"
    return f"{value:.3g}"


def _words(metric: str) -> str:
    return metric.replace("_", " ").removeprefix("n ")


#: A brush that has come to rest is measured with intervals.
_REST_S = 0.5

_LONG, _SHORT = 240, 48


def _wrap() -> ipw.Layout:
    """Lay a row out; each has a layout of its own, for it ends when the row is closed."""
    return ipw.Layout(flex_flow="row wrap", align_items="flex-start")


def _side(height: str) -> ipw.Layout:
    """Lay something out beside a chart, no higher than it."""
    return ipw.Layout(flex="1 1 300px", min_width="280px", max_height=height, overflow="auto")


def _selections() -> dict[str, list[alt.Parameter]]:
    brush = alt.selection_interval(name="brush", zoom=False)
    click = alt.selection_point(name="click", fields=["dimension"], on="click")
    return {"map": [brush], "dimensions": [click]}


class SpectrumScreen:
    """The widgets, and how each shows its part of a `SpectrumState`."""

    def __init__(self, state: SpectrumState) -> None:
        self._state = state
        # What is done in the background shows itself from there, while the reader moves a slider.
        self.showing = threading.RLock()
        self.measuring = Background("semshift-figures", self.showing)
        # A part that was marked on another map is held: the rectangle there is gone.
        self.holding = False
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
                ipw.HBox([*self.menus.parts, self.keep], layout=_wrap()),
                ipw.HBox([self.kept, self.working, self.status], layout=_wrap()),
                ipw.HBox([self.charts["spectrum"], self.figures], layout=_wrap()),
                ipw.HBox([mapped, self.sentences], layout=_wrap()),
                self.charts["dimensions"],
                self.off,
            ]
        )

    def show(self) -> None:
        """Show all of the state."""
        with self.showing:
            self.status.value = note_html(self._status_text())
            self.show_kept()
            self.show_map()
            self.show_dimensions()
            self.show_compared()

    def show_map(self) -> None:
        """Show the map, and on it what is marked."""
        with self.showing:
            self.holding = self._state.part is not None
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

    def show_dimensions(self) -> None:
        """Show every dimension, and which are off."""
        with self.showing:
            view = self._state.view
            tables = {"dimensions": self._state.spaces.dimensions(view)}
            if view.whole != self._profiled:
                self._profiled = view.whole
                self._profile = charts.spectrum_data(tables, "dimensions")
            signals = charts.spectrum_signals(tables, "dimensions")
            self.charts["dimensions"].show(datasets=self._profile, signals=signals)
            self.off.value = ", ".join(map(str, view.off))

    def show_compared(self) -> None:
        """Show lines, figures and sentences at once, and the intervals when they are there."""
        with self.showing:
            shown = self._state.moving()
            self._draw_lines(shown)
            self._show_figures(shown)
            self._show_sentences()
        self.measuring.start(self._measure, self.tell_error, after_s=_REST_S)

    def _measure(self, task: Task) -> None:
        with self.showing:
            columns = self._state.columns()
        task.show(lambda: self._draw_lines(columns))
        for column in columns:
            if task.stopped():
                return
            self._state.spaces.figures(column.view, column.part)
            task.show(lambda: self._show_figures(columns))

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
        columns = {"cosine": table["cosine"], "text": [_cut(text, _LONG) for text in table["text"]]}
        if table["title"].any():
            columns["title"] = [_cut(title, _SHORT) for title in table["title"]]
        title = f"{len(part)} marked, most typical first"
        self.sentences.value = table_html(pd.DataFrame(columns), title=title)

    def show_kept(self) -> None:
        """Show the views that are kept, each with a button that removes it."""
        old = self.kept.children
        self.kept.children = [self._chip(view, colour) for view, colour in self._state.kept.items()]
        for chip in old:
            chip.close()

    def _chip(self, view: SpaceView, colour: int) -> ipw.Button:
        chip = ipw.Button(
            description=view.name, icon="times", tooltip=f"Remove {view.name}",
            layout=ipw.Layout(width="auto"), style={"text_color": charts.VIEW_COLOURS[colour]},
        )  # fmt: skip
        remove = in_turn(self.showing, lambda _: self._remove(view))
        chip.on_click(guarded(self.status, remove))
        return chip

    def _draw_lines(self, columns: list[Column]) -> None:
        whole = tuple((column.view, column.colour) for column in columns if column.part is None)
        if whole != self._compared:
            self._compared = whole
            tables = {"spectrum": self._state.lines(columns)}
            self._lines = charts.spectrum_data(tables, "spectrum")
        part = charts.spectrum_data({"part": self._state.part_lines(columns)}, "spectrum")
        self.charts["spectrum"].show(datasets={**self._lines, **part}, signals={})

    def _status_text(self) -> str:
        points = self._state.spaces.points
        of = f" of {points.n_all:,}, drawn at random" if points.n_points < points.n_all else ""
        left = f"; {points.n_undirected} without a direction" if points.n_undirected else ""
        hint = (
            f"{count(points.n_points, 'point')}{of}{left}. Drag on the map, click a dimension. "
            "Corrections are fitted on these points."
        )
        return with_notices(hint, points.notices)

    def _remove(self, view: SpaceView) -> None:
        self._state.remove(view)
        self.show_kept()
        self.show_compared()

    def show_work(self, what: str) -> None:
        """Show a bar of what is worked out, in place of the status."""
        self.progress.value, self.progress.description = 0, what
        self.working.layout.display, self.status.layout.display = "", "none"

    def hide_work(self) -> None:
        """Show the status again."""
        self.working.layout.display, self.status.layout.display = "none", ""

    def tell_error(self, error: Exception) -> None:
        """Show what went wrong."""
        self.status.value = note_html(str(error), alert=True)


def _colour(column: Column) -> str:
    if column.colour is not None:
        return charts.VIEW_COLOURS[column.colour]
    return charts.PART_COLOURS[column.of]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"


class SpectrumView:
    """Widgets over a `SpectrumState`."""

    def __init__(self, state: SpectrumState) -> None:
        self._state = state
        self.screen = SpectrumScreen(state)
        self.root = self.screen.root
        self.reading = Background("semshift-space", self.screen.showing)
        self._filling = False
        self._listen()
        self.screen.show()

    def _listen(self) -> None:
        screen = self.screen
        for menu in screen.menus.parts:
            follow(menu, screen.status, self._in_turn(lambda _: self._choose()))
        follow(screen.map, screen.status, self._in_turn(self._choose_map))
        follow(screen.off, screen.status, self._in_turn(self._type_off))
        for button, respond in (
            (screen.keep, self._keep),
            (screen.clear, self._unmark),
            (screen.cancel, self._cancel),
        ):
            button.on_click(guarded(screen.status, self._in_turn(_without_event(respond))))
        for chart, name, selected in (
            ("map", "brush", self._brushed),
            ("dimensions", "click", self._clicked),
        ):
            hear = guarded(screen.status, self._in_turn(selected))
            screen.charts[chart].on_selection(name, hear)

    def _in_turn(self, respond: Callable[[Any], None]) -> Callable[[Any], None]:
        return in_turn(self.screen.showing, respond)

    def _choose(self) -> None:
        """Go to the view that the menus say; encode it first if it was not seen."""
        if self.screen.menus.filling:
            return
        self.screen.menus.offer(self.screen.menus.encoder.value)
        view = self._state.wanted(**self.screen.menus.fields())
        if view == self._state.view:
            self._cancel()
        elif self._state.spaces.ready(view):
            self._stop()
            self._look_at(view)
        else:
            self._read(view)

    def _read(self, view: SpaceView) -> None:
        def work(task: Task) -> None:
            spaces = self._state.spaces
            if spaces.prepare(view, advance=self._advance(task), stopped=task.stopped):
                task.show(lambda: self._arrived(view))

        self._work("Encoding", work)

    def _arrived(self, view: SpaceView) -> None:
        self._stop()
        self._look_at(view)

    def _look_at(self, view: SpaceView) -> None:
        self._state.look_at(view)
        wanted = str(self.screen.map.value)
        there = self._state.spaces.mapped(view, wanted)
        self._state.map = wanted if there else MAPS[0]
        self.screen.show()
        if not there:
            self._place(wanted)

    def _choose_map(self, kind: str) -> None:
        if self._filling:
            return
        if kind == self._state.map:
            self._stop()
        elif self._state.spaces.mapped(self._state.view, kind):
            self._stop()
            self._state.map = kind
            self.screen.show_map()
        else:
            self._place(kind)

    def _place(self, kind: str) -> None:
        """Work out a map in the background; the other is shown meanwhile."""
        view = self._state.view

        def work(task: Task) -> None:
            spaces = self._state.spaces
            if spaces.prepare_map(view, kind, advance=self._advance(task), stopped=task.stopped):
                task.show(lambda: self._placed(kind))

        self._work(kind, work)

    def _placed(self, kind: str) -> None:
        self._stop()
        self._state.map = kind
        self.screen.show_map()

    def _work(self, what: str, work: Callable[[Task], None]) -> None:
        self.screen.show_work(what)
        self.reading.start(work, self._failed)

    def _advance(self, task: Task) -> Callable[[float], None]:
        progress = self.screen.progress
        return lambda share: task.show(lambda: setattr(progress, "value", share))

    def _failed(self, error: Exception) -> None:
        self._cancel()
        self.screen.tell_error(error)

    def _stop(self) -> None:
        self.reading.cancel()
        self.screen.hide_work()

    def _cancel(self) -> None:
        """Stop, and set the menus back to what is shown."""
        self._stop()
        self.screen.menus.show(self._state.view)
        self._filling = True
        self.screen.map.value = self._state.map
        self._filling = False

    def _keep(self) -> None:
        self._state.keep(self._state.view)
        self.screen.show_kept()
        self.screen.show_compared()

    def _brushed(self, value: Mapping[str, list[float]] | None) -> None:
        if value and {"x", "y"} <= set(value):
            self.screen.holding = False
            (x0, x1), (y0, y1) = value["x"], value["y"]
            self._state.mark((x0, x1), (y0, y1))
        elif self.screen.holding or self._state.part is None:
            return
        else:
            self._state.part = None
        self.screen.show_compared()

    def _unmark(self) -> None:
        self._state.part = None
        self.screen.show_map()
        self.screen.show_compared()

    def _clicked(self, value: Mapping[str, list[int]] | None) -> None:
        if value and value.get("dimension"):
            self._switch(self._state.toggle(int(value["dimension"][0])))

    def _type_off(self, typed: str) -> None:
        try:
            numbers = tuple(int(part) for part in typed.replace(",", " ").split())
        except ValueError:
            raise InputError(
                f"{typed!r} was typed: expected numbers of dimensions, such as 127, 223."
            ) from None
        if set(numbers) != set(self._state.view.off):
            self._switch(self._state.wanted(off=numbers))

    def _switch(self, view: SpaceView) -> None:
        """Switch dimensions off and on: the map stays, so that nobody is lost on it."""
        self._state.look_at(view)
        self.screen.show_dimensions()
        self.screen.show_compared()


def _without_event(respond: Callable[[], None]) -> Callable[[Any], None]:
    return lambda _: respond()
