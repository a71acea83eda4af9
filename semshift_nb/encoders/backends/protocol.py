"""What an encoder needs of a model, and what it gives back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.encoding import Encoding, unit_rows
from semshift_nb.encoders.spec import EncodingSpec, LayerPooling
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.errors import InputError
from semshift_nb.validation import is_whole

if TYPE_CHECKING:
    from transformers import PreTrainedModel


POOLINGS = ("mean", "cls", "max")


def check_layer(layer: object, layers: range) -> int:
    """Return a layer's number."""
    if not is_whole(layer) or layer not in layers:
        there = (
            "layer 0 only, the table of its tokens, which no layer follows"
            if len(layers) == 1
            else f"layers 0 (what goes into the first) to {layers[-1]} (what the last gives)"
        )
        raise InputError(
            f"layer is {layer!r}, but this model has {there}; None is the model's whole output."
        )
    return int(layer)


def check_pooling(pooling: object, poolings: Sequence[str]) -> str | None:
    """Return a pooling's name."""
    if pooling is None or pooling in poolings:
        return pooling  # type: ignore[return-value]
    why = "" if len(poolings) == len(POOLINGS) else ", for special tokens are left out here"
    raise InputError(
        f"pooling is {pooling!r}: expected one of {', '.join(map(repr, poolings))}{why}, or None "
        "for the model's own."
    )


@dataclass(frozen=True, eq=False)
class TextAttention:
    """What a model did with one text.

    Attributes
    ----------
    text : str
        The text as it came.
    tokens : list of str
        The n tokens that the model saw, prompt and special tokens included, readable.
    special : ndarray of shape (n,), bool
        Which of them are special tokens.
    weights : ndarray of shape (n_layers, n_heads, n, n), float32
        How much each token (row) attended to each (column); rows sum to 1. A tuple of one array of
        shape (n_heads, n, n) for each layer where their numbers of heads differ.
    hidden : ndarray of shape (n_layers + 1, n, width), float32
        What went into the first layer, and what came out of each.
    truncated : bool
        Whether the text goes on after these tokens.
    unknown : float
        Which share of these tokens, special ones left out, the model does not know.
    """

    text: str
    tokens: list[str]
    special: NDArray[np.bool_]
    weights: NDArray[np.float32] | tuple[NDArray[np.float32], ...]
    hidden: NDArray[np.float32]
    truncated: bool
    unknown: float = 0.0


@dataclass(frozen=True, eq=False)
class InputEmbeddings:
    """The table in which a model looks up its tokens.

    Attributes
    ----------
    tokens : list of str
        The vocabulary's entries as the tokenizer writes them, such as ``"##ing"``.
    vectors : ndarray of shape (n_vocab, width), float32
        Their vectors, before positions are added and before any layer.
    special : ndarray of shape (n_vocab,), bool
        Which of them stand for no text, such as ``[CLS]``.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> table = load_encoder("static", store=None).input_embeddings()
    >>> table.vectors.shape, table.tokens[2000]
    ((30522, 384), 'to')
    """

    tokens: list[str]
    vectors: NDArray[np.float32]
    special: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class TokenStates:
    """Hidden states of the tokens of some texts.

    Attributes
    ----------
    rows : ndarray of shape (n_tokens,), int64
        Which text a token belongs to; texts and tokens come in order.
    ids : ndarray of shape (n_tokens,), int64
        Where it stands in ``Encoder.input_embeddings``.
    special : ndarray of shape (n_tokens,), bool
        Whether it stands for no text.
    states : mapping of int to ndarray of shape (n_tokens, width), float32
        Its state after each layer; 0 is what goes into the first.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> tokens = load_encoder("minilm", store=None).token_states(["a river"], layers=[0, 6])
    >>> tokens.special.tolist(), tokens.states[6].shape
    ([True, False, False, True], (4, 384))
    """

    rows: NDArray[np.int64]
    ids: NDArray[np.int64]
    special: NDArray[np.bool_]
    states: Mapping[int, NDArray[np.float32]]


@dataclass(frozen=True, eq=False)
class Batch:
    """Some texts that went through the model together.

    Attributes
    ----------
    rows : ndarray of shape (n_batch,)
        Where these texts stand in the list that was handed in.
    encoding : Encoding
        One row for each of them; a zero row where the model gave no direction.
    """

    rows: NDArray[np.intp]
    encoding: Encoding

    def unit(self) -> "Batch":
        """Give the same texts with rows of unit length."""
        return Batch(self.rows, replace(self.encoding, vectors=unit_rows(self.encoding.vectors)))


class Backend(Protocol):
    """A model that turns texts into rows, batch by batch, as a spec has it."""

    @property
    def max_length(self) -> int | None:
        """The most tokens that the model sees of itself; None for no limit."""
        ...

    @property
    def pooling(self) -> str:
        """How tokens become one vector, of itself."""
        ...

    @property
    def dtype(self) -> str:
        """In what the model computes."""
        ...

    @property
    def device(self) -> str:
        """Where it computes."""
        ...

    @property
    def models(self) -> "tuple[PreTrainedModel, ...]":
        """The transformers inside, for TempScale."""
        ...

    @property
    def layers(self) -> range:
        """Layers that there are."""
        ...

    @property
    def head(self) -> tuple[str, ...]:
        """What follows the pooling."""
        ...

    @property
    def poolings(self) -> tuple[str, ...]:
        """Poolings that there are."""
        ...

    @property
    def gives_unit(self) -> bool:
        """Whether the model itself brings what it pools to unit length."""
        ...

    def dim_at(self, at: LayerPooling) -> int:
        """Return how many numbers a vector has there, or refuse what is not there."""
        ...

    def length_of(self, max_length: int | None) -> int | None:
        """Return where texts can be cut, or refuse; None asks for the most there can be."""
        ...

    def prompt(self, role: str) -> str:
        """Return what goes before a text of this role."""
        ...

    def embed(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into rows as the model gives them, its own ``Normalize`` included."""
        ...

    def raw(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into rows of any length, before the model's own ``Normalize``."""
        ...

    def embed_layers(
        self, texts: Sequence[str], role: str, spec: EncodingSpec, places: Sequence[LayerPooling]
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each of some layers, in one pass."""
        ...

    def attend(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> Iterator[TextAttention]:
        """Look at what the model does with each text."""
        ...

    def token_ids(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees."""
        ...

    def token_spans(
        self, texts: Sequence[str], role: str, spec: EncodingSpec
    ) -> list[NDArray[np.int64]]:
        """Return where in each text the tokens that the model sees stand."""
        ...

    def token_counts(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> TokenCounts:
        """Count the tokens that there are, and those that are seen and unknown."""
        ...

    def token_states(
        self, texts: Sequence[str], role: str, spec: EncodingSpec, layers: Sequence[int]
    ) -> TokenStates:
        """Return the states of the tokens that the model sees."""
        ...

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table of tokens."""
        ...

    def random_twin(self, seed: int) -> "tuple[Backend, str]":
        """Give a model with fresh weights, and their hash."""
        ...
