"""The texts that a report card reads: the same ones for every encoder on it."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.corpora import Corpus

N_SENTENCES = 6
"""Sentences of a passage."""


@dataclass(frozen=True, eq=False)
class CardTexts:
    """Documents, sentences and passages drawn from a corpus.

    ``sentences`` and ``passages`` have ``doc_id`` and ``text``. ``members`` are the sentences of
    all passages, those of one after those of another, with the ``passage`` each stands in.
    """

    documents: Corpus
    sentences: pd.DataFrame
    passages: pd.DataFrame
    members: pd.DataFrame


def draw_texts(
    corpus: Corpus, *, n_documents: int, n_sentences: int, n_passages: int, seed: int
) -> CardTexts:
    """Draw at most so many of each; passages are of different documents as far as there are any."""
    rng = np.random.default_rng(seed)
    documents = corpus.documents.iloc[_some(rng, len(corpus), n_documents)]
    drawn = Corpus(corpus.name, documents)
    all_sentences = drawn.sentences
    sentences = all_sentences.iloc[_some(rng, len(all_sentences), n_sentences)]
    firsts = _firsts(rng, all_sentences["doc_id"].to_numpy(), n_passages)
    members = all_sentences.iloc[(firsts[:, None] + np.arange(N_SENTENCES)).ravel()]
    members = members.assign(passage=np.repeat(np.arange(len(firsts)), N_SENTENCES))
    texts = documents.set_index("doc_id")["text"]
    passages = members.groupby("passage").agg(
        doc_id=("doc_id", "first"), start=("start", "min"), end=("end", "max")
    )
    passages["text"] = [
        texts.loc[doc_id][start:end]
        for doc_id, start, end in zip(
            passages["doc_id"], passages["start"], passages["end"], strict=True
        )
    ]
    return CardTexts(drawn, sentences, passages, members)


def _some(rng: np.random.Generator, n: int, n_wanted: int) -> NDArray[np.intp]:
    """Draw row numbers without repetition, in their own order."""
    return np.sort(rng.choice(n, size=min(n, n_wanted), replace=False))


def _firsts(rng: np.random.Generator, doc_ids: NDArray[np.object_], n: int) -> NDArray[np.intp]:
    """Draw first rows of passages that do not overlap, one a document before any gets two."""
    begins = np.flatnonzero(doc_ids[: -(N_SENTENCES - 1)] == doc_ids[N_SENTENCES - 1 :])
    starts = pd.DataFrame({"row": begins, "doc_id": doc_ids[begins]})
    if starts.empty:
        return begins
    # Multiples of the length, counted from a document's first sentence: none overlap.
    apart = starts[
        (starts["row"] - starts.groupby("doc_id")["row"].transform("min")) % N_SENTENCES == 0
    ]
    shuffled = apart.iloc[rng.permutation(len(apart))]
    turn = shuffled.groupby("doc_id").cumcount()
    chosen = shuffled.iloc[np.argsort(turn.to_numpy(), kind="stable")[:n]]
    return np.sort(chosen["row"].to_numpy(dtype=np.intp))
