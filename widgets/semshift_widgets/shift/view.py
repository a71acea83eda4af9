"""The widgets of the shift explorer: they show the state and change it, and hold nothing else."""

import altair as alt
import ipywidgets as ipw

from semshift_nb.charts import live_document
from semshift_nb.names import count
from semshift_widgets.display import ChartView, note_html, table_html
from semshift_widgets.explorer import follow, guarded, with_notices
from semshift_widgets.shift.state import ShiftState

#: A list of more sentences than this is slow to build and to scroll.
_LISTED = 300
_ORDERS = {"title": "title", "semantic shift": "semantic_shift", "length": "n_sentences"}


def _selections() -> list[alt.Parameter]:
    brush = alt.selection_interval(
        name="brush",
        encodings=["x"],
        translate=False,
        zoom=False,
        mark=alt.BrushConfig(fillOpacity=0, strokeOpacity=0),
    )
    click = alt.selection_point(name="click", fields=["boundary"], on="click")
    return [brush, click]


class ShiftView:
    """Widgets over a `ShiftState`."""

    def __init__(self, state: ShiftState) -> None:
        self._state = state
        self._build()
        self._listen()
        self._open()

    def _build(self) -> None:
        wide = ipw.Layout(width="min(560px, 100%)")
        self.order = ipw.Dropdown(
            options=list(_ORDERS), description="Order by", layout=ipw.Layout(width="220px")
        )
        self.documents = ipw.Dropdown(description="Document", layout=wide)
        self.own = ipw.Textarea(
            placeholder="Paste a text of your own", layout=ipw.Layout(width="98%", height="96px")
        )
        self.read = ipw.Button(description="Read this text", icon="book-open")
        self.status = ipw.HTML()
        self.view = ChartView(live_document(_selections()))
        self.range = ipw.IntRangeSlider(
            description="Sentences", min=1, max=2, layout=wide, continuous_update=True
        )
        self.figures = ipw.HTML()
        self.sentences = ipw.Select(rows=9, layout=ipw.Layout(width="98%"))
        self.neighbours = ipw.HTML()
        own = ipw.Accordion([ipw.VBox([self.own, self.read])], titles=("A text of your own",))
        self.root = ipw.VBox(
            [
                ipw.HBox([self.order, self.documents], layout=ipw.Layout(flex_flow="row wrap")),
                own,
                self.status,
                self.range,
                self.figures,
                self.view,
                self.sentences,
                self.neighbours,
            ]
        )
        self._fill_documents()

    def _listen(self) -> None:
        follow(self.order, self.status, lambda _: self._fill_documents())
        follow(self.documents, self.status, self._choose)
        follow(self.range, self.status, self._mark)
        follow(self.sentences, self.status, self._pick)
        self.read.on_click(guarded(self.status, lambda _: self._read()))
        self.view.on_selection("brush", guarded(self.status, self._brushed))
        self.view.on_selection("click", guarded(self.status, self._clicked))

    def _fill_documents(self) -> None:
        by = _ORDERS[self.order.value]
        table = self._state.overview.sort_values(by, ascending=by == "title", kind="stable")
        options = [
            (f"{title}  ({count(n, 'sentence')}, shift {shift:.1f})", doc_id)
            for doc_id, title, n, shift in zip(
                table["doc_id"],
                table["title"],
                table["n_sentences"],
                table["semantic_shift"],
                strict=True,
            )
        ]
        # New options make the widget choose the first of them; the reader chose nothing.
        self._filling = True
        self.documents.options = options
        self.documents.value = self._state.doc_id
        self._filling = False

    def _choose(self, doc_id: str | None) -> None:
        if not self._filling and doc_id is not None:
            self._state.open(doc_id)
            self._open()

    def _read(self) -> None:
        self._state.read(self.own.value)
        self.documents.value = None
        self._open()

    def _open(self) -> None:
        """Show a document that was just opened."""
        document = self._state.document
        self.status.value = note_html(self._status_text(), alert=bool(document.reason))
        measured = not document.reason
        for part in (self.view, self.range, self.figures, self.sentences, self.neighbours):
            part.layout.display = "" if measured else "none"
        if measured:
            self._set_range(*self._state.range)
            self.view.show(datasets=self._state.datasets(), signals=self._state.signals())
            self._show_figures()
            self._list_sentences()
            self._show_neighbours()

    def _status_text(self) -> str:
        document = self._state.document
        hint = (
            f"This document cannot be measured: {document.reason}."
            if document.reason
            else f"{document.title}: {count(len(document.sentences), 'sentence')}. Drag over the "
            "path or move the slider to measure a range; click a point of the path, or a sentence "
            "in the list, for its neighbours."
        )
        return with_notices(hint, document.notices)

    def _set_range(self, start: int, stop: int) -> None:
        n_sentences = len(self._state.document.sentences)
        with self.range.hold_trait_notifications():
            self.range.min, self.range.max = 1, max(n_sentences, 1)
            self.range.value = (start + 1, stop)

    def _mark(self, value: tuple[int, int]) -> None:
        first, last = value
        if (first - 1, last) == self._state.range or self._state.document.reason:
            return
        self._state.mark(first - 1, last)
        self.view.signals = self._state.signals()
        self._show_figures()
        self._list_sentences()

    def _brushed(self, value: dict[str, list[float]] | None) -> None:
        if not value:
            return
        n_sentences = len(self._state.document.sentences)
        low, high = sorted(next(iter(value.values())))
        start = min(max(int(low), 0), n_sentences - 1)
        stop = min(max(int(-(-high // 1)), start + 1), n_sentences)
        self.range.value = (start + 1, stop)

    def _clicked(self, value: dict[str, list[int]] | None) -> None:
        if value and value.get("boundary"):
            self._pick(int(value["boundary"][0]) - 1)

    def _pick(self, position: int | None) -> None:
        if position is None or position == self._state.picked:
            return
        self._state.pick(position)
        if position in dict(self.sentences.options).values():
            self.sentences.value = position
        self._show_neighbours()

    def _show_figures(self) -> None:
        figures = self._state.figures()
        start, stop = self._state.range
        shown = figures.drop(columns=["start", "stop"]).rename(
            columns=lambda c: c.replace("_", " ")
        )
        self.figures.value = table_html(shown, title=f"Sentences {start + 1} to {stop}")

    def _list_sentences(self) -> None:
        start, stop = self._state.range
        texts = self._state.document.sentences["text"].iloc[start : min(stop, start + _LISTED)]
        options = [(f"{i}  {text}", i - 1) for i, text in enumerate(texts, start=start + 1)]
        picked = self._state.picked
        self.sentences.options = options
        self.sentences.value = picked if start <= picked < start + len(options) else None

    def _show_neighbours(self) -> None:
        title = f"Nearest in the corpus to sentence {self._state.picked + 1}"
        self.neighbours.value = table_html(self._state.neighbours(), title=title)
