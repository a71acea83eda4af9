"""The spectrum explorer under a mouse: what each widget changes."""

from collections.abc import Callable, Mapping
from typing import Any

from semshift_nb.analyses import MAPS, SpaceView
from semshift_nb.errors import InputError
from semshift_widgets._background import Background, Stopped
from semshift_widgets._guard import follow, guarded
from semshift_widgets._html import note_html
from semshift_widgets._spectrum_screen import SpectrumScreen
from semshift_widgets._spectrum_state import SpectrumState


class SpectrumView(SpectrumScreen):
    """Widgets over a `SpectrumState`."""

    def __init__(self, state: SpectrumState) -> None:
        super().__init__(state)
        self.reading = Background("semshift-space")
        self._filling = False
        self._listen()
        self._show()

    def _listen(self) -> None:
        for menu in self.menus.parts:
            follow(menu, self.status, self._alone(lambda _: self._choose()))
        follow(self.map, self.status, self._alone(self._choose_map))
        follow(self.off, self.status, self._alone(self._type_off))
        for button, respond in (
            (self.keep, self._keep),
            (self.clear, self._unmark),
            (self.cancel, self._cancel),
        ):
            button.on_click(guarded(self.status, self._alone(_without_event(respond))))
        brushed, clicked = self._alone(self._brushed), self._alone(self._clicked)
        self.charts["map"].on_selection("brush", guarded(self.status, brushed))
        self.charts["dimensions"].on_selection("click", guarded(self.status, clicked))

    def _alone(self, respond: Callable[[Any], None]) -> Callable[[Any], None]:
        """Let nothing arrive from the background while the reader is answered."""

        def respond_alone(event: Any) -> None:  # noqa: ANN401 - each widget has its own events
            with self._showing:
                respond(event)

        return respond_alone

    def _choose(self) -> None:
        """Go to the view that the menus say; encode it first if it was not seen."""
        if self.menus.filling:
            return
        self.menus.offer(self.menus.encoder.value)
        view = self._state.wanted(**self.menus.fields())
        if view == self._state.view:
            self._cancel()
        elif self._state.spaces.ready(view):
            self._stop()
            self._look_at(view)
        else:
            self._read(view)

    def _read(self, view: SpaceView) -> None:
        def work(stopped: Stopped) -> None:
            spaces = self._state.spaces
            if spaces.prepare(view, advance=self._advance(stopped), stopped=stopped):
                self._unless(stopped, lambda: self._arrived(view))

        self._work("Encoding", work)

    def _arrived(self, view: SpaceView) -> None:
        self._stop()
        self._look_at(view)

    def _look_at(self, view: SpaceView) -> None:
        self._state.look_at(view)
        wanted = str(self.map.value)
        there = self._state.spaces.mapped(view, wanted)
        self._state.map = wanted if there else MAPS[0]
        self._show()
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
            self._show_map()
        else:
            self._place(kind)

    def _place(self, kind: str) -> None:
        """Work out a map in the background; the other is shown meanwhile."""
        view = self._state.view

        def work(stopped: Stopped) -> None:
            spaces = self._state.spaces
            if spaces.prepare_map(view, kind, advance=self._advance(stopped), stopped=stopped):
                self._unless(stopped, lambda: self._placed(kind))

        self._work(kind, work)

    def _placed(self, kind: str) -> None:
        self._stop()
        self._state.map = kind
        self._show_map()

    def _work(self, what: str, work: Callable[[Stopped], None]) -> None:
        self.progress.value, self.progress.description = 0, what
        self.working.layout.display, self.status.layout.display = "", "none"
        self.reading.start(work, self._failed)

    def _advance(self, stopped: Stopped) -> Callable[[float], None]:
        def advance(share: float) -> None:
            self._unless(stopped, lambda: setattr(self.progress, "value", share))

        return advance

    def _failed(self, error: Exception) -> None:
        with self._showing:
            self._cancel()
            self.status.value = note_html(str(error), alert=True)

    def _stop(self) -> None:
        self.reading.cancel()
        self.working.layout.display, self.status.layout.display = "none", ""

    def _cancel(self) -> None:
        """Stop, and set the menus back to what is shown."""
        self._stop()
        self.menus.show(self._state.view)
        self._filling = True
        self.map.value = self._state.map
        self._filling = False

    def _keep(self) -> None:
        self._state.keep(self._state.view)
        self._show_kept()
        self._show_compared()

    def _brushed(self, value: Mapping[str, list[float]] | None) -> None:
        if value and {"x", "y"} <= set(value):
            self._holding = False
            (x0, x1), (y0, y1) = value["x"], value["y"]
            self._state.mark((x0, x1), (y0, y1))
        elif self._holding or self._state.part is None:
            return
        else:
            self._state.part = None
        self._show_compared()

    def _unmark(self) -> None:
        self._state.part = None
        self._show_map()
        self._show_compared()

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
        self._show_dimensions()
        self._show_compared()


def _without_event(respond: Callable[[], None]) -> Callable[[Any], None]:
    return lambda _: respond()
