"""The words of a corpus as numbers, the frequent ones, in the order of the texts."""

from collections import Counter
from dataclasses import dataclass

import numpy as np
import regex
from numpy.typing import NDArray

from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError
from semshift_nb.names import count

_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]|\p{L}+|\p{N}+|[^\s]")
"""Where no spaces stand between words, a letter is one."""


@dataclass(frozen=True, eq=False)
class Words:
    """A text in numbers; words that are too rare are left out of it.

    Attributes
    ----------
    names : list of str
        What each number stands for, the most frequent first.
    counts : ndarray of shape (n_types,)
        How often each occurs.
    ids : ndarray of shape (n_tokens,)
        The text.
    """

    names: list[str]
    counts: NDArray[np.int64]
    ids: NDArray[np.int64]


def read_words(corpus: Corpus, n_types: int) -> Words:
    """Read a corpus as numbers.

    Parameters
    ----------
    corpus : Corpus
        Whose documents are strung together.
    n_types : int
        How many different words to keep.

    Returns
    -------
    Words

    Raises
    ------
    InputError
        If there are fewer different words.
    """
    words = [word for text in corpus.documents["text"] for word in _WORD.findall(text.lower())]
    found = Counter(words).most_common(n_types)
    if len(found) < n_types:
        raise InputError(
            f"{corpus.name} has {count(len(found), 'different word')}, expected n_types, "
            f"{n_types:,}, or more: ask for fewer, or give more texts."
        )
    places = {word: place for place, (word, _) in enumerate(found)}
    ids = [places[word] for word in words if word in places]
    counts = np.array([n for _, n in found], dtype=np.int64)
    return Words(list(places), counts, np.array(ids, dtype=np.int64))
