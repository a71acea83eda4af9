"""Sentences of a few documents each, clustered: how far the clusters know the documents."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from semshift_nb.analyses._encoded import encode_all
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.known_item import MIN_CHARACTERS
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError


class Sets(NamedTuple):
    """Sentences, the document of each by number, and the set of each; sets share no document."""

    texts: list[str]
    documents: NDArray[np.intp]
    sets: NDArray[np.intp]

    @property
    def n_sets(self) -> int:
        return int(self.sets.max(initial=-1)) + 1


def draw_sets(corpus: Corpus, *, n_documents: int, n_sentences: int, seed: int) -> Sets:
    """Part documents into sets of ``n_documents``, and draw sentences of each."""
    if n_documents < 2 or n_sentences < 2:
        raise InputError(
            f"n_documents is {n_documents} and n_sentences {n_sentences}, expected at least 2: "
            "clusters of one document, or of one sentence each, tell nothing."
        )
    rng = np.random.default_rng(seed)
    table = corpus.sentences
    table = table[[len(text) >= MIN_CHARACTERS for text in table["text"]]]
    table = table[table.groupby("doc_id")["text"].transform("size") > 1]
    table = table.iloc[rng.permutation(len(table))].groupby("doc_id").head(n_sentences).sort_index()
    numbers, documents = np.unique(table["doc_id"].to_numpy(dtype=str), return_inverse=True)
    place = rng.permutation(len(numbers)) // n_documents
    kept = place[documents] < len(numbers) // n_documents
    return Sets(table["text"][kept].tolist(), documents[kept], place[documents][kept])


def cluster_agreement(
    sets: Sets, encoder: Encoder, *, n_starts: int, seed: int
) -> NDArray[np.float64]:
    """Return for each set how far its clusters agree with its documents, the mean of all starts."""
    encoded = encode_all(encoder, sets.texts)
    starts = np.random.default_rng([seed, 1]).integers(2**31, size=n_starts).tolist()
    agreement = np.zeros((sets.n_sets, n_starts))
    for place in range(sets.n_sets):
        chosen = (sets.sets == place) & encoded.directed
        rows, labels = encoded.vectors[chosen], sets.documents[chosen]
        if not len(rows):
            continue  # clusters of nothing know nothing
        for column, start in enumerate(starts):
            means = KMeans(len(np.unique(labels)), n_init=1, random_state=start)
            agreement[place, column] = adjusted_mutual_info_score(labels, means.fit_predict(rows))
    return np.asarray(agreement.mean(axis=1))
