"""A sentence-transformers model, run in batches of about equal cost."""

import copy
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from semshift_nb.encoders._attend import text_attention
from semshift_nb.encoders._backend import Batch
from semshift_nb.encoders._blocks import Setting
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._prompts import prompt_for
from semshift_nb.encoders._reading import Reader, reads_plainly
from semshift_nb.encoders._settings import (
    check_length,
    n_positions,
    own_max_length,
    pooling_name,
    set_max_length,
    set_pooling,
    without_normalize,
)
from semshift_nb.encoders._tempered import applied, capturing, models_in
from semshift_nb.encoders.attention import TextAttention
from semshift_nb.errors import InputError


class Running:
    """A sentence-transformers model, run in batches of about equal cost.

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
        self._setting: Setting | None = None
        self.dim = self._measure_dim()

    def prompt(self, role: str) -> str:
        """Return what is put before a text in a role.

        Parameters
        ----------
        role : str
            ``"query"`` or ``"document"``.

        Returns
        -------
        str
            The prompt, often empty.

        Raises
        ------
        InputError
            If the role is neither.

        Examples
        --------
        Called by ``Encoder``.
        """
        return prompt_for(role, self._model.prompts, self._model.default_prompt_name)

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into unit rows.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : str
            ``"query"`` or ``"document"``.

        Yields
        ------
        Batch
            Texts that went through the model together; every text comes once.

        Raises
        ------
        InputError
            If the role is neither.

        Examples
        --------
        Called by ``Encoder``.
        """
        return (batch.unit() for batch in self._batches(texts, role))

    def raw(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into rows of any length, before the model's own ``Normalize`` if it has one.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : str
            ``"query"`` or ``"document"``.

        Yields
        ------
        Batch
            As ``embed``.

        Raises
        ------
        InputError
            If the role is neither.

        Examples
        --------
        Called by ``Encoder``.
        """
        other = copy.copy(self)
        other._model = without_normalize(self._model)  # noqa: SLF001 - a copy of this very class
        return other._batches(texts, role)  # noqa: SLF001

    def attend(self, texts: Sequence[str], role: str) -> Iterator[TextAttention]:
        """Look at what the model does with each text.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : str
            ``"query"`` or ``"document"``.

        Yields
        ------
        TextAttention
            One for each text, in order; only one is held at a time.

        Raises
        ------
        InputError
            If the role is neither.

        Examples
        --------
        Called by ``Encoder``, on a tempered backend.
        """
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
        """Give the same model with another truncation; the model itself is not changed.

        Parameters
        ----------
        max_length : int or None
            The most tokens the model may see; None for as many as it has positions for, or for its
            own limit where positions set none.

        Returns
        -------
        Running
            It shares the model.

        Raises
        ------
        InputError
            If the model has fewer positions, or does not cut its texts where it is told to.

        Examples
        --------
        Called by ``Encoder``.
        """
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

    def tempered(self, setting: Setting) -> Self:
        """Give the same model at a temperature; the model itself is not changed.

        Parameters
        ----------
        setting : Setting
            Made for this model.

        Returns
        -------
        Running
            It shares the model.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by ``Encoder``.
        """
        other = copy.copy(self)
        other._setting = setting  # noqa: SLF001 - a copy of this very class
        return other

    def _reader(self, role: str) -> Reader:
        return Reader(self._model, role, self.prompt(role), self.max_length)

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
