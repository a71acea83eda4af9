"""Search by words, and rankings fused into one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import regex
from numpy.typing import NDArray

from semshift_nb.analyses.retrieval.search import DEPTH, NONE, Ranking, without_own
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import TokenCounts
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from bm25s import BM25

WORD = regex.compile(r"\p{Han}|(?:(?!\p{Han})[\p{L}\p{M}\p{N}])+")
"""Words, and of Chinese characters, between which nothing stands, each by itself."""

_RRF = 60
"""What Cormack et al. add to a rank, so that the first do not decide alone."""

_DIGITS = 12
"""Sums of the same numbers in another order are equal to so many."""


def words_of(text: str) -> list[str]:
    """Return the words of a text in order, in small letters: not stemmed, none left out."""
    return [found[0].casefold() for found in WORD.finditer(text)]


def word_ends(text: str) -> list[int]:
    """Return where each word of a text ends, in characters."""
    return [found.end() for found in WORD.finditer(text)]


@dataclass(frozen=True, eq=False)
class WordIndex:
    """Texts by their words: BM25 as Lucene has it, k1 1.5 and b 0.75; None without any word."""

    n_texts: int
    index: "BM25 | None"

    @classmethod
    def of(cls, texts: Sequence[str]) -> "WordIndex":
        """Index texts; needs the extra ``bm25``."""
        try:
            import bm25s
        except ImportError as error:
            raise InputError(
                'BM25 needs the package bm25s: pip install "semshift-nb[bm25]".'
            ) from error
        words = [words_of(text) for text in texts]
        if not any(words):
            return cls(len(texts), None)
        index = bm25s.BM25(dtype="float64", backend="numpy")
        index.index(words, create_empty_token=False, show_progress=False)
        return cls(len(texts), index)

    @property
    def n_bytes(self) -> int:
        """What it takes with scores in float32: they, where they stand, and the words."""
        if self.index is None:
            return 0
        scores = self.index.scores
        words = sum(len(word.encode()) + 4 for word in self.index.vocab_dict)
        return int(8 * len(scores["data"]) + 4 * len(scores["indptr"])) + words

    def scores(self, text: str) -> NDArray[np.float64]:
        """Score all texts for a query; 0 where no word is shared."""
        ids = [] if self.index is None else self.index.get_tokens_ids(words_of(text))
        if not ids or self.index is None:
            return np.zeros(self.n_texts)
        found: NDArray[np.float64] = self.index.get_scores_from_ids(ids)
        return np.round(found, _DIGITS)


def rank_by_words(dataset: RetrievalSet, index: WordIndex | None = None) -> Ranking:
    """Rank documents by BM25, of equal ones by document id; what shares no word is not found."""
    index = index or WordIndex.of(dataset.texts)
    scores = (index.scores(text) for text in dataset.queries["text"])
    return _ranked(dataset, scores, TokenCounts.blank(len(dataset.corpus)))


def fuse(dataset: RetrievalSet, rankings: Sequence[Ranking]) -> Ranking:
    """Fuse rankings by the sum of reciprocal ranks, ``1 / (60 + rank)``; ties by document id.

    References
    ----------
    Cormack, Clarke, Buettcher 2009, Reciprocal rank fusion.
    """

    def scores(query: int) -> NDArray[np.float64]:
        total = np.zeros(len(dataset.corpus))
        for ranking in rankings:
            found = ranking.rows[query]
            place = np.flatnonzero(found != NONE)
            total[found[place]] += 1 / (_RRF + 1 + place)
        return np.round(total, _DIGITS)

    read = [ranking.tokens for ranking in rankings]
    worst = TokenCounts(
        n_tokens=np.max([each.n_tokens for each in read], axis=0),
        truncated=np.any([each.truncated for each in read], axis=0),
        unknown=np.max([each.unknown for each in read], axis=0),
    )
    return _ranked(dataset, map(scores, range(len(dataset.queries))), worst)


def _ranked(
    dataset: RetrievalSet,
    scores: Iterable[NDArray[np.float64]],
    tokens: TokenCounts,
) -> Ranking:
    """Rank what has a score above 0."""
    ids = np.array(dataset.corpus.documents["doc_id"].tolist(), dtype=object)
    by_id = np.argsort(ids, kind="stable")
    depth = min(DEPTH + 1, len(ids))
    rows = np.full((len(dataset.queries), depth), NONE, dtype=np.intp)
    for found, own in zip(rows, scores, strict=True):
        best = by_id[np.argsort(-own[by_id], kind="stable")][:depth]
        kept = best[own[best] > 0]
        found[: len(kept)] = kept
    return Ranking(without_own(rows, dataset.left_out), tokens)
