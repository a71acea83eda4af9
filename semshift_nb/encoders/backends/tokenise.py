"""How a sentence-transformers model reads texts: plainly where it can, else in its own way."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Transformer

from semshift_nb.encoders.backends.model_config import own_max_length
from semshift_nb.encoders.backends.special_tokens import unknown_shares
from semshift_nb.encoders.texts import slices
from semshift_nb.encoders.token_counts import TokenCounts, exceeds
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

#: Held while a tokenizer is asked; all of them share it, for they use all cores by themselves.
TOKENIZER_LOCK = threading.RLock()


# A tokenizer's answer holds strings and offsets besides the ids, so it is asked in small portions.
_PORTION = {"n_texts": 256, "n_characters": 200_000}


class TokenizedTexts(Protocol):
    """Texts as a model reads them."""

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Tokens of each text that the model sees."""
        ...

    @property
    def counts(self) -> TokenCounts:
        """All tokens of each text, and which of those that the model sees are unknown."""
        ...

    def features(self, rows: NDArray[np.intp]) -> dict[str, Any]:
        """Give what the model takes for these texts, padded."""
        ...


@dataclass(frozen=True, eq=False)
class Tokens:
    """Tokenised texts.

    Attributes
    ----------
    counts : TokenCounts
        Tokens before truncation, and how many of those after it are unknown.
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
    """

    counts: TokenCounts
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
    """Tokenise texts once; only those that are too long are given to the tokenizer again."""
    columns = _columns(tokenizer, texts)
    n_tokens = _lengths(columns)
    too_long = np.flatnonzero(exceeds(n_tokens, max_length))
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
    lengths = _lengths(columns)
    unknown = unknown_shares(columns["input_ids"], tokenizer)
    counts = TokenCounts(n_tokens, exceeds(n_tokens, lengths), unknown)
    return Tokens(counts, lengths, columns, padding, left, extra)


def _columns(
    tokenizer: Any,  # noqa: ANN401
    texts: Sequence[str],
    **options: object,
) -> dict[str, list[NDArray[np.int64]]]:
    columns: dict[str, list[NDArray[np.int64]]] = {"input_ids": []}
    if "token_type_ids" in tokenizer.model_input_names:
        columns["token_type_ids"] = []
    for portion in slices(texts, **_PORTION):
        with TOKENIZER_LOCK:
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


_PREPROCESSED_PORTION = {"n_texts": 32, "n_characters": 200_000}


