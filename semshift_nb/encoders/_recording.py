"""Hidden states that a model is asked for while it runs."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import torch


@dataclass
class Recording:
    """What a pass left behind.

    Attributes
    ----------
    states : tuple of Tensor of shape (n_texts, n, width)
        What went into the first layer, and what came out of each.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> Recording().states
    ()
    """

    states: tuple[torch.Tensor, ...] = ()


_recording: ContextVar[Recording | None] = ContextVar("semshift_recording", default=None)


@contextmanager
def keeping_states() -> Iterator[Recording]:
    """Keep the hidden states of the model that runs next, if it leads through ``recorded``.

    Yields
    ------
    Recording
        Filled when it has run.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> with keeping_states() as kept:
    ...     kept.states
    ()
    """
    kept = Recording()
    token = _recording.set(kept)
    try:
        yield kept
    finally:
        _recording.reset(token)


def recorded(forward: Callable[..., Any]) -> Callable[..., Any]:
    """Give a model's ``forward`` that leaves its hidden states, where they are asked for.

    Parameters
    ----------
    forward : callable
        The model's own.

    Returns
    -------
    callable
        The same one where nobody asks.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> recorded(len) is len
    True
    """
    kept = _recording.get()
    if kept is None:
        return forward

    def ask(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        output = forward(*args, **{**kwargs, "output_hidden_states": True})
        states = output.get("hidden_states") if hasattr(output, "get") else None
        kept.states = tuple(states or ())  # of models in one another the outermost is the last
        return output

    return ask
