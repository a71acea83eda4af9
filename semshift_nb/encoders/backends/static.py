"""An attention-free control: the mean of the bundled model's input token embeddings.

It has the same vocabulary and tokenizer as ``minilm`` and no layer at all, so that whatever it
shows too is no doing of attention.
"""

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

from semshift_nb.encoders.backends.protocol import (
    Batch,
    InputEmbeddings,
    TokenStates,
    check_layer,
    check_pooling,
)
from semshift_nb.encoders.backends.random_twin import drawing
from semshift_nb.encoders.backends.special_tokens import are_special, unknown_shares
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.spec import EncodingSpec, LayerPooling
from semshift_nb.encoders.texts import check_role, slices
from semshift_nb.encoders.token_counts import TokenCounts, exceeds
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

_TABLE = "embeddings.word_embeddings.weight"
_RUN = {"n_texts": 1024, "n_characters": 1_000_000}


def load_static(
    folder: Path, *, max_length: int | None, dtype: str, device: str
) -> "StaticBackend":
    """Read the table and the tokenizer out of a model's folder."""
    with safe_open(folder / "model.safetensors", framework="pt", device=device) as weights:
        table = weights.get_tensor(_TABLE).to(getattr(torch, dtype)).float()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    # The file asks for padding and for truncation at 128 tokens.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return StaticBackend(table, tokenizer, max_length=max_length, dtype=dtype, device=device)


