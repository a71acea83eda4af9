"""The encoder: each distinct text once, out of the store if it is there, else by the model."""

import copy
import hashlib
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.backends.model_config import check_role
from semshift_nb.encoders.backends.protocol import (
    Backend,
    InputEmbeddings,
    LayerPooling,
    TextAttention,
    TokenStates,
    check_pooling,
    unit_rows,
)
from semshift_nb.encoders.encoding import Encoding, NoDirectionError, list_positions
from semshift_nb.encoders.progress import progress
from semshift_nb.encoders.store.key import StoreKey, text_key
from semshift_nb.encoders.store.store import Store
from semshift_nb.encoders.store.writer import Writer
from semshift_nb.encoders.temperature.context import UNTOUCHED, ModelTemperature, setting_of
from semshift_nb.encoders.temperature.schedule import Tau, Temperature
from semshift_nb.encoders.texts import check_max_length, check_texts, distinct
from semshift_nb.encoders.transforms import Transform, apply, check_transform, dim_after
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.names import temperature_name
from semshift_nb.validation import is_whole


class Described:
    """What an encoder is: all that its vectors depend on. The base of ``Encoder``."""

    def __init__(
        self, backend: Backend, *, name: str, revision: str, fingerprint: str, store: Store | None
    ) -> None:
        self._backend = backend
        self._name = name
        self._revision = revision
        self._fingerprint = fingerprint
        self._store = store
        self._own: ModelTemperature | None = None
        self._transforms: tuple[Transform, ...] = ()

    def __repr__(self) -> str:
        return (
            f"Encoder({self.name!r}, dim={self.dim}, max_length={self.max_length}, "
            f"pooling={self.pooling!r}, dtype={self.dtype!r}, device={self.device!r}, "
            f"temperature={self.temperature})"
        )

    @property
    def name(self) -> str:
        """What the encoder is called in tables: the model, where in it, what was done after it."""
        looked_at = self._name + self._backend.look.label(self.pooling)
        return ", ".join([looked_at, *(transform.name for transform in self._transforms)])

    @property
    def _label(self) -> str:
        """What is said while it works: the name, and the temperature if it has one of its own."""
        temperature = self.temperature
        if temperature.key == UNTOUCHED.key:
            return self.name
        return f"{self.name} at {temperature_name(temperature.tau, temperature.schedule)}"

    @property
    def revision(self) -> str:
        """Which version of the model it is."""
        return self._revision

    @property
    def fingerprint(self) -> str:
        """sha256 over the model's weights, tokenizer and settings, and over what sets a view apart.

        Such as the temperature, the layer, and what is done to the vectors afterwards.
        """
        key = self.temperature.key
        parts = [
            *([] if key == UNTOUCHED.key else [key]),
            *filter(None, [self._backend.look.label(self.pooling)]),
            *(transform.key for transform in self._transforms),
        ]
        if not parts:
            return self._fingerprint
        return hashlib.sha256(" ".join([self._fingerprint, *parts]).encode()).hexdigest()

    @property
    def store(self) -> Store | None:
        """Where vectors are kept, if anywhere."""
        return self._store

    @property
    def max_length(self) -> int | None:
        """The most tokens of a text that the model sees; None where there is no limit."""
        return self._backend.max_length

    @property
    def pooling(self) -> str:
        """How token vectors become one."""
        return self._backend.pooling

    @property
    def layer(self) -> int | None:
        """After which layer its vectors are taken; None where they are the model's whole output."""
        return self._backend.look.layer

    @property
    def layers(self) -> range:
        """Layers that ``at_layer`` takes: 0, what goes into the first, to the last."""
        return self._backend.layers

    @property
    def head(self) -> tuple[str, ...]:
        """Classes of what the model does with its pooled last layer by weights of its own.

        Empty for most models, minilm among them: what was trained is then all in the layers.
        """
        return self._backend.head

    @property
    def dtype(self) -> str:
        """Number format of the model's layers; vectors are float32 always."""
        return self._backend.dtype

    @property
    def device(self) -> str:
        """Where the model computes."""
        return self._backend.device

    @property
    def temperature(self) -> Temperature:
        """Temperature of the attention, here and now; 1 is the model as it was trained."""
        setting = self._setting()
        return UNTOUCHED if setting is None else setting.temperature(self.max_length)

    @property
    def n_layers(self) -> int | None:
        """Layers that attend; None where there is no attention."""
        return None if self.n_heads is None else len(self.n_heads)

    @property
    def n_heads(self) -> tuple[int, ...] | None:
        """Heads of each layer, in the order in which they attend; None without attention."""
        if not self._backend.models:
            return None
        from semshift_nb.encoders.temperature.attention_layout import (
            layout,  # late: it takes torch, which takes seconds
        )

        return layout(self._backend.models[0]).heads

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return dim_after(self._backend.dim, self._transforms)

    def _make_setting(self, tau: Tau | object) -> ModelTemperature:
        from semshift_nb.encoders.temperature.forward_patch import (
            make_setting,  # late: torch takes seconds
        )

        return make_setting(self._backend.models, tau, name=self.name)

    def _setting(self) -> ModelTemperature | None:
        return setting_of(self._backend.models, self._own)

    def _space(self, role: str) -> StoreKey:
        temperature = self.temperature
        number, layer = temperature.tau, self.layer
        where = "" if layer is None else f" after layer {layer}"
        return StoreKey(
            encoder=self._name,
            fingerprint=self._fingerprint,
            role=role,
            prompt=self._backend.prompt(role),
            max_length=self.max_length,
            pooling=self.pooling + where,
            dtype=self.dtype,
            temperature=temperature.key if math.isnan(number) else number,
            dim=self._backend.dim,
        )


