"""Do chunks find more? Retrieval by a document's best chunk, by several ways to cut it."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.results import UNITS
from semshift_nb.analyses.retrieval.metric_table import (
    ALL,
    CHANGE,
    ResamplingOptions,
    adjust,
    change_row,
    mean_row,
    score_rows,
)
from semshift_nb.analyses.retrieval.search import (
    DEPTH,
    NONE,
    Ranking,
    query_scores,
    similarity_of,
    without_own,
)
from semshift_nb.analyses.splitting.chunks import kept_within, text_of
from semshift_nb.analyses.splitting.segments import SegmentedText, segment_texts
from semshift_nb.analyses.splitting.split import SplitOptions, check_options, find_cuts
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.encoders.encoding import unit_rows
from semshift_nb.measures.neighbours.similarity import RULES


@dataclass(frozen=True, eq=False)
class DocumentChunks:
    """The chunks of all documents by one method.

    ``parents`` holds the row of each chunk's document, ``ranges`` its pieces, and ``dilutions`` the
    mean dilution of each document that has sentences with a direction.
    """

    texts: list[str]
    parents: NDArray[np.intp]
    ranges: list[range]
    dilutions: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sentences:
    """All documents laid out in sentences, from which any splits are made."""

    documents: list[SegmentedText]
    max_tokens: int | None

    def whole(self) -> DocumentChunks:
        """Leave every document whole."""
        return self._parts([[] for _ in self.documents])

    def cut(self, method: str, *, like: DocumentChunks | None = None) -> DocumentChunks:
        """Cut by a method, at its own defaults or into as many chunks as other parts have."""
        numbers: list[int | None] = [None] * len(self.documents)
        if like is not None:
            counted = np.bincount(like.parents, minlength=len(self.documents))
            numbers = [max(number, 1) for number in counted.tolist()]
        cuts = [
            self._cuts(segmented, method, number)
            for segmented, number in zip(self.documents, numbers, strict=True)
        ]
        return self._parts(cuts)

    def _cuts(self, segmented: SegmentedText, method: str, number: int | None) -> list[int]:
        if not segmented.pieces:
            return []
        if number is None:
            return self._bounded(segmented, method, None)
        # Bounds on size add cuts of their own: ask for so many that the sum comes out right.
        asked = bisect_left(
            range(1, number + 1),
            number,
            key=lambda n: len(self._bounded(segmented, method, n)) + 1,
        )
        return self._bounded(segmented, method, min(asked + 1, number))

    def _bounded(self, segmented: SegmentedText, method: str, number: int | None) -> list[int]:
        most = None if self.max_tokens is None else self.max_tokens - segmented.lengths.n_special
        options = SplitOptions(
            method=method,
            n_chunks=number,
            weights=segmented.weights,
            max_weight=most,
            usual_weight=float(segmented.weights.sum()) if most is None else most,
        )
        return kept_within(self.max_tokens, segmented, find_cuts(segmented.rows, options).cuts)

    def _parts(self, cuts: Sequence[Sequence[int]]) -> DocumentChunks:
        texts, parents, ranges, dilutions = [], [], [], []
        for row, (segmented, own) in enumerate(zip(self.documents, cuts, strict=True)):
            if not segmented.has_direction.any():
                continue
            edges = [0, *own, len(segmented.pieces)]
            chunks = [range(start, end) for start, end in pairwise(edges)]
            texts += [text_of(segmented, chunk) for chunk in chunks]
            parents += [row] * len(chunks)
            ranges += chunks
            dilutions.append(measures.mean_dilution(segmented.rows, np.diff(edges).tolist()))
        owners = np.array(parents, dtype=np.intp)
        return DocumentChunks(texts, owners, ranges, np.array(dilutions))


def sentences_of(dataset: RetrievalSet, encoder: Encoder) -> Sentences:
    """Encode the sentences of all documents; no chunk is to be longer than the model reads."""
    texts = zip(dataset.texts, dataset.corpus.documents["language"], strict=True)
    most = encoder.max_length
    return Sentences(list(segment_texts(texts, encoder, max_tokens=most)), most)


_CELLS = 4_000_000
"""Scores that are held at a time."""


_DIGITS = 12
"""Equal parts have scores that are equal to so many digits, wherever they stand in a product."""

Similarity: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float64]]
"""Rows of queries to their similarity with each part that has a direction."""


def rank_by_parts(
    dataset: RetrievalSet,
    queries: Encoding,
    parts: Encoding,
    parents: NDArray[np.intp],
    *,
    similarity: Similarity | None = None,
    askers: NDArray[np.intp] | None = None,
) -> Ranking:
    """Rank documents for each query by the score of the best part; of equal ones by document id.

    ``parents`` holds for each part the row of its document, ascending. Documents without a part
    that has a direction are never found. ``similarity`` may take the place of the cosine; and where
    queries have parts, too, ``askers`` says whose they are, ascending, and the mean counts.
    """
    n_documents = len(dataset.corpus)
    owners, starts = np.unique(parents[parts.has_direction], return_index=True)
    ids = dataset.corpus.documents["doc_id"].to_numpy(dtype=object)
    by_id = np.argsort(ids[owners], kind="stable")
    left_out = dataset.left_out
    depth = min(DEPTH + int((left_out >= 0).any()), len(owners))
    rows = np.full((len(dataset.queries), depth), NONE, dtype=np.intp)
    asking = np.flatnonzero(queries.has_direction)
    whose = asking if askers is None else askers[asking]
    vectors = parts.vectors[parts.has_direction]
    similar = similarity or _Cosine(vectors)
    for block in _blocks(whose, len(vectors)):
        cosines = similar(queries.vectors[asking[block]])
        best = _mean_by(whose[block], np.maximum.reduceat(cosines, starts, axis=1))[:, by_id]
        order = np.argsort(-np.round(best, _DIGITS), axis=1, kind="stable")[:, :depth]
        rows[np.unique(whose[block])] = owners[by_id[order]]
    return Ranking(without_own(rows, left_out), _of_documents(parts.tokens, parents, n_documents))


def _of_documents(parts: TokenCounts, parents: NDArray[np.intp], n_documents: int) -> TokenCounts:
    """Say what was read of documents whose parts were read; one without a part has nothing."""
    weighted = np.bincount(parents, parts.unknown * parts.n_tokens, minlength=n_documents)
    n_tokens = np.bincount(parents, parts.n_tokens, minlength=n_documents).astype(np.int64)
    truncated = np.bincount(parents, parts.truncated, minlength=n_documents) > 0
    return TokenCounts(n_tokens, truncated, weighted / np.maximum(n_tokens, 1))


class _Cosine:
    """The cosine with each of some unit rows."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self._columns = vectors.astype(np.float64).T

    def __call__(self, queries: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return cosines of shape (n_queries, n_rows)."""
        return np.asarray(queries.astype(np.float64) @ self._columns)


def _scores(name: str, parts: Encoding) -> Similarity | None:
    """Give a similarity with the parts' rows of any length, at most about 1; None the cosine."""
    if name == "cosine":
        return None
    rule, rows = RULES[name], parts.vectors[parts.has_direction].astype(np.float64)

    def similar(queries: NDArray[np.float32]) -> NDArray[np.float64]:
        asked = queries.astype(np.float64)
        return np.asarray(rule.scores(np, asked, rows) / rule.size(np, asked, rows))

    return similar


def _mean_by(owners: NDArray[np.intp], rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the mean of the rows of each owner; owners ascend."""
    _, starts, counts = np.unique(owners, return_index=True, return_counts=True)
    if len(starts) == len(rows):
        return rows
    return np.asarray(np.add.reduceat(rows, starts, axis=0) / counts[:, None])


def _blocks(whose: NDArray[np.intp], n_parts: int) -> Iterator[slice]:
    """Yield whole queries, a block of their rows at a time; none where there is nothing to find."""
    size = max(_CELLS // max(n_parts, 1), 1)
    firsts = np.flatnonzero(np.diff(whose, prepend=-1)) if n_parts else np.zeros(0, dtype=np.intp)
    start = 0
    while start < len(whose) and len(firsts):
        ahead = firsts[firsts >= start + size]
        stop = int(ahead[0]) if len(ahead) else len(whose)
        yield slice(start, stop)
        start = stop


WHOLE, POOLED = "whole document", "mean of its sentences"
_REFERENCE = "least_dilution"
_COLUMNS = [
    *["dataset", "encoder", "max_length", "similarity", "method", "metric", "value"],
    *["ci_low", "ci_high", "n"],
    *["unit", *CHANGE, "truncated_share", "unknown_share", "status", "reason"],
]


@by_name
def chunk_retrieval(
    dataset: RetrievalSet,
    encoder: Encoder,
    *,
    methods: Sequence[str] = ("percentile", "windowed_percentile", "fixed"),
    similarity: str | None = None,
    n_resamples: int = 1000,
    n_permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Search documents by their best chunk, and set ways to cut them beside each other.

    A document's score is that of the chunk most similar to the query. Least dilution
    cuts each document at the price that the document suggests; every other method cuts it into
    equally many chunks, so that mean sizes are equal. Beside them stand the document whole, as far
    as the model reads it, and the mean of its sentences' vectors, which is pooled over all of the
    document and so parts what pooling loses from what truncation does.

    Parameters
    ----------
    dataset : RetrievalSet
        Documents, queries and judgements.
    encoder : Encoder
        What turns sentences, chunks and queries into vectors. Chunks keep to its ``max_length``.
    methods : sequence of str
        Methods of `split` beside ``"least_dilution"``.
    similarity : {"cosine", "dot", "euclidean", "manhattan"}, optional
        By what to rank, as in `retrieval`; sentences are cut by their directions always.
    n_resamples, n_permutations : int
        Of the intervals and of the tests.
    seed : int
        Of all draws.

    Returns
    -------
    DataFrame
        One row a method and figure: ``dataset``, ``encoder``, ``max_length``, ``similarity``,
        ``method``, ``metric`` (``nDCG@10``, ``RR@10``, ``R@100``, ``AP``; and, as means over
        documents, ``dilution`` within chunks, ``n_chunks`` and ``chunk_tokens``), ``value`` with
        its 95 % bootstrap interval, ``n``, ``unit``, ``difference`` from least dilution, its paired
        interval, ``p_value`` and ``p_holm`` (paired permutation, adjusted for all methods),
        ``truncated_share`` and ``unknown_share`` of the relevant documents, ``status`` and
        ``reason``. Queries that ask for the same documents are averaged first, for they are not
        independent: ``n`` counts what was asked for.

    Raises
    ------
    InputError
        If a method or the similarity is unknown, or no document has a sentence with a direction.
    """
    for method in methods:
        check_options(method, None, "auto")
    similarity = similarity_of(encoder, similarity)
    unit = similarity == "cosine"
    chance = ResamplingOptions(n_resamples=n_resamples, n_permutations=n_permutations, seed=seed)
    sentences = sentences_of(dataset, encoder)
    least = sentences.cut(_REFERENCE)
    arms = {_REFERENCE: least, WHOLE: sentences.whole()}
    arms |= {one: sentences.cut(one, like=least) for one in methods if one != _REFERENCE}
    report = _Report(dataset, encoder, similarity, chance)
    for method, parts in arms.items():
        report.add(method, parts, encode_all(encoder, parts.texts, unit=unit))
    report.add(POOLED, arms[WHOLE], pooled(sentences, arms[WHOLE], None if unit else encoder))
    return report.table()


def pooled(sentences: Sentences, whole: DocumentChunks, raw: Encoder | None = None) -> Encoding:
    """Return the mean of each document's sentence vectors, of the whole of it.

    They are unit rows; or with ``raw`` as this encoder gives them.
    """
    documents = [sentences.documents[row] for row in whole.parents.tolist()]
    units = [one.rows[one.has_direction] for one in documents]
    rows = units if raw is None else _raw_rows(documents, raw)
    means = np.stack([own.mean(axis=0) for own in rows])
    n_tokens = np.array([one.weights.sum() for one in documents], dtype=np.int64)
    tokens = TokenCounts(
        n_tokens,
        truncated=np.zeros(len(documents), dtype=np.bool_),
        unknown=np.array([one.tokens.shares()["unknown_share"] for one in documents]),
    )
    return Encoding(unit_rows(means) if raw is None else means, tokens)


def _raw_rows(documents: Sequence[SegmentedText], encoder: Encoder) -> list[NDArray[np.float32]]:
    """Return the vectors of sentences with a direction as the model gives them."""
    sentences = [
        [
            one.text[piece.start : piece.end].strip()
            for piece, there in zip(one.pieces, one.has_direction.tolist(), strict=True)
            if there
        ]
        for one in documents
    ]
    rows = encode_all(encoder, [text for own in sentences for text in own], unit=False).vectors
    return np.split(rows, np.cumsum([len(own) for own in sentences])[:-1])


def asked_for(dataset: RetrievalSet) -> NDArray[np.intp]:
    """Return what each query asks for: equal numbers for the same relevant documents.

    A query with nothing relevant asks for something of its own.
    """
    wanted = [
        tuple(sorted(doc for doc, value in judged.items() if value > 0)) or query
        for query, judged in dataset.relevance.items()
    ]
    return np.asarray(pd.factorize(pd.Series(wanted, dtype=object))[0], dtype=np.intp)


def averaged(scores: pd.DataFrame, dataset: RetrievalSet) -> pd.DataFrame:
    """Average the scores of queries that have the same relevant documents."""
    return scores.drop(columns="query_id").groupby(asked_for(dataset)).mean()


def _by_document(parts: DocumentChunks, encoded: Encoding) -> dict[str, NDArray[np.float64]]:
    """Return how many chunks each document has, and their mean size."""
    _, starts, counts = np.unique(parts.parents, return_index=True, return_counts=True)
    tokens = np.add.reduceat(encoded.n_tokens, starts) / counts
    return {"n_chunks": counts.astype(np.float64), "chunk_tokens": tokens}


class _Report:
    """Rows of figures while they are gathered; the first method is what others differ from."""

    def __init__(
        self, dataset: RetrievalSet, encoder: Encoder, similarity: str, chance: ResamplingOptions
    ) -> None:
        self._dataset, self._encoder, self._chance = dataset, encoder, chance
        self._similarity = similarity
        self._queries = encode_all(
            encoder,
            dataset.queries["text"].tolist(),
            role="query",
            unit=similarity == "cosine",
        )
        self._rows: list[dict[str, object]] = []
        self._reference: tuple[pd.DataFrame, dict[str, NDArray[np.float64]]] | None = None

    def add(self, method: str, parts: DocumentChunks, encoded: Encoding) -> None:
        """Search by these parts."""
        ranking = rank_by_parts(
            self._dataset,
            self._queries,
            encoded,
            parts.parents,
            similarity=_scores(self._similarity, encoded),
        )
        scores = averaged(query_scores(self._dataset, ranking), self._dataset)
        found = {**_by_document(parts, encoded), "dilution": parts.dilutions}
        before = self._reference
        rows = score_rows(scores, before and before[0], self._chance)
        for metric, values in found.items():
            changed = change_row(values, before[1][metric], self._chance) if before else {}
            row = mean_row(values, self._chance)
            rows.append({"metric": metric, **row, "unit": UNITS[metric], **changed})
        named = {
            "dataset": self._dataset.name,
            "encoder": self._encoder.name,
            "max_length": self._encoder.max_length,
            "similarity": self._similarity,
            "method": method,
            "truncated_share": rows[0]["truncated_share"],
            "unknown_share": rows[0]["unknown_share"],
        }
        self._rows += [{**row, **named} for row in rows]
        self._reference = before or (scores, found)

    def table(self) -> pd.DataFrame:
        """Return all rows, p-values adjusted for all methods together."""
        rows = pd.DataFrame(self._rows).reindex(columns=_COLUMNS)
        everything = rows.assign(length_bucket=ALL, shift_bucket=ALL)
        return adjust(everything)[_COLUMNS]
