"""The widgets of the split explorer: they show the state and change it, and hold nothing else."""

from collections.abc import Callable

import altair as alt
import ipywidgets as ipw

from semshift_nb.charts import live_split
from semshift_nb.names import count
from semshift_widgets.display import ChartView, list_html, note_html
from semshift_widgets.explorer import follow, guarded, with_notices
from semshift_widgets.splitting.state import SplitState, beginning

_SHOWN_CHARACTERS = 90
_STEPS = 400
#: Below the first the finest cuts stand; above the last few texts keep any.
_GRANULARITIES = (0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 4.0)


class SplitView:
    """Widgets over a `SplitState`."""

    def __init__(self, state: SplitState) -> None:
        self._state = state
        self._filling = False
        self._build()
        self._listen()
        self._open()

    def _build(self) -> None:
        documents = self._state.corpus.documents
        self.documents = ipw.Dropdown(
            options=list(zip(documents["title"], documents["doc_id"], strict=True)),
            value=self._state.doc_id, description="Document",
            layout=ipw.Layout(width="min(560px, 100%)"),
        )  # fmt: skip
        self.own = ipw.Textarea(
            placeholder="Paste a text of your own", layout=ipw.Layout(width="98%", height="96px")
        )
        self.read = ipw.Button(description="Split this text", icon="cut")
        self.price = ipw.FloatSlider(
            description="Price", min=0, max=1, readout_format=".3g",
            layout=ipw.Layout(width="min(480px, 100%)"),
        )  # fmt: skip
        given = self._state.granularity
        self.granularity = ipw.Dropdown(
            options=[(f"{one:g}", one) for one in sorted({*_GRANULARITIES, given})],
            value=given, description="Granularity", layout=ipw.Layout(width="180px"),
        )  # fmt: skip
        self.fair, self.undo = (
            _button("Fair price", "balance-scale"),
            _button("Undo my cuts", "undo"),
        )
        self.join = _button("Join with the one before", "compress")
        self.status, self.figures = ipw.HTML(), ipw.HTML()
        cut = alt.selection_point(name="cut", fields=["position"], on="click")
        chunk = alt.selection_point(name="chunk", fields=["first"], on="click")
        self.view = ChartView(live_split([cut], [chunk]))
        self.chunks = ipw.Select(rows=8, layout=ipw.Layout(width="98%"))
        # A chunk may be the whole document: it is read in a frame of its own.
        self.text = ipw.HTML(layout=ipw.Layout(width="98%", max_height="260px", overflow="auto"))
        own = ipw.Accordion([ipw.VBox([self.own, self.read])], titles=("A text of your own",))
        row = ipw.Layout(flex_flow="row wrap")
        self._parts = [
            ipw.HBox([self.price, self.granularity, self.fair, self.undo], layout=row),
            *(self.figures, self.view, self.chunks, self.join, self.text),
        ]
        self.root = ipw.VBox([self.documents, own, self.status, *self._parts])

    def _listen(self) -> None:
        follow(self.documents, self.status, self._choose)
        follow(self.price, self.status, self._charge)
        follow(self.granularity, self.status, self._grain)
        follow(self.chunks, self.status, self._look)
        self.read.on_click(guarded(self.status, lambda _: self._read()))
        self.fair.on_click(guarded(self.status, lambda _: self._fair()))
        self.undo.on_click(guarded(self.status, lambda _: self._best(self._state.price)))
        self.join.on_click(guarded(self.status, lambda _: self._toggle(self._state.chunk()[0])))
        self.view.on_selection("cut", guarded(self.status, _first("position", self._toggle)))
        self.view.on_selection("chunk", guarded(self.status, _first("first", self._look)))

    def _choose(self, doc_id: str | None) -> None:
        if doc_id is not None and doc_id != self._state.doc_id:
            self.status.value = note_html("Reading the document …")
            self._state.open(doc_id)
            self._open()

    def _read(self) -> None:
        self._state.read(self.own.value)
        self.documents.value = None
        self._open()

    def _open(self) -> None:
        """Show a document that was just opened."""
        reason = self._state.reason
        for part in self._parts:
            part.layout.display = "none" if reason else ""
        if reason:
            self.status.value = note_html(f"This document cannot be split: {reason}", alert=True)
            return
        self._set_price()
        self._renew()

    def _set_price(self) -> None:
        low, high = self._state.prices()
        self._filling = True
        with self.price.hold_trait_notifications():
            self.price.min, self.price.max = min(low, self.price.max), high
            self.price.min, self.price.step = low, (high - low) / _STEPS
            self.price.value = self._state.price
        self._filling = False

    def _charge(self, price: float) -> None:
        if self._filling:
            return
        by_hand = self._state.by_hand is not None
        self._state.charge(price)
        if by_hand:
            self._renew()
        else:
            self._move()

    def _grain(self, granularity: float) -> None:
        """Cut coarser or finer; the documents that are opened next are cut so, too."""
        if not self._filling:
            self._state.grain(granularity)
            self._set_price()
            self._renew()

    def _fair(self) -> None:
        self._filling, self.granularity.value = True, 1.0
        self._filling = False
        self._grain(1.0)

    def _best(self, price: float) -> None:
        self._state.charge(price)
        self._set_price()
        self._renew()

    def _toggle(self, position: int) -> None:
        self._state.toggle(position)
        self._renew()

    def _look(self, sentence: int | None) -> None:
        """Show the chunk that a sentence is in."""
        if not self._filling and sentence is not None:
            self._state.sentence = sentence
            self._move()

    def _renew(self) -> None:
        """Show other cuts than those that the chart holds."""
        self.view.show(datasets=self._state.datasets(), signals=self._state.signals())
        self._tell()

    def _move(self) -> None:
        """Show another price or another chunk; the chart holds the cuts of all prices."""
        self.view.signals = self._state.signals()
        self._tell()

    def _tell(self) -> None:
        """Tell of the cuts as they are now: in figures, and chunk by chunk."""
        state = self._state
        hint = (
            f"{state.title}: {count(len(state.reading.sentences), 'sentence')}. Click where you "
            "would cut or join; click a chunk to read it."
        )
        self.status.value = note_html(with_notices(hint, state.reading.notices))
        self.figures.value = note_html(_cost_text(state))
        self.undo.disabled = state.by_hand is None
        self._list_chunks()

    def _list_chunks(self) -> None:
        table = self._state.table()
        firsts = [0, *self._state.cuts]
        options = [
            (f"{number}  {count(n_tokens, 'token')}  {beginning(text, _SHOWN_CHARACTERS)}", first)
            for number, (first, n_tokens, text) in enumerate(
                zip(firsts, table["n_tokens"], table["text"], strict=True), start=1
            )
        ]
        first, stop = self._state.chunk()
        # New options make the widget choose the first of them; the reader chose nothing.
        self._filling = True
        self.chunks.options, self.chunks.value = options, first
        self._filling = False
        sentences = self._state.reading.sentences["text"].iloc[first:stop]
        self.text.value = list_html(sentences, start=first + 1)
        self.join.disabled = first == 0


