"""Length and pooling of a sentence-transformers model: what it has, and what may be set."""

import copy
from collections.abc import Mapping
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, Pooling

from semshift_nb.errors import InputError, option

# Tokenizers without a limit report 1e30 or infinity.
_NO_LIMIT = 1_000_000_000


def prepare(
    model: SentenceTransformer,
    *,
    max_length: int | None,
    pooling: str | None,
    prompts: Mapping[str, str],
) -> SentenceTransformer:
    """Set what was asked for; what follows the layers is computed in float32 from now on."""
    model.prompts = {**model.prompts, **prompts}
    if pooling is not None:
        set_pooling(model, pooling)
    if max_length is not None:
        set_max_length(model, max_length)
    for module in list(model)[1:]:
        module.float()
    model[0].register_forward_hook(_to_float32)
    return model.eval()


def _to_float32(module: object, arguments: object, features: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    return {
        name: value.float() if torch.is_tensor(value) and value.is_floating_point() else value
        for name, value in features.items()
    }


def n_positions(model: SentenceTransformer) -> int | None:
    """Return how many tokens the model has positions for."""
    config = getattr(model.transformers_model, "config", None)
    limit = getattr(config, "max_position_embeddings", None)
    if not isinstance(limit, int) or limit <= 0:
        return None
    return limit - _position_offset(model)


def own_max_length(model: SentenceTransformer) -> int | None:
    """Return the length at which the model cuts its texts."""
    length = model.max_seq_length
    limits = [limit for limit in (length, n_positions(model)) if limit is not None]
    shortest = min(limits, default=_NO_LIMIT)
    return int(shortest) if shortest < _NO_LIMIT else None


def set_max_length(model: SentenceTransformer, max_length: int) -> None:
    """Let the model see more or fewer tokens of a text."""
    check_length(model, max_length)
    model.max_seq_length = max_length


def check_length(model: SentenceTransformer, max_length: int) -> None:
    """Refuse a length that a model cannot be cut at."""
    positions = n_positions(model)
    if positions is not None and max_length > positions:
        raise InputError(
            f"{option('max_length')} is {max_length}, but the model has positions for {positions} "
            f"tokens: "
            f"ask for at most {positions}."
        )
    if own_max_length(model) is None and model.transformers_model is None:
        raise InputError(
            f"{option('max_length')} is {max_length}, but this model reads texts of any length: "
            f"leave it out."
        )


def pooling_name(model: SentenceTransformer) -> str:
    """Say how the model makes one vector of its tokens."""
    layer = pooling_layer(model)
    if layer is None:
        return "none"
    modes = layer.pooling_mode
    return modes if isinstance(modes, str) else "+".join(modes)


def set_pooling(model: SentenceTransformer, pooling: str) -> None:
    """Replace the model's pooling."""
    layer = pooling_layer(model)
    if layer is None:
        raise InputError(
            f"pooling={pooling!r} was asked for, but this model has no pooling layer: leave it out."
        )
    new = Pooling(layer.embedding_dimension, pooling, include_prompt=layer.include_prompt)
    follows = list(model)[list(model).index(layer) + 1 :]
    resized = new.get_embedding_dimension() != layer.get_embedding_dimension()
    if resized and any(True for module in follows for _ in module.parameters()):
        raise InputError(
            f"pooling={pooling!r} gives {new.get_embedding_dimension()} numbers, but the model's "
            f"next layer expects {layer.get_embedding_dimension()}: leave pooling out."
        )
    name = next(name for name, module in model.named_children() if module is layer)
    setattr(model, name, new)


def with_pooling(model: SentenceTransformer, pooling: str | None) -> SentenceTransformer:
    """Give a model with another pooling; it shares all weights, and the old one is not changed."""
    if pooling is None:
        return model
    other = _with_modules(model, dict(model.named_children()))
    set_pooling(other, pooling)
    return other


def without_normalize(model: SentenceTransformer) -> SentenceTransformer:
    """Give a model without what brings its vectors to unit length in the end, if it has that."""
    modules = dict(model.named_children())
    while modules and isinstance(modules[[*modules][-1]], Normalize):
        modules.popitem()
    return _with_modules(model, modules)


def ends_in_unit_rows(model: SentenceTransformer) -> bool:
    """Say whether the model itself brings its vectors to unit length, and cuts none off then."""
    return isinstance([*model][-1], Normalize) and model.truncate_dim is None


def _with_modules(
    model: SentenceTransformer, modules: dict[str, torch.nn.Module]
) -> SentenceTransformer:
    other = copy.copy(model)
    other._modules = {**modules}  # noqa: SLF001 - torch's own dictionary, which a copy would share
    return other


def pooling_layer(model: SentenceTransformer) -> Pooling | None:
    """Return the module that makes one vector of a text's tokens."""
    return next((module for module in model if isinstance(module, Pooling)), None)


def _position_offset(model: SentenceTransformer) -> int:
    # RoBERTa and MPNet count positions from after the padding token's: 514 positions, 512 tokens.
    for module in model.modules():
        table = getattr(module, "position_embeddings", None)
        if isinstance(table, torch.nn.Embedding) and isinstance(table.padding_idx, int):
            return table.padding_idx + 1
    return 0
