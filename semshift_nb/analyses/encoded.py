"""Texts with their vectors, those without a direction marked instead of raised."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb.corpora import Corpus, TextWarning
from semshift_nb.corpora.sentences import notices_of
from semshift_nb.corpora.sentences.blocks import why_undivided
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
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


def encode_all(
    encoder: Encoder, texts: Sequence[str], *, role: str = "document", unit: bool = True
) -> Encoding:
    """Encode texts in one call; one without a direction has a zero vector and no tokens."""
    encoding = encoder.encode_with_tokens(texts, role=role, no_direction="zero", unit=unit)
    if unknown_reason(encoder, encoding.tokens):
        # Without the share: whoever encodes in many portions is told once.
        warnings.warn(
            f"more than {MOST_UNKNOWN:.0%} of the tokens of some texts are unknown to "
            f"{encoder.name}: their figures say little. Use a model that was trained on their "
            "language.",
            TextWarning,
            stacklevel=1,
        )
    return replace(encoding, tokens=encoding.tokens.only(encoding.has_direction))


MOST_UNKNOWN = 0.1
"""The share of unknown tokens above which figures say little.

With every eighth word of 240 English paragraphs (XQuAD) made unknown to ``minilm``, 0.12 of its
tokens, it finds the paragraph of a question at 0.80 in place of 0.89, and their MPD is 0.10 lower,
twice what a report card takes for a collapse; at 0.25 the two are 0.61 and 0.21. Of the same
paragraphs in Chinese 0.61 is unknown, and 0.15 are found.
"""


def unknown_reason(encoder: Encoder, read: TokenCounts) -> str:
    """Say why figures of these texts mean little where the model knows too few of their tokens."""
    share = read.shares()["unknown_share"]
    if not share > MOST_UNKNOWN:
        return ""
    return (
        f"{share:.0%} of the tokens are unknown to {encoder.name}, whose vocabulary seems to lack "
        "this script"
    )


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


def text_notices(
    texts: Iterable[tuple[str, str, str]], encoder: Encoder, read: TokenCounts
) -> list[str]:
    """Say what is to be known of texts (id, text, language) and of how the encoder read them."""
    unknown = unknown_reason(encoder, read)
    return [*notices_of(texts), *([f"{unknown}."] if unknown else [])]


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