def _cost_text(state: SplitState) -> str:
    cost = state.cost()
    above = float(cost["above_best"])
    if state.by_hand is None:
        made, compared = "the best at this price", ""
    else:
        # Cuts by hand may be better where min_sentences forbids them to the best ones.
        made = "cut by hand"
        compared = f", {abs(above):.2f} {'above' if above >= 0 else 'below'} the best at this price"
    n_cuts = int(cost["n_chunks"]) - 1
    return (
        f"{n_cuts + 1} {'chunks' if n_cuts else 'chunk'}, {made}. Scatter {cost['scatter']:.2f} "
        f"and {n_cuts} {'cut' if n_cuts == 1 else 'cuts'} at {state.price:.3g} cost "
        f"{cost['cost']:.2f}{compared}. Mean dilution {cost['dilution']:.3f}, uncut "
        f"{state.uncut_dilution:.3f}."
    )


def _first(
    field: str, respond: Callable[[int], None]
) -> Callable[[dict[str, list[int]] | None], None]:
    """Respond to what was clicked; a click beside everything selects nothing."""

    def hear(value: dict[str, list[int]] | None) -> None:
        if value and value.get(field):
            respond(int(value[field][0]))

    return hear


def _button(words: str, icon: str) -> ipw.Button:
    return ipw.Button(description=words, icon=icon, layout=ipw.Layout(width="max-content"))
