"""Do chunks find more? Retrieval by a document's best chunk, by several ways to cut it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses._document_parts import Parts, Sentences, sentences_of
from semshift_nb.analyses._encoded import Encoded, encode_all
from semshift_nb.analyses._part_ranking import rank_by_parts
from semshift_nb.analyses._retrieval_buckets import ALL
from semshift_nb.analyses._retrieval_scores import query_scores
from semshift_nb.analyses._retrieval_table import (
    CHANGE,
    Chance,
    adjust,
    change_row,
    mean_row,
    score_rows,
)
from semshift_nb.analyses._split_methods import check_wish
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder

WHOLE, POOLED = "whole document", "mean of its sentences"
_REFERENCE = "least_dilution"
_UNITS = {"dilution": "0 to 1", "n_chunks": "chunks", "chunk_tokens": "tokens"}
_COLUMNS = [
    *["dataset", "encoder", "max_length", "method", "metric", "value", "ci_low", "ci_high", "n"],
    *["unit", *CHANGE, "truncated_share", "status", "reason"],
]


def chunk_retrieval(
    dataset: RetrievalSet,
    encoder: Encoder,
    *,
    methods: Sequence[str] = ("percentile", "windowed_percentile", "fixed"),
    n_resamples: int = 1000,
    n_permutations: int = 9999,
    seed: int = 0,
) -> pd.DataFrame:
    """Search documents by their best chunk, and set ways to cut them beside each other.

    A document's score is the largest cosine of the query with one of its chunks. Least dilution
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
    n_resamples, n_permutations : int
        Of the intervals and of the tests.
    seed : int
        Of all draws.

    Returns
    -------
    DataFrame
        One row a method and figure: ``dataset``, ``encoder``, ``max_length``, ``method``,
        ``metric`` (``nDCG@10``, ``RR@10``, ``R@100``, ``AP``; and, as means over documents,
        ``dilution`` within chunks, ``n_chunks`` and ``chunk_tokens``), ``value`` with its 95 %
        bootstrap interval, ``n``, ``unit``, ``difference`` from least dilution with its paired
        interval, ``p_value`` and ``p_holm`` (paired permutation, adjusted for all methods),
        ``truncated_share`` of the relevant documents, ``status`` and ``reason``. Queries that
        ask for the same documents are averaged first, for they are not independent: ``n`` counts
        what was asked for.

    Raises
    ------
    InputError
        If a method is unknown, or no document has a sentence with a direction.

    Examples
    --------
    >>> from semshift_nb.corpora import known_item, load_corpus
    >>> chunk_retrieval(known_item(load_corpus("news")), load_encoder())  # doctest: +SKIP
    """
    for method in methods:
        check_wish(method, None, "auto")
    chance = Chance(n_resamples=n_resamples, n_permutations=n_permutations, seed=seed)
    sentences = sentences_of(dataset, encoder)
    least = sentences.cut(_REFERENCE)
    arms = {_REFERENCE: least, WHOLE: sentences.whole()}
    arms |= {one: sentences.cut(one, like=least) for one in methods if one != _REFERENCE}
    report = _Report(dataset, encoder, chance)
    for method, parts in arms.items():
        report.add(method, parts, encode_all(encoder, parts.texts))
    report.add(POOLED, arms[WHOLE], _pooled(sentences, arms[WHOLE]))
    return report.table()


def _pooled(sentences: Sentences, whole: Parts) -> Encoded:
    """Return the mean of each document's sentence vectors, of the whole of it."""
    documents = [sentences.documents[row] for row in whole.parents.tolist()]
    means = np.stack([one.rows[one.directed].mean(axis=0) for one in documents])
    lengths = np.linalg.norm(means, axis=1, keepdims=True)
    n_tokens = np.array([one.weights.sum() for one in documents], dtype=np.int64)
    return Encoded(
        means / np.maximum(lengths, np.finfo(np.float32).tiny),
        n_tokens,
        np.zeros(len(documents), dtype=np.bool_),
        lengths[:, 0] > 0,
    )


def _averaged(scores: pd.DataFrame, dataset: RetrievalSet) -> pd.DataFrame:
    """Average the scores of queries that have the same relevant documents."""
    wanted = [
        tuple(sorted(doc for doc, value in dataset.relevance[query].items() if value > 0))
        for query in scores["query_id"]
    ]
    groups = pd.factorize(pd.Series(wanted, dtype=object))[0]
    return scores.drop(columns="query_id").groupby(groups).mean()


def _by_document(parts: Parts, encoded: Encoded) -> dict[str, NDArray[np.float64]]:
    """Return how many chunks each document has, and their mean size."""
    _, starts, counts = np.unique(parts.parents, return_index=True, return_counts=True)
    tokens = np.add.reduceat(encoded.n_tokens, starts) / counts
    return {"n_chunks": counts.astype(np.float64), "chunk_tokens": tokens}


class _Report:
    """Rows of figures while they are gathered; the first method is what others differ from."""

    def __init__(self, dataset: RetrievalSet, encoder: Encoder, chance: Chance) -> None:
        self._dataset, self._encoder, self._chance = dataset, encoder, chance
        self._queries = encode_all(encoder, dataset.queries["text"].tolist(), role="query")
        self._rows: list[dict[str, object]] = []
        self._reference: tuple[pd.DataFrame, dict[str, NDArray[np.float64]]] | None = None

    def add(self, method: str, parts: Parts, encoded: Encoded) -> None:
        """Search by these parts."""
        ranking = rank_by_parts(self._dataset, self._queries, encoded, parts.parents)
        scores = _averaged(query_scores(self._dataset, ranking), self._dataset)
        found = {**_by_document(parts, encoded), "dilution": parts.dilutions}
        before = self._reference
        rows = score_rows(scores, before and before[0], self._chance)
        for metric, values in found.items():
            changed = change_row(values, before[1][metric], self._chance) if before else {}
            row = mean_row(values, self._chance)
            rows.append({"metric": metric, **row, "unit": _UNITS[metric], **changed})
        told = {
            "dataset": self._dataset.name,
            "encoder": self._encoder.name,
            "max_length": self._encoder.max_length,
            "method": method,
            "truncated_share": rows[0]["truncated_share"],
        }
        self._rows += [{**row, **told} for row in rows]
        self._reference = before or (scores, found)

    def table(self) -> pd.DataFrame:
        """Return all rows, p-values adjusted for all methods together."""
        rows = pd.DataFrame(self._rows).reindex(columns=_COLUMNS)
        everything = rows.assign(length_bucket=ALL, shift_bucket=ALL)
        return adjust(everything)[_COLUMNS]
