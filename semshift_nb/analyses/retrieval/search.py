"""Exact search: every query against every document, ties the same way every time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import Encoded, encode_all
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.measures.neighbours.neighbours import put_last

DEPTH = 1000
"""Documents of a ranking that count, as in BEIR and MTEB; AP looks as deep as that."""

NONE = -1


class Ranking(NamedTuple):
    """The documents that each query finds.

    ``rows`` holds the rows of documents in the corpus, the best first, of shape (n_queries, at most
    DEPTH); `NONE` stands where a ranking is shorter. ``truncated`` says of which documents the
    model saw only a part.
    """

    rows: NDArray[np.intp]
    truncated: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Search:
    """Rankings of all queries, and the vectors they rest on."""

    encoder: Encoder
    ranking: Ranking
    documents: Encoded
    queries: Encoded


def search(dataset: RetrievalSet, encoder: Encoder) -> Search:
    """Rank the documents for each query: by cosine, and of equal ones by document id."""
    documents = encode_all(encoder, dataset.texts)
    queries = encode_all(encoder, dataset.queries["text"].tolist(), role="query")
    ids = np.array(dataset.corpus.documents["doc_id"].tolist(), dtype=object)
    # In the order of their ids, for of equal neighbours the one that stands first is the nearer.
    # A text without direction is like no query, and a query without one finds nothing.
    by_id = np.argsort(ids, kind="stable")
    library = by_id[documents.directed[by_id]]
    left_out = dataset.left_out
    depth = min(DEPTH + int((left_out >= 0).any()), len(library))
    rows = np.full((len(queries.directed), depth), NONE, dtype=np.intp)
    if depth:
        found = measures.nearest_neighbours(
            queries.vectors[queries.directed], documents.vectors[library], depth
        )
        rows[queries.directed] = library[found]
    ranking = Ranking(without_own(rows, left_out), documents.truncated)
    return Search(encoder, ranking, documents, queries)


def without_own(rows: NDArray[np.intp], left_out: NDArray[np.intp]) -> NDArray[np.intp]:
    """Take one document out of each ranking, close the gap, and keep the best ones."""
    gone = (rows == left_out[:, None]) & (rows != NONE)
    return np.asarray(put_last(np.where(gone, NONE, rows), gone)[:, :DEPTH])
