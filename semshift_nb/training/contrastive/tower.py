"""A model that is trained: a copy of an encoder's own, up to some layer."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from semshift_nb.encoders import Encoder
from semshift_nb.encoders.backends.hidden_states import drop_hooks, pooling_of
from semshift_nb.encoders.backends.sentence_transformer import TransformerBackend
from semshift_nb.encoders.backends.tokenise import Batcher, TokenizedTexts
from semshift_nb.encoders.temperature.forward_patch import models_in
from semshift_nb.errors import InputError
from semshift_nb.training.loop import looking_at

_PROBES = ("A river runs to the sea.", "Prices rose again in spring, which nobody had expected.")
_SAME = 1e-3
_BATCH = 64


class Tower(torch.nn.Module):
    """Texts to unit rows, by weights of its own that can be trained.

    Parameters
    ----------
    encoder : Encoder
        Where it begins; one of ``at_layer`` is cut after that layer. It stays as it is.
    max_length : int
        The most tokens of a text.

    Raises
    ------
    InputError
        If the encoder has no layers to train, a temperature or transforms, or cannot be cut there.
    """

    def __init__(self, encoder: Encoder, *, max_length: int) -> None:
        super().__init__()
        backend = _trainable(encoder)
        length = encoder.at_length(max_length).max_length
        self._batcher = Batcher(backend.model, "document", backend.prompt("document"), length)
        drop_hooks(backend.models)
        self.model = copy.deepcopy(backend.model)
        for weights in self.model.parameters():
            weights.requires_grad_(True)  # noqa: FBT003 - torch's own
        self.pooling: torch.nn.Module | None = None
        if encoder.layer is not None:
            self._cut(encoder)

    def _cut(self, encoder: Encoder) -> None:
        layer, last = int(encoder.layer or 0), encoder.layers[-1]
        (transformer,) = models_in(self.model)
        stacks = [
            (module, name)
            for module in transformer.modules()
            for name, child in module.named_children()
            if isinstance(child, torch.nn.ModuleList) and len(child) == last
        ]
        for module, name in stacks:
            setattr(module, name, getattr(module, name)[:layer])
        self.pooling = pooling_of(self.model, encoder.spec.pooling, encoder.dim)
        own = self.vectors(_PROBES)
        there = encoder.at_length(self._batcher.max_length).without_store().encode(_PROBES)
        if len(stacks) != 1 or np.abs(own - there).max() > _SAME:
            raise InputError(
                f"{encoder.name}: a model of this kind cannot be cut after layer {layer}; train "
                "its whole output, without a layer."
            )

    def forward(self, features: Mapping[str, Any]) -> torch.Tensor:
        """Turn features of n_texts texts into unit rows of shape (n_texts, dim)."""
        device = next(self.model.parameters()).device
        placed = {
            name: value.to(device) if isinstance(value, torch.Tensor) else value
            for name, value in features.items()
        }
        if self.pooling is None:
            rows = self.model(placed)["sentence_embedding"]
        else:
            rows = self.pooling(self.model[0](placed))["sentence_embedding"]
        return functional.normalize(rows.float(), dim=1)

    def read(self, texts: Sequence[str]) -> TokenizedTexts:
        """Read texts once, to be asked for their features by number."""
        return self._batcher.read(texts)

    def vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Turn texts into unit rows as they are now, without gradients or dropout."""
        with looking_at(self):
            return self.rows_of(self.read(texts), len(texts))

    def rows_of(self, read: TokenizedTexts, n_texts: int) -> NDArray[np.float32]:
        """Turn texts that were read into unit rows, batch by batch."""
        parts = np.array_split(np.arange(n_texts), -(-n_texts // _BATCH))
        return np.concatenate([self(read.features(rows)).cpu().numpy() for rows in parts])


def _trainable(encoder: Encoder) -> TransformerBackend:
    backend = encoder.backend
    if not isinstance(backend, TransformerBackend) or len(backend.models) != 1:
        raise InputError(
            f"{encoder.name} has no layers that could be trained: expected a model of "
            "transformers, such as minilm."
        )
    if encoder.spec.temperature is not None or encoder.spec.transforms:
        raise InputError(
            f"{encoder.name} has a temperature, or something is done to its vectors afterwards: "
            "hand in the model as it is."
        )
    return backend
