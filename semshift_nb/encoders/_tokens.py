"""Texts to tokens, once, with full counts and with the model's own truncation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from semshift_nb.encoders._texts import slices
from semshift_nb.encoders._tokenising import TURN

# A tokenizer's answer holds strings and offsets besides the ids, so it is asked in small portions.
_PORTION = {"n_texts": 256, "n_characters": 200_000}


class Reading(Protocol):
    """Texts as a model reads them."""

    @property
    def n_tokens(self) -> NDArray[np.int64]: ...

    @property
    def lengths(self) -> NDArray[np.int64]: ...

    def features(self, rows: NDArray[np.intp]) -> dict[str, Any]: ...


@dataclass(frozen=True, eq=False)
class Tokens:
    """Tokenised texts.

    Attributes
    ----------
    n_tokens : ndarray of shape (n_texts,)
        Tokens before truncation, special tokens included.
    lengths : ndarray of shape (n_texts,)
        Tokens after truncation.
    columns : mapping of str to list of ndarray
        ``input_ids`` and, where the model has them, ``token_type_ids`` of each text.
    padding : mapping of str to int
        What each column is filled up with.
    left : bool
        Whether the filling goes before the tokens.
    extra : mapping of str to object
        What every batch carries besides (``modality``, ``prompt_length``).

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> ids = {"input_ids": [np.array([5, 6]), np.array([7])]}
    >>> two = Tokens(np.array([2, 1]), np.array([2, 1]), ids, {"input_ids": 0}, False, {})
    >>> two.features(np.array([0, 1]))["input_ids"].tolist()
    [[5, 6], [7, 0]]
    """

    n_tokens: NDArray[np.int64]
    lengths: NDArray[np.int64]
    columns: Mapping[str, list[NDArray[np.int64]]]
    padding: Mapping[str, int]
    left: bool
    extra: Mapping[str, Any]

    def features(self, rows: NDArray[np.intp]) -> dict[str, Any]:
        """Pad some of the texts to one length.

        Parameters
        ----------
        rows : ndarray of shape (n_batch,)
            Which texts.

        Returns
        -------
        dict
            What the model takes.

        Raises
        ------
        IndexError
            If a position lies outside the texts.

        Examples
        --------
        See the class.
        """
        lengths = self.lengths[rows]
        places = np.arange(lengths.max())
        start = lengths.max() - lengths if self.left else np.zeros_like(lengths)
        mask = (places >= start[:, None]) & (places < (start + lengths)[:, None])
        batch = {"attention_mask": torch.from_numpy(mask.astype(np.int64))}
        for name, column in self.columns.items():
            padded = np.full(mask.shape, self.padding[name], dtype=np.int64)
            # Row by row, left to right: the order in which the texts' tokens are strung together.
            padded[mask] = np.concatenate([column[row] for row in rows])
            batch[name] = torch.from_numpy(padded)
        return {**batch, **self.extra}


def tokenise(
    tokenizer: Any,  # noqa: ANN401  (transformers types its tokenizers as callables of anything)
    texts: Sequence[str],
    *,
    max_length: int | None,
    extra: Mapping[str, Any],
) -> Tokens:
    """Tokenise texts once; only those that are too long are given to the tokenizer again.

    Parameters
    ----------
    tokenizer : transformers.PreTrainedTokenizerBase
        The model's tokenizer.
    texts : sequence of str
        Well-formed texts, prompt included.
    max_length : int or None
        The most tokens the model may see.
    extra : mapping of str to object
        Handed through to every batch.

    Returns
    -------
    Tokens
        One entry for each text.

    Raises
    ------
    ValueError
        From the tokenizer, if the length leaves no room for its special tokens.

    Examples
    --------
    Called by the encoders; see ``load_encoder``.
    """
    columns = _columns(tokenizer, texts)
    n_tokens = _lengths(columns)
    too_long = np.flatnonzero(n_tokens > (max_length or np.inf))
    # The model's own truncation keeps its special tokens and its side.
    cut = _columns(
        tokenizer, [texts[int(row)] for row in too_long], truncation=True, max_length=max_length
    )
    for name, column in columns.items():
        for position, row in enumerate(too_long):
            column[row] = cut[name][position]
    padding = {
        "input_ids": tokenizer.pad_token_id or 0,
        "token_type_ids": tokenizer.pad_token_type_id,
    }
    left = tokenizer.padding_side == "left"
    return Tokens(n_tokens, _lengths(columns), columns, padding, left, extra)


def _columns(
    tokenizer: Any,  # noqa: ANN401
    texts: Sequence[str],
    **options: object,
) -> dict[str, list[NDArray[np.int64]]]:
    columns: dict[str, list[NDArray[np.int64]]] = {"input_ids": []}
    if "token_type_ids" in tokenizer.model_input_names:
        columns["token_type_ids"] = []
    for portion in slices(texts, **_PORTION):
        with TURN:
            answer = tokenizer(
                [texts[row] for row in portion],
                return_attention_mask=False,
                verbose=False,  # no warning about long texts: they are counted and flagged
                **options,
            )
        for name, column in columns.items():
            column.extend(np.asarray(ids, dtype=np.int64) for ids in answer[name])
    return columns


def _lengths(columns: Mapping[str, list[NDArray[np.int64]]]) -> NDArray[np.int64]:
    return np.array([len(ids) for ids in columns["input_ids"]], dtype=np.int64)
