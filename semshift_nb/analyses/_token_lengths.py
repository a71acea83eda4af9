"""How many tokens an encoder makes of a text; its tokenizer alone counts where that suffices."""

from collections.abc import Sequence
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses._encoded import encode_all
from semshift_nb.encoders import Encoder

_READ = 16
"""Tokens that are read of a very long text to learn how many it has."""

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
