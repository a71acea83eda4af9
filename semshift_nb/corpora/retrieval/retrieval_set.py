"""A retrieval set: documents, queries, and which documents answer which query."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.errors import InputError, option
from semshift_nb.names import count
from semshift_nb.unicode import well_formed
from semshift_nb.validation import shortened


def check_queries(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a table of queries; return its ids and texts as strings."""
    _check_columns(table, ("query_id", "text"), f"{source}: the queries")
    if table.empty:
        raise InputError(f"{source} has no query: hand in at least one.")
    for column in ("query_id", "text"):
        missing = table.index[table[column].isna()].tolist()
        if missing:
            raise InputError(
                f"{source}: {count(len(missing), 'query has', 'queries have')} no {column} (rows "
                f"{shortened(missing)}, counted from 0): fill in or leave out these rows."
            )
    wrong = [text for text in table["text"] if not isinstance(text, str)]
    if wrong:
        raise InputError(
            f"{source}: {count(len(wrong), 'query is', 'queries are')} no strings (the first is "
            f"{wrong[0]!r:.60}); only text can be searched for."
        )
    ids = [well_formed(str(query_id)) for query_id in table["query_id"]]
    _refuse_repeated(ids, f"{source}: query ids", "give every query an id of its own")
    texts = pd.Series([well_formed(text) for text in table["text"]], dtype=object)
    return pd.DataFrame({"query_id": ids, "text": texts})


def check_judgements(
    table: pd.DataFrame,
    *,
    known_queries: Iterable[str],
    known_documents: Iterable[str],
    source: str,
    allow_unknown: bool,
) -> tuple[pd.DataFrame, int, int]:
    """Check a table of judgements; return it, and how many name unknown documents and queries."""
    _check_columns(table, ("query_id", "doc_id", "relevance"), f"{source}: the judgements")
    if table.empty:
        raise InputError(f"{source} has no judgement: without one nothing can be measured.")
    judged = pd.DataFrame(
        {
            "query_id": [well_formed(str(cell)) for cell in table["query_id"]],
            "doc_id": [well_formed(str(cell)) for cell in table["doc_id"]],
            "relevance": [_whole(cell, source) for cell in table["relevance"]],
        }
    ).drop_duplicates(ignore_index=True)
    _refuse_contradictions(judged, source)
    if not allow_unknown:
        _refuse_unknown(judged["query_id"], known_queries, f"{source}: judgements name queries")
        _refuse_unknown(judged["doc_id"], known_documents, f"{source}: judgements name documents")
    # Nobody can search for a query that is not there; a document that is not is never found.
    asked = judged["query_id"].isin(set(known_queries))
    n_unasked, judged = int((~asked).sum()), judged[asked].reset_index(drop=True)
    if judged.empty:
        raise InputError(
            f"{source}: no judgement names a query that is there, so nothing can be searched for. "
            "Are these the files of one set?"
        )
    n_unknown = int((~judged["doc_id"].isin(set(known_documents))).sum())
    if not (judged["relevance"] > 0).any():
        raise InputError(
            f"{source}: none of {count(len(judged), 'judgement')} is above 0, so no document is "
            "relevant to any query: a relevant document needs a relevance of 1 or more."
        )
    return judged, n_unknown, n_unasked


def _check_columns(table: pd.DataFrame, wanted: tuple[str, ...], what: str) -> None:
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise InputError(
            f"{what} have no column {', '.join(map(repr, missing))}; they have "
            f"{', '.join(map(repr, table.columns)) or 'none'}: name the columns "
            f"{', '.join(wanted)}."
        )


def _whole(cell: object, source: str) -> int:
    """Return a relevance as a whole number."""
    try:
        number = float(str(cell))
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise InputError(
            f"{source}: a relevance is {cell!r:.60}, expected a whole number: 0 for a document "
            "that is not relevant, 1 or more for one that is."
        )
    return int(number)


