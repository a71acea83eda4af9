"""A model's random twin: the same classes and sizes, weights as they were before any training."""

import copy
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from sentence_transformers import SentenceTransformer
from transformers import PreTrainedModel

from semshift_nb.errors import InputError


def twin_of(model: SentenceTransformer, seed: int) -> tuple[SentenceTransformer, str]:
    """Make a model with fresh weights; tokenizer and settings are shared with the old one."""
    with drawing(seed):
        twin: SentenceTransformer = _fresh(model, {}).to(model.device)
    digest = hashlib.sha256()
    for name, weights in sorted(twin.state_dict().items()):
        digest.update(f"{name} {weights.dtype} {tuple(weights.shape)}\n".encode())
        digest.update(weights.cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    return twin.eval(), digest.hexdigest()


@contextmanager
def drawing(seed: int) -> Iterator[None]:
    """Let torch draw from a seed on the processor, and go on as before afterwards."""
    with torch.random.fork_rng(devices=[]), torch.device("cpu"):
        torch.default_generator.manual_seed(seed)  # and no other device's
        yield


def _fresh(module: Any, made: dict[Any, Any]) -> Any:  # noqa: ANN401 - as the module, so the twin
    if module not in made:
        made[module] = _make(module, made)
    return made[module]


def _make(module: Any, made: dict[Any, Any]) -> Any:  # noqa: ANN401
    if isinstance(module, PreTrainedModel):
        return _fresh_model(module)
    if next(module.parameters(recurse=False), None) is not None:
        return _reset(copy.deepcopy(module))
    other = copy.copy(module)
    other._modules = {  # noqa: SLF001 - torch's own dictionary, which a copy would share
        name: None if child is None else _fresh(child, made)
        for name, child in module._modules.items()  # noqa: SLF001
    }
    return other


def _fresh_model(model: PreTrainedModel) -> PreTrainedModel:
    # Drawn in float32, so that the number format does not decide what is drawn.
    attention = model.config._attn_implementation  # noqa: SLF001
    config = copy.deepcopy(model.config)
    make: Callable[..., PreTrainedModel] = type(model)._from_config  # noqa: SLF001
    fresh: torch.nn.Module = make(config, dtype=torch.float32, attn_implementation=attention)
    return fresh.to(model.dtype)  # type: ignore[return-value]  # torch gives the module itself


def _reset(module: torch.nn.Module) -> torch.nn.Module:
    for each in module.modules():
        if next(each.parameters(recurse=False), None) is None:
            continue
        begin = getattr(each, "reset_parameters", None)
        if not callable(begin):
            raise InputError(
                f"a random twin cannot be made: {type(each).__name__} does not say how its weights "
                "begin (it has no reset_parameters). Use a model of transformers."
            )
        begin()
    return module
