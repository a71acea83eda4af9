"""Which sentences of a corpus say nearly the same."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError


def neighbours_of(
    vector: NDArray[np.float32],
    corpus: Corpus,
    *,
    embeddings: NDArray[np.float32],
    n_neighbours: int = 10,
) -> pd.DataFrame:
    """Find the sentences of a corpus that are nearest to a vector.

    Parameters
    ----------
    vector : ndarray of shape (dim,)
        A unit vector from the same encoder as ``embeddings``.
    corpus : Corpus
        Where to look.
    embeddings : ndarray of shape (n_sentences, dim)
        The vectors of ``corpus.sentences``, row by row. Zero rows (sentences without direction)
        are never neighbours.
    n_neighbours : int, default 10
        How many to find; a corpus that has fewer gives all of them.

    Returns
    -------
    DataFrame
        One row a neighbour, the nearest first: ``rank`` (from 1), ``doc_id``, ``title``,
        ``position``, ``text`` and ``cosine``. A sentence of the corpus finds itself first; of
        exact ties the earlier sentence comes first.

    Raises
    ------
    InputError
        If there are not as many vectors as sentences, a vector is not finite and of length one, or
        ``n_neighbours`` is below 1.

    References
    ----------
    See `semshift_nb.measures.nearest_neighbours`.

    Examples
    --------
    >>> neighbours_of(vectors[0], corpus, embeddings=vectors, n_neighbours=5)  # doctest: +SKIP
    """
    sentences = corpus.sentences
    if len(sentences) != len(embeddings):
        raise InputError(
            f"the corpus has {len(sentences)} sentences and came with {len(embeddings)} vectors."
        )
    directed = np.flatnonzero(np.any(embeddings, axis=1))
    library = embeddings if len(directed) == len(embeddings) else embeddings[directed]
    query = np.asarray(vector)[None, :]
    # A request for none is left for the measure to refuse.
    k = min(n_neighbours, len(directed)) if len(directed) else n_neighbours
    found = directed[measures.nearest_neighbours(query, library, k)[0]]
    titles = corpus.documents.set_index("doc_id")["title"]
    near = sentences.iloc[found]
    return pd.DataFrame(
        {
            "rank": np.arange(1, len(found) + 1),
            "doc_id": near["doc_id"].to_numpy(),
            "title": titles.loc[near["doc_id"]].to_numpy(),
            "position": near["position"].to_numpy(),
            "text": near["text"].to_numpy(),
            "cosine": embeddings[found].astype(np.float64) @ np.asarray(vector, dtype=np.float64),
        }
    )
