"""How many tokens texts have, without the cost of reading them, and which have enough."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

Counter: TypeAlias = Callable[[Sequence[str]], NDArray[np.int64]]

_READ = 16
"""Tokens that are read of a text to learn how many it has: its vector is thrown away."""


def token_counter(encoders: Sequence[Encoder]) -> Counter:
    """Return a function that counts tokens, by the tokenizer that finds fewest in each text.

    Special tokens and prompts count, as they do for ``max_length``. A text without direction has
    0, for nothing is known of it.
    """
    distinct = list({encoder.fingerprint: encoder for encoder in encoders}.values())
    views = [_at_length(encoder).without_store() for encoder in distinct]

    def count(texts: Sequence[str]) -> NDArray[np.int64]:
        counts = np.stack([encode_all(view, texts).n_tokens for view in views])
        return np.asarray(counts.min(axis=0), dtype=np.int64)

    return count


def _at_length(encoder: Encoder) -> Encoder:
    limit = encoder.max_length
    return encoder if limit is not None and limit <= _READ else encoder.at_length(_READ)


def beginnings_reach(count: Counter, texts: Sequence[str], n_tokens: int) -> NDArray[np.int64]:
    """Return the texts' tokens, exactly below ``n_tokens`` and as at least that many above.

    Of a long text only the beginning is counted, and all of it where that does not suffice.
    """
    # 16 characters a token are three times what English has.
    beginnings = [text[: 16 * n_tokens] for text in texts]
    tokens = count(beginnings)
    short = [
        i for i, text in enumerate(texts) if tokens[i] < n_tokens and len(text) > len(beginnings[i])
    ]
    if short:
        tokens[short] = count([texts[i] for i in short])
    return tokens


_unlisted: "WeakKeyDictionary[Encoder, int]" = WeakKeyDictionary()
"""What an encoder counts beyond the tokens that it lists: ``static`` lists no special ones."""


class TokenLengths:
    """Counts tokens as the encoder reads them, prompt and special tokens included.

    ``n_special`` is what an empty text has; ``limit`` is the most that is counted at little cost.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._widest = encoder.at_length(None).without_store()
        widest = self._widest.max_length
        self.limit = np.inf if widest is None else widest - 1
        if encoder not in _unlisted:
            counted = encode_all(encoder.without_store(), ["a"]).n_tokens[0]
            _unlisted[encoder] = int(counted) - len(encoder.token_ids(["a"])[0])
        self._n_unlisted = _unlisted[encoder]
        self.n_special = int(self._up_to_limit([""])[0])

    def count(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Return the number of tokens of each text, however many."""
        counts = self._up_to_limit(texts)
        long = np.flatnonzero(counts > self.limit)
        if len(long):
            briefly = self._widest.at_length(_READ)
            counts[long] = encode_all(briefly, [texts[i] for i in long.tolist()]).n_tokens
        return counts

    def exceed(self, texts: Sequence[str], most: float) -> NDArray[np.bool_]:
        """Say which texts have more tokens than ``most``, which is at most ``limit``."""
        found: NDArray[np.bool_] = self._up_to_limit(texts) > most
        return found

    def _up_to_limit(self, texts: Sequence[str]) -> NDArray[np.int64]:
        """Count exactly up to the limit; above it, one more."""
        ids = self._widest.token_ids(texts) if texts else []
        return np.array([len(row) + self._n_unlisted for row in ids], dtype=np.int64)


_PER_TOKEN = 8
"""Characters a token that are tried; English has some five."""

_SPACE = re.compile(r"\s")


def beginnings(texts: list[str], encoder: Encoder) -> list[str]:
    """Return beginnings that the encoder reads as the same tokens as the whole texts.

    A text stays whole where that could not be shown: of a script without spaces, say.
    """
    most = encoder.max_length
    if most is None:
        return texts
    cut = [_beginning(text, _PER_TOKEN * most) for text in texts]
    pairs = zip(texts, cut, encoder.token_ids(texts), encoder.token_ids(cut), strict=True)
    return [part if np.array_equal(all_, of_part) else text for text, part, all_, of_part in pairs]


def _beginning(text: str, n_characters: int) -> str:
    """Cut a text at the first space after so many characters."""
    space = _SPACE.search(text, n_characters)
    return text[: space.start()] if space else text


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
