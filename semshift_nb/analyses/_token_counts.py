"""How many tokens texts have, without the cost of reading them."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses._encoded import encode_all
from semshift_nb.encoders import Encoder

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
