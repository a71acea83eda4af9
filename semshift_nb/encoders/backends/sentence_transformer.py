"""A sentence-transformers model, run in batches of about equal cost."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling

from semshift_nb.encoders.backends.attention import text_attention
from semshift_nb.encoders.backends.hidden_states import (
    TokenStateCollector,
    drop_hooks,
    ids_in,
    pooled,
    pooling_of,
    recording,
    table_of,
    widths,
)
from semshift_nb.encoders.backends.model_config import (
    check_length,
    n_positions,
    own_max_length,
    pooling_layer,
    pooling_name,
    prompt_for,
    set_max_length,
    set_pooling,
    with_pooling,
    without_normalize,
)
from semshift_nb.encoders.backends.protocol import (
    POOLINGS,
    Batch,
    InputEmbeddings,
    LayerPooling,
    TextAttention,
    TokenStates,
    check_layer,
    check_pooling,
)
from semshift_nb.encoders.backends.random_twin import twin_of
from semshift_nb.encoders.backends.tokenise import Batcher, reads_plainly
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.temperature.context import ModelTemperature
from semshift_nb.encoders.temperature.forward_patch import applied, capturing, models_in
from semshift_nb.errors import InputError


class Running:
    """A sentence-transformers model, run in batches of about equal cost."""

    def __init__(
        self, model: SentenceTransformer, *, max_length: int | None, pooling: str | None
    ) -> None:
        if pooling is not None:
            set_pooling(model, pooling)
        if max_length is not None:
            set_max_length(model, max_length)
        self._model = model.eval()
        self.dtype = str(next(model[0].parameters()).dtype).removeprefix("torch.")
        self.max_length = own_max_length(model)
        self.pooling = pooling_name(model)
        self.device = str(model.device)
        for module in list(model)[1:]:
            module.float()
        # Pooling and what follows are done in float32 whatever the number format of the layers.
        model[0].register_forward_hook(_to_float32)
        self.models = models_in(model)
        self._setting: ModelTemperature | None = None
        self.dim = self._measure_dim()

    def prompt(self, role: str) -> str:
        """Return what is put before a text in a role."""
        return prompt_for(role, self._model.prompts, self._model.default_prompt_name)

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into unit rows."""
        return (batch.unit() for batch in self._batches(texts, role))

    def raw(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into rows of any length, before the model's own ``Normalize``."""
        other = copy.copy(self)
        other._model = without_normalize(self._model)  # noqa: SLF001 - a copy of this very class
        return other._batches(texts, role)  # noqa: SLF001

    def attend(self, texts: Sequence[str], role: str) -> Iterator[TextAttention]:
        """Look at what the model does with each text."""
        only = np.zeros(1, dtype=np.intp)
        for text in texts:
            reading = self._reader(role).read([text])
            features = reading.features(only)
            with capturing() as capture:
                self._forward(features, role)
            truncated = bool(reading.n_tokens[0] > reading.lengths[0])
            yield text_attention(
                text, features, capture, tokenizer=self._model.tokenizer, truncated=truncated
            )

    def at_length(self, max_length: int | None) -> Self:
        """Give the same model with another truncation; the model itself is not changed."""
        if max_length is None:
            max_length = n_positions(self._model) or own_max_length(self._model)
            if max_length is None:
                return self
        check_length(self._model, max_length)
        other = copy.copy(self)
        other.max_length = max_length
        if reads_plainly(self._model[0]):
            return other
        reader = other._reader("document")  # noqa: SLF001
        longest = int(reader.read(["one two three " * max_length]).lengths[0])
        if longest != max_length:
            raise InputError(
                f"max_length is {max_length}, but this model cuts a long text at {longest} tokens: "
                "its own way of reading texts sets the length. Load it with max_length instead."
            )
        return other

    def tempered(self, setting: ModelTemperature) -> Self:
        """Give the same model at a temperature; the model itself is not changed."""
        other = copy.copy(self)
        other._setting = setting  # noqa: SLF001 - a copy of this very class
        return other

    def _reader(self, role: str) -> Batcher:
        return Batcher(self._model, role, self.prompt(role), self.max_length)

    def _batches(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        for read in self._reader(role).batches(texts):
            vectors = self._vectors(self._forward(read.features, role))
            yield Batch(read.rows, Encoding(vectors, read.n_tokens, read.truncated))

    @torch.inference_mode()
    def _forward(self, features: dict[str, Any], role: str) -> dict[str, Any]:
        placed = {
            name: value.to(self._model.device) if isinstance(value, torch.Tensor) else value
            for name, value in features.items()
        }
        with nullcontext() if self._setting is None else applied(self._setting):
            passed: dict[str, Any] = self._model(placed, task=role)
        return passed

    def _vectors(self, passed: dict[str, Any]) -> NDArray[np.float32]:
        vectors = passed["sentence_embedding"][:, : self._model.truncate_dim]
        return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)

    def _measure_dim(self) -> int:
        features = self._reader("document").read(["a"]).features(np.zeros(1, dtype=np.intp))
        return int(self._vectors(self._forward(features, "document")).shape[1])


def _to_float32(module: object, arguments: object, features: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG001
    return {
        name: value.float() if torch.is_tensor(value) and value.is_floating_point() else value
        for name, value in features.items()
    }


class LayerBackend:
    """Hidden states after one layer, pooled."""

    def __init__(self, whole: "TransformerBackend", look: LayerPooling) -> None:
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
        self, texts: Sequence[str], role: str, looks: Sequence[LayerPooling]
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

    def tempered(self, setting: ModelTemperature) -> "LayerBackend":
        """Give the same layer of the model at a temperature."""
        return LayerBackend(self._whole.tempered(setting), self.look)

    def at_look(self, look: LayerPooling) -> "TransformerBackend | LayerBackend":
        """Give another layer or pooling of the model."""
        return self._whole.at_look(look)

    def random_twin(self, seed: int) -> tuple["LayerBackend", str]:
        """Give the same layer of a model with fresh weights, and their hash."""
        twin, key = self._whole.random_twin(seed)
        return LayerBackend(twin, self.look), key


class TransformerBackend(Running):
    """A sentence-transformers model, and views of its layers and poolings."""

    poolings = POOLINGS

    def __init__(
        self, model: SentenceTransformer, *, max_length: int | None, pooling: str | None
    ) -> None:
        super().__init__(model, max_length=max_length, pooling=pooling)
        self.look = LayerPooling()
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

    def pooling_at(self, look: LayerPooling) -> Pooling:
        """Return what pools a layer's states."""
        found = self._widths()
        layer = check_layer(look.layer, range(len(found)))
        return pooling_of(self._as_loaded, check_pooling(look.pooling, POOLINGS), found[layer])

    def at_look(self, look: LayerPooling) -> "TransformerBackend | LayerBackend":
        """Give a layer or another pooling of the same model; the model itself is not changed."""
        whole = copy.copy(self)
        whole.look, whole._model = LayerPooling(), self._as_loaded  # noqa: SLF001 - a copy of this very class
        if look.layer is not None:
            return LayerBackend(whole, look)
        pooling = check_pooling(look.pooling, POOLINGS)
        if pooling is not None:
            whole.look, whole._model = look, with_pooling(self._as_loaded, pooling)  # noqa: SLF001
        whole.pooling = pooling_name(whole._model)  # noqa: SLF001
        whole.dim = whole._measure_dim()  # noqa: SLF001
        return whole

    def raw_looks(
        self, texts: Sequence[str], role: str, looks: Sequence[LayerPooling]
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
        gathered = TokenStateCollector(chosen)
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