class Computing(Described):
    """How vectors come about, each distinct text once. A base of ``Encoder``."""

    def _encode_distinct(self, texts: list[str], role: str) -> Encoding:
        keys = [text_key(text) for text in texts]
        encoding, known = self._fetched(keys, role)
        missing = np.flatnonzero(~known)
        if len(missing):
            self._compute(texts, keys, missing, role=role, into=encoding)
        return encoding

    def _compute(
        self,
        texts: list[str],
        keys: list[bytes],
        missing: NDArray[np.intp],
        *,
        role: str,
        into: Encoding,
    ) -> None:
        wanted = [texts[row] for row in missing]
        with self._writing(role) as writer, progress(wanted, self._label) as advance:
            for batch in self._tempered_backend().embed(wanted, role):
                rows = missing[batch.rows]
                into.put(rows, batch.encoding)
                _keep(writer, [keys[row] for row in rows], batch.encoding)
                advance(batch.rows)

    def _encode_views(self, views: list[Self], texts: list[str], role: str) -> list[Encoding]:
        """Encode at several layers and poolings of this model, in one pass."""
        keys = [text_key(text) for text in texts]
        fetched = [view._fetched(keys, role) for view in views]  # noqa: SLF001 - of this very class
        found = [encoding for encoding, _ in fetched]
        missing = np.flatnonzero(~np.all([there for _, there in fetched], axis=0))
        if not len(missing):
            return found
        wanted, looks = [texts[row] for row in missing], [view._backend.look for view in views]  # noqa: SLF001
        with ExitStack() as stack:
            writers = [stack.enter_context(view._writing(role)) for view in views]  # noqa: SLF001
            advance = stack.enter_context(progress(wanted, self._label))
            for batches in self._tempered_backend().raw_looks(wanted, role, looks):
                rows = missing[batches[0].rows]
                for batch, (encoding, there), writer in zip(batches, fetched, writers, strict=True):
                    new = np.flatnonzero(~there[rows])
                    unit = batch.unit().encoding.take(new)
                    encoding.put(rows[new], unit)
                    _keep(writer, [keys[row] for row in rows[new]], unit)
                advance(batches[0].rows)
        return found

    def _fetched(self, keys: list[bytes], role: str) -> tuple[Encoding, NDArray[np.bool_]]:
        encoding = Encoding.blank(len(keys), self._backend.dim)
        if self._store is None:
            return encoding, np.zeros(len(keys), dtype=np.bool_)
        return encoding, self._store.index(self._space(role)).fetch(keys, into=encoding)

    def _finished(
        self,
        encoding: Encoding,
        rows: NDArray[np.intp],
        transforms: Iterable[Transform] | None = None,
    ) -> Encoding:
        _check_vectors(encoding.vectors, rows)
        for transform in self._transforms if transforms is None else transforms:
            vectors = unit_rows(apply(transform, encoding.vectors))
            _check_vectors(vectors, rows)
            encoding = replace(encoding, vectors=vectors)
        return encoding

    def _tempered_backend(self) -> Backend:
        setting = self._setting()
        return self._backend if setting is None else self._backend.tempered(setting)

    def _writing(self, role: str) -> AbstractContextManager[Writer | None]:
        return nullcontext() if self._store is None else self._store.writing(self._space(role))


