"""Texts with their vectors, those without a direction marked instead of raised."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences.blocks import why_undivided
from semshift_nb.encoders import Encoder, Encoding
from semshift_nb.errors import InputError
from semshift_nb.validation import shortened


def as_encoders(encoders: Encoder | Sequence[Encoder]) -> list[Encoder]:
    """Return encoders as a list, at least one."""
    listed = [encoders] if isinstance(encoders, Encoder) else list(encoders)
    if not listed:
        raise InputError("got no encoder, expected one or more, as load_encoder() gives them.")
    return listed


def encoder_columns(encoder: Encoder) -> dict[str, str | float]:
    """Return the columns that say which encoder a row is of."""
    temperature = encoder.temperature
    return {"encoder": encoder.name, "tau": temperature.tau, "schedule": temperature.schedule}


def encode_all(encoder: Encoder, texts: Sequence[str], *, role: str = "document") -> Encoding:
    """Encode texts in one call; one without a direction has a zero vector and no tokens."""
    encoding = encoder.encode_with_tokens(texts, role=role, no_direction="zero")
    there = encoding.has_direction
    counts = np.where(there, encoding.n_tokens, 0)
    return replace(encoding, n_tokens=counts, truncated=encoding.truncated & there)


def no_direction_reason(encoded: Encoding) -> str:
    """Say why some sentences cannot be measured together, or nothing when they can."""
    n_sentences = len(encoded.vectors)
    if not n_sentences:
        return "the text has no sentence"
    missing = np.flatnonzero(~encoded.has_direction)
    if len(missing) == 0:
        return ""
    return (
        f"{len(missing)} of {n_sentences} sentences have no direction in this encoder "
        f"(at {shortened(missing, most=5)}, from 0)"
    )


class EncodedDocument(NamedTuple):
    """One document: its row in the corpus, and the rows and vectors of its sentences.

    ``doubt`` says why a long text in which one sentence was found may be several.
    """

    row: int
    doc_id: str
    title: str
    sentences: pd.DataFrame
    encoded: Encoding
    doubt: str

    @property
    def reason(self) -> str:
        """Why its sentences cannot be measured together, or nothing when they can."""
        return no_direction_reason(self.encoded) or self.doubt


_LONG_SENTENCE = 48
"""Tokens of a sentence that is looked at twice when it is the only one of its text."""


def _doubt(encoded: Encoding, text: str) -> str:
    if len(encoded.n_tokens) != 1 or encoded.n_tokens[0] < _LONG_SENTENCE:
        return ""
    why = why_undivided(text)
    return why and f"1 sentence of {encoded.n_tokens[0]:,} tokens: {why}"


def encoded_documents(corpus: Corpus, encoder: Encoder) -> Iterator[EncodedDocument]:
    """Encode all sentences of a corpus in one call; yield its documents in their order."""
    sentences = corpus.sentences
    encoded = encode_all(encoder, sentences["text"].tolist())
    rows_of = sentences.groupby("doc_id", sort=False).indices
    none = np.zeros(0, dtype=np.intp)
    documents = corpus.documents
    columns = (documents[name] for name in ("doc_id", "title", "text"))
    for place, (doc_id, title, text) in enumerate(zip(*columns, strict=True)):
        rows = np.asarray(rows_of.get(doc_id, none), dtype=np.intp)
        own = encoded.take(rows)
        yield EncodedDocument(
            place, doc_id, title, sentences.iloc[rows], own, _doubt(own, str(text))
        )
