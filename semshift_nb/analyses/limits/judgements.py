"""Judgements as what vectors have to put in order."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.corpora import RetrievalSet

_RELEVANT, _LEFT_OUT = 1, 2


class Orders(NamedTuple):
    """For each query which documents are to stand above which.

    ``relevant`` holds for each query that has something to put in order the rows of its relevant
    documents in the corpus. ``codes`` of shape (n_orders, n_kinds) says it once for queries that
    ask for the same and for documents that are never told apart: free vectors can be the same for
    these. ``order_of`` is the row of ``codes`` of each query.
    """

    queries: NDArray[np.intp]
    relevant: list[NDArray[np.intp]]
    codes: NDArray[np.int8]
    order_of: NDArray[np.intp]

    @property
    def wanted(self) -> NDArray[np.bool_]:
        """What is relevant, in the shape of ``codes``."""
        return np.asarray(self.codes == _RELEVANT)

    @property
    def ranked(self) -> NDArray[np.bool_]:
        """What is ranked at all, in the shape of ``codes``."""
        return np.asarray(self.codes != _LEFT_OUT)

    @property
    def most_relevant(self) -> int:
        """The most relevant documents that a query has."""
        return max((len(rows) for rows in self.relevant), default=1)


def orders_of(dataset: RetrievalSet) -> Orders:
    """Read the judgements of a set: above 0 is relevant, and all that is not judged is not."""
    row_of = {doc_id: row for row, doc_id in enumerate(dataset.corpus.documents["doc_id"])}
    queries, relevant = [], []
    for place, judged in enumerate(dataset.relevance.values()):
        own = dataset.left_out[place]
        rows = [row_of[doc] for doc, value in judged.items() if value > 0 and doc in row_of]
        rows = sorted(row for row in rows if row != own)
        if rows and len(rows) < len(row_of) - int(own >= 0):
            queries.append(place)
            relevant.append(np.array(rows, dtype=np.intp))
    if not queries:
        none = np.zeros(0, dtype=np.intp)
        return Orders(none, [], np.zeros((0, 0), dtype=np.int8), none)
    asked = np.array(queries, dtype=np.intp)
    codes, order_of = _codes(relevant, dataset.left_out[asked], n_documents=len(row_of))
    return Orders(asked, relevant, codes, order_of)


def _codes(
    relevant: list[NDArray[np.intp]], left_out: NDArray[np.intp], *, n_documents: int
) -> tuple[NDArray[np.int8], NDArray[np.intp]]:
    """Write down each distinct row and column once; all documents nobody asks for are one."""
    named = np.unique(np.concatenate([*relevant, left_out[left_out >= 0]]))
    codes = np.zeros((len(relevant), len(named) + int(len(named) < n_documents)), dtype=np.int8)
    for row, (found, own) in enumerate(zip(relevant, left_out, strict=True)):
        codes[row, np.searchsorted(named, found)] = _RELEVANT
        if own >= 0:
            codes[row, np.searchsorted(named, own)] = _LEFT_OUT
    rows, order_of = np.unique(codes, axis=0, return_inverse=True)
    return np.unique(rows, axis=1), order_of.reshape(-1)