def _keep(writer: Writer | None, keys: list[bytes], encoding: Encoding) -> None:
    if writer is not None:
        sound = np.flatnonzero(_has_direction(encoding.vectors))
        writer.add([keys[row] for row in sound], encoding.take(sound))


def _has_direction(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    # Squared lengths, without a second array of the vectors' size.
    lengths = np.einsum("ij,ij->i", vectors, vectors)
    sound: NDArray[np.bool_] = np.isfinite(lengths) & (lengths > 0)
    return sound


def _check_vectors(vectors: NDArray[np.float32], rows: NDArray[np.intp]) -> None:
    wrong = np.flatnonzero(~_has_direction(vectors)[rows])
    if not len(wrong):
        return
    broken = wrong[~np.isfinite(vectors[rows[wrong]]).all(axis=1)]
    if len(broken):
        raise SemshiftError(
            f"the model gave {len(broken)} of {len(rows)} texts vectors that are not finite, at "
            f"{list_positions(broken.tolist())}: try dtype='float32', or look at these texts; "
            "the others are kept where there is a store."
        )
    raise NoDirectionError(wrong.tolist())


class Views(Computing):
    """What gives another encoder of the same model. A base of ``Encoder``."""

    def at_layer(self, layer: int | None, *, pooling: str | None = None) -> Self:
        """Give the same encoder, sharing its weights, that looks at the hidden states of a layer.

        A layer's states are pooled as the model pools its last ones; its training head (a dense
        layer, say) is left out, for it was trained for the last layer only.
        """
        other = copy.copy(self)
        other._backend = self._backend.at_look(LayerPooling(layer, pooling))  # noqa: SLF001 - a copy of this class
        other._check_transforms()  # noqa: SLF001
        return other

    def random_twin(self, seed: int = 0) -> Self:
        """Give an encoder of the same classes and sizes whose weights were never trained.

        What it shows too is no doing of the training. Weights are drawn as the model's classes
        draw them before any training; ``"static"`` has a table of Gaussian numbers with the spread
        of its own. Tokenizer and pooling stay the same.
        """
        number = _check_seed(seed)
        other = copy.copy(self)
        other._backend, key = self._backend.random_twin(number)  # noqa: SLF001
        other._name = f"{self._name} (random {number})"  # noqa: SLF001
        marked = f"{self._fingerprint} random {number} {key}"
        other._fingerprint = hashlib.sha256(marked.encode()).hexdigest()  # noqa: SLF001
        if self._own is not None:
            other._own = other._make_setting(self._own.tau)  # noqa: SLF001
        return other

    def after(self, transform: Transform) -> Self:
        """Give the same encoder with something done to its vectors afterwards."""
        other = copy.copy(self)
        other._transforms = (*self._transforms, check_transform(transform))  # noqa: SLF001
        other._check_transforms()  # noqa: SLF001
        return other

    def _check_transforms(self) -> None:
        _ = self.dim  # found out by applying them


def _check_seed(seed: object) -> int:
    if not is_whole(seed, least=0, most=2**63 - 1):
        raise InputError(f"seed is {seed!r}: expected a whole number from 0 to 2^63 - 1.")
    return int(seed)


class Inside(Views):
    """What looks into the model. A base of ``Encoder``."""

    def read_layers(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        poolings: Iterable[str] | None = None,
        role: str = "document",
    ) -> dict[tuple[int, str], Encoding]:
        """Turn texts into unit vectors at many layers, with many poolings, in one pass."""
        check_role(role)
        once, rows = distinct(check_texts(texts))
        chosen = self.layers if layers is None else list(layers)
        modes = self._backend.poolings if poolings is None else list(poolings)
        for pooling in modes:
            check_pooling(pooling or "", self._backend.poolings)
        views = {
            (layer, pooling): self.at_layer(layer, pooling=pooling)
            for layer in chosen
            for pooling in modes
        }
        found = self._encode_views(list(views.values()), once, role)
        return {
            place: view._finished(encoding, rows).take(rows)  # noqa: SLF001 - this very class
            for (place, view), encoding in zip(views.items(), found, strict=True)
        }

    def raw(self, texts: Sequence[str], *, role: str = "document") -> NDArray[np.float32]:
        """Turn texts into vectors of the length that the model gives them.

        Returns
        -------
        ndarray of shape (n_texts, dim), float32
            Before rows are brought to unit length, by the encoder or by the model itself. Nothing
            is kept. After a transform: what the last one gives.
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        if self._transforms:
            *before, last = self._transforms
            encoding = self._encode_distinct(once, role)
            return apply(last, self._finished(encoding, rows, tuple(before)).vectors)[rows]
        vectors = np.zeros((len(once), self.dim), dtype=np.float32)
        with progress(once, self.name) as advance:
            for batch in self._tempered_backend().raw(once, role):
                vectors[batch.rows] = batch.encoding.vectors
                advance(batch.rows)
        return vectors[rows]

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table in which the model looks up its tokens."""
        return self._backend.input_embeddings()

    def token_ids(self, texts: Sequence[str], *, role: str = "document") -> list[NDArray[np.int64]]:
        """Return the tokens that the model sees of each text; it is not run.

        Returns
        -------
        list of ndarray of shape (n_tokens,), int64
            Places in ``input_embeddings``; prompt and special tokens included.
        """
        listed = check_texts(texts)
        check_role(role)
        return self._backend.token_ids(listed, role)

    def token_states(
        self,
        texts: Sequence[str],
        *,
        layers: Iterable[int] | None = None,
        role: str = "document",
    ) -> TokenStates:
        """Return the hidden states of the texts' tokens, at the encoder's own temperature."""
        listed = check_texts(texts)
        check_role(role)
        chosen = self.layers if layers is None else list(layers)
        return self._tempered_backend().token_states(listed, role, chosen)


class Encoder(Inside):
    """A model that turns texts into unit vectors; made by ``load_encoder``.

    Parameters
    ----------
    backend : Backend
        The model.
    name, revision, fingerprint : str
        What it is called, which version it is, and a hash over all that makes its vectors.
    store : Store or None
        Where vectors are kept.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).encode(["a river", "a bank"]).shape
    (2, 384)
    """

    def without_store(self) -> "Encoder":
        """Give the same encoder, sharing its weights, that keeps no vector.

        Returns
        -------
        Encoder
            For texts that will not come again, such as the steps of a drag.
        """
        other = copy.copy(self)
        other._store = None  # noqa: SLF001 - a copy of this very class
        return other

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
        setting = self._make_setting(tau)
        setting.temperature(self.max_length)  # a function of the length is tried at all of them
        other = copy.copy(self)
        other._own = setting  # noqa: SLF001 - a copy of this very class
        return other

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
        other = copy.copy(self)
        other._backend = self._backend.at_length(length)  # noqa: SLF001
        if self._own is not None:
            self._own.temperature(other.max_length)
        return other

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
        setting = self._setting() or self._make_setting(1)
        return self._backend.tempered(setting).attend(listed, role)

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

    def encode_with_tokens(self, texts: Sequence[str], *, role: str = "document") -> Encoding:
        """Turn texts into unit vectors, and say what the model saw of each.

        Parameters
        ----------
        texts : sequence of str
            Any strings; equal ones are computed once.
        role : {"document", "query"}
            Which of the model's prompts goes before them.

        Returns
        -------
        Encoding
            Vectors, tokens before truncation, and whether the text was truncated.

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
        >>> load_encoder("static", store=None).encode_with_tokens(["a river"]).n_tokens
        array([4])
        """
        check_role(role)
        once, rows = distinct(check_texts(texts))
        encoding = self._finished(self._encode_distinct(once, role), rows)
        # Without repetitions the rows are in order already; a copy would double the memory.
        return encoding if len(once) == len(rows) else encoding.take(rows)
