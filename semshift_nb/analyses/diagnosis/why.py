"""Why a query does not find a document: the causes of one miss, tested one by one."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import Texts, by_name, corpus_of, encoder_of
from semshift_nb.analyses.diagnosis.causes import (
    NONE_OF_THESE,
    Goal,
    Outcome,
    main_outcome,
    rows_of,
    verdict,
)
from semshift_nb.analyses.diagnosis.interventions import MOST_COMPARED, Interventions
from semshift_nb.analyses.diagnosis.parts import DocumentParts
from semshift_nb.analyses.diagnosis.ranks import Case, SearchedSet, cosines
from semshift_nb.corpora import Corpus, RetrievalSet, load_retrieval
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError, option
from semshift_nb.validation import check_whole, shortened

K = 10
_HUB_NEIGHBOURS = 10

CAUSE_COLUMNS = [
    *["query_id", "doc_id", "cause", "tested", "rank_before", "rank_after", "rank_alike"],
    *["gain", "is_main", "verdict", "status", "reason"],
]
RANKS = ("rank_before", "rank_after", "rank_alike", "gain")
_ASKED = "asked"


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Why one document is not found by one query.

    Attributes
    ----------
    query_id, query, doc_id : str
        What was asked, and what should answer.
    rank : int or None
        Where the document ranks among all; None where it or the query has no vector.
    k : int
        A document counts as found within so many ranks.
    causes : DataFrame
        One row a cause: ``query_id``, ``doc_id``, ``cause``, ``tested`` (what was done),
        ``rank_before``, ``rank_after`` (searched again with that one change), ``rank_alike`` (with
        the winners changed in the same way), ``gain`` in ranks of the latter, ``is_main``,
        ``verdict``, ``status`` and ``reason`` (why it could not be tried).
    ranking : DataFrame
        The first k documents and the one in question: ``rank``, ``doc_id``, ``title``, ``cosine``,
        ``is_relevant``, ``is_asked``, ``n_tokens``, ``truncated``, ``shared_words`` (the share of
        the query's telling words that it has), ``bm25_rank`` (missing where it shares no word, and
        without the extra ``bm25``), ``likeness`` (its cosine with the document in
        question), ``n_found_by`` (how many documents have it among their 10 nearest; an average is
        10), ``best_sentence`` and ``sentence_cosine`` (its sentence most like the query).
    sentences : DataFrame
        Those of the document: ``position``, ``start``, ``end``, ``text``, ``is_read`` by the model,
        ``cosine`` with the query, ``pull`` (cosine with the document's vector), ``rank_alone``.
    main_cause : str
        That which mends the miss with the largest gain, or "none of these".
    verdict : str
        The same in a sentence.
    """

    query_id: str
    query: str
    doc_id: str
    rank: int | None
    k: int
    causes: pd.DataFrame
    ranking: pd.DataFrame
    sentences: pd.DataFrame
    main_cause: str
    verdict: str


