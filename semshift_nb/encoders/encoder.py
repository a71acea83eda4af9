"""The encoder: a model, the spec by which it is used, and the store before it."""

import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.backends.protocol import (
    Backend,
    Batch,
    InputEmbeddings,
    TextAttention,
    TokenStates,
    check_pooling,
)
from semshift_nb.encoders.cache import Count, Tally, VectorCache
from semshift_nb.encoders.encoding import Encoding, NoDirectionError, list_positions
from semshift_nb.encoders.progress import progress
from semshift_nb.encoders.spec import EncodingSpec
from semshift_nb.encoders.store.key import StoreKey
from semshift_nb.encoders.store.store import Store
from semshift_nb.encoders.temperature.context import UNTOUCHED, ModelTemperature
from semshift_nb.encoders.temperature.schedule import Tau, Temperature
from semshift_nb.encoders.texts import ROLES, check_max_length, check_role, check_texts, distinct
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.encoders.transforms import (
    Transform,
    apply,
    check_transform,
    dim_after,
    transformed,
)
from semshift_nb.errors import InputError, SemshiftError, by_door
from semshift_nb.names import temperature_name
from semshift_nb.validation import is_whole

#: What becomes of texts whose vector is zero.
NoDirection: TypeAlias = Literal["raise", "zero"]


@dataclass(frozen=True)
class ModelIdentity:
    """What a model is called, which version it is, and a hash over all that makes it."""

    name: str
    revision: str
    fingerprint: str
    #: Whether its folder does not say how tokens become one vector.
    pooling_guessed: bool = False
    #: By which similarity it says that its vectors are compared.
    similarity: str = "cosine"

    def twin(self, seed: int, weights: str) -> "ModelIdentity":
        """Give that of its random twin, of which the weights' hash is known."""
        marked = f"{self.fingerprint} random {seed} {weights}"
        fingerprint = hashlib.sha256(marked.encode()).hexdigest()
        return replace(self, name=f"{self.name} (random {seed})", fingerprint=fingerprint)


