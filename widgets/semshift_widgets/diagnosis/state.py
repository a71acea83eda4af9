"""What the diagnosis explorer shows, without any widget: query, ranking, document and causes."""

from typing import Any

import altair as alt
import pandas as pd

from semshift_nb import analyses, charts
from semshift_nb.corpora import Corpus, RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

_LIST_MOST = 500
_WON = ["rank", "title", "cosine", "likeness", "shared_words", "bm25_rank", "n_found_by"]


class DiagnosisState:
    """The query that was asked, what it finds, and the document that should be found.

    ``found`` is None until a document is in question: then only the ranking is shown.
    """

    def __init__(self, dataset: RetrievalSet | Corpus, encoder: Encoder, *, k: int) -> None:
        self.dataset, self.encoder, self.k = dataset, encoder, k
        self.query, self._asked = "", ""
        self.found: analyses.Diagnosis | None = None
        self.ranking = pd.DataFrame()
        self.missed = self._missed()
        if len(self.missed):
            self.choose(0)

    def _missed(self) -> pd.DataFrame:
        """Return the misses to choose from; a corpus without judgements has none."""
        if not isinstance(self.dataset, RetrievalSet):
            return pd.DataFrame(columns=["query_id", "query", "doc_id", "title", "rank"])
        return analyses.missed_documents(self.dataset, self.encoder, k=self.k).head(_LIST_MOST)

    def choose(self, miss: int) -> None:
        """Open one of the misses."""
        row = self.missed.iloc[miss]
        self._diagnose(str(row["query_id"]), str(row["doc_id"]))

    def ask(self, query: str) -> None:
        """Search for a text; no document is in question yet."""
        self.ranking = analyses.found_first(self.dataset, self.encoder, query, k=self.k)
        self.query, self._asked, self.found = query, query, None

    def expect(self, doc_id: str) -> None:
        """Name the document that should be found."""
        if not self.query:
            raise InputError("nothing was searched for yet: type a query first.")
        self._diagnose(self._asked, doc_id)

    def _diagnose(self, asked: str, doc_id: str) -> None:
        """Ask by the id of a query of the set, or by a text."""
        self.found = analyses.why_not_found(self.dataset, self.encoder, asked, doc_id, k=self.k)
        self.query, self._asked = self.found.query, asked
        self.ranking = self.found.ranking

    def why_it_won(self, doc_id: str) -> pd.DataFrame:
        """Return what speaks for one of the documents that are found."""
        row = self.ranking[self.ranking["doc_id"] == doc_id]
        if row.empty:
            raise InputError(f"{doc_id!r} is not among the documents that are shown.")
        shown = [name for name in _WON if name in row]
        return row[[*shown, "best_sentence", "sentence_cosine"]]

    def table(self) -> pd.DataFrame:
        """Return the causes, or what is found while no document is in question."""
        return self.ranking if self.found is None else self.found.causes

    def chart(self) -> alt.LayerChart:
        """Draw the causes."""
        if self.found is None:
            raise InputError("no document is in question: name the one that should be found.")
        title = f"From rank {self.found.rank}" if self.found.rank else self.found.verdict
        return charts.cause_gains(self.found.causes, title=title)

    def datasets(self) -> dict[str, list[dict[str, Any]]]:
        """Give the same chart's data alone, for a chart that is already drawn."""
        return {"causes": []} if self.found is None else charts.cause_data(self.found.causes)
