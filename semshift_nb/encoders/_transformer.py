"""Any sentence-transformers model as a backend: its whole output, and what lies within it."""

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling

from semshift_nb.encoders._backend import Batch, Look
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._hidden import drop_hooks, pooled, pooling_of, recording, widths
from semshift_nb.encoders._layered import LayerBackend
from semshift_nb.encoders._looks import POOLINGS, check_layer, check_pooling
from semshift_nb.encoders._running import Running
from semshift_nb.encoders._settings import pooling_layer, pooling_name, with_pooling
from semshift_nb.encoders._tempered import models_in
from semshift_nb.encoders._twin import twin_of
from semshift_nb.encoders._vocabulary import Gathered, ids_in, table_of
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates


class TransformerBackend(Running):
    """A sentence-transformers model, and views of its layers and poolings.

    Parameters
    ----------
    model : SentenceTransformer
        The model, which this changes.
    max_length : int or None
        The most tokens the model may see; None for its own limit.
    pooling : str or None
        Another pooling than the model's own.

    Raises
    ------
    InputError
        If a setting does not fit the model.

    Examples
    --------
    Made by ``load_encoder``.
    """

    poolings = POOLINGS

    def __init__(
        self, model: SentenceTransformer, *, max_length: int | None, pooling: str | None
    ) -> None:
        super().__init__(model, max_length=max_length, pooling=pooling)
        self.look = Look()
        self._as_loaded = self._model

    def __copy__(self) -> "TransformerBackend":
        other = object.__new__(type(self))  # a copy within this process needs no state for sending
        other.__dict__.update(self.__dict__)
        return other

    def __getstate__(self) -> dict[str, Any]:
        drop_hooks(self.models)
        return self.__dict__

    @property
    def layers(self) -> range:
        """Layers that there are; found out by running the model once."""
        return range(len(self._widths()))

    @property
    def head(self) -> tuple[str, ...]:
        """Modules with weights after the pooling."""
        modules = list(self._as_loaded)
        pool = pooling_layer(self._as_loaded)
        after = modules[modules.index(pool) + 1 :] if pool is not None else []
        return tuple(type(module).__name__ for module in after if [*module.parameters()])

    def pooling_at(self, look: Look) -> Pooling:
        """Return what pools a layer's states."""
        found = self._widths()
        layer = check_layer(look.layer, range(len(found)))
        return pooling_of(self._as_loaded, check_pooling(look.pooling, POOLINGS), found[layer])

    def at_look(self, look: Look) -> "TransformerBackend | LayerBackend":
        """Give a layer or another pooling of the same model; the model itself is not changed."""
        whole = copy.copy(self)
        whole.look, whole._model = Look(), self._as_loaded  # noqa: SLF001 - a copy of this very class
        if look.layer is not None:
            return LayerBackend(whole, look)
        pooling = check_pooling(look.pooling, POOLINGS)
        if pooling is not None:
            whole.look, whole._model = look, with_pooling(self._as_loaded, pooling)  # noqa: SLF001
        whole.pooling = pooling_name(whole._model)  # noqa: SLF001
        whole.dim = whole._measure_dim()  # noqa: SLF001
        return whole

    def raw_looks(
        self, texts: Sequence[str], role: str, looks: Sequence[Look]
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each look at a layer, in one pass."""
        layers = [(look.layer or 0, self.pooling_at(look)) for look in looks]
        for read in self._reader(role).batches(texts):
            with recording(self.models) as kept:
                passed = self._forward(read.features, role)
            vectors = [pooled(kept.states[layer], passed, pool) for layer, pool in layers]
            yield [
                Batch(read.rows, Encoding(rows.cpu().numpy(), read.n_tokens, read.truncated))
                for rows in vectors
            ]

    def token_ids(self, texts: Sequence[str], role: str) -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees of each text."""
        found: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(texts)
        for read in self._reader(role).batches(texts):
            for row, ids in zip(read.rows, ids_in(read.features), strict=True):
                found[row] = ids
        return found

    def token_states(self, texts: Sequence[str], role: str, layers: Sequence[int]) -> TokenStates:
        """Return the states of the tokens that the model sees of each text."""
        chosen = [check_layer(layer, self.layers) for layer in layers]
        gathered = Gathered(chosen)
        for read in self._reader(role).batches(texts):
            with recording(self.models) as kept:
                passed = self._forward(read.features, role)
            gathered.add(read.rows, passed, kept)
        return gathered.in_order(self._as_loaded.tokenizer)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the model's table of tokens."""
        return table_of(self._as_loaded, self.models)

    def random_twin(self, seed: int) -> "tuple[TransformerBackend, str]":
        """Give a model of the same classes and sizes with fresh weights, and their hash."""
        twin = copy.copy(self)
        twin._as_loaded, key = twin_of(self._as_loaded, seed)  # noqa: SLF001
        twin.models, twin._setting = models_in(twin._as_loaded), None  # noqa: SLF001
        same = twin.at_look(self.look)
        return same, key  # type: ignore[return-value]  # this class's look is no layer

    def _widths(self) -> tuple[int, ...]:
        return widths(self._as_loaded, self.models)