def _refuse_repeated(ids: list[str], what: str, advice: str) -> None:
    index = pd.Index(ids)
    repeated = index[index.duplicated()].unique().tolist()
    if repeated:
        shown = shortened(repeated, most=5, write=repr)
        raise InputError(
            f"{what}: {count(len(repeated), 'occurs', 'occur')} more than once ({shown}): {advice}."
        )


def _refuse_contradictions(judged: pd.DataFrame, source: str) -> None:
    twice = judged[judged.duplicated(["query_id", "doc_id"])]
    if len(twice):
        pairs = [f"query {q!r} and document {d!r}" for q, d, _ in twice.itertuples(index=False)]
        raise InputError(
            f"{source}: {count(len(twice), 'document is', 'documents are')} judged twice for one "
            f"query, and differently ({'; '.join(pairs[:3])}): keep one judgement of each."
        )


def _refuse_unknown(ids: "pd.Series[str]", known: Iterable[str], what: str) -> None:
    unknown = ids[~ids.isin(set(known))]
    if len(unknown):
        names = unknown.unique().tolist()
        shown = shortened(names, most=5, write=repr)
        raise InputError(
            f"{what} that are not there: {len(unknown)} of {len(ids)} judgements, "
            f"{count(len(names), 'id')} ({shown}). Are these the files of one set? Mend the ids, "
            f"or go on with {option('allow_unknown', value=True)}: judgements of unknown queries "
            "are left out, unknown documents count as relevant and are never found."
        )


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
        Whether judgements may name documents that are not in the corpus, which then count as
        relevant and never found, as in trec_eval, and queries that are not there, whose judgements
        are left out.

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
        relevant document, (unless allowed) a judgement names an unknown query or document, two
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
    <RetrievalSet 'banks' (test): 2 documents, 1 query, 1 judgement>
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
        judgements, n_unknown, n_unasked = check_judgements(
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
        notes = self._found(
            n_unjudged=int((~judged).sum()), n_unknown=n_unknown, n_unasked=n_unasked
        )
        self._set("notes", notes)

    def __repr__(self) -> str:
        return (
            f"<RetrievalSet {self.name!r} ({self.split}): {count(len(self.corpus), 'document')}, "
            f"{count(len(self.queries), 'query')}, {count(len(self.judgements), 'judgement')}>"
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

    def _found(self, *, n_unjudged: int, n_unknown: int, n_unasked: int) -> tuple[str, ...]:
        best = self.judgements.groupby("query_id")["relevance"].max()
        n_wordless = sum(not text.strip() for text in [*self.texts, *self.queries["text"]])
        split = repr(self.split)
        told = (
            (
                n_unjudged,
                f"query has no judgement in {split} and is left out",
                f"queries have no judgement in {split} and are left out",
            ),
            (
                int((best <= 0).sum()),
                "query has no relevant document and counts as 0",
                "queries have no relevant document and count as 0",
            ),
            (
                n_unknown,
                "judgement names a document that is not there and is never found",
                "judgements name documents that are not there and are never found",
            ),
            (
                n_unasked,
                "judgement names a query that is not there and is left out",
                "judgements name queries that are not there and are left out",
            ),
            (n_wordless, "text has no words", "documents or queries have no words"),
            (
                int((self.left_out >= 0).sum()),
                "ranking leaves out the query's own document",
                "rankings leave out the query's own document",
            ),
        )
        return tuple(count(n, one, several) for n, one, several in told if n)


def _check_passages(passages: Sequence[str] | None, corpus: Corpus) -> tuple[str, ...]:
    texts = corpus.documents["text"].tolist() if passages is None else list(passages)
    if len(texts) != len(corpus) or not all(isinstance(text, str) for text in texts):
        raise InputError(
            f"passages are {len(texts)} for {count(len(corpus), 'document')}, expected one string "
            "for each."
        )
    return tuple(texts)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())
