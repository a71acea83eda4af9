"""How far meaning moves in each document, and what pooling loses of it."""

import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._corpus import encoded_documents
from semshift_nb.analyses._encoded import encode_all
from semshift_nb.analyses._figures import FIGURE_COLUMNS, MEASURED, row, shift_figures, tidy
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

    Examples
    --------
    >>> dilution_gap(document_shift(load_corpus("news"), load_encoder()))  # doctest: +SKIP
    """
    measured = documents[documents["status"] == MEASURED]
    if measured.empty:
        return None
    by_formula = measures.dilution_from_dispersion(
        measured["dispersion"].to_numpy(), measured["n_sentences"].to_numpy()
    )
    return float((measured["dilution"] - by_formula).abs().max())