def why_not_found(
    dataset: RetrievalSet | Texts,
    encoder: Encoder | str | Path,
    query: str,
    document: str | None = None,
    *,
    k: int = K,
) -> Diagnosis:
    """Test why a document is not found: change one thing, search again, and see what it gains.

    The causes are tried by intervention. On the document: *truncated* (what the model does not read
    of it, alone), *position* (its best sentence moved to the front), *diluted* (its best sentence
    or least-dilution chunk of what is read, alone). On the query: *cut off* (read to its end, or
    after a prompt that the model is known for), *lexical* (without the words that most winners
    have and the document has not). On all documents: *crowded* (CSLS, which allows for hubs),
    *length* (all cut to the same length, where the winners' differs). On the judgements: *capacity*
    (more relevant documents than places), *judged wrongly perhaps* (a winner has the same text).

    An intervention mends a miss if the document then ranks within the first k (one that does so
    already: if it then ranks first). The main cause is that which mends with the largest gain; one
    that contains a gentler one (a sentence alone is out of its place, too) is left aside where the
    gentler one is enough. A part that is chosen as the best out of many looks good by chance, so
    that the winners (the first k documents above it) are read by their best parts, too, and the
    document has to pass these; a sentence is moved in the winners only where moving it mends.

    Parameters
    ----------
    dataset : RetrievalSet, Corpus, or what names one
        Documents, with judgements or without.
    encoder : Encoder, str or Path
        The model.
    query : str
        The id of a query of the set, or any text.
    document : str, optional
        The id of the document that should be found. Without it, of a query of the set, the relevant
        document that ranks first of those beyond the first k, or else last of all.
    k : int, default 10
        How many documents count as found.

    Returns
    -------
    Diagnosis

    Raises
    ------
    InputError
        If there is no such document, no document was named and none is known to be relevant, or
        the query's own document, which its ranking leaves out, was named.
    """
    k = check_whole(k, "k", least=1)
    asked, row = _question(documents_of(dataset), query, document)
    searched = SearchedSet.of(asked, encoder_of(encoder))
    case = _case(searched, row, document, k)
    shown = _shown(searched, case, k)
    tried = Interventions(searched, [case], k, also=shown)
    outcomes, goal = outcomes_of(tried, case)
    main = main_outcome(outcomes, goal) if goal else None
    query_id = str(asked.queries["query_id"].iloc[row])
    doc_id = searched.ids[case.document]
    labels = {"query_id": query_id, "doc_id": doc_id}
    return Diagnosis(
        query_id=query_id,
        query=str(asked.queries["text"].iloc[row]),
        doc_id=doc_id,
        rank=case.rank,
        k=k,
        causes=cause_table([{**labels, **row} for row in cause_rows(outcomes, goal)]),
        ranking=_ranking(searched, tried, case, shown),
        sentences=_sentences(searched, tried.parts[case.document], case),
        main_cause=main.cause if main else NONE_OF_THESE,
        verdict=verdict(main, outcomes, goal) if goal else outcomes[0].reason,
    )


def found_first(
    dataset: RetrievalSet | Texts, encoder: Encoder | str | Path, query: str, *, k: int = K
) -> pd.DataFrame:
    """Return what a query finds first, and what speaks for each.

    Parameters
    ----------
    dataset : RetrievalSet, Corpus, or what names one
        Documents; judgements have no part in it.
    encoder : Encoder, str or Path
        The model.
    query : str
        Any text.
    k : int, default 10
        How many documents.

    Returns
    -------
    DataFrame
        As ``Diagnosis.ranking``, without the columns about a document in question.

    Raises
    ------
    InputError
        If there is no query, or ``k`` is no whole number from 1 on.
    """
    _check_query(query)
    k = check_whole(k, "k", least=1)
    known = documents_of(dataset)
    corpus = known if isinstance(known, Corpus) else known.corpus
    question = free_question(known, query, corpus.documents["doc_id"].iloc[0])
    searched = SearchedSet.of(question, encoder_of(encoder))
    scores = cosines(searched.rows, searched.query_rows[0])
    shown = searched.order(scores)[:k].tolist()
    table = ranking_table(searched, Interventions(searched, [], k, also=shown), 0, shown)
    own = ("is_relevant", "is_asked", "likeness")
    columns = [name for name in RANKING_COLUMNS if name not in own]
    return table.assign(rank=pd.array(range(1, len(shown) + 1), dtype="Int64"))[columns]


@by_name
def missed_documents(dataset: RetrievalSet, encoder: Encoder, *, k: int = K) -> pd.DataFrame:
    """Return the relevant documents that are not found, without asking why.

    Parameters
    ----------
    dataset : RetrievalSet
        Documents, queries and judgements.
    encoder : Encoder
        The model.
    k : int, default 10
        How many documents count as found.

    Returns
    -------
    DataFrame
        One row a miss: ``query_id``, ``query``, ``doc_id``, ``title`` and ``rank`` (missing where
        there is no vector).
    """
    k = check_whole(k, "k", least=1)
    searched = SearchedSet.of(dataset, encoder)
    missed = [case for case in searched.cases() if case.rank is None or case.rank > k]
    queries = dataset.queries.iloc[[case.query for case in missed]]
    documents = dataset.corpus.documents.iloc[[case.document for case in missed]]
    return pd.DataFrame(
        {
            "query_id": queries["query_id"].tolist(),
            "query": queries["text"].tolist(),
            "doc_id": documents["doc_id"].tolist(),
            "title": documents["title"].tolist(),
            "rank": pd.array([case.rank for case in missed], dtype="Int64"),
        }
    )


