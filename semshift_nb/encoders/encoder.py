"""The encoder: each distinct text once, out of the store if it is there, else by the model."""

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._backend import Backend
from semshift_nb.encoders._encoding import Encoding, NoDirectionError, list_positions
from semshift_nb.encoders._progress import progress
from semshift_nb.encoders._prompts import check_role
from semshift_nb.encoders._space import Space, text_key
from semshift_nb.encoders._texts import check_texts
from semshift_nb.encoders._writer import Writer
from semshift_nb.encoders.store import Store
from semshift_nb.errors import SemshiftError


class Encoder:
    """A model that turns texts into unit vectors; made by ``load_encoder``.

    Parameters
    ----------
    backend : Backend
        The model.
    name, revision, fingerprint : str
        What it is called, which version it is, and a hash over all that makes its vectors.
    store : Store or None
        Where vectors are kept.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).encode(["a river", "a bank"]).shape
    (2, 384)
    """

    def __init__(
        self, backend: Backend, *, name: str, revision: str, fingerprint: str, store: Store | None
    ) -> None:
        self._backend = backend
        self._name = name
        self._revision = revision
        self._fingerprint = fingerprint
        self._store = store

    def __repr__(self) -> str:
        return (
            f"Encoder({self.name!r}, dim={self.dim}, max_length={self.max_length}, "
            f"pooling={self.pooling!r}, dtype={self.dtype!r}, device={self.device!r})"
        )

    @property
    def name(self) -> str:
        """What the encoder is called in tables."""
        return self._name

    @property
    def revision(self) -> str:
        """Which version of the model it is."""
        return self._revision

    @property
    def fingerprint(self) -> str:
        """sha256 over the model's weights, tokenizer and settings."""
        return self._fingerprint

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
    def dtype(self) -> str:
        """Number format of the model's layers; vectors are float32 always."""
        return self._backend.dtype

    @property
    def device(self) -> str:
        """Where the model computes."""
        return self._backend.device

    @property
    def temperature(self) -> float:
        """Temperature of the attention; 1 is the model as it was trained."""
        return 1.0

    @property
    def dim(self) -> int:
        """Numbers in a vector."""
        return self._backend.dim

    def without_store(self) -> "Encoder":
        """Give the same encoder, sharing its weights, that keeps no vector.

        Returns
        -------
        Encoder
            For texts that will not come again, such as the steps of a drag.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> load_encoder().without_store().store is None  # doctest: +SKIP
        True
        """
        other = copy.copy(self)
        other._store = None  # noqa: SLF001 - a copy of this very class
        return other

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
        listed = check_texts(texts)
        check_role(role)
        places: dict[str, int] = {}
        for text in listed:
            places.setdefault(text, len(places))
        rows = np.array([places[text] for text in listed], dtype=np.intp)
        encoding = self._encode_distinct(list(places), role)
        _check_vectors(encoding.vectors, rows)
        # Without repetitions the rows are in order already; a copy would double the memory.
        return encoding if len(places) == len(listed) else encoding.take(rows)

    def _encode_distinct(self, texts: list[str], role: str) -> Encoding:
        encoding = Encoding.blank(len(texts), self.dim)
        keys = [text_key(text) for text in texts]
        missing = np.arange(len(texts))
        if self._store is not None:
            found = self._store.index(self._space(role)).fetch(keys, into=encoding)
            missing = np.flatnonzero(~found)
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
        with self._writing(role) as writer, progress(wanted, self.name) as advance:
            for batch in self._backend.embed(wanted, role):
                rows = missing[batch.rows]
                into.put(rows, batch.encoding)
                if writer is not None:
                    sound = np.flatnonzero(_has_direction(batch.encoding.vectors))
                    kept = [keys[row] for row in rows[sound]]
                    writer.add(kept, batch.encoding.take(sound))
                advance(batch.rows)

    def _writing(self, role: str) -> AbstractContextManager[Writer | None]:
        return nullcontext() if self._store is None else self._store.writing(self._space(role))

    def _space(self, role: str) -> Space:
        return Space(
            encoder=self.name,
            fingerprint=self.fingerprint,
            role=role,
            prompt=self._backend.prompt(role),
            max_length=self.max_length,
            pooling=self.pooling,
            dtype=self.dtype,
            temperature=self.temperature,
            dim=self.dim,
        )


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
