"""Search a set, and score what was found, query by query."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import ir_measures
import numpy as np
import pandas as pd
from ir_measures import AP, RR, R, nDCG
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.encoders.encoding import unit_rows
from semshift_nb.measures.neighbours.neighbours import put_last
from semshift_nb.validation import check_similarity

DEPTH = 1000
"""Documents of a ranking that count, as in BEIR and MTEB; AP looks as deep as that."""

NONE = -1


class Ranking(NamedTuple):
    """The documents that each query finds.

    ``rows`` holds the rows of documents in the corpus, the best first, of shape (n_queries, at most
    DEPTH); `NONE` stands where a ranking is shorter. ``tokens`` says what the model read of each
    document.
    """

    rows: NDArray[np.intp]
    tokens: TokenCounts


@dataclass(frozen=True, eq=False)
class Search:
    """Rankings of all queries by a similarity, and the directions of what was searched."""

    encoder: Encoder
    similarity: str
    ranking: Ranking
    documents: Encoding
    queries: Encoding


def similarity_of(encoder: Encoder, similarity: str | None) -> str:
    """Return by what to rank: what was asked for, or else what the encoder declares."""
    return encoder.similarity if similarity is None else check_similarity(similarity)


def search(dataset: RetrievalSet, encoder: Encoder, similarity: str | None = None) -> Search:
    """Rank the documents for each query, and of equal ones by document id."""
    similarity = similarity_of(encoder, similarity)
    unit = similarity == "cosine"  # all others tell rows of different lengths apart
    documents = encode_all(encoder, dataset.texts, unit=unit)
    queries = encode_all(encoder, dataset.queries["text"].tolist(), role="query", unit=unit)
    ids = np.array(dataset.corpus.documents["doc_id"].tolist(), dtype=object)
    # In the order of their ids, for of equal neighbours the one that stands first is the nearer.
    # A text without direction is like no query, and a query without one finds nothing.
    by_id = np.argsort(ids, kind="stable")
    library = by_id[documents.has_direction[by_id]]
    left_out = dataset.left_out
    depth = min(DEPTH + int((left_out >= 0).any()), len(library))
    rows = np.full((len(queries.vectors), depth), NONE, dtype=np.intp)
    if depth:
        found = measures.nearest_neighbours(
            queries.vectors[queries.has_direction],
            documents.vectors[library],
            depth,
            similarity=similarity,
        )
        rows[queries.has_direction] = library[found]
    ranking = Ranking(without_own(rows, left_out), documents.tokens)
    directions = documents if unit else replace(documents, vectors=unit_rows(documents.vectors))
    return Search(encoder, similarity, ranking, directions, queries)


def without_own(rows: NDArray[np.intp], left_out: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take one document out of each ranking, close the gap, and keep the best ones."""
    gone = (rows == left_out[:, None]) & (rows != NONE)
    return np.asarray(put_last(np.where(gone, NONE, rows), gone)[:, :DEPTH])


MEASURES = {str(measure): measure for measure in (nDCG @ 10, RR @ 10, R @ 100, AP)}
MAIN = "nDCG@10"

_QUERIES = 512
"""Queries handed over at a time, for the form ir-measures takes a ranking in is large."""


def query_scores(
    dataset: RetrievalSet, ranking: Ranking, *, among: NDArray[np.bool_] | None = None
) -> pd.DataFrame:
    """Return one row a query: its figures, its relevant documents and what was read of them.

    With ``among`` (one a document) only those count as relevant: the other relevant documents are
    taken out of rankings and judgements, so that they are neither found nor in the way, and queries
    without a relevant document among these have no row.
    """
    ids = dataset.corpus.documents["doc_id"].tolist()
    row_of = {doc_id: row for row, doc_id in enumerate(ids)}
    asked = [
        (place, query, _judged(judged, row_of, among))
        for place, (query, judged) in enumerate(dataset.relevance.items())
    ]
    if among is not None:
        asked = [entry for entry in asked if any(value > 0 for value in entry[2].values())]
    rows: list[list[object]] = []
    for start in range(0, len(asked), _QUERIES):
        part = asked[start : start + _QUERIES]
        judged = {query: counted for _, query, counted in part}
        runs = {
            query: _run(ranking.rows[place], ids, dataset.relevance[query].keys() - counted.keys())
            for place, query, counted in part
        }
        rows.extend(_rows(judged, {query: run for query, run in runs.items() if run}))
    seen = [_relevant(judged, row_of, ranking.tokens) for _, _, judged in asked]
    types = {"n_relevant": np.int64, "n_truncated": np.int64, "unknown": np.float64}
    counts = pd.DataFrame(seen, columns=list(types)).astype(types)
    return pd.DataFrame(rows, columns=["query_id", *MEASURES]).join(counts)


def _judged(
    judged: dict[str, int], row_of: dict[str, int], among: NDArray[np.bool_] | None
) -> dict[str, int]:
    """Return the judgements that count; what is below 0 is not relevant, and no more than that."""
    return {
        doc_id: max(relevance, 0)
        for doc_id, relevance in judged.items()
        if among is None or relevance <= 0 or (doc_id in row_of and among[row_of[doc_id]])
    }


def _run(found: NDArray[np.intp], ids: list[str], leave_out: set[str]) -> dict[str, float]:
    """Return a ranking as ir-measures takes it.

    The scores are ranks, and so never equal: its providers break ties each in its own way.
    """
    named = [ids[row] for row in found.tolist() if row != NONE]
    kept = [doc_id for doc_id in named if doc_id not in leave_out]
    return {doc_id: float(len(kept) - rank) for rank, doc_id in enumerate(kept)}


def _rows(
    judged: dict[str, dict[str, int]], runs: dict[str, dict[str, float]]
) -> Iterator[list[object]]:
    """Yield the id and the figures of each query, in the order they were asked."""
    figures: dict[str, dict[str, float]] = {query: {} for query in judged}
    for metric in ir_measures.iter_calc(list(MEASURES.values()), judged, runs):
        figures[metric.query_id][str(metric.measure)] = float(metric.value)
    for query, values in figures.items():
        yield [query, *(values[name] for name in MEASURES)]


def _relevant(
    judged: dict[str, int], row_of: dict[str, int], tokens: TokenCounts
) -> tuple[int, int, float]:
    """Count the relevant documents, those that were truncated, and the share that is unknown."""
    rows = [row_of[doc] for doc, value in judged.items() if value > 0 and doc in row_of]
    of_relevant = tokens.take(np.array(rows, dtype=np.intp))
    return len(rows), int(of_relevant.truncated.sum()), of_relevant.shares()["unknown_share"]
