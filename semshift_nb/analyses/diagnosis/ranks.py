"""What a query finds to the last rank: exact scores, and of equal ones by document id."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.retrieval.search import Search, search
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, Encoding
from semshift_nb.encoders.encoding import unit_rows

Vector: TypeAlias = NDArray[np.float64]
"""A unit vector, or one value a document."""

Rows: TypeAlias = NDArray[np.float64]
"""Unit rows; a row of zeros is a text without direction."""


Places: TypeAlias = NDArray[np.intp]
"""Rows of documents."""


class Case(NamedTuple):
    """A query and a document that answers it, by their rows; no rank where there is no vector."""

    query: int
    document: int
    rank: int | None


def exact_rows(encoding: Encoding) -> Rows:
    """Return vectors in float64, where equal texts have equal cosines."""
    return np.asarray(unit_rows(encoding.vectors.astype(np.float64)))


def cosines(rows: Rows, query: Vector) -> Vector:
    """Return the cosine of each row with the query; what has no direction is like nothing."""
    found = np.einsum("ij,j->i", rows, query)
    return np.where(rows.any(axis=1), found, -np.inf)


@dataclass(frozen=True, eq=False)
class SearchedSet:
    """A set searched by the model as it is."""

    dataset: RetrievalSet
    found: Search

    @classmethod
    def of(cls, dataset: RetrievalSet, encoder: Encoder) -> "SearchedSet":
        """Search a set."""
        return cls(dataset, search(dataset, encoder))

    @property
    def encoder(self) -> Encoder:
        """The model."""
        return self.found.encoder

    @cached_property
    def ids(self) -> list[str]:
        """The documents' ids."""
        return list(self.dataset.corpus.documents["doc_id"])

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each document."""
        return {doc_id: row for row, doc_id in enumerate(self.ids)}

    @cached_property
    def turns(self) -> NDArray[np.intp]:
        """Which place each document has in the order of ids."""
        return np.argsort(np.argsort(np.array(self.ids, dtype=object), kind="stable"))

    @cached_property
    def rows(self) -> Rows:
        """The documents' vectors."""
        return exact_rows(self.found.documents)

    @cached_property
    def query_rows(self) -> Rows:
        """The queries' vectors."""
        return exact_rows(self.found.queries)

    @cached_property
    def relevant(self) -> list[list[int]]:
        """The rows of the documents that answer each query."""
        return [
            [self.row_of[doc] for doc, value in judged.items() if value > 0 and doc in self.row_of]
            for judged in self.dataset.relevance.values()
        ]

    def left_out(self, query: int) -> tuple[int, ...]:
        """Return the row that this query's ranking leaves out, if there is one."""
        row = int(self.dataset.left_out[query])
        return () if row < 0 else (row,)

    def rank(
        self,
        scores: Vector,
        document: int,
        *,
        score: float | None = None,
        without: Collection[int] = (),
    ) -> int | None:
        """Return the rank of a document from 1, with another score than its own if one is given."""
        own = scores[document] if score is None else score
        if not np.isfinite(own):
            return None
        first = self.turns < self.turns[document]
        before = (scores > own) | ((scores == own) & first)
        before[[document, *without]] = False
        return 1 + int(before.sum())

    def order(self, scores: Vector, *, without: Collection[int] = ()) -> NDArray[np.intp]:
        """Return the rows of all documents that can be found, the best first."""
        order = np.lexsort((self.turns, -scores))
        kept = np.isfinite(scores[order]) & ~np.isin(order, list(without))
        return order[kept]

    def cases(self) -> Iterator[Case]:
        """Yield each query with each of the documents that answer it."""
        for query, documents in enumerate(self.relevant):
            vector = self.query_rows[query]
            if not vector.any():
                yield from (Case(query, document, None) for document in documents)
                continue
            scores, left_out = cosines(self.rows, vector), self.left_out(query)
            for document in documents:
                if document not in left_out:
                    yield Case(query, document, self.rank(scores, document, without=left_out))