@dataclass(frozen=True, eq=False, repr=False)
class Encoder:
    """A model that turns texts into unit vectors; made by ``load_encoder``.

    Parameters
    ----------
    backend : Backend
        The model, shared by all encoders that are views of it.
    identity : ModelIdentity
        What the model is.
    spec : EncodingSpec
        How it is used here.
    cache : VectorCache
        Where vectors are kept.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).encode(["a river", "a bank"]).shape
    (2, 384)
    """

    backend: Backend
    identity: ModelIdentity
    spec: EncodingSpec
    cache: VectorCache

    def __repr__(self) -> str:
        guessed = " (guessed)" if self.pooling_guessed else ""
        prompts = f", prompts={self.prompts}" if any(self.prompts.values()) else ""
        similarity = f", similarity={self.similarity!r}" if self.similarity != "cosine" else ""
        return (
            f"Encoder({self.name!r}, dim={self.dim}, max_length={self.max_length}, "
            f"pooling={self.pooling!r}{guessed}, dtype={self.dtype!r}, device={self.device!r}, "
            f"temperature={self.temperature}{prompts}{similarity})"
        )

    @property
    def name(self) -> str:
        """What the encoder is called in tables: the model, where in it, what was done after it."""
        place = self.identity.name + self.spec.label(self.backend.pooling)
        return ", ".join([place, *(transform.name for transform in self.spec.transforms)])

    @property
    def revision(self) -> str:
        """Which version of the model it is."""
        return self.identity.revision

    @property
    def fingerprint(self) -> str:
        """sha256 over the model's weights, tokenizer and settings, and over what sets a view apart.

        Such as the temperature, the layer, and what is done to the vectors afterwards.
        """
        key = self.temperature.key
        parts = [
            *([] if key == UNTOUCHED.key else [key]),
            *filter(None, [self.spec.label(self.backend.pooling)]),
            *(transform.key for transform in self.spec.transforms),
        ]
        if not parts:
            return self.identity.fingerprint
        return hashlib.sha256(" ".join([self.identity.fingerprint, *parts]).encode()).hexdigest()

    @property
    def store(self) -> Store | None:
        """Where vectors are kept, if anywhere."""
        return self.cache.store

    @property
    def max_length(self) -> int | None:
        """The most tokens of a text that the model sees; None where there is no limit."""
        return self.spec.max_length

    @property
    def pooling(self) -> str:
        """How token vectors become one."""
        return self.spec.pooling or self.backend.pooling

    @property
    def pooling_guessed(self) -> bool:
        """Whether the pooling is sentence-transformers' guess: the model's folder says nothing."""
        return self.identity.pooling_guessed and self.spec.pooling is None

    @property
    def similarity(self) -> str:
        """By what its vectors are ranked: cosine, dot, euclidean or manhattan, as its folder says.

        After a transform it is the cosine: transforms take and give directions.
        """
        return "cosine" if self.spec.transforms else self.identity.similarity

    @property
    def prompts(self) -> dict[str, str]:
        """What goes before a query and before a document; empty strings for nothing."""
        return {role: self.backend.prompt(role) for role in ROLES}

    @property
    def layer(self) -> int | None:
        """After which layer its vectors are taken; None where they are the model's whole output."""
        return self.spec.layer

    @property
    def layers(self) -> range:
        """Layers that ``at_layer`` takes: 0, what goes into the first, to the last."""
        return self.backend.layers

    @property
    def head(self) -> tuple[str, ...]:
        """Classes of what the model does with its pooled last layer by weights of its own.

        Empty for most models, minilm among them: what was trained is then all in the layers.
        """
        return self.backend.head

    @property
    def dtype(self) -> str:
        """Number format of the model's layers; vectors are float32 always."""
        return self.backend.dtype

    @property
    def device(self) -> str:
        """Where the model computes."""
        return self.backend.device

    @property
    def temperature(self) -> Temperature:
        """Temperature of the attention, here and now; 1 is the model as it was trained."""
        return self._spec_now().described_temperature()

    @property
    def n_layers(self) -> int | None:
        """Layers that attend; None where there is no attention."""
        return None if self.n_heads is None else len(self.n_heads)

    @property
    def n_heads(self) -> tuple[int, ...] | None:
        """Heads of each layer, in the order in which they attend; None without attention."""
        if not self.backend.models:
            return None
        from semshift_nb.encoders.temperature.attention_layout import (
            attention_layout,  # late: it takes torch, which takes seconds
        )

        return attention_layout(self.backend.models[0]).heads

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return dim_after(self.backend.dim_at(self.spec.layer_pooling), self.spec.transforms)

    def at_layer(self, layer: int | None, *, pooling: str | None = None) -> "Encoder":
        """Give the same encoder, sharing its weights, that looks at the hidden states of a layer.

        A layer's states are pooled as the model pools its last ones; its training head (a dense
        layer, say) is left out, for it was trained for the last layer only.

        Parameters
        ----------
        layer : int or None
            One of ``layers``; None for the model's whole output.
        pooling : {"mean", "cls", "max"}, optional
            How token vectors become one; the model's own way if left out.

        Returns
        -------
        Encoder
            At that layer, with the same temperature, length and transforms.

        Raises
        ------
        InputError
            If there is no such layer or pooling.
        """
        return self._view(layer=layer, pooling=pooling)

    def after(self, transform: Transform) -> "Encoder":
        """Give the same encoder with something done to its vectors afterwards.

        Parameters
        ----------
        transform : Transform
            Takes unit rows, and is applied after those that the encoder has already.

        Returns
        -------
        Encoder
            Its rows are brought to unit length again.

        Raises
        ------
        InputError
            If it is no transform, or does not fit the vectors.
        """
        return self._view(transforms=(*self.spec.transforms, check_transform(transform)))

    def at_temperature(self, tau: Tau) -> "Encoder":
        """Give the same encoder, sharing its weights, at another temperature of the attention.

        Parameters
        ----------
        tau : float, sequence of float, sequence of sequences of float, or callable
            As ``tempscale`` takes it. It replaces a temperature that the encoder had, and holds
            within blocks that name another encoder of the same model.

        Returns
        -------
        Encoder
            Its vectors are kept apart from those of all other temperatures; at 1 it is the model
            as it was trained.

        Raises
        ------
        InputError
            If the temperature does not fit the model, or there is no attention.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("minilm", store=None).at_temperature(0.8).temperature.tau
        0.8
        """
        temperature = self._make_temperature(tau)
        temperature.at_length(self.max_length)  # a function of the length is tried at all of them
        return self._view(temperature=temperature)

    def at_length(self, max_length: int | None) -> "Encoder":
        """Give the same encoder, sharing its weights, that cuts its texts elsewhere.

        Parameters
        ----------
        max_length : int or None
            The most tokens of a text that the model sees, special tokens included; None for as many
            as it has positions for (512 for minilm; ``"static"`` then has no limit).

        Returns
        -------
        Encoder
            As ``load_encoder`` with this ``max_length`` gives it.

        Raises
        ------
        InputError
            If it is no whole number of at least 3, or more than the model has positions for.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).at_length(16).max_length
        16
        """
        length = None if max_length is None else check_max_length(max_length)
        view = self._view(max_length=self.backend.length_of(length))
        if view.spec.temperature is not None:
            view.spec.temperature.at_length(view.max_length)
        return view

    def random_twin(self, seed: int = 0) -> "Encoder":
        """Give an encoder of the same classes and sizes whose weights were never trained.

        What it shows too is no doing of the training. Weights are drawn as the model's classes
        draw them before any training; ``"static"`` has a table of Gaussian numbers with the spread
        of its own. Tokenizer and pooling stay the same.

        Parameters
        ----------
        seed : int
            From 0 to 2^63 - 1; it decides all weights.

        Returns
        -------
        Encoder
            With the same layer, length, temperature and transforms.

        Raises
        ------
        InputError
            If the seed is none, or a part of the model does not say how its weights begin.
        """
        number = _check_seed(seed)
        backend, weights = self.backend.random_twin(number)
        twin = replace(self, backend=backend, identity=self.identity.twin(number, weights))
        own = self.spec.temperature
        return twin if own is None else twin.at_temperature(own.tau)

    def counting(self, tally: Tally) -> "Encoder":
        """Give the same encoder, which counts what it asks the store for.

        Parameters
        ----------
        tally : Tally
            Where all views of it count, each distinct text of a call once.

        Returns
        -------
        Encoder
        """
        return replace(self, cache=replace(self.cache, tally=tally))

    def without_store(self) -> "Encoder":
        """Give the same encoder, sharing its weights, that keeps no vector.

        Returns
        -------
        Encoder
            For texts that will not come again, such as the steps of a drag.
        """
        return replace(self, cache=VectorCache(None))

    def encode(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        """Turn texts into unit vectors.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            Rows of unit length, in the order of the texts.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.
        NoDirectionError
            If some texts have a zero vector; all others are in the store.
        SemshiftError
            If the model gave numbers that are not finite.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).encode([]).shape
        (0, 384)
        """
        return self.encode_with_tokens(texts, role=role).vectors

    def encode_with_tokens(
        self,
        texts: Sequence[str],
        *,
        role: str = "document",
        no_direction: NoDirection = "raise",
        unit: bool = True,
    ) -> Encoding:
        """Turn texts into vectors, and say what the model saw of each.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.
        no_direction : {"raise", "zero"}
            What becomes of texts whose vector is zero: an error, or rows of zeros, which
            ``Encoding.has_direction`` tells from the others.
        unit : bool
            Whether rows are brought to unit length. False leaves them as the model gives them,
            which a similarity other than the cosine needs, or as the last transform does.

        Returns
        -------
        Encoding
            Vectors, tokens before truncation, whether the text was truncated, and which share of
            what was read is unknown to the model.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, or the role is unknown.
        NoDirectionError
            If some texts have a zero vector and that is to be an error; all others are in the
            store.
        SemshiftError
            If the model gave numbers that are not finite.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).encode_with_tokens(["a river"]).n_tokens
        array([4])
        """
        check_role(role)
        _check_no_direction(no_direction)
        once, rows = distinct(check_texts(texts))
        encoding = self._encode_distinct(once, role, unit=unit or bool(self.spec.transforms))
        encoding = _finished(encoding, rows, self.spec.transforms, no_direction, unit=unit)
        # Without repetitions the rows are in order already; a copy would double the memory.
        return encoding if len(once) == len(rows) else encoding.take(rows)

    def raw(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        """Turn texts into vectors of the length that the model gives them.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            Before rows are brought to unit length, by the encoder or by the model itself. Nothing
            is kept. After a transform: what the last one gives.
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        if self.spec.transforms:
            *before, last = self.spec.transforms
            encoding = self._encode_distinct(once, role)
            return apply(last, _finished(encoding, rows, before).vectors)[rows]
        vectors = np.zeros((len(once), self.dim), dtype=np.float32)
        with progress(once, self.name) as advance:
            for batch in self.backend.raw(once, role, self._spec_now()):
                vectors[batch.rows] = batch.encoding.vectors
                advance(batch.rows)
        return vectors[rows]

    def read_layers(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        poolings: Iterable[str] | None = None,
        role: str = "document",
        no_direction: NoDirection = "raise",
    ) -> dict[tuple[int, str], Encoding]:
        """Turn texts into unit vectors at many layers, with many poolings, in one pass.

        Parameters
        ----------
        texts, role, no_direction
            As ``encode_with_tokens`` takes them.
        layers : iterable of int, optional
            All of ``layers`` if left out.
        poolings : iterable of str, optional
            All that the model's states can be pooled by, if left out.

        Returns
        -------
        dict of (int, str) to Encoding
            As ``at_layer`` with this layer and pooling gives it.

        Raises
        ------
        InputError
            If a layer or a pooling is unknown.
        NoDirectionError
            If some texts have a zero vector at one of the layers, and that is to be an error.
        """
        check_role(role)
        _check_no_direction(no_direction)
        once, rows = distinct(check_texts(texts))
        chosen = self.layers if layers is None else list(layers)
        modes = self.backend.poolings if poolings is None else list(poolings)
        for pooling in modes:
            check_pooling(pooling or "", self.backend.poolings)
        views = {
            (layer, pooling): self.at_layer(layer, pooling=pooling)
            for layer in chosen
            for pooling in modes
        }
        found = self._encode_views(list(views.values()), once, role)
        return {
            place: _finished(encoding, rows, view.spec.transforms, no_direction).take(rows)
            for (place, view), encoding in zip(views.items(), found, strict=True)
        }

    def attention(self, texts: Sequence[str], *, role: str = "document") -> Iterator[TextAttention]:
        """Look at what the model does with each text, at the encoder's own temperature.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        iterator of TextAttention
            One for each text, in order, computed when it is asked for: of n tokens it holds
            4 n^2 bytes for each head.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, the role is unknown, or there is no attention that
            is understood.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> encoder = load_encoder("minilm", store=None)
        >>> next(encoder.attention(["a river"])).tokens
        ['[CLS]', 'a', 'river', '[SEP]']
        """
        listed = check_texts(texts)
        check_role(role)
        spec = self._spec_now()
        spec = replace(spec, temperature=spec.temperature or self._make_temperature(1))
        return self.backend.attend(listed, role, spec)

    def token_ids(self, texts: Sequence[str], *, role: str = "document") -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees of each text; it is not run.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        list of ndarray of shape (n_tokens,), int64
            Places in ``input_embeddings``; prompt and special tokens included.
        """
        listed = check_texts(texts)
        check_role(role)
        return self.backend.token_ids(listed, role, self.spec)

    def token_spans(
        self, texts: Sequence[str], *, role: str = "document"
    ) -> list[NDArray[np.int64]]:
        """Say where the tokens that the model sees stand in each text; it is not run.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        list of ndarray of shape (n_tokens, 2), int64
            Where each token begins and ends, in characters; those of a prompt end at 0 or before,
            and a special token has no extent.

        Raises
        ------
        InputError
            If ``texts`` is no list of strings, the role is unknown, or the model does not say.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).token_spans(["a river"])[0].tolist()
        [[0, 1], [2, 7]]
        """
        listed = check_texts(texts)
        check_role(role)
        return self.backend.token_spans(listed, role, self.spec)

    def token_counts(self, texts: Sequence[str], *, role: str = "document") -> TokenCounts:
        """Count the tokens of texts as the model reads them; it is not run.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        TokenCounts
            All tokens, whether the encoder cuts them, and the share that the model does not know.

        Examples
        --------
        >>> from semshift_nb.encoders import load_encoder
        >>> load_encoder("static", store=None).token_counts(["a 🪐", "a"]).unknown
        array([0.5, 0. ])
        """
        listed = check_texts(texts)
        check_role(role)
        return self.backend.token_counts(listed, role, self.spec)

    def token_states(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        role: str = "document",
    ) -> TokenStates:
        """Return the hidden states of the texts' tokens, at the encoder's own temperature.

        Parameters
        ----------
        texts : sequence of str
            Any strings; each is cut where the encoder cuts it.
        layers : iterable of int, optional
            All of ``layers`` if left out.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        TokenStates
            Of all texts' tokens, one after another.

        Raises
        ------
        InputError
            If a layer is unknown.
        """
        listed = check_texts(texts)
        check_role(role)
        chosen = self.layers if layers is None else list(layers)
        return self.backend.token_states(listed, role, self._spec_now(), chosen)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table in which the model looks up its tokens.

        Returns
        -------
        InputEmbeddings
            Tokens and their vectors.
        """
        return self.backend.input_embeddings()

    def _view(self, **changes: Any) -> "Encoder":  # noqa: ANN401 - as dataclasses.replace
        view = replace(self, spec=replace(self.spec, **changes))
        _ = view.dim  # a layer, a pooling or a transform that does not fit is refused here
        return view

    def _spec_now(self) -> EncodingSpec:
        return self.spec.in_context(self.backend.models)

    def _make_temperature(self, tau: Tau) -> ModelTemperature:
        from semshift_nb.encoders.temperature.forward_patch import (
            model_temperature,  # late: torch takes seconds
        )

        return model_temperature(self.backend.models, tau, name=self.name)

    def _encode_distinct(self, texts: list[str], role: str, *, unit: bool = True) -> Encoding:
        spec = self._spec_now()
        unit = unit or self.backend.gives_unit

        def compute(wanted: list[str]) -> Iterator[list[Batch]]:
            batches = self.backend.embed(wanted, role, spec)
            return ([batch.unit() if unit else batch] for batch in batches)

        spaces, count = [_store_key(self, role, unit=unit)], self._counting(role)
        return self.cache.encode(texts, spaces, compute, count=count, label=_label(self))[0]

    def _encode_views(self, views: list["Encoder"], texts: list[str], role: str) -> list[Encoding]:
        """Encode at several layers and poolings of this model, in one pass."""
        spec, places = self._spec_now(), [view.spec.layer_pooling for view in views]

        def compute(wanted: list[str]) -> Iterator[list[Batch]]:
            found = self.backend.embed_layers(wanted, role, spec, places)
            return ([batch.unit() for batch in batches] for batches in found)

        spaces, count = [_store_key(view, role) for view in views], self._counting(role)
        return self.cache.encode(texts, spaces, compute, count=count, label=_label(self))

    def _counting(self, role: str) -> Count:
        return lambda texts: self.backend.token_counts(texts, role, self.spec)


def _label(encoder: Encoder) -> str:
    """Say what is at work: the name, and the temperature if it has one of its own."""
    temperature = encoder.temperature
    if temperature.key == UNTOUCHED.key:
        return encoder.name
    return f"{encoder.name} at {temperature_name(temperature.tau, temperature.schedule)}"


def _store_key(encoder: Encoder, role: str, *, unit: bool = True) -> StoreKey:
    """Say under what its vectors are kept, as they are before any transform."""
    temperature = encoder.temperature
    number, layer = temperature.tau, encoder.layer
    where = "" if layer is None else f" after layer {layer}"
    return StoreKey(
        encoder=encoder.identity.name,
        fingerprint=encoder.identity.fingerprint,
        role=role,
        prompt=encoder.backend.prompt(role),
        max_length=encoder.max_length,
        pooling=encoder.pooling + where,
        dtype=encoder.dtype,
        temperature=temperature.key if math.isnan(number) else number,
        dim=encoder.backend.dim_at(encoder.spec.layer_pooling),
        unit=unit,
    )


def _finished(
    encoding: Encoding,
    rows: NDArray[np.intp],
    transforms: Sequence[Transform],
    no_direction: NoDirection = "raise",
    *,
    unit: bool = True,
) -> Encoding:
    """Transform vectors; say what is wrong with some by where their texts stand."""
    _check_vectors(encoding, rows, no_direction)
    for n_left, transform in zip(range(len(transforms))[::-1], transforms, strict=True):
        encoding = transformed(transform, encoding, unit=unit or n_left > 0)
        _check_vectors(encoding, rows, no_direction)
    return encoding


def _check_vectors(encoding: Encoding, rows: NDArray[np.intp], no_direction: NoDirection) -> None:
    broken = np.flatnonzero(~encoding.is_finite[rows])
    if len(broken):
        raise SemshiftError(
            f"the model gave {len(broken)} of {len(rows)} texts vectors that are not finite, at "
            f"{list_positions(broken.tolist())}: "
            + by_door("try dtype='float32', or look", "look")
            + " at these texts; the others are kept where there is a store."
        )
    without = np.flatnonzero(~encoding.has_direction[rows])
    if len(without) and no_direction == "raise":
        raise NoDirectionError(without.tolist())


def _check_no_direction(no_direction: str) -> None:
    if no_direction not in ("raise", "zero"):
        raise InputError(f'no_direction is {no_direction!r:.60}: expected "raise" or "zero".')


def _check_seed(seed: object) -> int:
    if not is_whole(seed, least=0, most=2**63 - 1):
        raise InputError(f"seed is {seed!r}: expected a whole number from 0 to 2^63 - 1.")
    return int(seed)