def outcomes_of(tried: Interventions, case: Case) -> tuple[list[Outcome], Goal | None]:
    """Return what was tried on a case, and what would mend it; neither where there is no vector."""
    if case.rank is None:
        query = tried.searched.query_rows[case.query].any()
        what = "the document" if query else "the query"
        reason = f"{what} has no direction in this encoder: nothing can be like it"
        return [Outcome(NONE_OF_THESE, "nothing", None, reason)], None
    return tried.outcomes(case), Goal.of(case.rank, tried.k)


def cause_rows(outcomes: list[Outcome], goal: Goal | None) -> list[dict[str, object]]:
    """Return a row a cause, also where there is no rank."""
    if goal is not None:
        return rows_of(outcomes, goal)
    nothing: dict[str, object] = dict.fromkeys(RANKS)
    return [{**row, **nothing, "verdict": "not tested"} for row in rows_of(outcomes, Goal(1, 1))]


def cause_table(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Make a table of rows of causes."""
    whole = dict.fromkeys(RANKS, "Int64")
    return pd.DataFrame(rows, columns=CAUSE_COLUMNS).astype({**whole, "is_main": bool})


def documents_of(dataset: RetrievalSet | Texts) -> RetrievalSet | Corpus:
    """Return the documents that are meant, with judgements where a folder has some."""
    if isinstance(dataset, RetrievalSet):
        return dataset
    if isinstance(dataset, str | Path) and (Path(dataset) / "queries.jsonl").exists():
        return load_retrieval(dataset)
    return corpus_of(dataset)


def _question(
    dataset: RetrievalSet | Corpus, query: str, document: str | None
) -> tuple[RetrievalSet, int]:
    """Return a set that holds the query, and its row there."""
    _check_query(query)
    if isinstance(dataset, RetrievalSet):
        for column in ("query_id", "text"):
            rows = np.flatnonzero((dataset.queries[column] == query).to_numpy())
            if len(rows):
                return dataset, int(rows[0])
    corpus = dataset if isinstance(dataset, Corpus) else dataset.corpus
    if document is None:
        raise InputError(
            "no document is known to answer this query: name the one that should be found by "
            f"{option('document')}, its doc_id."
        )
    _check_document(corpus, document)
    return free_question(dataset, query, document), 0


def _check_query(query: object) -> None:
    if not isinstance(query, str) or not query.strip():
        raise InputError(f"the query is {query!r:.60}: expected a text, or the id of a query.")


def free_question(dataset: RetrievalSet | Corpus, query: str, document: str) -> RetrievalSet:
    """Return a set of one query, which one document is taken to answer."""
    known = dataset if isinstance(dataset, RetrievalSet) else None
    return RetrievalSet(
        dataset.corpus if isinstance(dataset, RetrievalSet) else dataset,
        pd.DataFrame({"query_id": [_ASKED], "text": [query]}),
        pd.DataFrame({"query_id": [_ASKED], "doc_id": [document], "relevance": [1]}),
        dataset.name,
        "a question",
        passages=known.texts if known else None,
        ignore_identical_ids=False,
    )


def _check_document(corpus: Corpus, document: str) -> None:
    ids = corpus.documents["doc_id"].tolist()
    if document not in set(ids):
        raise InputError(
            f"there is no document {document!r:.80} in {corpus.name!r}; its ids are "
            f"{shortened(ids, most=5, write=repr)}: name one of them."
        )


def _case(searched: SearchedSet, query: int, document: str | None, k: int) -> Case:
    """Return the case in question."""
    if document is not None:
        _check_document(searched.dataset.corpus, document)
        row = searched.row_of[document]
        left_out = searched.left_out(query)
        if row in left_out:
            raise InputError(
                f"document {document!r:.80} is the query's own, which its ranking leaves out: "
                "name another one."
            )
        scores = cosines(searched.rows, searched.query_rows[query])
        found = searched.query_rows[query].any()
        return Case(query, row, searched.rank(scores, row, without=left_out) if found else None)
    own = [case for case in searched.cases() if case.query == query]
    if not own:
        query_id = searched.dataset.queries["query_id"].iloc[query]
        raise InputError(
            f"query {query_id!r} has no relevant document that is there: name the one that should "
            f"be found by {option('document')}, its doc_id."
        )
    last = len(searched.ids) + 1
    ranked = sorted(own, key=lambda case: case.rank or last)
    return next((case for case in ranked if (case.rank or last) > k), ranked[-1])


def _shown(searched: SearchedSet, case: Case, k: int) -> list[int]:
    """Return the first k documents, and the one in question."""
    scores = cosines(searched.rows, searched.query_rows[case.query])
    shown = searched.order(scores, without=searched.left_out(case.query))[:k].tolist()
    return [*shown, *[case.document] * (case.document not in shown)]


def _ranking(
    searched: SearchedSet, tried: Interventions, case: Case, shown: list[int]
) -> pd.DataFrame:
    ranks = {row: rank for rank, row in enumerate(shown, start=1)} | {case.document: case.rank}
    relevant = set(searched.relevant[case.query])
    likeness = cosines(searched.rows, searched.rows[case.document])[shown]
    return ranking_table(searched, tried, case.query, shown).assign(
        rank=pd.array([ranks[row] for row in shown], dtype="Int64"),
        is_relevant=[row in relevant for row in shown],
        is_asked=[row == case.document for row in shown],
        likeness=np.where(np.isfinite(likeness), likeness, np.nan),
    )[RANKING_COLUMNS]


RANKING_COLUMNS = [
    *["rank", "doc_id", "title", "cosine", "is_relevant", "is_asked", "n_tokens", "truncated"],
    *["shared_words", "bm25_rank", "likeness", "n_found_by", "best_sentence", "sentence_cosine"],
]


def ranking_table(
    searched: SearchedSet, tried: Interventions, query: int, shown: list[int]
) -> pd.DataFrame:
    """Return what is known of some documents as answers to a query."""
    documents = searched.dataset.corpus.documents.iloc[shown]
    vector = searched.query_rows[query]
    scores = cosines(searched.rows, vector)[shown]
    best = [tried.parts[row].best_sentence(vector) for row in shown]
    text = str(searched.dataset.queries["text"].iloc[query])
    encoding = searched.found.documents
    return pd.DataFrame(
        {
            "doc_id": documents["doc_id"].tolist(),
            "title": documents["title"].tolist(),
            "cosine": np.where(np.isfinite(scores), scores, np.nan),
            "n_tokens": encoding.n_tokens[shown],
            "truncated": encoding.truncated[shown],
            "shared_words": [tried.vocabulary.shared(text, row) for row in shown],
            "bm25_rank": pd.array([tried.bm25_rank(query, row) for row in shown], dtype="Int64"),
            "n_found_by": pd.array(_found_by(searched, shown), dtype="Int64"),
            "best_sentence": [said for said, _ in best],
            "sentence_cosine": [cosine for _, cosine in best],
        }
    )


def _found_by(searched: SearchedSet, shown: list[int]) -> list[int | None]:
    """Return how many documents have each of these among their nearest."""
    there = np.flatnonzero(searched.rows.any(axis=1))
    if not _HUB_NEIGHBOURS < len(there) <= MOST_COMPARED:
        return [None] * len(shown)
    counts = measures.k_occurrence(searched.rows[there], k=_HUB_NEIGHBOURS)
    times = dict(zip(there.tolist(), counts.tolist(), strict=True))
    return [times.get(row) for row in shown]


def _sentences(searched: SearchedSet, parts: DocumentParts, case: Case) -> pd.DataFrame:
    """Return the sentences of the document: what each says to the query and to the whole."""
    query, whole = searched.query_rows[case.query], searched.rows[case.document]
    pieces, n = parts.laid_out.pieces, parts.n_sentences
    scores = cosines(searched.rows, query)
    left_out = searched.left_out(case.query)
    own = cosines(parts.rows[:n], query)
    ranks = [
        searched.rank(scores, case.document, score=score, without=left_out)
        for score in own.tolist()
    ]
    pull = cosines(parts.rows[:n], whole)
    return pd.DataFrame(
        {
            "position": range(n),
            "start": [piece.start for piece in pieces],
            "end": [piece.end for piece in pieces],
            "text": [parts.text_of(range(i, i + 1)) for i in range(n)],
            "is_read": [i < parts.n_read for i in range(n)],
            "cosine": np.where(np.isfinite(own), own, np.nan),
            "pull": np.where(np.isfinite(pull), pull, np.nan),
            "rank_alone": pd.array(ranks, dtype="Int64"),
        }
    )
