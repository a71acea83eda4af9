"""Passages: runs of consecutive sentences of one document, with their text, or of drawn ones."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.corpora import Corpus


def passage_starts(sentences: pd.DataFrame, n_sentences: int) -> NDArray[np.intp]:
    """Return the rows of a sentence table that begin a passage which ends in the same document."""
    documents = sentences["doc_id"].to_numpy()
    n_begins = max(len(documents) - n_sentences + 1, 0)
    return np.flatnonzero(documents[:n_begins] == documents[len(documents) - n_begins :])


def passages_at(corpus: Corpus, firsts: NDArray[np.intp], n_sentences: int) -> pd.DataFrame:
    """Return the passages that begin at these rows of the sentence table.

    Returns
    -------
    DataFrame
        One row a passage: ``doc_id``, ``title``, ``start_position`` of its first sentence, and
        ``text`` as it stands in the document.
    """
    first = corpus.sentences.iloc[firsts]
    ends = corpus.sentences["end"].iloc[firsts + n_sentences - 1]
    documents = corpus.documents.set_index("doc_id").loc[first["doc_id"]]
    spans = zip(documents["text"], first["start"], ends, strict=True)
    return pd.DataFrame(
        {
            "doc_id": first["doc_id"].to_numpy(),
            "title": documents["title"].to_numpy(),
            "start_position": first["position"].to_numpy(),
            "text": [text[start:end] for text, start, end in spans],
        },
        columns=["doc_id", "title", "start_position", "text"],
    )


def passage_members(firsts: NDArray[np.intp], n_sentences: int) -> NDArray[np.intp]:
    """Return the rows of the sentences of all passages, those of one after those of another."""
    return (firsts[:, None] + np.arange(n_sentences)).ravel()


def draw_distractors(
    rng: np.random.Generator, anchors: NDArray[np.intp], *, n_rows: int, n_distractors: int
) -> NDArray[np.intp]:
    """Draw other rows of the sentence table for each anchor: (n_anchors, n_distractors)."""
    # Drawn from one row fewer, then moved past the anchor: every row but the anchor is as likely.
    distractors = np.stack([rng.choice(n_rows - 1, n_distractors, replace=False) for _ in anchors])
    return distractors + (distractors >= anchors[:, None])
