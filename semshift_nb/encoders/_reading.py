"""How a sentence-transformers model reads texts: plainly where it can, else in its own way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer

from semshift_nb.encoders._batching import cut_batches
from semshift_nb.encoders._features import Features
from semshift_nb.encoders._settings import own_max_length
from semshift_nb.encoders._texts import slices
from semshift_nb.encoders._tokenising import TURN
from semshift_nb.encoders._tokens import Reading, tokenise
from semshift_nb.unicode import well_formed

# Texts are tokenised and sorted this many at a time, so that memory does not grow with the corpus.
_RUN = {"n_texts": 4096, "n_characters": 4_000_000}


@dataclass(frozen=True, eq=False)
class ReadBatch:
    """Some texts as a model takes them.

    Attributes
    ----------
    rows : ndarray of shape (n_batch,)
        Where these texts stand in the list that was handed in.
    n_tokens : ndarray of shape (n_batch,), int64
        Tokens before truncation.
    truncated : ndarray of shape (n_batch,), bool
        Whether the model sees only the first of them.
    features : dict
        What the model takes.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Made by ``read_batches``.
    """

    rows: NDArray[np.intp]
    n_tokens: NDArray[np.int64]
    truncated: NDArray[np.bool_]
    features: dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """One way of reading: a model, a role, and where texts are cut.

    Attributes
    ----------
    model : SentenceTransformer
        The model.
    role, prompt : str
        The texts' role, and what goes before each.
    max_length : int or None
        The most tokens the model may see.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Made by the encoders.
    """

    model: SentenceTransformer
    role: str
    prompt: str
    max_length: int | None

    def batches(self, texts: Sequence[str]) -> Iterator[ReadBatch]:
        """Read texts in batches of about equal cost.

        Parameters
        ----------
        texts : sequence of str
            Any strings.

        Yields
        ------
        ReadBatch
            Every text comes once.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by the encoders.
        """
        for run in slices(texts, **_RUN):
            reading = self.read([texts[row] for row in run])
            truncated = reading.n_tokens > reading.lengths
            for rows in cut_batches(reading.lengths):
                features = reading.features(rows)
                yield ReadBatch(rows + run.start, reading.n_tokens[rows], truncated[rows], features)

    def read(self, texts: Sequence[str]) -> Reading:
        """Read texts as the model does.

        Parameters
        ----------
        texts : sequence of str
            Any strings.

        Returns
        -------
        Reading
            One entry for each text.

        Raises
        ------
        InputError
            If the model does not say how many tokens a text has.

        Examples
        --------
        Called by the encoders.
        """
        clean = [well_formed(text) for text in texts]
        if not reads_plainly(self.model[0]):
            options: dict[str, Any] = {"prompt": self.prompt or None, "task": self.role}
            if self.max_length != own_max_length(self.model):
                cut = {"truncation": True, "max_length": self.max_length}
                options["processing_kwargs"] = {"text": cut}
            return Features(self.model, clean, options)
        extra: dict[str, Any] = {"modality": "text"}
        if self.prompt:
            # Asked of the model, for pooling may have to leave the prompt's tokens out.
            with TURN:
                asked = self.model.preprocess([""], prompt=self.prompt)
            extra["prompt_length"] = asked["prompt_length"]
        prompted = [self.prompt + text for text in clean]
        return tokenise(self.model.tokenizer, prompted, max_length=self.max_length, extra=extra)


def reads_plainly(module: torch.nn.Module) -> bool:
    """Say whether a module does no more than tokenise, cut and pad.

    Parameters
    ----------
    module : torch.nn.Module
        A model's first module.

    Returns
    -------
    bool
        Whatever does more is left to the module's own preprocess.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> reads_plainly(torch.nn.Identity())
    False
    """
    return (
        isinstance(module, Transformer)
        and getattr(module.tokenizer, "is_fast", False)
        and set(module.modality_config) == {"text"}
        and module.query_length is None
        and module.document_length is None
        and module.query_expansion is None
        and not module.processing_kwargs
        and not (module.config._attn_implementation or "").startswith("flash")  # noqa: SLF001
    )
