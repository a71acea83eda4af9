"""The two functions in which attention ends, and the temperature that is applied in them.

Whatever an attention class is called and however it comes by its scores, they go either through
torch's fused kernel or through a softmax. While a tempered model runs, these two names of
``torch.nn.functional`` lead through here; all other callers, in this thread or another, go straight
on to the originals. So the model's classes, settings, masks and kernels stay what they were.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import torch
from torch.nn import functional

from semshift_nb.encoders.temperature.plan import LayerTemperature, attention_weights
from semshift_nb.errors import SemshiftError

AttentionFunction = Callable[..., torch.Tensor]

_NAMES = ("scaled_dot_product_attention", "softmax")
_lock = threading.Lock()
_originals: dict[str, AttentionFunction] = {}
_n_open = 0


class AttentionPass:
    """One pass of one model: the temperatures of its layers, in the order in which they attend."""

    def __init__(
        self,
        temperatures: Sequence[LayerTemperature | None],
        *,
        plan: object = None,
        keeps: bool = False,
    ) -> None:
        self.temperatures = temperatures
        self.plan = plan
        self.shapes: list[tuple[int, ...]] = []
        self.weights: list[torch.Tensor] | None = [] if keeps else None

    def next_temperature(self, shape: tuple[int, ...]) -> LayerTemperature | None:
        """Count one more layer that attends.

        Parameters
        ----------
        shape : tuple of int
            Of the queries or the scores: texts, heads, and two more.
        """
        place = len(self.shapes)
        self.shapes.append(shape)
        return self.temperatures[place] if place < len(self.temperatures) else None

    def check(self, name: str) -> None:
        """Refuse what came out if not every layer went through, or more than there are."""
        if len(self.shapes) != len(self.temperatures):
            raise SemshiftError(
                f"{name} attended {len(self.shapes)} times, but its temperatures are for "
                f"{len(self.temperatures)} layers: its layers or its attn_implementation were "
                "changed after it was first tempered, or it skips layers. Load the model anew."
            )


_run: ContextVar[AttentionPass | None] = ContextVar("semshift_run", default=None)


def current_pass() -> AttentionPass | None:
    """Return the pass that this context is in, if any."""
    return _run.get()


@contextmanager
def in_pass(run: AttentionPass | None) -> Iterator[None]:
    """Let all attention of this context belong to a pass."""
    token = _run.set(run)
    try:
        yield
    finally:
        _run.reset(token)


@contextmanager
def attention_patched() -> Iterator[None]:
    """Lead the two functions through here until the last who asked for it has left."""
    global _n_open  # noqa: PLW0603 - the two functions are torch's own global state
    with _lock:
        _n_open += 1
        if _n_open == 1:
            _install()
    try:
        yield
    finally:
        with _lock:
            _n_open -= 1
            if _n_open == 0:
                _uninstall()


def _install() -> None:
    for name, patch in zip(_NAMES, (_kernel, _softmax), strict=True):
        _originals[name] = getattr(functional, name)
        setattr(functional, name, patch)


def _uninstall() -> None:
    for name, patch in zip(_NAMES, (_kernel, _softmax), strict=True):
        if getattr(functional, name) is patch:  # else another has put its own there meanwhile
            setattr(functional, name, _originals[name])


def _kernel(*args: Any, **options: Any) -> torch.Tensor:  # noqa: ANN401
    run = _run.get()
    original = _originals["scaled_dot_product_attention"]
    return original(*args, **options) if run is None else _attend(original, run, *args, **options)


def _softmax(*args: Any, **options: Any) -> torch.Tensor:  # noqa: ANN401
    run = _run.get()
    original = _originals["softmax"]
    return original(*args, **options) if run is None else _soften(original, run, *args, **options)


def _attend(
    original: AttentionFunction,
    run: AttentionPass,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,  # noqa: FBT001, FBT002 - torch's own signature
    scale: float | None = None,
    **options: Any,  # noqa: ANN401
) -> torch.Tensor:
    temperature = run.next_temperature((*query.shape[:-1], key.shape[-2]))
    if temperature is not None:
        query, attn_mask, scale = temperature.before_kernel(query, attn_mask, scale)
    if run.weights is not None:
        weights = attention_weights(query, key, attn_mask, scale, is_causal=is_causal)
        run.weights.append(weights)
    with in_pass(None):
        return original(query, key, value, attn_mask, dropout_p, is_causal, scale=scale, **options)


def _soften(
    original: AttentionFunction,
    run: AttentionPass,
    input: torch.Tensor,  # noqa: A002 - torch's own signature
    dim: int | None = None,
    _stacklevel: int = 3,
    dtype: torch.dtype | None = None,
) -> torch.Tensor:
    if input.ndim != 4 or dim not in (-1, 3):
        return original(input, dim, _stacklevel, dtype)
    temperature = run.next_temperature(tuple(input.shape))
    scores = input if temperature is None else temperature.divide(input)
    # Under one of torch's own modes the original calls the softmax once more by the patched name.
    with in_pass(None):
        weights = original(scores, dim, dtype=dtype).to(dtype or input.dtype)
    if run.weights is not None:
        run.weights.append(weights.float())
    return weights
