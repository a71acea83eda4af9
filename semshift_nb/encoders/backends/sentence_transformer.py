"""A sentence-transformers model, run in batches of about equal cost."""

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling

from semshift_nb.encoders.backends.hidden_states import (
    TokenStateCollector,
    drop_hooks,
    know_outputs,
    pooled,
    pooling_of,
    recording,
    table_of,
    text_attention,
    widths,
)
from semshift_nb.encoders.backends.model_config import (
    check_length,
    ends_in_unit_rows,
    n_positions,
    own_max_length,
    pooling_layer,
    pooling_name,
    with_pooling,
    without_normalize,
)
from semshift_nb.encoders.backends.protocol import (
    POOLINGS,
    Batch,
    InputEmbeddings,
    TextAttention,
    TokenStates,
    check_layer,
    check_pooling,
)
from semshift_nb.encoders.backends.random_twin import twin_of
from semshift_nb.encoders.backends.tokenise import Batcher, ids_in, reads_plainly
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.spec import EncodingSpec, LayerPooling
from semshift_nb.encoders.temperature.context import ModelTemperature
from semshift_nb.encoders.temperature.forward_patch import applied, capturing, models_in
from semshift_nb.encoders.texts import prompt_for
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.errors import InputError, by_door, option

_FIRST = np.zeros(1, dtype=np.intp)


