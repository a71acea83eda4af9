"""Hidden states of a model of transformers, asked for and kept while one pass of it runs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import PreTrainedModel

from semshift_nb.encoders._recording import Recording, keeping_states
from semshift_nb.encoders._settings import pooling_layer
from semshift_nb.encoders._tempered import wrapping
from semshift_nb.encoders._tokenising import TURN
from semshift_nb.errors import InputError

_widths: WeakKeyDictionary[PreTrainedModel, tuple[int, ...]] = WeakKeyDictionary()


@contextmanager
def recording(models: Sequence[PreTrainedModel]) -> Iterator[Recording]:
    """Ask some models for their hidden states, in this context only.

    Parameters
    ----------
    models : sequence of PreTrainedModel
        The models; other threads may run them meanwhile and notice nothing.

    Yields
    ------
    Recording
        Filled when one of the models has run.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> with recording([]) as kept:
    ...     kept.states
    ()
    """
    with wrapping(models), keeping_states() as kept:
        yield kept


def widths(model: SentenceTransformer, models: Sequence[PreTrainedModel]) -> tuple[int, ...]:
    """Return how many numbers a token has at each layer; found out by running the model once.

    Parameters
    ----------
    model : SentenceTransformer
        The model.
    models : sequence of PreTrainedModel
        The models of transformers in it.

    Returns
    -------
    tuple of int
        One for layer 0 and for each layer after it.

    Raises
    ------
    InputError
        If it gives no hidden states.

    Examples
    --------
    Used by the encoders.
    """
    if not models or models[0] not in _widths:
        with TURN:
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
    """Make a pooling layer for hidden states.

    Parameters
    ----------
    model : SentenceTransformer
        The model whose states they are.
    pooling : {"mean", "cls", "max"} or None
        How; None for the model's own way.
    width : int
        Numbers of a token.

    Returns
    -------
    Pooling
        With the model's own treatment of its prompt's tokens.

    Raises
    ------
    InputError
        If the model has no way of its own.

    Examples
    --------
    Used by the encoders.
    """
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

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> batch = {"attention_mask": torch.tensor([[1, 0]])}
    >>> pooled(torch.tensor([[[1.0], [9.0]]]), batch, Pooling(1, "mean")).tolist()
    [[1.0]]
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

    Parameters
    ----------
    models : sequence of PreTrainedModel
        Changed in place.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> drop_hooks([])
    """
    for module in (module for model in models for module in model.modules()):
        hooks = module._forward_hooks  # noqa: SLF001 - torch has no public list of them
        for place, hook in list(hooks.items()):
            if getattr(hook, "__module__", None) == "transformers.utils.output_capturing":
                del hooks[place]
        module.__dict__.pop("_output_capturing_hooks_installed", None)
