"""An attention-free control: the mean of the bundled model's input token embeddings.

It has the same vocabulary and tokenizer as ``minilm`` and no layer at all, so that whatever it
shows too is no doing of attention.
"""

import copy
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Encoding as Tokenised
from tokenizers import Tokenizer

from semshift_nb.encoders.backends.attention import plain_special_ids
from semshift_nb.encoders.backends.model_config import check_role
from semshift_nb.encoders.backends.protocol import (
    Batch,
    InputEmbeddings,
    LayerPooling,
    TokenStates,
    check_layer,
    check_pooling,
)
from semshift_nb.encoders.backends.random_twin import drawing
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.texts import slices
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

_TABLE = "embeddings.word_embeddings.weight"
_RUN = {"n_texts": 1024, "n_characters": 1_000_000}


class StaticBackend:
    """The mean of token embeddings, special tokens left out."""

    models = ()
    head = ()
    layers = range(1)
    poolings = ("mean", "max")

    def __init__(self, folder: Path, *, max_length: int | None, dtype: str, device: str) -> None:
        with safe_open(folder / "model.safetensors", framework="pt", device=device) as weights:
            table = weights.get_tensor(_TABLE)
        self._table = table.to(getattr(torch, dtype)).float()
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        # The file asks for padding and for truncation at 128 tokens.
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._n_special = self._tokenizer.num_special_tokens_to_add(is_pair=False)
        self.max_length, self.dtype, self.device = max_length, dtype, device
        self.look, self.pooling = LayerPooling(), "mean"
        self.dim = int(table.shape[1])

    def prompt(self, role: str) -> str:
        """Return the prompt of a role: there is none."""
        check_role(role)
        return ""

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into unit rows."""
        return (batch.unit() for batch in self.raw(texts, role))

    def raw(self, texts: Sequence[str], role: str) -> Iterator[Batch]:
        """Turn texts into rows of any length."""
        return (batch for (batch,) in self.raw_looks(texts, role, [self.look]))

    def raw_looks(
        self,
        texts: Sequence[str],
        role: str,  # noqa: ARG002 - makes no difference here
        looks: Sequence[LayerPooling],
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each look; texts are read once."""
        poolings = [self.at_look(look).pooling for look in looks]
        for run in slices(texts, **_RUN):
            ids = self._tokenise([texts[row] for row in run])
            n_tokens = np.array([len(row) for row in ids], dtype=np.int64) + self._n_special
            truncated = n_tokens > (self.max_length or np.inf)
            seen, rows = [row[: self._room] for row in ids], np.asarray(run, dtype=np.intp)
            yield [
                Batch(rows, Encoding(self._pooled(seen, mode), n_tokens, truncated))
                for mode in poolings
            ]

    def token_ids(self, texts: Sequence[str], role: str) -> list[NDArray[np.int64]]:  # noqa: ARG002
        """Return the tokens that count of each text."""
        return [ids[: self._room] for ids in self._tokenise(texts)]

    def token_states(self, texts: Sequence[str], role: str, layers: Sequence[int]) -> TokenStates:
        """Return the rows of the table that count of each text: there is no layer after it."""
        found = self.token_ids(texts, role)
        rows = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
        ids = np.concatenate([np.zeros(0, np.int64), *found])
        states = self._table[torch.from_numpy(ids).to(self.device)].cpu().numpy()
        chosen = {check_layer(layer, self.layers): states for layer in layers}
        return TokenStates(rows, ids, self._special()[ids], chosen)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table."""
        names = {place: token for token, place in self._tokenizer.get_vocab().items()}
        tokens = [names.get(place, "") for place in range(len(self._table))]
        return InputEmbeddings(tokens, self._table.cpu().numpy().copy(), self._special())

    def at_look(self, look: LayerPooling) -> "StaticBackend":
        """Give the same table, pooled in another way."""
        if look.layer is not None:
            check_layer(look.layer, self.layers)
        other = copy.copy(self)
        other.look, other.pooling = look, check_pooling(look.pooling, self.poolings) or "mean"
        return other

    def random_twin(self, seed: int) -> tuple["StaticBackend", str]:
        """Give a table of random numbers of the same spread, and its hash."""
        other = copy.copy(self)
        with drawing(seed):
            drawn = torch.randn(self._table.shape)
        other._table = (drawn * self._table.std().cpu()).to(self.device)  # noqa: SLF001
        return other, hashlib.sha256(other._table.cpu().numpy().tobytes()).hexdigest()  # noqa: SLF001

    def at_length(self, max_length: int | None) -> "StaticBackend":
        """Give the same table with another truncation."""
        other = copy.copy(self)
        other.max_length = max_length
        return other

    def tempered(self, setting: object) -> "StaticBackend":  # noqa: ARG002
        """Give the backend itself: there is nothing to temper."""
        return self

    def attend(self, texts: Sequence[str], role: str) -> NoReturn:  # noqa: ARG002
        """Refuse: there is no attention."""
        raise InputError(
            "static has no attention to look at: it is the mean of token embeddings. "
            'Use another encoder, such as "minilm".'
        )

    @property
    def _room(self) -> int | None:
        return None if self.max_length is None else self.max_length - self._n_special

    def _tokenise(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        clean = [well_formed(text) for text in texts]
        return [
            _ids(text) for text in self._tokenizer.encode_batch(clean, add_special_tokens=False)
        ]

    def _special(self) -> NDArray[np.bool_]:
        return np.isin(np.arange(len(self._table)), sorted(plain_special_ids(self._tokenizer)))

    def _pooled(self, ids: list[NDArray[np.int64]], mode: str) -> NDArray[np.float32]:
        starts = np.cumsum([0, *(len(row) for row in ids[:-1])])
        flat = torch.from_numpy(np.concatenate(ids)).to(self.device)
        offsets = torch.from_numpy(starts).to(self.device)
        vectors = torch.nn.functional.embedding_bag(flat, self._table, offsets, mode=mode)
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)


def _ids(text: Tokenised) -> NDArray[np.int64]:
    return np.asarray(text.ids, dtype=np.int64)