class TransformerBackend:
    """A model that ``prepare`` made ready; it is shared by all views, and none changes it."""

    poolings = POOLINGS

    def __init__(self, model: SentenceTransformer) -> None:
        self.model = model
        self.models = models_in(model)
        self.dtype = str(next(model[0].parameters()).dtype).removeprefix("torch.")
        self.device = str(model.device)
        self.max_length = own_max_length(model)
        self.pooling = pooling_name(model)
        self.gives_unit = ends_in_unit_rows(model)
        self._dims: dict[str | None, int] = {None: self._measure_dim(model)}

    def __getstate__(self) -> dict[str, Any]:
        drop_hooks(self.models)
        return self.__dict__

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        know_outputs(self.models)

    @property
    def layers(self) -> range:
        """Layers that there are; found out by running the model once."""
        return range(len(widths(self.model, self.models)))

    @property
    def head(self) -> tuple[str, ...]:
        """Modules with weights after the pooling."""
        modules = list(self.model)
        pool = pooling_layer(self.model)
        after = modules[modules.index(pool) + 1 :] if pool is not None else []
        return tuple(type(module).__name__ for module in after if [*module.parameters()])

    def dim_at(self, at: LayerPooling) -> int:
        """Return how many numbers a vector has there, or refuse what is not there."""
        if at.layer is not None:
            return int(self._pooling_at(at).get_embedding_dimension())
        pooling = check_pooling(at.pooling, POOLINGS)
        if pooling not in self._dims:
            self._dims[pooling] = self._measure_dim(with_pooling(self.model, pooling))
        return self._dims[pooling]

    def length_of(self, max_length: int | None) -> int | None:
        """Return where texts can be cut, or refuse; None asks for all positions."""
        if max_length is None:
            max_length = n_positions(self.model) or own_max_length(self.model)
            if max_length is None:
                return None
        check_length(self.model, max_length)
        if reads_plainly(self.model[0]):
            return max_length
        long = ["one two three " * max_length]
        longest = int(self._batcher("document", max_length).read(long).lengths[0])
        if longest != max_length:
            raise InputError(
                f"{option('max_length')} is {max_length}, but this model cuts a long text at "
                f"{longest} tokens: "
                "its own way of reading texts sets the length. "
                + by_door("Load it with max_length instead.", "Leave it out.")
            )
        return max_length

    def prompt(self, role: str) -> str:
        """Return what is put before a text in a role."""
        return prompt_for(role, self.model.prompts, self.model.default_prompt_name)

    def embed(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into rows as the model gives them, its own ``Normalize`` included."""
        if spec.layer is not None:
            return self.raw(texts, role, spec)
        return self._outputs(with_pooling(self.model, spec.pooling), texts, role, spec)

    def raw(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into rows of any length, before the model's own ``Normalize``."""
        if spec.layer is not None:
            places = [spec.layer_pooling]
            return (batch for (batch,) in self.embed_layers(texts, role, spec, places))
        model = without_normalize(with_pooling(self.model, spec.pooling))
        return self._outputs(model, texts, role, spec)

    def embed_layers(
        self, texts: Sequence[str], role: str, spec: EncodingSpec, places: Sequence[LayerPooling]
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each of some layers, in one pass."""
        layers = [(at.layer or 0, self._pooling_at(at)) for at in places]
        for read in self._batcher(role, spec.max_length).batches(texts):
            with recording(self.models) as kept:
                passed = self._forward(self.model, read.features, role, spec.temperature)
            vectors = [pooled(kept.states[layer], passed, pool) for layer, pool in layers]
            yield [Batch(read.rows, Encoding(rows.cpu().numpy(), read.counts)) for rows in vectors]

    def attend(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> Iterator[TextAttention]:
        """Look at what the whole model does with each text."""
        for text in texts:
            reading = self._batcher(role, spec.max_length).read([text])
            features = reading.features(_FIRST)
            with capturing() as capture:
                self._forward(self.model, features, role, spec.temperature)
            yield text_attention(
                text, features, capture, tokenizer=self.model.tokenizer, read=reading.counts
            )

    def token_ids(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees of each text."""
        found: list[NDArray[np.int64]] = [np.zeros(0, np.int64)] * len(texts)
        for read in self._batcher(role, spec.max_length).batches(texts):
            for row, ids in zip(read.rows, ids_in(read.features), strict=True):
                found[row] = ids
        return found

    def token_spans(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> list[NDArray[np.int64]]:
        """Return where the tokens that the model sees stand, in characters of each text."""
        return self._batcher(role, spec.max_length).spans(texts)

    def token_counts(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> TokenCounts:
        """Count the tokens that there are, and those that are seen and unknown."""
        return self._batcher(role, spec.max_length).token_counts(texts)

    def token_states(
        self, texts: Sequence[str], role: str, spec: EncodingSpec, layers: Sequence[int]
    ) -> TokenStates:
        """Return the states of the tokens that the model sees of each text."""
        chosen = [check_layer(layer, self.layers) for layer in layers]
        gathered = TokenStateCollector(chosen)
        for read in self._batcher(role, spec.max_length).batches(texts):
            with recording(self.models) as kept:
                passed = self._forward(self.model, read.features, role, spec.temperature)
            gathered.add(read.rows, passed, kept)
        return gathered.in_order(self.model.tokenizer)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the model's table of tokens."""
        return table_of(self.model, self.models)

    def random_twin(self, seed: int) -> "tuple[TransformerBackend, str]":
        """Give a model of the same classes and sizes with fresh weights, and their hash."""
        twin, key = twin_of(self.model, seed)
        return TransformerBackend(twin), key

    def _batcher(self, role: str, max_length: int | None) -> Batcher:
        return Batcher(self.model, role, self.prompt(role), max_length)

    def _outputs(
        self, model: SentenceTransformer, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> Iterator[Batch]:
        """Run the model, or one that shares its layers, to its end."""
        for read in self._batcher(role, spec.max_length).batches(texts):
            vectors = _vectors(model, self._forward(model, read.features, role, spec.temperature))
            yield Batch(read.rows, Encoding(vectors, read.counts))

    @torch.inference_mode()
    def _forward(
        self,
        model: SentenceTransformer,
        features: dict[str, Any],
        role: str,
        temperature: ModelTemperature | None,
    ) -> dict[str, Any]:
        placed = {
            name: value.to(model.device) if isinstance(value, torch.Tensor) else value
            for name, value in features.items()
        }
        with nullcontext() if temperature is None else applied(temperature):
            passed: dict[str, Any] = model(placed, task=role)
        return passed

    def _pooling_at(self, at: LayerPooling) -> Pooling:
        """Return what pools a layer's states."""
        found = widths(self.model, self.models)
        layer = check_layer(at.layer, range(len(found)))
        return pooling_of(self.model, check_pooling(at.pooling, POOLINGS), found[layer])

    def _measure_dim(self, model: SentenceTransformer) -> int:
        features = self._batcher("document", self.max_length).read(["a"]).features(_FIRST)
        return int(_vectors(model, self._forward(model, features, "document", None)).shape[1])


def _vectors(model: SentenceTransformer, passed: dict[str, Any]) -> NDArray[np.float32]:
    vectors = passed["sentence_embedding"][:, : model.truncate_dim]
    return np.asarray(vectors.float().cpu().numpy(), dtype=np.float32)
