"""What is encoded of a document: the whole of it, its chunks or its sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.remedies.late_chunking import late_chunks
from semshift_nb.analyses.splitting.chunk_retrieval import DocumentChunks, Sentences, pooled
from semshift_nb.analyses.splitting.segments import segment_texts
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.errors import InputError


@dataclass(frozen=True, eq=False)
class Parts:
    """Vectors of the parts of documents; ``parents`` are the rows of these, ascending.

    ``n_read`` is how many tokens the model had to read for them.
    """

    encoding: Encoding
    parents: NDArray[np.intp]
    n_read: int


@dataclass(frozen=True, eq=False)
class Documents:
    """Texts with their languages and titles, and the encoder that is to read them."""

    texts: Sequence[str]
    languages: Sequence[str]
    titles: Sequence[str]
    encoder: Encoder

    @classmethod
    def of(cls, dataset: RetrievalSet, encoder: Encoder) -> "Documents":
        """Take the documents of a set."""
        table = dataset.corpus.documents
        return cls(dataset.texts, table["language"].tolist(), table["title"].tolist(), encoder)

    def some(self, rows: Sequence[int], encoder: Encoder) -> "Documents":
        """Take some of them, to be read by this encoder."""
        texts, languages, titles = (
            [each[row] for row in rows] for each in (self.texts, self.languages, self.titles)
        )
        return Documents(texts, languages, titles, encoder)

    @cached_property
    def sentences(self) -> Sentences:
        """The texts laid out in sentences, none longer than the model reads."""
        most = self.encoder.max_length
        laid_out = segment_texts(
            zip(self.texts, self.languages, strict=True), self.encoder, max_tokens=most
        )
        return Sentences(list(laid_out), most)

    @cached_property
    def turns(self) -> DocumentChunks:
        """Chunks of least dilution, at the price that each text suggests."""
        return self.sentences.cut("least_dilution")

    @property
    def n_read_of_sentences(self) -> int:
        """Tokens read to know the sentences, up to special ones."""
        return int(sum(one.weights.sum() for one in self.sentences.documents))


Texts: TypeAlias = Callable[[Documents], Parts]
"""Makes parts of documents."""


def whole(documents: Documents) -> Parts:
    """Leave every document whole, as far as the model reads it."""
    encoding = encode_all(documents.encoder, documents.texts)
    return _read(documents, encoding, np.arange(len(documents.texts)))


def even_chunks(documents: Documents) -> Parts:
    """Cut into chunks of even size, as many as least dilution makes."""
    return _chunks(documents, documents.sentences.cut("fixed", like=documents.turns))


def percentile_chunks(documents: Documents) -> Parts:
    """Cut at the largest steps between sentences, into as many chunks as least dilution makes."""
    return _chunks(documents, documents.sentences.cut("percentile", like=documents.turns))


def turning_chunks(documents: Documents) -> Parts:
    """Cut where the meaning turns."""
    return _chunks(documents, documents.turns)


def titled_chunks(documents: Documents) -> Parts:
    """Cut where the meaning turns, and put the document's title before each chunk."""
    if not any(documents.titles):
        raise InputError("no document has a title to put before its chunks.")
    chunks = documents.turns
    owners = [documents.titles[row] for row in chunks.parents.tolist()]
    texts = [
        text if not title or text.lstrip().startswith(title) else f"{title}\n{text}"
        for title, text in zip(owners, chunks.texts, strict=True)
    ]
    return _chunks(documents, chunks, texts)


def single_sentences(documents: Documents) -> Parts:
    """Take every sentence by itself."""
    laid_out = documents.sentences.documents
    parents = np.repeat(np.arange(len(laid_out)), [len(one.pieces) for one in laid_out])
    rows = [one.rows * one.has_direction[:, None] for one in laid_out]
    vectors = np.concatenate(rows) if rows else np.zeros((0, documents.encoder.dim), np.float32)
    weights = np.concatenate([one.weights for one in laid_out]).astype(np.int64)
    unknown = np.concatenate([one.tokens.unknown for one in laid_out])
    tokens = TokenCounts(weights, np.zeros(len(vectors), dtype=np.bool_), unknown)
    encoding = Encoding(vectors, tokens)
    return Parts(encoding, parents, documents.n_read_of_sentences)


def mean_of_sentences(documents: Documents) -> Parts:
    """Take the mean of the vectors of a document's sentences."""
    chunks = documents.sentences.whole()
    if not len(chunks.parents):
        raise InputError("no document has a sentence with a direction.")
    encoding = pooled(documents.sentences, chunks)
    return Parts(encoding, chunks.parents, documents.n_read_of_sentences)


def late(overlap: int) -> Texts:
    """Pool the token states of the whole text over the chunks of least dilution."""

    def parts(documents: Documents) -> Parts:
        encoding, n_read = late_chunks(
            documents.sentences.documents, documents.turns, documents.encoder, overlap=overlap
        )
        # Where to cut is told by the sentences, which the model has read for that.
        return Parts(encoding, documents.turns.parents, n_read + documents.n_read_of_sentences)

    return parts


def _chunks(
    documents: Documents, chunks: DocumentChunks, texts: Sequence[str] | None = None
) -> Parts:
    encoding = encode_all(documents.encoder, chunks.texts if texts is None else texts)
    read = _read(documents, encoding, chunks.parents)
    return Parts(encoding, chunks.parents, read.n_read + documents.n_read_of_sentences)


def _read(documents: Documents, encoding: Encoding, parents: NDArray[np.intp]) -> Parts:
    most = documents.encoder.max_length or np.inf
    return Parts(encoding, parents, int(np.minimum(encoding.n_tokens, most).sum()))
