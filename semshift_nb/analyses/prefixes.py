"""How the figures of a document grow as one reads on."""

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._corpus import EncodedDocument, encoded_documents
from semshift_nb.analyses._encoded import no_direction_reason
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder

_COLUMNS = ["doc_id", "title", "k", *measures.PrefixShift._fields, "status", "reason"]


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

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> prefix_shift(load_corpus("news"), load_encoder())  # doctest: +SKIP
    """
    tables = [prefixes_of(document) for document in encoded_documents(corpus, encoder)]
    return pd.concat([pd.DataFrame(columns=_COLUMNS), *tables], ignore_index=True).infer_objects()


def prefixes_of(document: EncodedDocument) -> pd.DataFrame:
    """Return the prefixes of one document.

    Parameters
    ----------
    document : EncodedDocument
        A document whose sentences are encoded.

    Returns
    -------
    DataFrame
        Its rows of `prefix_shift`.

    Raises
    ------
    InputError
        If a vector is not finite and of length one.

    Examples
    --------
    >>> [prefixes_of(document) for document in encoded_documents(corpus, encoder)]
    ... # doctest: +SKIP
    """
    reason = no_direction_reason(document.encoded)
    n_sentences = len(document.sentences)
    if reason:
        curves = {name: np.full(1, np.nan) for name in measures.PrefixShift._fields}
    else:
        curves = measures.prefix_shift(document.encoded.vectors)._asdict()
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
