"""From what was captured of a model to the hidden states and the attention of a text."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import PreTrainedModel

from semshift_nb.encoders.backends.model_config import pooling_layer
from semshift_nb.encoders.backends.protocol import InputEmbeddings, TextAttention, TokenStates
from semshift_nb.encoders.backends.special_tokens import are_special
from semshift_nb.encoders.backends.tokenise import TOKENIZER_LOCK
from semshift_nb.encoders.temperature.forward_patch import (
    Capture,
    HiddenStateCapture,
    keeping_states,
    wrapping,
)
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.errors import InputError

_widths: WeakKeyDictionary[PreTrainedModel, tuple[int, ...]] = WeakKeyDictionary()


@contextmanager
def recording(models: Sequence[PreTrainedModel]) -> Iterator[HiddenStateCapture]:
    """Ask some models for their hidden states, in this context only."""
    with wrapping(models), keeping_states() as kept:
        yield kept


def widths(model: SentenceTransformer, models: Sequence[PreTrainedModel]) -> tuple[int, ...]:
    """Return how many numbers a token has at each layer; found out by running the model once."""
    if not models or models[0] not in _widths:
        with TOKENIZER_LOCK:
            asked = model.preprocess(["a"])
        features = {
            name: value.to(model.device) if isinstance(value, torch.Tensor) else value
            for name, value in asked.items()
        }
        with torch.inference_mode(), recording(models) as kept:
            model(features, task="document")
        if not kept.states:
            classes = ", ".join(type(each).__name__ for each in models) or "nothing of transformers"
            raise InputError(
                f"this model (of {classes}) gives no hidden states, so it has no layer to look at: "
                "use its whole output, or another model."
            )
        _widths[models[0]] = tuple(int(states.shape[-1]) for states in kept.states)
    return _widths[models[0]]


def pooling_of(model: SentenceTransformer, pooling: str | None, width: int) -> Pooling:
    """Make a pooling layer for hidden states."""
    own = pooling_layer(model)
    if pooling is None and own is None:
        raise InputError(
            "this model has no pooling layer, so it does not say how a layer's tokens become one "
            'vector: hand in pooling="mean", "cls" or "max".'
        )
    mode = pooling or (own.pooling_mode if own else "mean")
    layer: Pooling = Pooling(width, mode, include_prompt=own.include_prompt if own else True)
    return layer


def pooled(states: torch.Tensor, features: dict[str, Any], layer: Pooling) -> torch.Tensor:
    """Make one vector of a text's hidden states.

    Parameters
    ----------
    states : Tensor of shape (n_texts, n, width)
        Hidden states; padding among them.
    features : dict
        What came out of the model's pass: the attention mask is in it.
    layer : Pooling
        How.

    Returns
    -------
    Tensor of shape (n_texts, dim), float32
        On the same device.
    """
    # A first token that the model singled out is one of its last layer.
    kept = {key: value for key, value in features.items() if key != "cls_token_embeddings"}
    vectors: torch.Tensor = layer({**kept, "token_embeddings": states.float()})[
        "sentence_embedding"
    ]
    return vectors


def drop_hooks(models: Sequence[PreTrainedModel]) -> None:
    """Take off what transformers hangs on a model that is asked for its states.

    It hangs local functions there and leaves them, which cannot be sent to another process; when
    the model is asked again it hangs them anew.
    """
    for module in (module for model in models for module in model.modules()):
        hooks = module._forward_hooks  # noqa: SLF001 - torch has no public list of them
        for place, hook in list(hooks.items()):
            if getattr(hook, "__module__", None) == "transformers.utils.output_capturing":
                del hooks[place]
        module.__dict__.pop("_output_capturing_hooks_installed", None)


def know_outputs(models: Sequence[PreTrainedModel]) -> None:
    """Let transformers know in this process what the classes of some models can give.

    It notes that when a model is made, which one that came from another process was not here: it
    would be asked for its states and give none. One without any numbers is made instead.
    """
    for model in models:
        make: Any = type(model)._from_config  # noqa: SLF001 - as in random_twin
        with torch.device("meta"):
            make(copy.deepcopy(model.config))


def table_of(model: SentenceTransformer, models: Sequence[PreTrainedModel]) -> InputEmbeddings:
    """Return the table in which a model looks up its tokens."""
    tables: list[object] = [each.get_input_embeddings() for each in models]
    tables = tables or [getattr(model[0], "embedding", None)]
    weights = getattr(tables[0], "weight", None)
    if len(tables) > 1 or not isinstance(weights, torch.Tensor):
        raise InputError(
            f"this model has {len(tables) if weights is not None else 'no'} tables of input "
            "embeddings that are understood, expected 1: use another model."
        )
    tokenizer = model.tokenizer
    # A table may be padded beyond the vocabulary.
    entries = tokenizer.get_vocab()
    names = {place: token for token, place in entries.items()}
    tokens = [names.get(place, "") for place in range(min(len(weights), max(names) + 1))]
    vectors = weights.detach()[: len(tokens)].float().cpu().numpy().copy()
    return InputEmbeddings(tokens, vectors, are_special(np.arange(len(tokens)), tokenizer))


class TokenStateCollector:
    """States of tokens, gathered batch by batch."""

    def __init__(self, layers: Sequence[int]) -> None:
        self._rows: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._ids: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._states: dict[int, list[NDArray[np.float32]]] = {layer: [] for layer in layers}

    def add(
        self, rows: NDArray[np.intp], passed: Mapping[str, Any], kept: HiddenStateCapture
    ) -> None:
        """Keep the tokens of a batch that are no padding."""
        seen = passed["attention_mask"] != 0
        self._rows.append(np.repeat(rows, seen.sum(dim=1).cpu().numpy()).astype(np.int64))
        self._ids.append(passed["input_ids"][seen].cpu().numpy())
        for layer, states in self._states.items():
            states.append(kept.states[layer][seen].float().cpu().numpy())

    def in_order(self, tokenizer: Any) -> TokenStates:  # noqa: ANN401
        """Return all, in the order of the texts."""
        rows, ids = np.concatenate(self._rows), np.concatenate(self._ids)
        order = np.argsort(rows, kind="stable")
        states = {
            layer: np.concatenate(parts)[order] if parts else np.zeros((0, 0), np.float32)
            for layer, parts in self._states.items()
        }
        special = are_special(ids[order], tokenizer)
        return TokenStates(rows[order], ids[order], special, states)


def text_attention(
    text: str,
    features: Mapping[str, torch.Tensor],
    capture: Capture,
    *,
    tokenizer: Any,  # noqa: ANN401  (transformers types its tokenizers as callables of anything)
    read: TokenCounts,
) -> TextAttention:
    """Put together what a model did with one text."""
    seen = features["attention_mask"][0].cpu() != 0
    ids = features["input_ids"][0].cpu()[seen].tolist()
    layers = [_of_seen(weights[0], seen) for weights in capture.weights]
    same = len({len(layer) for layer in layers}) == 1
    return TextAttention(
        text,
        [_readable(tokenizer, token) for token in ids],
        are_special(np.array(ids), tokenizer),
        np.stack(layers) if same else tuple(layers),
        np.stack([_numbers(states[0].cpu()[seen]) for states in capture.hidden]),
        truncated=bool(read.truncated[0]),
        unknown=float(read.unknown[0]),
    )


def _of_seen(weights: torch.Tensor, seen: torch.Tensor) -> NDArray[np.float32]:
    weights = weights.cpu()
    return _numbers(weights if seen.all() else weights[:, seen][:, :, seen])


def _numbers(tensor: torch.Tensor) -> NDArray[np.float32]:
    return np.asarray(tensor.detach().float().numpy(), dtype=np.float32)


def _readable(tokenizer: Any, token: int) -> str:  # noqa: ANN401
    # Byte-level vocabularies write a space as a sign of their own; parts of a letter stay as such.
    piece = str(tokenizer.convert_ids_to_tokens(token))
    text = str(tokenizer.decode([token])).strip()
    return text if text and "\N{REPLACEMENT CHARACTER}" not in text else piece
