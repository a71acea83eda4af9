"""Where in a document meaning moves."""

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._corpus import EncodedDocument, encoded_documents
from semshift_nb.analyses._encoded import no_direction_reason
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED, known_tokens
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder

_SENTENCE = ["doc_id", "position", "start", "end", "text"]
_ADDED = ["n_tokens", "truncated", "adjacent_distance", "cosine_to_pooled", "status", "reason"]


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
        document's text), ``text``, ``n_tokens``, ``truncated``, ``adjacent_distance`` (cosine
        distance to the next sentence; missing on a document's last sentence, which has none),
        ``cosine_to_pooled`` (with the direction of the sum of the document's sentences; 0 when
        they cancel out), ``status`` and ``reason``. When a sentence has no direction in this
        encoder, its whole document is not measured, and ``reason`` says which sentence it is.

    Raises
    ------
    SemshiftError
        If the encoder fails for another cause.

    References
    ----------
    Semantic shift, arXiv 2603.21437.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> sentence_shift(load_corpus("news"), load_encoder())  # doctest: +SKIP
    """
    tables = [
        sentences_of(document)
        for document in encoded_documents(corpus, encoder)
        if len(document.sentences)
    ]
    nothing = pd.DataFrame(columns=_SENTENCE + _ADDED)
    return pd.concat([nothing, *tables], ignore_index=True).infer_objects()


def sentences_of(document: EncodedDocument) -> pd.DataFrame:
    """Return the sentences of one document.

    Parameters
    ----------
    document : EncodedDocument
        A document whose sentences are encoded.

    Returns
    -------
    DataFrame
        Its rows of `sentence_shift`.

    Raises
    ------
    InputError
        If a vector is not finite and of length one.

    Examples
    --------
    >>> [sentences_of(document) for document in encoded_documents(corpus, encoder)]
    ... # doctest: +SKIP
    """
    reason = no_direction_reason(document.encoded)
    steps = pooled = np.full(len(document.sentences), np.nan)
    if not reason:
        vectors = document.encoded.vectors
        steps = np.append(measures.adjacent_distances(vectors), np.nan)
        pooled = measures.cosines_to_pooled(vectors)
    return document.sentences[_SENTENCE].assign(
        n_tokens=known_tokens(document.encoded).array,
        truncated=document.encoded.truncated,
        adjacent_distance=steps,
        cosine_to_pooled=pooled,
        status=NOT_MEASURED if reason else MEASURED,
        reason=reason,
    )
