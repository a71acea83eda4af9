"""How far meaning moves in each document, and what pooling loses of it."""

import pandas as pd

from semshift_nb.analyses._corpus import encoded_documents
from semshift_nb.analyses._encoded import encode_all
from semshift_nb.analyses._figures import FIGURE_COLUMNS, row, shift_figures, tidy
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder


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
        ``truncated`` (whether the model saw only its beginning), ``local_evolution``,
        ``mean_adjacent_distance``, ``dispersion``, ``semantic_shift``, ``dilution``,
        ``discrepancy`` (see `semshift_nb.measures`), ``status`` (``measured`` or ``not measured``)
        and ``reason``. A document without a sentence, or with one that has no direction in this
        encoder, is not measured: its figures are missing and ``reason`` says why.

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
    >>> document_shift(load_corpus("wikipedia"), load_encoder())  # doctest: +SKIP
    """
    texts = encode_all(encoder, corpus.documents["text"].tolist())
    figures = [
        shift_figures(document.encoded, row(texts, document.row))
        for document in encoded_documents(corpus, encoder)
    ]
    named = ["doc_id", "title", *(["label"] if "label" in corpus.documents else [])]
    table = corpus.documents[named].reset_index(drop=True)
    return tidy(pd.concat([table, pd.DataFrame(figures, columns=FIGURE_COLUMNS)], axis=1))
