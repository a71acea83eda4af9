"""What the split explorer shows, without any widget: document, price, and cuts made by hand."""

from bisect import bisect_right
from functools import lru_cache
from typing import Any, NamedTuple

import altair as alt
import pandas as pd

from semshift_nb import charts, split
from semshift_nb.analyses import SplitSession, SplitTables, Splitting, split_tables
from semshift_nb.charts.splitting.view import check_drawable
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

_KEPT = 16
"""Documents whose splits are kept, some 2 MiB each."""

_COLUMNS = ["position", "n_sentences", "n_tokens", "dispersion", "dilution", "gain", "text"]


class _Read(NamedTuple):
    """A document laid out, and what a chart of it is given while nothing is cut by hand."""

    reading: SplitSession
    tables: SplitTables
    data: dict[str, list[dict[str, Any]]]
    uncut_dilution: float


class SplitState:
    """The document that is open, the price of a cut, and what the reader made of the cuts.

    ``granularity`` is what the fair price of every document is multiplied by when it opens.
    ``by_hand`` is None while the cuts are the best ones at the price; ``sentence`` is the first of
    the chunk that is looked at, or was when other cuts were shown.
    """

    def __init__(
        self,
        texts: Corpus,
        encoder: Encoder,
        *,
        min_sentences: int,
        max_tokens: int | None,
        granularity: float,
    ) -> None:
        # What no text could be split with is wrong from the start, and no document's fault.
        options = {"min_sentences": min_sentences, "granularity": granularity}
        split("", encoder, max_tokens=max_tokens, **options)  # type: ignore[arg-type]
        self.granularity = granularity
        self.corpus = texts
        self._encoder = encoder
        self._min_sentences, self._max_tokens = min_sentences, max_tokens
        self._read = lru_cache(maxsize=_KEPT)(self._read_anew)
        self.doc_id: str | None = None
        self.open(str(texts.documents["doc_id"].iloc[0]))

    def open(self, doc_id: str) -> None:
        """Open a document of the corpus."""
        row = self.corpus.documents.set_index("doc_id").loc[doc_id]
        self._show(str(row["text"]), str(row["language"]), str(row["title"]), doc_id)

    def read(self, text: str) -> None:
        """Open a text of the user's own, in the language of the corpus."""
        if not text.strip():
            raise InputError("there is no text to split: paste at least two sentences.")
        language = str(self.corpus.documents["language"].iloc[0])
        self._show(text, language, "Your text", None)

    def _show(self, text: str, language: str, title: str, doc_id: str | None) -> None:
        reason = ""
        try:
            self._shown = self._read(text, language)
        except InputError as error:
            reason = str(error)
        self.reason, self.title, self.doc_id = reason, title, doc_id
        if not reason:
            self.price, self.sentence = self.suggested_price, 0
            self.by_hand: list[int] | None = None

    def _read_anew(self, text: str, language: str) -> _Read:
        reading = SplitSession(
            text,
            self._encoder,
            min_sentences=self._min_sentences,
            max_tokens=self._max_tokens,
            language=language,
        )
        check_drawable(len(reading.sentences))  # before its splits are looked for
        tables = split_tables(reading)
        uncut = reading.cost([], price=reading.fair_price)["dilution"]
        return _Read(reading, tables, charts.split_data(tables._asdict()), float(uncut))

    @property
    def reading(self) -> SplitSession:
        """The document that is open."""
        return self._shown.reading

    @property
    def uncut_dilution(self) -> float:
        """What the mean dilution would be without any cut."""
        return self._shown.uncut_dilution

    @property
    def cuts(self) -> list[int]:
        """Where there are cuts now."""
        return self.reading.cuts_at(self.price) if self.by_hand is None else self.by_hand

    @property
    def suggested_price(self) -> float:
        """The fair price times the granularity, as far as the slider goes."""
        low, high = self.prices()
        return min(max(self.granularity * self.reading.fair_price, low), high)

    def prices(self) -> tuple[float, float]:
        """Give the prices that a slider goes over."""
        return charts.price_range(self._shown.tables.stages)

    def grain(self, granularity: float) -> None:
        """Set the granularity, and the price to what it makes of the fair one."""
        self.granularity = granularity
        self.charge(self.suggested_price)

    def charge(self, price: float) -> None:
        """Set the price of a cut; cuts made by hand give way to the best ones."""
        self._require_measured()
        self.reading.cuts_at(price)
        self.price, self.by_hand = price, None

    def toggle(self, position: int) -> None:
        """Cut before a sentence, counted from 0, or join there if there is a cut."""
        self._require_measured()
        n_sentences = len(self.reading.sentences)
        if not 0 < position < n_sentences:
            raise InputError(
                f"a cut before sentence {position} was asked for; the document can be cut before "
                f"1 to {n_sentences - 1}."
            )
        wanted = sorted(set(self.cuts) ^ {position})
        kept = self.reading.within(wanted)
        if position not in wanted and kept != wanted:
            raise InputError(
                f"joined, these chunks would have more than {self._max_tokens} tokens: they stay "
                "apart."
            )
        self.by_hand = None if kept == self.reading.cuts_at(self.price) else kept
        self.sentence = position

    def chunk(self) -> tuple[int, int]:
        """Give the first sentence of the chunk that is looked at, and the one after its last."""
        edges = [0, *self.cuts, len(self.reading.sentences)]
        after = min(bisect_right(edges, max(self.sentence, 0)), len(edges) - 1)
        return edges[after - 1], edges[after]

    def splitting(self) -> Splitting:
        """Give the chunks as they are cut now."""
        self._require_measured()
        return self.reading.at(self.cuts)

    def table(self) -> pd.DataFrame:
        """Give the same chunks as a table."""
        return self.splitting().table()[_COLUMNS]

    def cost(self) -> pd.Series:
        """Compare the cuts with the best ones at the price."""
        self._require_measured()
        return self.reading.cost(self.cuts, price=self.price)

    def chart(self) -> alt.HConcatChart:
        """Draw the document at all prices, or as it was cut by hand."""
        self._require_measured()
        tables = self._shown.tables if self.by_hand is None else self._cut_by_hand()
        return charts.split_view(
            tables._asdict(),
            price=self.price,
            fair_price=self.reading.fair_price,
            title=self.title,
        )

    def datasets(self) -> dict[str, list[dict[str, Any]]]:
        """Give the same chart's data alone, for a chart that is already drawn."""
        if self.by_hand is None:
            return self._shown.data
        return charts.split_data(self._cut_by_hand()._asdict())

    def signals(self) -> dict[str, float]:
        """Give the values of its parameters; colours mean the same at all cuts."""
        return charts.split_signals(
            self._shown.tables._asdict(),
            price=self.price,
            fair_price=self.reading.fair_price,
            chosen=self.chunk()[0],
        )

    def _cut_by_hand(self) -> SplitTables:
        return split_tables(self.reading, self.cuts)

    def _require_measured(self) -> None:
        if self.reason:
            raise InputError(f"{self.title!r} cannot be split: {self.reason}")


def beginning(text: str, n_characters: int) -> str:
    """Shorten a text to one line; an ellipsis says that there is more."""
    words = " ".join(text.split())
    return words if len(words) <= n_characters else words[:n_characters] + " …"
