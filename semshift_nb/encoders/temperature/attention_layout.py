"""Where a model attends: how many layers, with how many heads, found out by running it once."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch.nn import functional
from torch.nn.modules import module as hooks
from torch.overrides import TorchFunctionMode
from transformers import PreTrainedModel

from semshift_nb.encoders.temperature.attention_patch import (
    AttentionPass,
    attention_patched,
    current_pass,
    in_pass,
)
from semshift_nb.errors import InputError

_N_TEXTS, _N_TOKENS = 2, 5
_FAILURES = (
    *(AttributeError, IndexError, KeyError, NotImplementedError),
    *(RuntimeError, TypeError, ValueError),
)
_KERNEL = functional.scaled_dot_product_attention
_SOFTMAXES = (functional.softmax, torch.softmax, torch.special.softmax, torch.Tensor.softmax)


@dataclass(frozen=True)
class AttentionLayout:
    """Where a model attends."""

    heads: tuple[int, ...]
    spans: tuple[str, ...]


_known: WeakKeyDictionary[PreTrainedModel, AttentionLayout] = WeakKeyDictionary()
_lock = threading.Lock()


def attention_layout(model: PreTrainedModel) -> AttentionLayout:
    """Find out where a model attends, once."""
    found = _known.get(model)
    if found is None:
        found = _probe(model)
        with _lock:
            _known[model] = found
    return found


def refuse_compiled(module: torch.nn.Module) -> None:
    """Refuse a module whose calls no longer come by the functions of torch."""
    # By its name, for to import what compiles takes seconds and tens of megabytes.
    wrapper = type(module).__name__ == "OptimizedModule"
    in_place = getattr(module, "_compiled_call_impl", None) is not None
    if wrapper or in_place or isinstance(module, torch.jit.ScriptModule):
        what = type(module._orig_mod if wrapper else module).__name__  # noqa: SLF001
        raise InputError(
            f"no temperature can be applied: {what} is compiled. Hand in the model as it was."
        )


def _probe(model: PreTrainedModel) -> AttentionLayout:
    for module in model.modules():
        refuse_compiled(module)
    run = AttentionPass([])
    watch = _Watch(run)
    with attention_patched(), in_pass(run), watch.modules(), watch, _undisturbed(model):
        try:
            model(**_two_texts(model))
        except _FAILURES as error:
            raise InputError(
                f"{type(model).__name__} could not be run on token ids alone "
                f"({type(error).__name__}: {error}): hand in the part that encodes text, such as "
                "model.get_encoder()."
            ) from error
    watch.check(model)
    total = len(run.shapes)
    spans = [
        name
        for name, module in model.named_modules()
        if isinstance(module, PreTrainedModel) and watch.attended.get(module) == total
    ]
    return AttentionLayout(tuple(shape[1] for shape in run.shapes), tuple(spans))


class _Watch(TorchFunctionMode):
    """What goes on in a model while it is tried."""

    def __init__(self, run: AttentionPass) -> None:
        super().__init__()
        self.run = run
        self.attended: dict[torch.nn.Module, int] = {}
        self._past_the_patch: list[str] = []
        self._inside: list[tuple[torch.nn.Module, int]] = []
        self._n_seen = 0

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: object,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401
        kwargs = kwargs or {}
        if func is _KERNEL or (_is_softmax(func) and _over_tokens(*args, **kwargs)):
            n_through = len(self.run.shapes)
            if n_through == self._n_seen:  # called by another name than the one that leads there
                self._past_the_patch.append(type(self._inside[-1][0]).__name__)
            self._n_seen = n_through
        return func(*args, **kwargs)

    @contextmanager
    def modules(self) -> Iterator[None]:
        """Note which modules run, and how often there was attention in each."""
        before = hooks.register_module_forward_pre_hook(self._enter)
        after = hooks.register_module_forward_hook(self._leave)
        try:
            yield
        finally:
            before.remove()
            after.remove()

    def check(self, model: PreTrainedModel) -> None:
        """Refuse a model that attends where no temperature is applied."""
        deaf = [type(module).__name__ for module, n in self.attended.items() if not n]
        deaf = [name for name in deaf if "attention" in name.lower() or "attn" in name.lower()]
        expected = (_N_TEXTS, _N_TOKENS, _N_TOKENS)
        odd = [
            f"scores of shape {shape}"
            for shape in self.run.shapes
            if (*shape[:-3], *shape[-2:]) != expected
        ]
        unknown = [*dict.fromkeys([*deaf, *self._past_the_patch, *odd])]
        if unknown or not self.run.shapes:
            where = f"in {', '.join(unknown)}" if unknown else "anywhere in it"
            how = getattr(model.config, "_attn_implementation", None)
            raise InputError(
                f"no temperature can be applied to {type(model).__name__}: no attention that is "
                f"understood was found {where} (its attn_implementation is {how!r}). Load it with "
                'attn_implementation="sdpa" or "eager", or use another model.'
            )

    def _enter(self, module: torch.nn.Module, arguments: object) -> None:  # noqa: ARG002
        if current_pass() is self.run:  # no other thread's
            self._inside.append((module, len(self.run.shapes)))

    def _leave(self, module: torch.nn.Module, arguments: object, output: object) -> None:  # noqa: ARG002
        if current_pass() is self.run:
            _, n_before = self._inside.pop()
            n_within = len(self.run.shapes) - n_before
            self.attended[module] = self.attended.get(module, 0) + n_within


def _is_softmax(func: object) -> bool:
    # While it is patched, torch itself calls the softmax by the patched name.
    return func is functional.softmax or func in _SOFTMAXES


def _over_tokens(scores: torch.Tensor, *arguments: object, **options: object) -> bool:  # noqa: ARG001
    return scores.ndim > 2 and scores.shape[-1] == _N_TOKENS


def _two_texts(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    n_known = getattr(model.config.get_text_config(), "vocab_size", _N_TOKENS)
    ids = torch.arange(_N_TEXTS * _N_TOKENS, device=model.device) % n_known
    ids = ids.view(_N_TEXTS, _N_TOKENS)
    return {"input_ids": ids, "attention_mask": torch.ones_like(ids)}


@contextmanager
def _undisturbed(model: PreTrainedModel) -> Iterator[None]:
    # A model in training draws for its dropout, and what is drawn later must not change by that.
    kind = model.device.type
    devices = [] if kind == "cpu" else [model.device]
    with torch.no_grad(), torch.random.fork_rng(devices, device_type=kind):
        yield
