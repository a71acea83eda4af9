"""Documents cut by several methods into equally many chunks each."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._chunks import kept_within, text_of
from semshift_nb.analyses._laid_out import LaidOut, lay_out
from semshift_nb.analyses._split_methods import Wish, find_cuts
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder


@dataclass(frozen=True, eq=False)
class Parts:
    """The chunks of all documents by one method.

    ``parents`` holds the row of each chunk's document, and ``dilutions`` the mean dilution of each
    document that has sentences with a direction.
    """

    texts: list[str]
    parents: NDArray[np.intp]
    dilutions: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Sentences:
    """All documents laid out in sentences, from which any splits are made."""

    documents: list[LaidOut]
    max_tokens: int | None

    def whole(self) -> Parts:
        """Leave every document whole."""
        return self._parts([[] for _ in self.documents])

    def cut(self, method: str, *, like: Parts | None = None) -> Parts:
        """Cut by a method, at its own defaults or into as many chunks as other parts have."""
        numbers: list[int | None] = [None] * len(self.documents)
        if like is not None:
            counted = np.bincount(like.parents, minlength=len(self.documents))
            numbers = [max(number, 1) for number in counted.tolist()]
        cuts = [
            self._cuts(laid_out, method, number)
            for laid_out, number in zip(self.documents, numbers, strict=True)
        ]
        return self._parts(cuts)

    def _cuts(self, laid_out: LaidOut, method: str, number: int | None) -> list[int]:
        if not laid_out.pieces:
            return []
        if number is None:
            return self._bounded(laid_out, method, None)
        # Bounds on size add cuts of their own: ask for so many that the sum comes out right.
        asked = bisect_left(
            range(1, number + 1),
            number,
            key=lambda n: len(self._bounded(laid_out, method, n)) + 1,
        )
        return self._bounded(laid_out, method, min(asked + 1, number))

    def _bounded(self, laid_out: LaidOut, method: str, number: int | None) -> list[int]:
        most = None if self.max_tokens is None else self.max_tokens - laid_out.lengths.n_special
        wish = Wish(
            method=method,
            n_chunks=number,
            weights=laid_out.weights,
            max_weight=most,
            usual_weight=float(laid_out.weights.sum()) if most is None else most,
        )
        return kept_within(self.max_tokens, laid_out, find_cuts(laid_out.rows, wish).cuts)

    def _parts(self, cuts: Sequence[Sequence[int]]) -> Parts:
        texts, parents, dilutions = [], [], []
        for row, (laid_out, own) in enumerate(zip(self.documents, cuts, strict=True)):
            if not laid_out.directed.any():
                continue
            edges = [0, *own, len(laid_out.pieces)]
            chunks = [text_of(laid_out, range(a, b)) for a, b in pairwise(edges)]
            texts += chunks
            parents += [row] * len(chunks)
            dilutions.append(measures.mean_dilution(laid_out.rows, np.diff(edges).tolist()))
        return Parts(texts, np.array(parents, dtype=np.intp), np.array(dilutions))


def sentences_of(dataset: RetrievalSet, encoder: Encoder) -> Sentences:
    """Encode the sentences of all documents; no chunk is to be longer than the model reads."""
    languages = dataset.corpus.documents["language"]
    return Sentences(
        [
            lay_out(text, encoder, max_tokens=encoder.max_length, language=language, separator=" ")
            for text, language in zip(dataset.texts, languages, strict=True)
        ],
        encoder.max_length,
    )