class StaticBackend:
    """The mean of token embeddings, special tokens left out."""

    models = ()
    head = ()
    layers = range(1)
    poolings = ("mean", "max")

    pooling = "mean"
    gives_unit = False

    def __init__(
        self,
        table: torch.Tensor,
        tokenizer: Tokenizer,
        *,
        max_length: int | None,
        dtype: str,
        device: str,
    ) -> None:
        self._table = table
        self.tokenizer = tokenizer
        self._n_special = tokenizer.num_special_tokens_to_add(is_pair=False)
        self.max_length, self.dtype, self.device = max_length, dtype, device

    def dim_at(self, at: LayerPooling) -> int:
        """Return how many numbers a row has, or refuse what is not there."""
        self._mode(at)
        return int(self._table.shape[1])

    def length_of(self, max_length: int | None) -> int | None:
        """Return where texts are cut: anywhere."""
        return max_length

    def prompt(self, role: str) -> str:
        """Return the prompt of a role: there is none."""
        check_role(role)
        return ""

    def embed(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into means of the table's rows."""
        return self.raw(texts, role, spec)

    def raw(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> Iterator[Batch]:
        """Turn texts into rows of any length."""
        places = [spec.layer_pooling]
        return (batch for (batch,) in self.embed_layers(texts, role, spec, places))

    def embed_layers(
        self,
        texts: Sequence[str],
        role: str,  # noqa: ARG002 - makes no difference here
        spec: EncodingSpec,
        places: Sequence[LayerPooling],
    ) -> Iterator[list[Batch]]:
        """Turn texts into rows of any length, one for each pooling; texts are read once."""
        modes = [self._mode(at) for at in places]
        room = self._room(spec)
        for run in slices(texts, **_RUN):
            ids = self._tokenise([texts[row] for row in run])
            seen, rows = [row[:room] for row in ids], np.asarray(run, dtype=np.intp)
            counts = self._counts(ids, spec)
            yield [Batch(rows, Encoding(self._pooled(seen, mode), counts)) for mode in modes]

    def token_ids(
        self,
        texts: Sequence[str],
        role: str,  # noqa: ARG002 - makes no difference here
        spec: EncodingSpec,
    ) -> list[NDArray[np.int64]]:
        """Return the tokens that count of each text."""
        room = self._room(spec)
        return [ids[:room] for ids in self._tokenise(texts)]

    def token_spans(
        self,
        texts: Sequence[str],
        role: str,  # noqa: ARG002 - makes no difference here
        spec: EncodingSpec,
    ) -> list[NDArray[np.int64]]:
        """Return where the tokens that count stand, in characters."""
        room = self._room(spec)
        clean = [well_formed(text) for text in texts]
        read = self.tokenizer.encode_batch(clean, add_special_tokens=False)
        return [np.array(text.offsets[:room], dtype=np.int64).reshape(-1, 2) for text in read]

    def token_counts(
        self,
        texts: Sequence[str],
        role: str,  # noqa: ARG002 - makes no difference here
        spec: EncodingSpec,
    ) -> TokenCounts:
        """Count the tokens that there are, and those that are seen and unknown."""
        return self._counts(self._tokenise(texts), spec)

    def token_states(
        self, texts: Sequence[str], role: str, spec: EncodingSpec, layers: Sequence[int]
    ) -> TokenStates:
        """Return the rows of the table that count of each text: there is no layer after it."""
        found = self.token_ids(texts, role, spec)
        rows = np.repeat(np.arange(len(found)), [len(ids) for ids in found])
        ids = np.concatenate([np.zeros(0, np.int64), *found])
        states = self._table[torch.from_numpy(ids).to(self.device)].cpu().numpy()
        chosen = {check_layer(layer, self.layers): states for layer in layers}
        return TokenStates(rows, ids, self._special()[ids], chosen)

    def input_embeddings(self) -> InputEmbeddings:
        """Return the table."""
        names = {place: token for token, place in self.tokenizer.get_vocab().items()}
        tokens = [names.get(place, "") for place in range(len(self._table))]
        return InputEmbeddings(tokens, self._table.cpu().numpy().copy(), self._special())

    def random_twin(self, seed: int) -> tuple["StaticBackend", str]:
        """Give a table of random numbers of the same spread, and its hash."""
        with drawing(seed):
            drawn = torch.randn(self._table.shape)
        table = (drawn * self._table.std().cpu()).to(self.device)
        twin = StaticBackend(
            table,
            self.tokenizer,
            max_length=self.max_length,
            dtype=self.dtype,
            device=self.device,
        )
        return twin, hashlib.sha256(table.cpu().numpy().tobytes()).hexdigest()

    def attend(self, texts: Sequence[str], role: str, spec: EncodingSpec) -> NoReturn:  # noqa: ARG002
        """Refuse: there is no attention."""
        raise InputError(
            "static has no attention to look at: it is the mean of token embeddings. "
            'Use another encoder, such as "minilm".'
        )

    def _mode(self, at: LayerPooling) -> str:
        if at.layer is not None:
            check_layer(at.layer, self.layers)
        return check_pooling(at.pooling, self.poolings) or self.pooling

    def _room(self, spec: EncodingSpec) -> int | None:
        return None if spec.max_length is None else spec.max_length - self._n_special

    def _tokenise(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        clean = [well_formed(text) for text in texts]
        return [_ids(text) for text in self.tokenizer.encode_batch(clean, add_special_tokens=False)]

    def _special(self) -> NDArray[np.bool_]:
        return are_special(np.arange(len(self._table)), self.tokenizer)

    def _counts(self, ids: list[NDArray[np.int64]], spec: EncodingSpec) -> TokenCounts:
        n_tokens = np.array([len(row) for row in ids], dtype=np.int64) + self._n_special
        room = self._room(spec)
        unknown = unknown_shares([row[:room] for row in ids], self.tokenizer)
        return TokenCounts(n_tokens, exceeds(n_tokens, spec.max_length), unknown)

    def _pooled(self, ids: list[NDArray[np.int64]], mode: str) -> NDArray[np.float32]:
        starts = np.cumsum([0, *(len(row) for row in ids[:-1])])
        flat = torch.from_numpy(np.concatenate(ids)).to(self.device)
        offsets = torch.from_numpy(starts).to(self.device)
        vectors = torch.nn.functional.embedding_bag(flat, self._table, offsets, mode=mode)
        return np.asarray(vectors.cpu().numpy(), dtype=np.float32)


def _ids(text: Tokenised) -> NDArray[np.int64]:
    return np.asarray(text.ids, dtype=np.int64)
