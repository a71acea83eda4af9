"""What a study of length was asked to be."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError
from semshift_nb.validation import check_whole, is_whole

ARMS = ("cut", "natural", "repeat", "sequential", "random")

_SHORTEST = 3
_LOOKED_AT = 2000

DOCUMENTS, ANCHORS, MATES, NATURAL, CORPUS = range(5)
"""What the streams of random numbers are for."""

_ENOUGH = 20
"""So many documents make a rung worth measuring, and so does a fifth of a small corpus."""


@dataclass(frozen=True)
class Lengths:
    """The ladder of tokens, the ways to make texts, how many, and the seed of all draws."""

    rungs: tuple[int, ...]
    arms: tuple[str, ...]
    n_documents: int | None
    seed: int

    def rng(self, purpose: int) -> np.random.Generator:
        """Return a stream of its own for each purpose: no draw moves another."""
        return np.random.default_rng([self.seed, purpose])

    def enough(self, n_documents: int) -> int:
        """Return how many documents of a corpus must reach a rung for it to be measured."""
        wanted = n_documents if self.n_documents is None else self.n_documents
        return max(2, min(_ENOUGH, math.ceil(n_documents / 5), wanted))


def check_lengths(
    lengths: Sequence[int], arms: Sequence[str], *, n_documents: int | None, seed: int
) -> Lengths:
    """Check what was asked for; rungs come back in ascending order."""
    if not lengths or not all(is_whole(n, least=_SHORTEST) for n in lengths):
        raise InputError(
            f"lengths is {tuple(lengths)}, expected whole numbers of tokens from {_SHORTEST} on "
            "(special tokens count), such as (16, 128, 500)."
        )
    if not arms or any(arm not in ARMS for arm in arms):
        raise InputError(f"arms is {tuple(arms)}, expected some of {', '.join(ARMS)}.")
    if n_documents is not None and not is_whole(n_documents, least=2):
        raise InputError(f"n_documents is {n_documents}, expected at least 2, or None for all.")
    check_whole(seed, "seed", least=0)
    rungs = tuple(sorted({int(n) for n in lengths}))
    return Lengths(rungs, tuple(dict.fromkeys(arms)), n_documents, int(seed))


def considered(corpus: Corpus, wanted: Lengths) -> Corpus:
    """Return the part of a corpus that is looked at: all of it unless few of very many are wanted.

    To find 30 long documents among a million, a few thousand need to be split and counted.
    """
    if wanted.n_documents is None:
        return corpus
    most = max(_LOOKED_AT, 20 * wanted.n_documents)
    if len(corpus) <= most:
        return corpus
    drawn = np.sort(wanted.rng(CORPUS).choice(len(corpus), most, replace=False))
    return Corpus(corpus.name, corpus.documents.iloc[drawn])
