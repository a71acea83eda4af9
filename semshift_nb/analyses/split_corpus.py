"""split, for all documents of a corpus."""

import numpy as np
import pandas as pd

from semshift_nb.analyses.splitting import split
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder


def split_corpus(
    corpus: Corpus,
    encoder: Encoder,
    *,
    max_tokens: int | None = None,
    min_sentences: int = 1,
    method: str = "least_dilution",
    price: float | str = "auto",
) -> pd.DataFrame:
    """Split every document of a corpus, each in its own language and at a price of its own.

    Parameters
    ----------
    corpus : Corpus
        What to split.
    encoder : Encoder
        What turns sentences into vectors.
    max_tokens, min_sentences, method, price
        As for `split`.

    Returns
    -------
    DataFrame
        One row for each chunk: ``doc_id``, ``position`` in the document, ``start``, ``end``,
        ``text``, ``n_sentences``, ``n_tokens``, ``truncated`` (whether the encoder would read only
        the beginning), ``dispersion``, ``semantic_shift``, ``dilution``, ``gain`` of the cut
        before it (missing for the first) and ``price``. The texts of a
        document's chunks, joined, are its text; an empty document has no row.

    Raises
    ------
    InputError
        As `split` does.

    Examples
    --------
    >>> from semshift_nb import load_encoder
    >>> corpus = Corpus.from_texts(["Cats purr. Kittens mew.", ""])
    >>> split_corpus(corpus, load_encoder("static", store=None), price=9)["text"].tolist()
    ['Cats purr. Kittens mew.']
    """
    ids, texts, codes = (corpus.documents[column] for column in ("doc_id", "text", "language"))
    tables = []
    for doc_id, text, language in zip(ids, texts, codes, strict=True):
        chunks = split(
            text,
            encoder,
            price=price,
            min_sentences=min_sentences,
            max_tokens=max_tokens,
            method=method,
            language=language,
        )
        table = chunks.table().drop(columns="sentences").assign(price=chunks.price)
        table.insert(0, "doc_id", doc_id)
        after = list(table.columns).index("n_tokens") + 1
        table.insert(after, "truncated", table["n_tokens"] > (encoder.max_length or np.inf))
        tables.append(table.astype({"price": "float64", "doc_id": ids.dtype}))
    # Of empty tables pandas would not take the types that their columns have.
    filled = [table for table in tables if len(table)]
    return pd.concat(filled or tables[:1], ignore_index=True)
