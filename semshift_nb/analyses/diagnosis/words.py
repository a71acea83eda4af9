"""What texts have in common word by word, which no encoder has a part in."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.retrieval.words import WORD, WordIndex, words_of
from semshift_nb.errors import InputError

_RUN, _LEAST_WORDS, _NEARLY = 4, 8, 0.8


def without_words(text: str, words: Collection[str]) -> str:
    """Take words out of a text."""
    rest = WORD.sub(lambda found: "" if found[0].casefold() in words else found[0], text)
    return " ".join(rest.split())


def nearly_identical(one: str, other: str) -> bool:
    """Say whether two texts are the same but for a few words.

    Four fifths of the runs of four words of the shorter one are in the other, which is at most
    twice as long; texts of fewer than eight words must be equal.
    """
    shorter, longer = sorted((words_of(one), words_of(other)), key=len)
    if len(shorter) < _LEAST_WORDS:
        return bool(shorter) and shorter == longer
    if len(longer) > 2 * len(shorter):
        return False
    runs, others = _runs(shorter), _runs(longer)
    return len(runs & others) >= _NEARLY * len(runs)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """The words of all documents."""

    texts: Sequence[str]

    @cached_property
    def words(self) -> list[frozenset[str]]:
        """The words of each document."""
        return [frozenset(words_of(text)) for text in self.texts]

    @cached_property
    def _n_documents(self) -> Counter[str]:
        return Counter(word for words in self.words for word in words)

    @cached_property
    def _index(self) -> WordIndex | None:
        """The words as BM25 has them; None without the extra that it needs."""
        try:
            return WordIndex.of(self.texts)
        except InputError:
            return None

    def bm25(self, query: str) -> NDArray[np.float64] | None:
        """Return the score of each document by its words; -inf where none is shared."""
        if self._index is None:
            return None
        scores = self._index.scores(query)
        return np.where(scores > 0, scores, -np.inf)

    def telling(self, query: str) -> list[str]:
        """Return the words of a query that at most half of the documents have, each once."""
        most = max(len(self.texts) / 2, 1)
        return [word for word in dict.fromkeys(words_of(query)) if self._n_documents[word] <= most]

    def shared(self, query: str, document: int) -> float:
        """Return which share of the query's telling words a document has; NaN of no such word."""
        telling = self.telling(query)
        if not telling:
            return float("nan")
        return sum(word in self.words[document] for word in telling) / len(telling)
