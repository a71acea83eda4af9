"""A model's ``forward`` while a block is open: it applies the temperature that holds for it."""

import copy
import inspect
import threading
import types
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NoReturn

import torch
from transformers import PreTrainedModel

from semshift_nb.encoders.temperature.attention_layout import attention_layout, refuse_compiled
from semshift_nb.encoders.temperature.attention_patch import (
    AttentionPass,
    attention_patched,
    current_pass,
    in_pass,
)
from semshift_nb.encoders.temperature.context import ModelTemperature, block, innermost_plan
from semshift_nb.encoders.temperature.plan import TemperaturePlan, text_lengths
from semshift_nb.encoders.temperature.schedule import Tau
from semshift_nb.errors import InputError


@dataclass
class HiddenStateCapture:
    """What a pass left behind.

    Attributes
    ----------
    states : tuple of Tensor of shape (n_texts, n, width)
        What went into the first layer, and what came out of each.
    """

    states: tuple[torch.Tensor, ...] = ()


_recording: ContextVar[HiddenStateCapture | None] = ContextVar("semshift_recording", default=None)


@contextmanager
def keeping_states() -> Iterator[HiddenStateCapture]:
    """Keep the hidden states of the model that runs next, if it leads through ``recorded``."""
    kept = HiddenStateCapture()
    token = _recording.set(kept)
    try:
        yield kept
    finally:
        _recording.reset(token)


def recorded(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Give a model's ``forward`` that leaves its hidden states, where they are asked for."""
    kept = _recording.get()
    if kept is None:
        return forward

    def ask(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        output = forward(*args, **{**kwargs, "output_hidden_states": True})
        states = output.get("hidden_states") if hasattr(output, "get") else None
        kept.states = tuple(states or ())  # of models in one another the outermost is the last
        return output

    return ask


@dataclass
class Capture:
    """What a model did with one batch.

    Attributes
    ----------
    weights : list of Tensor of shape (n_texts, n_heads, n, n)
        The attention of each layer.
    hidden : tuple of Tensor of shape (n_texts, n, width)
        What went into the first layer, and what came out of each.
    """

    weights: list[torch.Tensor] = field(default_factory=list)
    hidden: tuple[torch.Tensor, ...] = ()


class _Forward:
    """What a model's ``forward`` is while a block names it."""

    def __init__(self, model: PreTrainedModel) -> None:
        self.model = model
        self.__signature__ = inspect.signature(types.MethodType(type(model).forward, model))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return _run(self.model, args, kwargs)

    def __deepcopy__(self, memo: dict[int, Any]) -> "_Forward":
        return _Forward(copy.deepcopy(self.model, memo))

    def __reduce__(self) -> NoReturn:
        raise InputError(
            f"{type(self.model).__name__} is tempered, and a temperature holds in one process and "
            "one thread only: send the model away (or save it) outside of the block, and open a "
            "block where it is used."
        )


@dataclass
class _Wrapped:
    forward: _Forward
    previous: Callable[..., Any] | None
    n_blocks: int = 0


_capture: ContextVar[Capture | None] = ContextVar("semshift_capture", default=None)
_wrapped: dict[PreTrainedModel, _Wrapped] = {}
_lock = threading.Lock()


def models_in(module: torch.nn.Module) -> tuple[PreTrainedModel, ...]:
    """List the models of transformers in a module that lie in no other one."""
    if isinstance(module, PreTrainedModel):
        return (module,)
    refuse_compiled(module)
    found = [model for child in module.children() for model in models_in(child)]
    return tuple(dict.fromkeys(found))


def model_temperature(
    models: Iterable[PreTrainedModel], tau: Tau, *, name: str
) -> ModelTemperature:
    """Work out what a temperature comes to in some models."""
    plans: dict[PreTrainedModel, TemperaturePlan] = {}
    for model in models:
        found = attention_layout(model)
        plan = TemperaturePlan(tau, found.heads)
        plans |= {model.get_submodule(span): plan for span in found.spans}  # type: ignore[misc]
    if not plans and TemperaturePlan(tau, (1,)).layers(None) != [None]:
        raise InputError(
            f"{name} has no attention, so no temperature can change it: only 1 is allowed here."
        )
    return ModelTemperature(tau, plans)


@contextmanager
def applied(temperature: ModelTemperature, owner: ModelTemperature | None = None) -> Iterator[None]:
    """Let a temperature hold for its models."""
    with attention_patched(), wrapping(temperature.plans), block(temperature, owner):
        yield


@contextmanager
def capturing() -> Iterator[Capture]:
    """Keep what a tempered model does with the batch that it is given next."""
    token = _capture.set(Capture())
    try:
        yield _capture.get()  # type: ignore[misc]
    finally:
        _capture.reset(token)


@contextmanager
def wrapping(models: Iterable[PreTrainedModel]) -> Iterator[None]:
    """Let the calls of some models lead through here, in all threads."""
    models = tuple(models)
    with _lock:
        for model in models:
            _wrap(model)
    try:
        yield
    finally:
        with _lock:
            for model in models:
                _unwrap(model)


def _wrap(model: PreTrainedModel) -> None:
    if model not in _wrapped:
        _wrapped[model] = _Wrapped(_Forward(model), model.__dict__.get("forward"))
        model.forward = _wrapped[model].forward
    _wrapped[model].n_blocks += 1


def _unwrap(model: PreTrainedModel) -> None:
    wrapped = _wrapped[model]
    wrapped.n_blocks -= 1
    if wrapped.n_blocks:
        return
    del _wrapped[model]
    if model.__dict__.get("forward") is not wrapped.forward:
        return  # another has put its own there meanwhile; ours passes on what it is given
    if wrapped.previous is None:
        del model.forward
    else:
        model.forward = wrapped.previous


def _run(model: PreTrainedModel, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:  # noqa: ANN401
    wrapped = _wrapped.get(model)
    original = getattr(wrapped, "previous", None) or types.MethodType(type(model).forward, model)
    plan, run = innermost_plan(model), current_pass()
    forward = recorded(original)
    if plan is None or (run is not None and run.plan is plan):
        return forward(*args, **kwargs)
    if model.training and any(_recomputes(module) for module in model.modules()):
        raise InputError(
            f"{type(model).__name__} has gradient checkpointing on: what it computes anew later "
            "would have no temperature. Call model.gradient_checkpointing_disable() first."
        )
    lengths = text_lengths(original, args, kwargs) if plan.adapts else None
    capture = _capture.get()
    run = AttentionPass(plan.layers(lengths), plan=plan, keeps=capture is not None)
    if capture is not None:
        kwargs = {**kwargs, "output_hidden_states": True}
    with in_pass(run):
        output = forward(*args, **kwargs)
    run.check(type(model).__name__)
    if capture is not None:
        capture.weights, capture.hidden = run.weights or [], output["hidden_states"]
    return output


def _recomputes(module: torch.nn.Module) -> bool:
    return bool(getattr(module, "gradient_checkpointing", False))
