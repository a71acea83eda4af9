"""A corpus with its sentences encoded, walked document by document."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb.analyses._encoded import Encoded, encode_all
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder


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
