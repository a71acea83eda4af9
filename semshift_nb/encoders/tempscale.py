"""TempScale: another temperature in a model's attention, for as long as a block is open."""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from semshift_nb.encoders.temperature.schedule import Tau
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer
    from transformers import PreTrainedModel

    from semshift_nb.encoders.encoder import Encoder

    Model = Encoder | SentenceTransformer | PreTrainedModel


def tempscale(model: "Model", tau: Tau) -> AbstractContextManager[None]:
    r"""Divide a model's attention scores by a temperature before their softmax.

    Attention becomes softmax((QK' / sqrt(d) + B + M) / tau), with B what positions add and M the
    mask; tau below 1 sharpens it, 1 leaves the model exactly as it is. Weights, settings, masks and
    the fused kernels stay what they are.

    Parameters
    ----------
    model : Encoder, SentenceTransformer or PreTrainedModel
        What to temper. Inside a block, the innermost one that names a model holds for it; it
        replaces the others. It holds for this thread only, like all context variables.
    tau : float, sequence of float, sequence of sequences of float, or callable
        One temperature, one for each layer, one for each layer and head, or a function that takes
        a text's number of tokens (prompt and special tokens included) and gives any of these: then
        each text of a batch has its own. Layers count in the order in which they attend.

    Returns
    -------
    context manager
        The model is tempered until it is left, however it is left.

    Raises
    ------
    InputError
        If ``tau`` is not positive and finite or does not fit the model's layers and heads, or if
        there is attention in the model that no temperature can be applied to.

    References
    ----------
    Zhou et al., "Length-Induced Embedding Collapse in Transformer-based Models", ACL 2025,
    arXiv 2410.24200.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> encoder = load_encoder("minilm", store=None)
    >>> with tempscale(encoder, 0.8):
    ...     encoder.temperature.tau
    0.8
    """
    # Imported late: it takes seconds, and loading the library should not.
    import torch

    from semshift_nb.encoders.encoder import Encoder
    from semshift_nb.encoders.temperature.forward_patch import applied, model_temperature, models_in

    if isinstance(model, Encoder):
        tempered = model_temperature(model.backend.models, tau, name=model.name)
        return applied(tempered, model.spec.temperature)
    # Whatever the types say, anything may come.
    module: object = model
    models = models_in(module) if isinstance(module, torch.nn.Module) else ()
    if not models:
        raise InputError(
            f"tempscale takes an encoder, a SentenceTransformer or a model of transformers, and "
            f"{type(model).__name__} is none and holds none."
        )
    return applied(model_temperature(models, tau, name=type(model).__name__))
