"""One variant of an encoder read for a comparison: its figures, and the same of every half."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.retrieval.search import MAIN, Search, query_scores, search
from semshift_nb.analyses.variants.figures import (
    HalfSamples,
    PairVectors,
    document_figures,
    document_halves,
    pair_counts,
    pair_figures,
    pair_halves,
    read_pairs,
)
from semshift_nb.corpora import RetrievalSet, TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import temperature_name

DOCUMENTS, QUERIES = "documents", "queries"

MOST_DOCUMENTS = 500
"""Documents whose spectrum is looked at, in every half and for every variant; all are searched."""


@dataclass(frozen=True, eq=False)
class Measured:
    """A figure, the same of each half, and how many pairs, texts or queries it is of."""

    value: float
    halves: NDArray[np.float64]
    n: int


@dataclass(frozen=True, eq=False)
class Variant:
    """An encoder in its family, and its figures by what they are of and by metric."""

    family: str
    encoder: Encoder
    documents: NDArray[np.float32]
    figures: dict[tuple[str, str], Measured]
    similarity: str = "cosine"

    @property
    def quality(self) -> Measured:
        """What it reaches in retrieval."""
        return self.figures[QUERIES, MAIN]

    @property
    def name(self) -> str:
        """What it is called: the encoder's name, and a temperature that is not its own."""
        temperature = self.encoder.temperature
        if temperature.tau == 1:
            return self.encoder.name
        return f"{self.encoder.name}, {temperature_name(temperature.tau, temperature.schedule)}"

    def has(self, keys: Sequence[tuple[str, str]]) -> bool:
        """Say whether all of these figures have a value."""
        return all(key in self.figures and np.isfinite(self.figures[key].value) for key in keys)

    def same_as(self, other: "Variant") -> bool:
        """Say whether both give the documents the same vectors, and rank them alike."""
        ours, theirs = self.documents, other.documents
        alike = ours.shape == theirs.shape and np.allclose(ours, theirs, atol=1e-5)
        return alike and self.similarity == other.similarity


class Reader:
    """Reads encoders on one retrieval set and some pairs, always on the same halves."""

    def __init__(
        self,
        dataset: RetrievalSet,
        pairs: Sequence[TextPairs],
        *,
        similarity: str | None,
        n_halves: int,
        seed: int,
    ) -> None:
        self._dataset = dataset
        self._similarity = similarity
        self._pairs = dict(zip(_labels(pairs), pairs, strict=True))
        self._query_groups = _query_groups(dataset)
        self._document_groups = dataset.corpus.documents["doc_id"].to_numpy(dtype=object)
        n_documents = len(self._document_groups)
        drawn = np.random.default_rng(seed).permutation(n_documents)[:MOST_DOCUMENTS]
        self._measured = np.sort(drawn)
        own = [(dataset.corpus.name, self._query_groups)]
        own.append((dataset.corpus.name, self._document_groups))
        of_pairs = [(each.name, each.table["group"].to_numpy(dtype=object)) for each in pairs]
        self._halves = HalfSamples([*own, *of_pairs], n_halves=n_halves, seed=seed)

    def read(self, family: str, encoder: Encoder) -> Variant:
        """Encode what has to be, and work everything out."""
        found = search(self._dataset, encoder, self._similarity)
        figures = {(QUERIES, MAIN): self._quality(found)}
        figures |= {(DOCUMENTS, name): value for name, value in self._of_documents(found).items()}
        for label, pairs in self._pairs.items():
            of_pairs = self._of_pairs(pairs, read_pairs(pairs, encoder))
            figures |= {(label, name): value for name, value in of_pairs.items()}
        return Variant(family, encoder, found.documents.vectors, figures, found.similarity)

    def _quality(self, found: Search) -> Measured:
        scores = query_scores(self._dataset, found.ranking)[MAIN].to_numpy(dtype=np.float64)
        kept = self._halves.of(self._dataset.corpus.name, self._query_groups)
        with np.errstate(invalid="ignore"):
            return Measured(float(scores.mean()), (kept @ scores) / kept.sum(axis=1), len(scores))

    def _of_documents(self, found: Search) -> dict[str, Measured]:
        rows = self._measured[found.documents.has_direction[self._measured]]
        vectors = found.documents.vectors[rows]
        kept = self._halves.of(self._dataset.corpus.name, self._document_groups[rows])
        halves = document_halves(vectors, kept)
        values = document_figures(vectors.astype(np.float64))
        return {name: Measured(value, halves[name], len(rows)) for name, value in values.items()}

    def _of_pairs(self, pairs: TextPairs, read: PairVectors) -> dict[str, Measured]:
        kept = (self._halves.of(pairs.name, rows) for rows in (read.pair_groups, read.text_groups))
        halves = pair_halves(read, *kept)
        values, n_of = pair_figures(read), pair_counts(read)
        return {name: Measured(value, halves[name], n_of[name]) for name, value in values.items()}


def _labels(pairs: Sequence[TextPairs]) -> list[str]:
    """Name sets of pairs by their kind, and where that is not enough by their source too."""
    kinds = [each.kind for each in pairs]
    labels = [
        each.kind if kinds.count(each.kind) == 1 else f"{each.kind} ({each.name})" for each in pairs
    ]
    if len(set(labels)) < len(labels):
        raise InputError(f"two sets of pairs are called the same: {', '.join(labels)}.")
    return labels


def _query_groups(dataset: RetrievalSet) -> NDArray[np.object_]:
    """Return the document that each query is drawn with: the first that is relevant to it."""
    judged = dataset.judgements[dataset.judgements["relevance"] > 0]
    first = judged.drop_duplicates("query_id").set_index("query_id")["doc_id"]
    return np.array(
        [first.get(query, f"query {query}") for query in dataset.queries["query_id"]], dtype=object
    )
