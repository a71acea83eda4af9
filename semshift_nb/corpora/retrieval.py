"""A retrieval set: documents, queries, and which documents answer which query."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.corpora._judgements import check_judgements, check_queries
from semshift_nb.corpora.corpus import Corpus
from semshift_nb.errors import InputError


@dataclass(frozen=True, eq=False, repr=False)
class RetrievalSet:
    """Documents, queries, and judgements of which documents answer which query.

    Parameters
    ----------
    corpus : Corpus
        The documents to search.
    queries : DataFrame
        ``query_id`` (unique) and ``text``. A query without judgements is left out: every split of a
        BEIR folder has queries of the others beside its own.
    judgements : DataFrame
        ``query_id``, ``doc_id`` and ``relevance``, a whole number; what is above 0 is relevant, and
        nDCG takes more for better.
    name : str
        What tables call the set.
    split : str, default "test"
        Which of the set's splits it is.
    passages : sequence of str, optional
        What is encoded of each document, in the order of the corpus; its text if left out.
        `load_retrieval` joins title and text, as MTEB does.
    ignore_identical_ids : bool, optional
        Whether a document is left out of the ranking of the query that has its id. BEIR's own
        evaluation always does so, and MTEB for those tasks that ask for it. If left out, it is done
        where query and document have the same text too: in sets whose queries are documents
        (ArguAna), and not where both are merely numbered from 1 (Cranfield).
    allow_unknown : bool, default False
        Whether judgements may name documents that are not in the corpus. They then count as
        relevant and never found, as in trec_eval.

    Attributes
    ----------
    queries, judgements : DataFrame
        As they came, without the queries that have no judgement.
    notes : tuple of str
        What was found and is not an error: queries left out, queries without a relevant document
        (which count as 0), unknown documents, texts without words, rankings that leave out the
        query's own document.

    Raises
    ------
    InputError
        If a column is missing, ids occur more than once, no query has a judgement, none has a
        relevant document, a judgement names an unknown query or (unless allowed) document, two
        judgements contradict each other, or there are more or fewer passages than documents.

    References
    ----------
    Thakur et al. 2021, "BEIR"; Muennighoff et al. 2023, "MTEB".

    Examples
    --------
    >>> corpus = Corpus.from_texts(["A river bank.", "A savings bank."])
    >>> queries = pd.DataFrame({"query_id": ["q"], "text": ["where money is kept"]})
    >>> judgements = pd.DataFrame({"query_id": ["q"], "doc_id": ["1"], "relevance": [1]})
    >>> RetrievalSet(corpus, queries, judgements, "banks")
    <RetrievalSet 'banks' (test): 2 documents, 1 queries, 1 judgements>
    """

    corpus: Corpus
    queries: pd.DataFrame
    judgements: pd.DataFrame
    name: str
    split: str = "test"
    passages: Sequence[str] | None = None
    ignore_identical_ids: bool | None = None
    allow_unknown: bool = False
    notes: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        source = f"retrieval set {self.name!r}"
        queries = check_queries(self.queries, source)
        judgements, unknown = check_judgements(
            self.judgements,
            known_queries=queries["query_id"],
            known_documents=self.corpus.documents["doc_id"],
            source=f"{source}, split {self.split!r}",
            allow_unknown=self.allow_unknown,
        )
        judged = queries["query_id"].isin(judgements["query_id"])
        self._set("queries", queries[judged].reset_index(drop=True))
        self._set("judgements", judgements)
        self._set("passages", _check_passages(self.passages, self.corpus))
        self._set("notes", self._found(n_unjudged=int((~judged).sum()), n_unknown=unknown))

    def __repr__(self) -> str:
        return (
            f"<RetrievalSet {self.name!r} ({self.split}): {len(self.corpus)} documents, "
            f"{len(self.queries)} queries, {len(self.judgements)} judgements>"
        )

    @cached_property
    def texts(self) -> list[str]:
        """What is encoded of each document, in the order of the corpus."""
        return list(self.passages or [])

    @cached_property
    def relevance(self) -> dict[str, dict[str, int]]:
        """The judgements, query by query in the order of the queries."""
        judged: dict[str, dict[str, int]] = {query: {} for query in self.queries["query_id"]}
        columns = (self.judgements[name] for name in ("query_id", "doc_id", "relevance"))
        for query, document, relevance in zip(*columns, strict=True):
            judged[query][document] = int(relevance)
        return judged

    @cached_property
    def left_out(self) -> NDArray[np.intp]:
        """For each query the row of the document that its ranking leaves out, or -1."""
        row_of = {doc_id: row for row, doc_id in enumerate(self.corpus.documents["doc_id"])}
        found = [row_of.get(query, -1) for query in self.queries["query_id"]]
        if self.ignore_identical_ids is None:
            said = [{_words(text) for text in pair} for pair in self._said()]
            kept = zip(found, self.queries["text"], strict=True)
            found = [row if row >= 0 and _words(text) in said[row] else -1 for row, text in kept]
        elif not self.ignore_identical_ids:
            found = [-1] * len(found)
        return np.array(found, dtype=np.intp)

    def _said(self) -> Iterator[tuple[str, str]]:
        return zip(self.corpus.documents["text"], self.texts, strict=True)

    def _set(self, name: str, value: object) -> None:
        object.__setattr__(self, name, value)

    def _found(self, *, n_unjudged: int, n_unknown: int) -> tuple[str, ...]:
        best = self.judgements.groupby("query_id")["relevance"].max()
        n_wordless = sum(not text.strip() for text in [*self.texts, *self.queries["text"]])
        told = (
            (n_unjudged, f"queries have no judgement in {self.split!r} and are left out"),
            (int((best <= 0).sum()), "queries have no relevant document and count as 0"),
            (n_unknown, "judgements name documents that are not there and are never found"),
            (n_wordless, "documents or queries have no words"),
            (int((self.left_out >= 0).sum()), "rankings leave out the query's own document"),
        )
        return tuple(f"{count:,} {what}" for count, what in told if count)


def _check_passages(passages: Sequence[str] | None, corpus: Corpus) -> tuple[str, ...]:
    texts = corpus.documents["text"].tolist() if passages is None else list(passages)
    if len(texts) != len(corpus) or not all(isinstance(text, str) for text in texts):
        raise InputError(
            f"passages are {len(texts)} for {len(corpus)} documents, expected one string for each."
        )
    return tuple(texts)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
