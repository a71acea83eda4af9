"""Which tokens stand for no text, and which for text that the vocabulary does not have."""

import json
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import Unigram


def special_ids(tokenizer: Any) -> set[int]:  # noqa: ANN401
    """Return the tokens that stand for no text."""
    if isinstance(tokenizer, Tokenizer):
        added = tokenizer.get_added_tokens_decoder()
        return {place for place, token in added.items() if token.special} - {unknown_id(tokenizer)}
    # The sign for a word that is unknown stands for text, unless it has another task as well.
    ids = [getattr(tokenizer, f"{name}_token_id", None) for name in ("bos", "eos", "cls", "sep")]
    named = {token for token in [*ids, tokenizer.pad_token_id] if token is not None}
    return named | (set(tokenizer.all_special_ids) - {tokenizer.unk_token_id})


def unknown_id(tokenizer: Any) -> int | None:  # noqa: ANN401
    """Return the token that stands for whatever the vocabulary does not have, if there is one."""
    if not isinstance(tokenizer, Tokenizer):
        found: int | None = tokenizer.unk_token_id
        return found
    if tokenizer not in _unknown_ids:
        _unknown_ids[tokenizer] = _plain_unknown_id(tokenizer)
    return _unknown_ids[tokenizer]


_unknown_ids: "WeakKeyDictionary[Tokenizer, int | None]" = WeakKeyDictionary()
"""Found once: of a unigram model it takes writing the whole vocabulary out."""


def _plain_unknown_id(tokenizer: Tokenizer) -> int | None:
    if isinstance(tokenizer.model, Unigram):
        place: int | None = json.loads(tokenizer.to_str())["model"]["unk_id"]
        return place
    return tokenizer.token_to_id(str(getattr(tokenizer.model, "unk_token", "")))


def are_special(ids: NDArray[np.int64], tokenizer: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    """Say which tokens stand for no text.

    Parameters
    ----------
    ids : ndarray of shape (n_tokens,)
        Tokens.
    tokenizer : transformers.PreTrainedTokenizerBase or tokenizers.Tokenizer
        Whose they are.
    """
    return np.isin(ids, sorted(special_ids(tokenizer)))


def unknown_shares(
    ids: Sequence[NDArray[np.int64]],
    tokenizer: Any,  # noqa: ANN401
) -> NDArray[np.float64]:
    """Return which share of each text's tokens, special ones left out, is unknown.

    Parameters
    ----------
    ids : sequence of ndarray of shape (n_tokens,)
        The tokens of each text.
    tokenizer : transformers.PreTrainedTokenizerBase or tokenizers.Tokenizer
        Whose they are.
    """
    flat = np.concatenate([np.zeros(0, dtype=np.int64), *ids])
    unknown = flat == unknown_id(tokenizer)
    if not unknown.any():  # most texts: nothing has to be looked up
        return np.zeros(len(ids))
    stand_for_text = ~are_special(flat, tokenizer)
    rows = np.repeat(np.arange(len(ids)), [len(row) for row in ids])
    n_text = np.bincount(rows, stand_for_text, minlength=len(ids))
    n_unknown = np.bincount(rows, unknown & stand_for_text, minlength=len(ids))
    return n_unknown / np.maximum(n_text, 1)
