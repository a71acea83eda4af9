"""The widgets of the diagnosis explorer: they show the state and change it."""

from collections.abc import Hashable
from typing import Any

import ipywidgets as ipw
import pandas as pd

from semshift_nb.charts import live_causes
from semshift_nb.names import count
from semshift_widgets.diagnosis.state import DiagnosisState
from semshift_widgets.display import ChartView, note_html, table_html
from semshift_widgets.explorer import follow, guarded

_CAUSES = ["cause", "rank_after", "rank_alike", "gain", "tested", "verdict", "reason"]
_SENTENCES = ["position", "text", "is_read", "cosine", "pull", "rank_alone"]
_MOST_SENTENCES = 200


class DiagnosisView:
    """Widgets over a `DiagnosisState`."""

    def __init__(self, state: DiagnosisState) -> None:
        self._state = state
        self._filling = False
        self._build()
        self._listen()
        self._show()

    def _build(self) -> None:
        wide = ipw.Layout(width="98%")
        self.missed = ipw.Dropdown(description="Missed", layout=wide)
        self.missed.options = self._miss_options()
        self.missed.value = 0 if self.missed.options else None
        self.missed.layout.display = "" if self.missed.options else "none"
        self.query = ipw.Text(placeholder="What is searched for", layout=ipw.Layout(width="70%"))
        self.search = ipw.Button(description="Search", icon="search")
        self.expected = ipw.Text(placeholder="doc_id", description="Expected")
        self.explain = ipw.Button(description="Why not found?", icon="question")
        self.status = ipw.HTML()
        self.ranking = ipw.Select(rows=11, layout=wide)
        self.won = ipw.HTML()
        self.view = ChartView(live_causes())
        self.causes = ipw.HTML()
        self.sentences = ipw.HTML()
        asked = ipw.HBox([self.query, self.search])
        named = ipw.HBox([self.expected, self.explain])
        below = [self.ranking, self.won, self.view, self.causes, self.sentences]
        self.root = ipw.VBox([self.missed, asked, named, self.status, *below])

    def _miss_options(self) -> list[tuple[str, int]]:
        table = self._state.missed
        told = zip(table["query"], table["title"], table["rank"], strict=True)
        return [
            (f"{number}  {query[:70]} → {title[:40]} (rank {rank})", number - 1)
            for number, (query, title, rank) in enumerate(told, start=1)
        ]

    def _listen(self) -> None:
        follow(self.missed, self.status, self._choose)
        follow(self.ranking, self.status, self._pick)
        self.search.on_click(guarded(self.status, lambda _: self._ask()))
        self.explain.on_click(guarded(self.status, lambda _: self._expect()))

    def _choose(self, miss: int | None) -> None:
        if miss is not None and not self._filling:
            self._state.choose(miss)
            self._show()

    def _ask(self) -> None:
        self._state.ask(self.query.value)
        self.missed.value = None
        self._show()

    def _expect(self) -> None:
        self._state.expect(self.expected.value)
        self._show()

    def _pick(self, doc_id: str | None) -> None:
        if doc_id is None or self._filling:
            return
        self.expected.value = doc_id
        self.won.value = table_html(
            without_gaps(self._state.why_it_won(doc_id)), title="Why it ranks there"
        )

    def _show(self) -> None:
        """Show what was asked, and why the document in question is where it is."""
        state = self._state
        self.query.value = state.query
        self.status.value = note_html(self._told())
        self._fill_ranking()
        self.won.value = ""
        self.view.show(datasets=state.datasets(), signals={})
        for part in (self.view, self.causes, self.sentences):
            part.layout.display = "none" if state.found is None else ""
        if state.found is not None:
            self.expected.value = state.found.doc_id
            tried = state.found.causes[_CAUSES]
            self.causes.value = table_html(without_gaps(tried), title="What was tried")
            shown = state.found.sentences[_SENTENCES].head(_MOST_SENTENCES)
            self.sentences.value = table_html(without_gaps(shown), title="Its sentences")

    def _told(self) -> str:
        state = self._state
        if state.found is not None:
            place = f"ranks {state.found.rank:,}" if state.found.rank else "has no rank"
            return f"{state.found.doc_id} {place}. {state.found.verdict}."
        if state.query:
            return (
                f"{count(len(state.ranking), 'document')} found. Click one to see why it ranks "
                "there; name the one that should be found, and ask why it is not."
            )
        return "Type what is searched for."

    def _fill_ranking(self) -> None:
        asked = self._state.found.doc_id if self._state.found else None
        rows = self._state.ranking.to_dict("records")
        # New options make the widget choose the first of them; the reader chose nothing.
        self._filling = True
        self.ranking.options = [(_line(row, asked), row["doc_id"]) for row in rows]
        self.ranking.value = None
        self._filling = False


def without_gaps(table: pd.DataFrame) -> pd.DataFrame:
    """Leave cells empty where a whole number is missing."""
    gaps = [str(name) for name, kind in table.dtypes.items() if str(kind) == "Int64"]
    return table.assign(**{name: table[name].astype(object).fillna("") for name in gaps})


def _line(row: dict[Hashable, Any], asked: str | None) -> str:
    """Write a document that is found; the one in question is marked."""
    marked = "▶ " if row["doc_id"] == asked else ""
    return f"{marked}{row['rank']}  {row['cosine']:.3f}  {row['title']}"
