"""The figures of a range of sentences, quick enough to follow a mouse."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import (
    EncodedDocument,
    encode_all,
    encoded_documents,
)
from semshift_nb.analyses.results import (
    FIGURE_COLUMNS,
    MEASURED,
    NOT_MEASURED,
    known_tokens,
    row,
    shift_figures,
    tidy,
)
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.errors import InputError
from semshift_nb.measures.shift import PrefixShift, TextShift
from semshift_nb.names import count


@by_name
def range_shift(
    sentences: pd.DataFrame,
    embeddings: NDArray[np.float32],
    *,
    start: int,
    stop: int,
    encoder: Encoder,
    text: str,
) -> pd.DataFrame:
    """Measure a range of sentences of one document.

    Only the text of the range is encoded, which takes one short pass of the model; the sentences'
    vectors are those that the document's map was made from.

    Parameters
    ----------
    sentences : DataFrame
        The document's sentences in order: ``start`` and ``end``, their offsets into ``text``.
    embeddings : ndarray of shape (n_sentences, dim)
        Their vectors. A zero row is a sentence without direction.
    start, stop : int
        The range, from 0: sentences ``start`` up to, not including, ``stop``.
    encoder : Encoder
        What the vectors came from.
    text : str
        The document's whole text.

    Returns
    -------
    DataFrame
        One row: ``start``, ``stop``, ``text`` (of the range, as it stands in the document) and the
        columns of `document_shift` from ``n_sentences`` on.

    Raises
    ------
    InputError
        If there are not as many vectors as sentences, or the range is empty or leaves the document.

    References
    ----------
    Semantic shift, arXiv 2603.21437.
    """
    if len(sentences) != len(embeddings):
        raise InputError(
            f"{count(len(sentences), 'sentence came', 'sentences came')} with "
            f"{count(len(embeddings), 'vector')}."
        )
    if not 0 <= start < stop <= len(sentences):
        raise InputError(
            f"the range {start}:{stop} was asked for, expected at least one sentence between 0 and "
            f"{len(sentences)}."
        )
    vectors = np.asarray(embeddings[start:stop])
    offsets = sentences["start"].iloc[start], sentences["end"].iloc[stop - 1]
    part = text[offsets[0] : offsets[1]]
    own = Encoding(vectors, TokenCounts.blank(len(vectors)))  # of their tokens nothing is told
    figures = shift_figures(own, encode_all(encoder, [part]))
    row = {"start": start, "stop": stop, "text": part, **figures}
    return tidy(pd.DataFrame([row], columns=["start", "stop", "text", *FIGURE_COLUMNS]))


@by_name
def document_shift(corpus: Corpus, encoder: Encoder) -> pd.DataFrame:
    """Measure the semantic shift of every document.

    Parameters
    ----------
    corpus : Corpus
        Documents and their sentences.
    encoder : Encoder
        What turns sentences and whole texts into vectors.

    Returns
    -------
    DataFrame
        One row a document, in the corpus's order: ``doc_id``, ``title``, ``label`` (if the corpus
        has labels), ``n_sentences``, ``n_tokens`` of the whole text (before truncation),
        ``truncated`` (whether the model saw only its beginning), ``unknown`` (the share of the
        tokens it saw that it does not know), ``local_evolution``, ``mean_adjacent_distance``,
        ``dispersion``, ``semantic_shift``, ``dilution``, ``discrepancy`` (see
        `semshift_nb.measures`), ``status`` (``measured`` or ``not measured``) and ``reason``. A
        document without a sentence, with one that has no direction in this encoder, or with a
        single long one whose lines may be sentences or in which no mark ends one, is not measured:
        its figures are missing and ``reason`` says why.

    Raises
    ------
    SemshiftError
        If the encoder fails for another cause.

    References
    ----------
    Semantic shift, arXiv 2603.21437.
    """
    texts = encode_all(encoder, corpus.documents["text"].tolist())
    figures = [
        shift_figures(document.encoded, row(texts, document.row), document.doubt)
        for document in encoded_documents(corpus, encoder)
    ]
    named = ["doc_id", "title", *(["label"] if "label" in corpus.documents else [])]
    table = corpus.documents[named].reset_index(drop=True)
    return tidy(pd.concat([table, pd.DataFrame(figures, columns=FIGURE_COLUMNS)], axis=1))


def dilution_gap(documents: pd.DataFrame) -> float | None:
    """Compare the dilution of every document with what its dispersion says it must be.

    Parameters
    ----------
    documents : DataFrame
        `document_shift` or `window_shift`.

    Returns
    -------
    float or None
        The largest absolute difference over the texts that were measured, a rounding error unless
        this program is wrong; None where no text was measured.

    Raises
    ------
    KeyError
        If a column is missing.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1.
    """
    measured = documents[documents["status"] == MEASURED]
    if measured.empty:
        return None
    by_formula = measures.dilution_from_dispersion(
        measured["dispersion"].to_numpy(), measured["n_sentences"].to_numpy()
    )
    return float((measured["dilution"] - by_formula).abs().max())


_SENTENCE = ["doc_id", "position", "start", "end", "text"]
_ADDED = [
    *["n_tokens", "truncated", "unknown", "adjacent_distance", "cosine_to_pooled"],
    *["status", "reason"],
]


@by_name
def sentence_shift(corpus: Corpus, encoder: Encoder) -> pd.DataFrame:
    """Measure every sentence against the next one and against its document's pooled vector.

    Parameters
    ----------
    corpus : Corpus
        Documents and their sentences.
    encoder : Encoder
        What turns sentences into vectors.

    Returns
    -------
    DataFrame
        One row a sentence: ``doc_id``, ``position``, ``start``, ``end`` (offsets into the
        document's text), ``text``, ``n_tokens``, ``truncated``, ``unknown`` (see
        `document_shift`), ``adjacent_distance`` (cosine distance to the next sentence; missing on a
        document's last sentence, which has none), ``cosine_to_pooled`` (with the direction of the
        sum of the document's sentences; 0 when they cancel out), ``status`` and ``reason``. When a
        sentence has no direction in this encoder, its whole document is not measured, and
        ``reason`` says which sentence it is.

    Raises
    ------
    SemshiftError
        If the encoder fails for another cause.

    References
    ----------
    Semantic shift, arXiv 2603.21437.
    """
    tables = [
        sentences_of(document, shift_of(document))
        for document in encoded_documents(corpus, encoder)
        if len(document.sentences)
    ]
    nothing = pd.DataFrame(columns=_SENTENCE + _ADDED)
    return pd.concat([nothing, *tables], ignore_index=True).infer_objects()


def shift_of(document: EncodedDocument) -> TextShift | str:
    """Return the shift of one document, or why it has none."""
    return document.reason or TextShift(document.encoded.vectors)


def sentences_of(document: EncodedDocument, shift: TextShift | str) -> pd.DataFrame:
    """Return the sentences of one document."""
    reason = shift if isinstance(shift, str) else ""
    steps = pooled = np.full(len(document.sentences), np.nan)
    if isinstance(shift, TextShift):
        steps = np.append(shift.adjacent_distances, np.nan)
        pooled = shift.cosines_to_pooled
    return document.sentences[_SENTENCE].assign(
        n_tokens=known_tokens(document.encoded).array,
        truncated=document.encoded.truncated,
        unknown=document.encoded.unknown,
        adjacent_distance=steps,
        cosine_to_pooled=pooled,
        status=NOT_MEASURED if reason else MEASURED,
        reason=reason,
    )


_COLUMNS = ["doc_id", "title", "k", *PrefixShift._fields, "status", "reason"]


@by_name
def prefix_shift(corpus: Corpus, encoder: Encoder) -> pd.DataFrame:
    """Measure the first k sentences of every document, for every k.

    Parameters
    ----------
    corpus : Corpus
        Documents and their sentences.
    encoder : Encoder
        What turns sentences into vectors.

    Returns
    -------
    DataFrame
        One row a prefix: ``doc_id``, ``title``, ``k`` (1, 2, ... sentences), ``local_evolution``,
        ``dispersion``, ``semantic_shift``, ``dilution`` of the first k sentences, ``status`` and
        ``reason``. A document that cannot be measured is one row with ``k`` its number of
        sentences, no figures, and the reason.

    Raises
    ------
    SemshiftError
        If the encoder fails for another cause than a text without direction.

    References
    ----------
    Semantic shift, arXiv 2603.21437.
    """
    tables = [
        prefixes_of(document, shift_of(document)) for document in encoded_documents(corpus, encoder)
    ]
    return pd.concat([pd.DataFrame(columns=_COLUMNS), *tables], ignore_index=True).infer_objects()


def prefixes_of(document: EncodedDocument, shift: TextShift | str) -> pd.DataFrame:
    """Return the prefixes of one document."""
    n_sentences = len(document.sentences)
    if isinstance(shift, str):
        reason, curves = shift, {name: np.full(1, np.nan) for name in PrefixShift._fields}
    else:
        reason, curves = "", shift.prefixes()._asdict()
    return pd.DataFrame(
        {
            "doc_id": document.doc_id,
            "title": document.title,
            "k": [n_sentences] if reason else np.arange(1, n_sentences + 1),
            **curves,
            "status": NOT_MEASURED if reason else MEASURED,
            "reason": reason,
        }
    )