class PreprocessedTexts:
    """Texts read through the model's own ``preprocess``, batch by batch."""

    def __init__(
        self, model: SentenceTransformer, texts: Sequence[str], options: Mapping[str, Any]
    ) -> None:
        self._model = model
        self._texts = texts
        self._options = options
        whole = {**options, "processing_kwargs": {"text": {"truncation": False}}}
        n_tokens, _ = self._count(whole)
        self.lengths, unknown = self._count(options)
        self.counts = TokenCounts(n_tokens, exceeds(n_tokens, self.lengths), unknown)

    def features(self, rows: NDArray[np.intp]) -> dict[str, Any]:
        """Preprocess some of the texts.

        Parameters
        ----------
        rows : ndarray of shape (n_batch,)
            Which texts.
        """
        return self._preprocess([self._texts[row] for row in rows], self._options)

    def _count(self, options: Mapping[str, Any]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return how many tokens each text has, and which share of them is unknown."""
        lengths, unknown = [np.zeros(0, dtype=np.int64)], [np.zeros(0)]
        for portion in slices(self._texts, **_PREPROCESSED_PORTION):
            features = self._preprocess([self._texts[row] for row in portion], options)
            lengths.append(_token_counts(features))
            unknown.append(unknown_shares(ids_in(features), self._model.tokenizer))
        return np.concatenate(lengths), np.concatenate(unknown)

    def _preprocess(self, texts: list[str], options: Mapping[str, Any]) -> dict[str, Any]:
        with TOKENIZER_LOCK:
            return dict(self._model.preprocess(texts, **options))


def _token_counts(features: Mapping[str, Any]) -> NDArray[np.int64]:
    if "attention_mask" in features:
        return np.asarray(features["attention_mask"].sum(dim=1).cpu(), dtype=np.int64)
    if "offsets" in features:  # texts strung together, as static embeddings take them
        ends = np.append(features["offsets"].cpu(), len(features["input_ids"]))
        return np.diff(ends).astype(np.int64)
    raise InputError(
        "the model does not say how many tokens a text has, so truncation could not be seen: "
        "use a model whose first module is a Transformer or a StaticEmbedding."
    )


def ids_in(features: Mapping[str, Any]) -> list[NDArray[np.int64]]:
    """Take the tokens of each text out of what a model is given.

    Returns
    -------
    list of ndarray of shape (n_tokens,)
        Padding left out.
    """
    ids = features["input_ids"].cpu().numpy()
    if "attention_mask" not in features:  # texts strung together, as static embeddings take them
        return np.split(ids, features["offsets"].cpu().numpy()[1:])
    seen = features["attention_mask"].cpu().numpy() != 0
    return [row[real] for row, real in zip(ids, seen, strict=True)]


# Measured on two cores: 1,000 is about 5 % faster than 2,000 and 15 % faster than 4,000.
TOKEN_BUDGET = 1000
#: A card is idle between batches as small as that. Measured on an H200 against
#: sentence-transformers, float32: 0.69 of its speed with 1,000, 2.3 with 16,384, 2.4 with this.
GPU_TOKEN_BUDGET = 65_536


def cut_batches(
    lengths: NDArray[np.int64], budget: int = TOKEN_BUDGET
) -> Iterator[NDArray[np.intp]]:
    """Cut texts into batches, the longest texts first.

    Parameters
    ----------
    lengths : ndarray of shape (n_texts,)
        Tokens of each text as the model will see it.
    budget : int
        The most padded tokens a batch may have; a text longer than that goes alone.
    """
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = max(1, int(lengths[order[start]]))
        stop = start + max(1, budget // longest)
        yield order[start:stop]
        start = stop


# Texts are tokenised and sorted this many at a time, so that memory does not grow with the corpus.
_RUN = {"n_texts": 4096, "n_characters": 4_000_000}


@dataclass(frozen=True, eq=False)
class ReadBatch:
    """Some texts as a model takes them.

    Attributes
    ----------
    rows : ndarray of shape (n_batch,)
        Where these texts stand in the list that was handed in.
    counts : TokenCounts
        What the model reads of each.
    features : dict
        What the model takes.
    """

    rows: NDArray[np.intp]
    counts: TokenCounts
    features: dict[str, Any]


@dataclass(frozen=True)
class Batcher:
    """One way of reading: a model, a role, and where texts are cut."""

    model: SentenceTransformer
    role: str
    prompt: str
    max_length: int | None

    def batches(self, texts: Sequence[str]) -> Iterator[ReadBatch]:
        """Read texts in batches of about equal cost."""
        for run in slices(texts, **_RUN):
            reading = self.read([texts[row] for row in run])
            budget = TOKEN_BUDGET if self.model.device.type == "cpu" else GPU_TOKEN_BUDGET
            for rows in cut_batches(reading.lengths, budget):
                features = reading.features(rows)
                yield ReadBatch(rows + run.start, reading.counts.take(rows), features)

    def token_counts(self, texts: Sequence[str]) -> TokenCounts:
        """Read texts for the number of their tokens alone."""
        runs = (self.read([texts[row] for row in run]) for run in slices(texts, **_RUN))
        return TokenCounts.joined([TokenCounts.blank(0), *(run.counts for run in runs)])

    def read(self, texts: Sequence[str]) -> TokenizedTexts:
        """Read texts as the model does."""
        clean = [well_formed(text) for text in texts]
        if not reads_plainly(self.model[0]):
            options: dict[str, Any] = {"prompt": self.prompt or None, "task": self.role}
            if self.max_length != own_max_length(self.model):
                cut = {"truncation": True, "max_length": self.max_length}
                options["processing_kwargs"] = {"text": cut}
            return PreprocessedTexts(self.model, clean, options)
        extra: dict[str, Any] = {"modality": "text"}
        if self.prompt:
            # Asked of the model, for pooling may have to leave the prompt's tokens out.
            with TOKENIZER_LOCK:
                asked = self.model.preprocess([""], prompt=self.prompt)
            extra["prompt_length"] = asked["prompt_length"]
        prompted = [self.prompt + text for text in clean]
        return tokenise(self.model.tokenizer, prompted, max_length=self.max_length, extra=extra)

    def spans(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return where the tokens stand in each text, from 0; those of the prompt lie before it."""
        if not reads_plainly(self.model[0]):
            raise InputError(
                "this model reads texts in a way of its own and does not say where its tokens "
                "stand in them: use another model."
            )
        prompted = [self.prompt + well_formed(text) for text in texts]
        if not prompted:
            return []
        options: dict[str, Any] = {"return_offsets_mapping": True, "verbose": False}
        if self.max_length is not None:
            options |= {"truncation": True, "max_length": self.max_length}
        with TOKENIZER_LOCK:
            answer = self.model.tokenizer(prompted, **options)
        return [
            np.array(spans, dtype=np.int64).reshape(-1, 2) - len(self.prompt)
            for spans in answer["offset_mapping"]
        ]


def reads_plainly(module: torch.nn.Module) -> bool:
    """Say whether a module does no more than tokenise, cut and pad."""
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
