"""What the shift explorer shows, without any widget: document, range, sentence and their tables."""

from typing import Any

import altair as alt
import pandas as pd

from semshift_nb import analyses, charts
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

N_NEIGHBOURS = 6
_FIGURES = [
    "n_sentences",
    "n_tokens",
    "truncated",
    "unknown",
    "local_evolution",
    "mean_adjacent_distance",
    "dispersion",
    "semantic_shift",
    "dilution",
    "discrepancy",
]


class ShiftState:
    """The document that is open, the range that is marked and the sentence that is picked.

    ``doc_id`` is None while a text of the user's own is open.
    """

    def __init__(self, corpus: Corpus, encoder: Encoder) -> None:
        self._encoder = encoder
        # A drag passes over dozens of ranges that nobody asks for again: none is kept.
        self._passing = encoder.without_store()
        self._reading = analyses.ShiftSession(corpus, encoder)
        self.overview = self._reading.overview
        self.open(str(self.overview["doc_id"].iloc[0]))

    def open(self, doc_id: str) -> None:
        """Open a document of the corpus."""
        self._show(self._reading.document(doc_id), doc_id)

    def read(self, text: str) -> None:
        """Open a text of the user's own, in the language of the corpus."""
        if not text.strip():
            raise InputError("there is no text to read: paste at least one sentence.")
        language = str(self._reading.corpus.documents["language"].iloc[0])
        corpus = Corpus.from_texts([text], titles=["Your text"], language=language)
        self._show(analyses.ShiftSession(corpus, self._encoder).document("0"), None)

    def _show(self, document: analyses.DocumentReading, doc_id: str | None) -> None:
        self.document = document
        self.doc_id = doc_id
        self.range = (0, len(document.sentences))
        self.picked = 0

    def mark(self, start: int, stop: int) -> None:
        """Mark the sentences ``[start, stop)``, counted from zero."""
        n_sentences = len(self.document.sentences)
        if not 0 <= start < stop <= n_sentences:
            raise InputError(
                f"the range {start}:{stop} was asked for; the document has the sentences "
                f"0:{n_sentences}."
            )
        self.range = (start, stop)

    def pick(self, position: int) -> None:
        """Pick the sentence whose neighbours are shown."""
        n_sentences = len(self.document.sentences)
        if not 0 <= position < n_sentences:
            raise InputError(
                f"sentence {position} was asked for; the document has 0 to {n_sentences - 1}."
            )
        self.picked = position

    def figures(self) -> pd.DataFrame:
        """Measure the marked range: one row."""
        self._require_measured()
        start, stop = self.range
        document = self.document
        row = analyses.range_shift(
            document.sentences,
            document.embeddings,
            start=start,
            stop=stop,
            encoder=self._encoder if stop - start == len(document.sentences) else self._passing,
            text=document.text,
        )
        return row[["start", "stop", *_FIGURES]]

    def neighbours(self) -> pd.DataFrame:
        """Find the sentences of the corpus nearest to the picked one."""
        self._require_measured()
        found = self._reading.neighbours(
            self.document.embeddings[self.picked], n_neighbours=N_NEIGHBOURS
        )
        return found[["cosine", "title", "text"]]

    def chart(self) -> alt.HConcatChart:
        """Draw the document with its marked range."""
        self._require_measured()
        document = self.document
        return charts.document_view(
            document.path,
            document.cells,
            prefixes=document.prefixes,
            title=document.title,
            sentence_range=self.shaded(),
        )

    def datasets(self) -> dict[str, list[dict[str, Any]]]:
        """Give the same chart's data alone, for a chart that is already drawn."""
        document = self.document
        return charts.document_data(document.path, document.cells, prefixes=document.prefixes)

    def signals(self) -> dict[str, int]:
        """Give the values of the same chart's parameters."""
        start, end = self.shaded()
        return {
            "n_sentences": len(self.document.sentences),
            "range_start": start,
            "range_end": end,
        }

    def shaded(self) -> tuple[int, int]:
        """Give the range to shade: none while the whole document is marked."""
        return (0, 0) if self.range == (0, len(self.document.sentences)) else self.range

    def _require_measured(self) -> None:
        if self.document.reason:
            raise InputError(f"{self.document.title!r} cannot be measured: {self.document.reason}.")
