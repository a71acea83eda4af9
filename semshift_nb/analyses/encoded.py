"""Texts with their vectors, those without a direction marked instead of raised."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Encoding, NoDirectionError
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


@dataclass(frozen=True, eq=False)
class Encoded:
    """Vectors, token counts and truncation of some texts.

    ``directed`` says which texts have a direction; the others hold a zero vector, no tokens that
    are known of, and are never measured.
    """

    vectors: NDArray[np.float32]
    n_tokens: NDArray[np.int64]
    truncated: NDArray[np.bool_]
    directed: NDArray[np.bool_]

    def take(self, rows: slice | NDArray[np.intp]) -> "Encoded":
        """Return some of the texts."""
        return Encoded(
            self.vectors[rows], self.n_tokens[rows], self.truncated[rows], self.directed[rows]
        )


def encode_all(encoder: Encoder, texts: Sequence[str], *, role: str = "document") -> Encoded:
    """Encode texts in one call; leave out those that turn out to have no direction."""
    directed = np.ones(len(texts), dtype=np.bool_)
    try:
        encoding = _encode(encoder, texts, role)
    except NoDirectionError as error:
        # All the others are in the store by now, so this second call encodes nothing again.
        directed[list(error.positions)] = False
        encoding = _encode(encoder, [texts[i] for i in np.flatnonzero(directed).tolist()], role)
    vectors = np.zeros((len(texts), encoder.dim), dtype=np.float32)
    n_tokens = np.zeros(len(texts), dtype=np.int64)
    truncated = np.zeros(len(texts), dtype=np.bool_)
    vectors[directed] = encoding.vectors
    n_tokens[directed] = encoding.n_tokens
    truncated[directed] = encoding.truncated
    return Encoded(vectors, n_tokens, truncated, directed)


def _encode(encoder: Encoder, texts: Sequence[str], role: str) -> Encoding:
    """Encode texts, of which there may be none."""
    if not texts:
        nothing = np.zeros(0, dtype=np.int64)
        return Encoding(
            np.zeros((0, encoder.dim), dtype=np.float32), nothing, nothing.astype(np.bool_)
        )
    return encoder.encode_with_tokens(texts, role=role)


def no_direction_reason(encoded: Encoded) -> str:
    """Say why some sentences cannot be measured together, or nothing when they can."""
    if len(encoded.directed) == 0:
        return "the text has no sentence"
    missing = np.flatnonzero(~encoded.directed)
    if len(missing) == 0:
        return ""
    return (
        f"{len(missing)} of {len(encoded.directed)} sentences have no direction in this encoder "
        f"(at {shortened(missing, most=5)}, from 0)"
    )


class EncodedDocument(NamedTuple):
    """One document: its row in the corpus, and the rows and vectors of its sentences."""

    row: int
    doc_id: str
    title: str
    sentences: pd.DataFrame
    encoded: Encoded


def encoded_documents(corpus: Corpus, encoder: Encoder) -> Iterator[EncodedDocument]:
    """Encode all sentences of a corpus in one call; yield its documents in their order."""
    sentences = corpus.sentences
    encoded = encode_all(encoder, sentences["text"].tolist())
    rows_of = sentences.groupby("doc_id", sort=False).indices
    none = np.zeros(0, dtype=np.intp)
    documents = corpus.documents
    for place, (doc_id, title) in enumerate(
        zip(documents["doc_id"], documents["title"], strict=True)
    ):
        rows = np.asarray(rows_of.get(doc_id, none), dtype=np.intp)
        yield EncodedDocument(place, doc_id, title, sentences.iloc[rows], encoded.take(rows))
