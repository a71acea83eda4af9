"""Which documents a figure speaks of: those of one length, or those of one shift."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encoded_documents
from semshift_nb.analyses.retrieval.search import Search
from semshift_nb.corpora import Corpus, RetrievalSet
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

LENGTH, SHIFT = "length", "shift"
GROUPINGS = (LENGTH, SHIFT)
ALL = "all"

_SHORTEST = 32
"""The first bucket's upper edge in tokens; each next is twice as wide."""

_N_SHIFTS = 3


class Bucket(NamedTuple):
    """A part of the documents: by what, called what, and which (one a document; None for all)."""

    grouping: str
    label: str
    documents: NDArray[np.bool_] | None

    @property
    def columns(self) -> dict[str, str]:
        """The two columns a table tells it by."""
        return {
            f"{name}_bucket": self.label if name == self.grouping else ALL for name in GROUPINGS
        }


EVERYTHING = Bucket(ALL, ALL, None)


def buckets(dataset: RetrievalSet, reference: Search, groupings: Sequence[str]) -> list[Bucket]:
    """Return all documents, and the buckets of each grouping that hold a relevant document."""
    unknown = [name for name in groupings if name not in GROUPINGS]
    if unknown:
        raise InputError(f"by is {tuple(groupings)}, expected some of {', '.join(GROUPINGS)}.")
    relevant = _relevant(dataset)
    found = [EVERYTHING]
    if LENGTH in groupings:
        found.extend(_by_length(reference.documents.n_tokens))
    if SHIFT in groupings:
        found.extend(_by_shift(_dispersions(dataset.corpus, relevant, reference.encoder)))
    return [
        bucket
        for bucket in found
        if bucket.documents is None or (bucket.documents & relevant).any()
    ]


def _relevant(dataset: RetrievalSet) -> NDArray[np.bool_]:
    judged = dataset.judgements
    ids = judged.loc[judged["relevance"] > 0, "doc_id"]
    mask: NDArray[np.bool_] = dataset.corpus.documents["doc_id"].isin(set(ids)).to_numpy()
    return mask


def _by_length(n_tokens: NDArray[np.int64]) -> Iterator[Bucket]:
    """Part documents by their tokens, before any truncation, at powers of two."""
    low, high = 0, _SHORTEST
    while low < n_tokens.max(initial=0):
        label = f"{low + 1} to {high} tokens"
        yield Bucket(LENGTH, label, (n_tokens > low) & (n_tokens <= high))
        low, high = high, 2 * high


def _by_shift(dispersions: NDArray[np.float64]) -> Iterator[Bucket]:
    """Part documents in three by their dispersion; those of one sentence have none to part by."""
    yield Bucket(SHIFT, "one sentence", dispersions == 0)
    known = dispersions[dispersions > 0]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_SHIFTS + 1)))
    for low, high in itertools.pairwise(edges):
        # Every bucket has its upper edge and not its lower one; the first has both.
        inside = (dispersions > low) | ((dispersions == low) & (low == edges[0]))
        label = f"dispersion {low:.2f} to {high:.2f}"
        yield Bucket(SHIFT, label, inside & (dispersions <= high))
    if len(edges) == 1:
        yield Bucket(SHIFT, f"dispersion {edges[0]:.2f}", dispersions == edges[0])


def _dispersions(
    corpus: Corpus, relevant: NDArray[np.bool_], encoder: Encoder
) -> NDArray[np.float64]:
    """Return the dispersion of the relevant documents' sentences, NaN where there is none."""
    dispersions = np.full(len(corpus), np.nan)
    some = Corpus(corpus.name, corpus.documents[relevant])
    for row, document in zip(
        np.flatnonzero(relevant), encoded_documents(some, encoder), strict=True
    ):
        vectors = document.encoded.vectors
        if not document.reason:
            dispersions[row] = measures.dispersion(vectors)
    return dispersions
