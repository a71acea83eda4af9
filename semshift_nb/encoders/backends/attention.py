"""From what was captured of a model to the attention of one text."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from semshift_nb.encoders.backends.protocol import TextAttention
from semshift_nb.encoders.temperature.forward_patch import Capture


def text_attention(
    text: str,
    features: Mapping[str, torch.Tensor],
    capture: Capture,
    *,
    tokenizer: Any,  # noqa: ANN401  (transformers types its tokenizers as callables of anything)
    truncated: bool,
) -> TextAttention:
    """Put together what a model did with one text."""
    seen = features["attention_mask"][0].cpu() != 0
    ids = features["input_ids"][0].cpu()[seen].tolist()
    layers = [_of_seen(weights[0], seen) for weights in capture.weights]
    same = len({len(layer) for layer in layers}) == 1
    return TextAttention(
        text,
        [_readable(tokenizer, token) for token in ids],
        np.isin(ids, sorted(special_ids(tokenizer))),
        np.stack(layers) if same else tuple(layers),
        np.stack([_numbers(states[0].cpu()[seen]) for states in capture.hidden]),
        truncated,
    )


def _of_seen(weights: torch.Tensor, seen: torch.Tensor) -> NDArray[np.float32]:
    weights = weights.cpu()
    return _numbers(weights if seen.all() else weights[:, seen][:, :, seen])


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.detach().float().numpy(), dtype=np.float32)


def special_ids(tokenizer: Any) -> set[int]:  # noqa: ANN401
    """Return the tokens that stand for no text."""
    if isinstance(tokenizer, Tokenizer):
        return plain_special_ids(tokenizer)
    # The sign for a word that is unknown stands for text, unless it has another task as well.
    ids = [getattr(tokenizer, f"{name}_token_id", None) for name in ("bos", "eos", "cls", "sep")]
    named = {token for token in [*ids, tokenizer.pad_token_id] if token is not None}
    return named | (set(tokenizer.all_special_ids) - {tokenizer.unk_token_id})


def plain_special_ids(tokenizer: Tokenizer) -> set[int]:
    """Return the tokens that stand for no text, of a tokenizer without transformers around it."""
    unknown = tokenizer.token_to_id(str(getattr(tokenizer.model, "unk_token", "")))
    added = tokenizer.get_added_tokens_decoder()
    return {place for place, token in added.items() if token.special} - {unknown}


def _readable(tokenizer: Any, token: int) -> str:  # noqa: ANN401
    # Byte-level vocabularies write a space as a sign of their own; parts of a letter stay as such.
    piece = str(tokenizer.convert_ids_to_tokens(token))
    text = str(tokenizer.decode([token])).strip()
    return text if text and "\N{REPLACEMENT CHARACTER}" not in text else piece
