"""Documents ranked by the best of their parts."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses._encoded import Encoded
from semshift_nb.analyses._ranking import DEPTH, NONE, Ranking, without_own
from semshift_nb.corpora import RetrievalSet

_CELLS = 4_000_000
"""Cosines that are held at a time."""


def rank_by_parts(
    dataset: RetrievalSet, queries: Encoded, parts: Encoded, parents: NDArray[np.intp]
) -> Ranking:
    """Rank documents for each query by the cosine of the best part; of equal ones by document id.

    ``parents`` holds for each part the row of its document, ascending. Documents without a part
    that has a direction are never found.
    """
    n_documents = len(dataset.corpus)
    truncated = np.zeros(n_documents, dtype=np.bool_)
    np.logical_or.at(truncated, parents, parts.truncated)
    owners, starts = np.unique(parents[parts.directed], return_index=True)
    ids = dataset.corpus.documents["doc_id"].to_numpy(dtype=object)
    by_id = np.argsort(ids[owners], kind="stable")
    left_out = dataset.left_out
    depth = min(DEPTH + int((left_out >= 0).any()), len(owners))
    rows = np.full((len(queries.directed), depth), NONE, dtype=np.intp)
    asking = np.flatnonzero(queries.directed)
    vectors = parts.vectors[parts.directed]
    for block in _blocks(asking, len(vectors)):
        cosines = queries.vectors[block] @ vectors.T
        best = np.maximum.reduceat(cosines, starts, axis=1)[:, by_id]
        order = np.argsort(-best, axis=1, kind="stable")[:, :depth]
        rows[block] = owners[by_id[order]]
    return Ranking(without_own(rows, left_out), truncated)


def _blocks(asking: NDArray[np.intp], n_parts: int) -> Iterator[NDArray[np.intp]]:
    """Yield queries a block at a time; none where there is nothing to find."""
    size = max(_CELLS // max(n_parts, 1), 1)
    for start in range(0, len(asking) if n_parts else 0, size):
        yield asking[start : start + size]
