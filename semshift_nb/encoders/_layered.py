"""A model's hidden states after a layer, pooled: a backend like any other."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._backend import Batch, Look
from semshift_nb.encoders._blocks import Setting
from semshift_nb.encoders.attention import TextAttention
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates

if TYPE_CHECKING:
    from semshift_nb.encoders._transformer import TransformerBackend


class LayerBackend:
    """Hidden states after one layer, pooled.

    Parameters
    ----------
    whole : TransformerBackend
        The model, at its length and temperature.
    look : Look
        The layer, and how its tokens become one vector.

    Raises
    ------
    InputError
        If the model has no such layer, or no way of pooling of its own where none is given.

    Examples
    --------
    Made by ``Encoder.at_layer``.
    """

    def __init__(self, whole: "TransformerBackend", look: Look) -> None:
        self._whole = whole
        self._pooling = whole.pooling_at(look)
        self.look = look
        self.max_length, self.dtype, self.device = whole.max_length, whole.dtype, whole.device
        self.models, self.poolings = whole.models, whole.poolings
        modes = self._pooling.pooling_mode
        self.pooling = modes if isinstance(modes, str) else "+".join(modes)
        self.dim = self._pooling.get_embedding_dimension()

    @property
    def layers(self) -> range:
        """Layers that there are."""
        return self._whole.layers

    @property
    def head(self) -> tuple[str, ...]:
        """What follows the model's own pooling, which is left out here."""
        return self._whole.head

    def prompt(self, role: str) -> str:
        """Return what is put before a text, as the model does."""
        return self._whole.prompt(role)

    def raw(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into rows of any length."""
        for (batch,) in self._whole.raw_looks(texts, role, [self.look]):
            yield batch

    def raw_looks(
        self, texts: Sequence[str], role: str, looks: Sequence[Look]
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each look, in one pass."""
        return self._whole.raw_looks(texts, role, looks)

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into unit rows."""
        return (batch.unit() for batch in self.raw(texts, role))

    def attend(self, texts: Sequence[str], role: str) -> Iterator[TextAttention]:
        """Look at what the whole model does with each text."""
        return self._whole.attend(texts, role)

    def token_ids(self, texts: Sequence[str], role: str) -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees."""
        return self._whole.token_ids(texts, role)

    def token_states(self, texts: Sequence[str], role: str, layers: Sequence[int]) -> TokenStates:
        """Return the states of the tokens that the model sees."""
        return self._whole.token_states(texts, role, layers)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the model's table of tokens."""
        return self._whole.input_embeddings()

    def at_length(self, max_length: int | None) -> "LayerBackend":
        """Give the same layer of the model with another truncation."""
        return LayerBackend(self._whole.at_length(max_length), self.look)

    def tempered(self, setting: Setting) -> "LayerBackend":
        """Give the same layer of the model at a temperature."""
        return LayerBackend(self._whole.tempered(setting), self.look)

    def at_look(self, look: Look) -> "TransformerBackend | LayerBackend":
        """Give another layer or pooling of the model."""
        return self._whole.at_look(look)

    def random_twin(self, seed: int) -> tuple["LayerBackend", str]:
        """Give the same layer of a model with fresh weights, and their hash."""
        twin, key = self._whole.random_twin(seed)
        return LayerBackend(twin, self.look), key
