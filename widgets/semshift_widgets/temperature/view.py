"""The widgets of the temperature explorer: they show the state and change it."""

import threading
from collections.abc import Sequence

import altair as alt
import ipywidgets as ipw
import pandas as pd

from semshift_nb.analyses import SCHEDULES, Tempering
from semshift_nb.charts import live_tempering
from semshift_nb.errors import SemshiftError
from semshift_nb.names import count
from semshift_widgets.background import Background, Task, in_turn
from semshift_widgets.display import ChartView, note_html, table_html
from semshift_widgets.explorer import follow, guarded, with_notices
from semshift_widgets.temperature.state import TempScaleState

_SHOWN_CHARACTERS = 160
_WIDE = "min(520px, 100%)"


class TempScaleView:
    """Widgets over a `TempScaleState`."""

    def __init__(self, state: TempScaleState) -> None:
        self._state = state
        # The sweep shows what is done from a thread of its own, while the reader moves a slider.
        self._showing = threading.RLock()
        self.sweep = Background("semshift-sweep", self._showing)
        self._filling = False
        self._build()
        self._listen()
        self._show()
        if not state.live:
            self._start_sweep()

    def _build(self) -> None:
        n_layers = self._state.texts.encoder.n_layers or 1
        self.tau = self._tau_slider()
        self.layers = ipw.IntRangeSlider(
            value=(1, n_layers), min=1, max=n_layers, description="Layers",
            layout=ipw.Layout(width=_WIDE), continuous_update=False,
        )  # fmt: skip
        self.schedule = ipw.Dropdown(options=list(SCHEDULES), description="Schedule")
        titles = self._state.texts.titles
        self.text = ipw.Dropdown(
            options=[(title, i) for i, title in enumerate(titles)],
            value=self._state.text, description="Heads read", layout=ipw.Layout(width=_WIDE),
        )  # fmt: skip
        self.query = ipw.Text(
            value=self._state.query, description="Query", continuous_update=False,
            layout=ipw.Layout(width=_WIDE),
        )  # fmt: skip
        self.status = ipw.HTML()
        self.progress = ipw.FloatProgress(min=0, max=1, description="Sweeping")
        self.cancel = ipw.Button(description="Cancel", icon="times")
        self.sweeping = ipw.HBox([self.progress, self.cancel])
        self.sweeping.layout.display = "none"
        self.figures, self.ranking = ipw.HTML(), ipw.HTML()
        click = alt.selection_point(name="click", fields=["layer", "head"], on="click")
        self.view = ChartView(live_tempering([click]))
        first = ipw.HBox([self.layers, self.schedule], layout=ipw.Layout(flex_flow="row wrap"))
        second = ipw.HBox([self.text, self.query], layout=ipw.Layout(flex_flow="row wrap"))
        parts = [self.tau, first, second, self.sweeping, self.status]
        self.root = ipw.VBox([*parts, self.view, self.figures, self.ranking])

    def _tau_slider(self) -> ipw.FloatSlider | ipw.SelectionSlider:
        layout = ipw.Layout(width=_WIDE)
        if self._state.live:
            return ipw.FloatSlider(
                value=1, min=0.3, max=2, step=0.05, description="tau", layout=layout
            )
        return ipw.SelectionSlider(options=[("1.0", 1.0)], description="tau", layout=layout)

    def _listen(self) -> None:
        for widget, respond in (
            (self.tau, self._set_tau),
            (self.layers, self._set_where),
            (self.schedule, self._set_schedule),
            (self.text, self._read),
            (self.query, self._ask),
        ):
            follow(widget, self.status, in_turn(self._showing, respond))
        clicked = in_turn(self._showing, self._clicked)
        self.view.on_selection("click", guarded(self.status, clicked))
        cancelled = in_turn(self._showing, lambda _: self._cancel())
        self.cancel.on_click(guarded(self.status, cancelled))

    def _set_tau(self, _: float) -> None:
        if not self._filling:
            self._choose()
            self._show()

    def _set_where(self, _: object) -> None:
        """Show other layers or another schedule; in a large corpus they are swept first."""
        self._choose()
        if self._state.live:
            self._show()
        else:
            self._start_sweep()

    def _set_schedule(self, name: str) -> None:
        """Show another schedule; one that cannot be made leaves the choice as it was."""
        if not self._state.texts.has_schedule(name):
            self.status.value = note_html("Calibrating the temperature on these texts …")
        try:
            self._state.texts.schedule(name)
        except SemshiftError:
            self.schedule.value = self._state.schedule
            raise
        self._set_where(name)

    def _read(self, text: int) -> None:
        self._state.text = text
        self._show()

    def _ask(self, query: str) -> None:
        self._state.ask(query)
        self._show()

    def _clicked(self, value: dict[str, list[int]] | None) -> None:
        if value and value.get("layer") and value.get("head"):
            self._state.look_at(int(value["layer"][0]), int(value["head"][0]))
            self._show()

    def _choose(self) -> None:
        tau, schedule = float(self.tau.value), str(self.schedule.value)
        self._state.set(tau=tau, layers=self.layers.value, schedule=schedule)

    def _show(self) -> None:
        """Show the current setting: at once if it was seen before."""
        with self._showing:
            state = self._state
            self.view.show(datasets=state.datasets(), signals=state.signals())
            self.status.value = note_html(self._status_text())
            self.figures.value = table_html(_read(state.figures()), title=state.setting.name)
            self.ranking.value = table_html(_shown(state.ranking()), title=f"For “{state.query}”")

    def _status_text(self) -> str:
        texts = self._state.texts
        cut = f"; {texts.truncated_share:.0%} of them are longer" if texts.truncated_share else ""
        share = texts.unknown_share
        unknown = f"; {share:.0%} of the tokens are unknown" if share else ""
        longest = texts.n_tokens.max()
        read = texts.n_attended
        heads = f" (heads on the first {read})" if read < longest else ""
        hint = (
            f"{count(len(texts.texts), 'text')} of up to {longest} tokens read{heads}{cut}"
            f"{unknown}. Click a head to see where it looks."
        )
        return with_notices(hint, texts.notices)

    def _cancel(self) -> None:
        """Stop after the texts that are being encoded; what is done stays."""
        self.sweep.cancel()
        self.sweeping.layout.display = "none"

    def _start_sweep(self) -> None:
        """Encode the swept settings in the background, from tau 1 outwards."""
        swept = self._state.swept_settings()
        settings = [swept[tau] for tau in sorted(swept, key=lambda tau: (abs(tau - 1), tau))]
        self.progress.value = 0
        self.sweeping.layout.display = ""
        self._offer()
        self.sweep.start(lambda task: self._encode(settings, task), self._failed)

    def _encode(self, settings: Sequence[Tempering], task: Task) -> None:
        texts = self._state.texts
        missing = [setting for setting in settings if not texts.ready(setting)]
        n_texts, done = len(texts.texts) * len(missing), 0

        def advance(n_more: int) -> None:
            nonlocal done
            done += n_more
            task.show(lambda: setattr(self.progress, "value", done / n_texts))

        for setting in settings:
            if not texts.prepare(setting, advance=advance, stopped=task.stopped):
                return
            self._state.tables(setting)  # attention and query too, before the slider stops there
            task.show(lambda setting=setting: self._arrived(setting))  # type: ignore[misc]
        task.show(self._cancel)

    def _arrived(self, setting: Tempering) -> None:
        self._offer()
        if setting == self._state.setting:
            self._show()

    def _failed(self, error: Exception) -> None:
        self._cancel()
        self.status.value = note_html(f"The sweep ended: {error}", alert=True)

    def _offer(self) -> None:
        """Let the slider snap over the temperatures whose vectors are there."""
        swept = self._state.swept_settings()
        ready = [tau for tau, setting in swept.items() if self._state.texts.ready(setting)]
        wanted = self._state.setting.tau
        offered = ready or [wanted]
        # New options make the widget choose the first of them; the reader chose nothing.
        self._filling = True
        self.tau.options = [(f"{tau:g}", tau) for tau in offered]
        self.tau.value = min(offered, key=lambda tau: abs(tau - wanted))
        self._filling = False
        if ready:
            self._choose()


def _read(figures: pd.DataFrame) -> pd.DataFrame:
    """Give the figures for reading; reasons only where there are any."""
    shown = figures if figures["reason"].any() else figures.drop(columns="reason")
    return shown.rename(columns=lambda name: name.replace("_", " "))


def _shown(ranking: pd.DataFrame) -> pd.DataFrame:
    """Give the ranking for reading: short texts, and columns in words."""
    beginnings = [text[:_SHOWN_CHARACTERS] for text in ranking["text"]]
    moved = ["" if places == 0 else f"{places:+d}" for places in ranking["moved"]]
    columns = ["rank", "rank_at_1", "moved", "cosine", "cosine_at_1", "title", "text"]
    table = ranking.assign(text=beginnings, moved=moved)[columns]
    return table.rename(columns=lambda name: name.replace("_", " ").replace("at 1", "at tau 1"))
