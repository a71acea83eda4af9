"""A model's tokens: its table of them, their ids in texts, and their states."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers import PreTrainedModel

from semshift_nb.encoders._attend import special_ids
from semshift_nb.encoders._recording import Recording
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates
from semshift_nb.errors import InputError


def table_of(model: SentenceTransformer, models: Sequence[PreTrainedModel]) -> InputEmbeddings:
    """Return the table in which a model looks up its tokens.

    Parameters
    ----------
    model : SentenceTransformer
        The model.
    models : sequence of PreTrainedModel
        The models of transformers in it.

    Returns
    -------
    InputEmbeddings
        A copy, in float32.

    Raises
    ------
    InputError
        If there is not exactly one such table.

    Examples
    --------
    Called by ``Encoder.input_embeddings``.
    """
    tables: list[object] = [each.get_input_embeddings() for each in models]
    tables = tables or [getattr(model[0], "embedding", None)]
    weights = getattr(tables[0], "weight", None)
    if len(tables) > 1 or not isinstance(weights, torch.Tensor):
        raise InputError(
            f"this model has {len(tables) if weights is not None else 'no'} tables of input "
            "embeddings that are understood, expected 1: use another model."
        )
    tokenizer = model.tokenizer
    # A table may be padded beyond the vocabulary.
    entries = tokenizer.get_vocab()
    names = {place: token for token, place in entries.items()}
    tokens = [names.get(place, "") for place in range(min(len(weights), max(names) + 1))]
    vectors = weights.detach()[: len(tokens)].float().cpu().numpy().copy()
    return InputEmbeddings(tokens, vectors, are_special(np.arange(len(tokens)), tokenizer))


def are_special(ids: NDArray[np.int64], tokenizer: Any) -> NDArray[np.bool_]:  # noqa: ANN401
    """Say which tokens stand for no text.

    Parameters
    ----------
    ids : ndarray of shape (n_tokens,)
        Tokens.
    tokenizer : transformers.PreTrainedTokenizerBase
        Whose they are.

    Returns
    -------
    ndarray of shape (n_tokens,)
        True for those.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Called by the encoders.
    """
    return np.isin(ids, sorted(special_ids(tokenizer)))


def ids_in(features: Mapping[str, Any]) -> list[NDArray[np.int64]]:
    """Take the tokens of each text out of what a model is given.

    Parameters
    ----------
    features : mapping of str to object
        A batch.

    Returns
    -------
    list of ndarray of shape (n_tokens,)
        Padding left out.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> batch = {"input_ids": torch.tensor([[5, 0]]), "attention_mask": torch.tensor([[1, 0]])}
    >>> ids_in(batch)
    [array([5])]
    """
    ids = features["input_ids"].cpu().numpy()
    if "attention_mask" not in features:  # texts strung together, as static embeddings take them
        return np.split(ids, features["offsets"].cpu().numpy()[1:])
    seen = features["attention_mask"].cpu().numpy() != 0
    return [row[real] for row, real in zip(ids, seen, strict=True)]


class Gathered:
    """States of tokens, gathered batch by batch.

    Parameters
    ----------
    layers : sequence of int
        Layers whose states are kept.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Used by the encoders.
    """

    def __init__(self, layers: Sequence[int]) -> None:
        self._rows: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._ids: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        self._states: dict[int, list[NDArray[np.float32]]] = {layer: [] for layer in layers}

    def add(self, rows: NDArray[np.intp], passed: Mapping[str, Any], kept: Recording) -> None:
        """Keep the tokens of a batch that are no padding."""
        seen = passed["attention_mask"] != 0
        self._rows.append(np.repeat(rows, seen.sum(dim=1).cpu().numpy()).astype(np.int64))
        self._ids.append(passed["input_ids"][seen].cpu().numpy())
        for layer, states in self._states.items():
            states.append(kept.states[layer][seen].float().cpu().numpy())

    def in_order(self, tokenizer: Any) -> TokenStates:  # noqa: ANN401
        """Return all, in the order of the texts."""
        rows, ids = np.concatenate(self._rows), np.concatenate(self._ids)
        order = np.argsort(rows, kind="stable")
        states = {
            layer: np.concatenate(parts)[order] if parts else np.zeros((0, 0), np.float32)
            for layer, parts in self._states.items()
        }
        special = are_special(ids[order], tokenizer)
        return TokenStates(rows[order], ids[order], special, states)
