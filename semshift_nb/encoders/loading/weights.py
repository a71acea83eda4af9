"""Whether a loaded model is what its files hold: nothing drawn, nothing left over."""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import safe_open
from sentence_transformers.base.modules import Transformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from transformers import PreTrainedModel

from semshift_nb.encoders.loading.folders import listed_modules, read_object
from semshift_nb.encoders.temperature.forward_patch import models_in
from semshift_nb.errors import InputError

_Shapes: TypeAlias = dict[str, tuple[int, ...]]

# What no vector depends on: poolers, stored positions and frequencies that are computed anyway.
_UNUSED = re.compile(r"(^|\.)(pooler\.|position_ids$|inv_freq$|bias_table_ids$)")
# What stands on top of a model for another task, by the names that transformers gives it.
_HEAD = re.compile(
    r"^(cls|lm_head|head|decoder|predictions|generator_predictions|generator_lm_head|mlm|nsp"
    r"|discriminator_predictions|vocab_transform|vocab_layer_norm|vocab_projector"
    r"|lm_predictions|mask_predictions|seq_relationship|classifier|qa_outputs|pred_layer)\."
)
_N_NAMED = 3
# Another than whatever torch draws from: what differs between two loads was drawn.
_SEED = 77_003_117


def check_weights(model: torch.nn.Module, folder: Path) -> None:
    """Refuse a model some of whose parameters no file brings, or whose files hold more.

    What shapes and names do not tell cannot be seen here: a number of heads that divides the
    width as well, another activation, another epsilon, numbers that were changed in place. The
    fingerprint tells such models apart, for it covers the config; which of two is right it cannot.
    """
    places = _places(folder)
    stored = [held for held in map(_held, places) if held is not None]
    for number, transformer in enumerate(models_in(model)):
        own = _own(transformer)
        if not any(_differences(own, held) == (set(), set()) for held in stored):
            _check_again(transformer, places[min(number, len(places) - 1)], folder)


def _places(folder: Path) -> list[Path]:
    """List where models of transformers lie, in the order of the modules that hold them."""
    places = [folder / path for path, _ in listed_modules(folder)] or [folder]
    found = [place for place in places if "model_type" in read_object(place / "config.json")]
    return found or [folder]


def check_tokens(model: torch.nn.Module, folder: Path) -> None:
    """Refuse a tokenizer that knows no text, or gives tokens for which the model has no vector."""
    for tokenizer, n_rows in _tables(model):
        vocabulary: dict[str, int] = tokenizer.get_vocab()
        special = set(getattr(tokenizer, "all_special_tokens", ()))
        if not vocabulary.keys() - special:
            raise InputError(
                f"the tokenizer in {folder} knows no text ({len(vocabulary)} tokens, all special), "
                "so that every text would be noise: copy the whole model again."
            )
        if max(vocabulary.values()) >= n_rows:
            raise InputError(
                f"the tokenizer in {folder} gives token ids up to {max(vocabulary.values())}, but "
                f"the model has vectors for {n_rows} tokens: copy the whole model again."
            )


def _tables(model: torch.nn.Module) -> Iterator[tuple[Any, int]]:
    for module in model.modules():
        if isinstance(module, StaticEmbedding):
            yield module.tokenizer, module.embedding.num_embeddings
        elif isinstance(module, Transformer) and module.tokenizer is not None:
            n_rows = getattr(module.model.get_input_embeddings(), "num_embeddings", None)
            if n_rows is not None:
                yield module.tokenizer, n_rows


def _held(place: Path) -> _Shapes | None:
    """Read the shapes of the tensors that transformers would load; None if that is not plain."""
    whole, index = place / "model.safetensors", place / "model.safetensors.index.json"
    if whole.is_file():
        return dict(_shapes(whole))
    try:
        names = {str(name) for name in json.loads(index.read_bytes())["weight_map"].values()}
        return {key: shape for name in names for key, shape in _shapes(place / name)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None


def _shapes(path: Path) -> Iterator[tuple[str, tuple[int, ...]]]:
    with safe_open(path, framework="pt") as weights:
        for name in weights.keys():  # noqa: SIM118 - no mapping
            yield name, tuple(weights.get_slice(name).get_shape())


def _own(transformer: PreTrainedModel) -> _Shapes:
    return {name: tuple(value.shape) for name, value in transformer.state_dict().items()}


def _differences(own: _Shapes, held: _Shapes) -> tuple[set[str], set[str]]:
    """Return what no file brings and what no parameter takes, prefixes of the whole aside."""
    prefix = next((name for name in _prefixes(held) if _stripped(held, name) & own.items()), "")
    brought = {name.removeprefix(prefix): shape for name, shape in held.items()}
    missing = {name for name, shape in own.items() if brought.get(name) != shape}
    return _needed(missing), _left_over(brought.keys() - own.keys(), own)


def _prefixes(names: Collection[str]) -> list[str]:
    return ["", *sorted({f"{name.split('.')[0]}." for name in names})]


def _stripped(held: _Shapes, prefix: str) -> set[tuple[str, tuple[int, ...]]]:
    return {
        (name.removeprefix(prefix), shape)
        for name, shape in held.items()
        if name.startswith(prefix)
    }


def _needed(names: Collection[str]) -> set[str]:
    return {name for name in names if not _UNUSED.search(name)}


def _left_over(names: Collection[str], own: Collection[str]) -> set[str]:
    """Return those of the names that stand for a part of the model itself."""
    heads = {name for name in names if (head := _HEAD.match(name)) and not _has(own, head[0])}
    return _needed(set(names) - heads)


def _has(own: Collection[str], start: str) -> bool:
    return any(name.startswith(start) for name in own)


def _check_again(transformer: PreTrainedModel, place: Path, folder: Path) -> None:
    """Load a second time, for transformers' own account and to see what was drawn by chance."""
    again, account = _load_again(transformer, place)
    own = transformer.state_dict()
    drawn = {name for name, value in again.state_dict().items() if not _same(value, own[name])}
    wrong = [*account["mismatched_keys"]]
    missing = _needed(drawn | set(account["missing_keys"]) | {str(key[0]) for key in wrong})
    if missing:
        raise InputError(
            f"the weights in {folder} do not belong to its config: {len(missing)} of {len(own)} "
            f"parameters are not in them ({_some(missing)}) and would be random numbers or "
            "constants. Copy the whole model again."
        )
    spare = _left_over(account["unexpected_keys"], own)
    base = f"{transformer.base_model_prefix}."
    spare = {name for name in spare if not _HEAD.match(name.removeprefix(base))}
    if spare:
        raise InputError(
            f"the weights in {folder} do not belong to its config: {len(spare)} tensors in them "
            f"are of no part of the model that it describes ({_some(spare)}): fewer layers, or "
            "another class. Copy the whole model again."
        )


def _load_again(
    transformer: PreTrainedModel, place: Path
) -> tuple[PreTrainedModel, Mapping[str, Collection[Any]]]:
    load: Callable[..., Any] = type(transformer).from_pretrained
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_SEED)
        again, account = load(
            place,
            config=transformer.config,
            dtype=transformer.dtype,
            local_files_only=True,
            use_safetensors=True if _held(place) else None,
            output_loading_info=True,
        )
    return again, account


def _same(one: torch.Tensor, other: torch.Tensor) -> bool:
    return one.shape == other.shape and torch.equal(one.cpu(), other.cpu())


def _some(names: Collection[str]) -> str:
    shown = ", ".join(sorted(names)[:_N_NAMED])
    return f"{shown} and more" if len(names) > _N_NAMED else shown
