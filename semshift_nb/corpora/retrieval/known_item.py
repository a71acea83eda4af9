"""A retrieval set out of any corpus: find the document that a sentence was taken from."""

import numpy as np
import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.errors import InputError
from semshift_nb.names import count


def known_item(corpus: Corpus, *, per_document: int = 1, seed: int = 0) -> RetrievalSet:
    """Take sentences out of documents, and ask for the documents they were taken from.

    A sentence is drawn from anywhere in its document. A title or a first sentence would be the
    easier query, and the less telling one: they say what the whole document is about, and nearly
    every model finds it by them (on ``wikipedia``, all-MiniLM-L6-v2 reaches nDCG@10 of 0.96 with
    first sentences, 0.84 with drawn ones). A drawn sentence asks what length collapse is feared to
    destroy: whether the vector of a long text still answers to what stands somewhere in it.

    Parameters
    ----------
    corpus : Corpus
        Any documents.
    per_document : int, default 1
        How many sentences to take out of each. A document that would be left without a sentence
        gives none; it stays, to be told apart from the others.
    seed : int, default 0
        Seed of the draw.

    Returns
    -------
    RetrievalSet
        One query for each sentence taken, with one relevant document: the rest of its own.

    Raises
    ------
    InputError
        If ``per_document`` is below 1, or no document has enough sentences.

    References
    ----------
    Azzopardi, de Rijke, Balog 2007, on simulated queries for known items.

    Examples
    --------
    >>> from semshift_nb.corpora import load_corpus
    >>> known_item(load_corpus("news", n_documents=50))
    <RetrievalSet 'news' (known item): 50 documents, 50 queries, 50 judgements>
    """
    if per_document < 1:
        raise InputError(f"per_document is {per_document}, expected at least 1.")
    taken = _draw(corpus.sentences, per_document, seed)
    if taken.empty:
        raise InputError(
            f"no document of corpus {corpus.name!r} has more than "
            f"{count(per_document, 'sentence')} of {MIN_CHARACTERS} characters: take fewer of "
            "each, or use longer documents."
        )
    ids = [f"{doc}#{place}" for doc, place in zip(taken["doc_id"], taken["position"], strict=True)]
    return RetrievalSet(
        Corpus(corpus.name, corpus.documents.assign(text=_without(corpus, taken))),
        pd.DataFrame({"query_id": ids, "text": taken["text"].to_numpy(dtype=object)}),
        pd.DataFrame({"query_id": ids, "doc_id": taken["doc_id"].to_numpy(), "relevance": 1}),
        corpus.name,
        "known item",
    )


def _draw(sentences: pd.DataFrame, per_document: int, seed: int) -> pd.DataFrame:
    """Draw so many sentences of each document that has more."""
    long_enough = sentences[[len(text) >= MIN_CHARACTERS for text in sentences["text"]]]
    n_there = long_enough.groupby("doc_id")["text"].transform("size")
    eligible = long_enough[n_there > per_document]
    order = np.random.default_rng(seed).permutation(len(eligible))
    return eligible.iloc[order].groupby("doc_id").head(per_document).sort_index()


def _without(corpus: Corpus, taken: pd.DataFrame) -> pd.Series:
    """Return the documents' texts without the sentences that were taken."""
    spans: dict[str, list[tuple[int, int]]] = {}
    for doc_id, start, end in zip(taken["doc_id"], taken["start"], taken["end"], strict=True):
        spans.setdefault(doc_id, []).append((start, end))
    texts = []
    for doc_id, text in zip(corpus.documents["doc_id"], corpus.documents["text"], strict=True):
        rest = text
        for start, end in reversed(spans.get(doc_id, [])):
            rest = rest[:start] + rest[end:].lstrip(" ")
        texts.append(rest.strip())
    return pd.Series(texts, index=corpus.documents.index, dtype=object)
