"""Documents long enough to be cut at every length of a ladder: the same ones for all of them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from semshift_nb.analyses.token_counts import beginnings_reach, token_counter
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

_AT_ONCE = 8
"""Documents whose tokens are counted at a time, until enough long ones are found."""

_AT_MOST = 2000
"""Documents that are looked at: a large corpus of short texts is not read to its end."""


_LENGTHS = (16, 32, 64, 128, 256, 510)


class LongDocuments(NamedTuple):
    """Which documents to cut, at which lengths, and what the corpus did not have."""

    rows: list[int]
    lengths: list[int]
    unreached: dict[int, str]
    note: str


def ladder_of(encoder: Encoder, lengths: Sequence[int] | None) -> list[int]:
    """Return the lengths in order: those given, or the usual ones that the encoder sees."""
    if lengths is not None:
        return sorted(set(lengths))
    longest = encoder.max_length or _LENGTHS[-1]
    return [length for length in _LENGTHS if length <= longest] or [longest]


def long_documents(
    corpus: Corpus, encoder: Encoder, ladder: list[int], *, n_documents: int, seed: int
) -> LongDocuments:
    """Draw documents that reach the longest length; leave out lengths that next to none reach."""
    ladder = list(ladder)
    if not ladder or n_documents < 1:
        raise InputError(
            f"got {len(ladder)} lengths and n_documents {n_documents}, expected at least one each."
        )
    order = np.random.default_rng(seed).permutation(len(corpus)).tolist()
    counts = _token_counts(corpus, encoder, ladder, order=order, n_documents=n_documents)
    unreached: dict[int, str] = {}
    while ladder:
        rows = [row for row, n_tokens in counts.items() if n_tokens >= ladder[-1]]
        if len(rows) >= min(n_documents, 2):
            break
        length = ladder.pop()
        unreached[length] = (
            f"{len(rows)} of {len(counts)} documents have {length} tokens "
            f"(the longest has {max(counts.values(), default=0)})"
        )
    if not ladder:
        return LongDocuments([], [], unreached, "")
    few = f"{len(rows)} of {n_documents} documents: no others have {ladder[-1]} tokens"
    note = few if len(rows) < n_documents else ""
    return LongDocuments(rows[:n_documents], ladder, unreached, note)


def _token_counts(
    corpus: Corpus, encoder: Encoder, ladder: list[int], *, order: list[int], n_documents: int
) -> dict[int, int]:
    """Count tokens of documents in this order until enough of them are long enough."""
    texts = corpus.documents["text"].tolist()
    count = token_counter([encoder])
    counts: dict[int, int] = {}
    for start in range(0, min(len(order), _AT_MOST), _AT_ONCE):
        rows = order[start : start + _AT_ONCE]
        found = beginnings_reach(count, [texts[row] for row in rows], ladder[-1])
        counts.update(zip(rows, found.tolist(), strict=True))
        if sum(n_tokens >= ladder[-1] for n_tokens in counts.values()) >= n_documents:
            break
    return counts
