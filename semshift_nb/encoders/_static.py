"""An attention-free control: the mean of the bundled model's input token embeddings.

It has the same vocabulary and tokenizer as ``minilm`` and no layer at all, so that whatever it
shows too is no doing of attention.
"""

import copy
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from tokenizers import Encoding as Tokenised
from tokenizers import Tokenizer

from semshift_nb.encoders._backend import Batch, unit_rows
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders._prompts import check_role
from semshift_nb.encoders._texts import slices
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

_TABLE = "embeddings.word_embeddings.weight"
_RUN = {"n_texts": 1024, "n_characters": 1_000_000}


class StaticBackend:
    """The mean of token embeddings, special tokens left out.

    Parameters
    ----------
    folder : Path
        A BERT-like model's folder.
    max_length : int or None
        The most tokens of a text that count, special tokens included; None for all.
    dtype : str
        Number format that the table is rounded to; sums are in float32 always.
    device : str
        Where to compute.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Made by ``load_encoder("static")``.
    """

    pooling = "mean"
    models = ()

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
        self.dim = int(table.shape[1])

    def prompt(self, role: str) -> str:
        """Return the prompt of a role: there is none.

        Parameters
        ----------
        role : str
            ``"query"`` or ``"document"``.

        Returns
        -------
        str
            Empty.

        Raises
        ------
        InputError
            If the role is neither.

        Examples
        --------
        Called by ``Encoder``.
        """
        check_role(role)
        return ""

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]:  # noqa: ARG002
        """Turn texts into unit rows.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : str
            Makes no difference here.

        Yields
        ------
        Batch
            Every text once, in order; a zero row for a text without tokens.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by ``Encoder``.
        """
        for run in slices(texts, **_RUN):
            clean = [well_formed(texts[row]) for row in run]
            ids = [
                _ids(text) for text in self._tokenizer.encode_batch(clean, add_special_tokens=False)
            ]
            n_tokens = np.array([len(row) for row in ids], dtype=np.int64) + self._n_special
            vectors = unit_rows(self._means([row[: self._room] for row in ids]))
            truncated = n_tokens > (self.max_length or np.inf)
            yield Batch(np.asarray(run, dtype=np.intp), Encoding(vectors, n_tokens, truncated))

    def at_length(self, max_length: int | None) -> "StaticBackend":
        """Give the same table with another truncation.

        Parameters
        ----------
        max_length : int or None
            The most tokens of a text that count; None for all.

        Returns
        -------
        StaticBackend
            It shares the table.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by ``Encoder``.
        """
        other = copy.copy(self)
        other.max_length = max_length
        return other

    def tempered(self, setting: object) -> "StaticBackend":  # noqa: ARG002
        """Give the backend itself: there is nothing to temper.

        Parameters
        ----------
        setting : Setting
            Makes no difference here.

        Returns
        -------
        StaticBackend
            The same one.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by ``Encoder``.
        """
        return self

    def attend(self, texts: Sequence[str], role: str) -> NoReturn:  # noqa: ARG002
        """Refuse: there is no attention.

        Parameters
        ----------
        texts : sequence of str
            Any strings.
        role : str
            Makes no difference here.

        Raises
        ------
        InputError
            Always.

        Examples
        --------
        Called by ``Encoder``.
        """
        raise InputError(
            "static has no attention to look at: it is the mean of token embeddings. "
            'Use another encoder, such as "minilm".'
        )

    @property
    def _room(self) -> int | None:
        return None if self.max_length is None else self.max_length - self._n_special

    def _means(self, ids: list[NDArray[np.int64]]) -> NDArray[np.float32]:
        starts = np.cumsum([0, *(len(row) for row in ids[:-1])])
        flat = torch.from_numpy(np.concatenate(ids)).to(self.device)
        offsets = torch.from_numpy(starts).to(self.device)
        means = torch.nn.functional.embedding_bag(flat, self._table, offsets, mode="mean")
        return np.asarray(means.cpu().numpy(), dtype=np.float32)


def _ids(text: Tokenised) -> NDArray[np.int64]:
    return np.asarray(text.ids, dtype=np.int64)
