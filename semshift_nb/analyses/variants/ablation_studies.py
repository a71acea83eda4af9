"""What leaving dimensions out costs: in retrieval, and in telling documents apart by clusters."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_mutual_info_score

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.retrieval.search import MAIN, query_scores, search
from semshift_nb.analyses.variants.ablations import COLUMNS, Ablation, Study, ablation_rows
from semshift_nb.corpora import Corpus, RetrievalSet, known_item
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.names import count


class Sets(NamedTuple):
    """Sentences, the document of each by number, and the set of each; sets share no document."""

    texts: list[str]
    documents: NDArray[np.intp]
    sets: NDArray[np.intp]

    @property
    def n_sets(self) -> int:
        """How many sets there are."""
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
        chosen = (sets.sets == place) & encoded.has_direction
        rows, labels = encoded.vectors[chosen], sets.documents[chosen]
        if not len(rows):
            continue  # clusters of nothing know nothing
        for column, start in enumerate(starts):
            means = KMeans(len(np.unique(labels)), n_init=1, random_state=start)
            agreement[place, column] = adjusted_mutual_info_score(labels, means.fit_predict(rows))
    return np.asarray(agreement.mean(axis=1))


def ablated_retrieval(
    source: RetrievalSet | Corpus,
    ablations: Sequence[Ablation],
    *,
    per_document: int = 3,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Search a set in each of some ablated spaces, and compare them query by query.

    Rankings go by the cosine, whatever the model declares: ablated vectors are directions.

    Parameters
    ----------
    source : RetrievalSet or Corpus
        What the ablations were not fitted on. Of a corpus, sentences are taken out of the documents
        and search for them (`semshift_nb.corpora.retrieval.known_item`).
    ablations : sequence of Ablation
        As `ablations` gives them.
    per_document : int, default 3
        Sentences to take out of each document of a corpus.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        Long-form rows: ``corpus``, ``encoder``, ``task`` ("retrieval"), ``method``,
        ``n_dimensions``, ``metric`` and ``against``, ``value``, ``ci_low`` and ``ci_high`` (95 %
        bootstrap, see below), ``n`` queries, ``unit``, ``n_choices`` (of random dimensions),
        ``truncated_share`` and ``unknown_share`` of the documents, ``status`` and ``reason``. For
        each ablation there are

        - ``nDCG@10``, with ``against`` empty;
        - ``nDCG@10 difference`` with ``against`` "all dimensions": below 0 where something is lost;
        - of the highest variance also ``nDCG@10 difference`` with ``against`` each other way to
          keep as many dimensions: above 0 where the highest variance is better.

        Queries that ask for the same document are drawn together; differences are taken query by
        query; where dimensions were chosen at random, the choices are drawn again as well.

    Raises
    ------
    InputError
        If the ablations do not begin with all dimensions, or a setting is out of range.

    References
    ----------
    See `semshift_nb.measures.bootstrap_two_way_mean`.
    """
    dataset, nothing = _searched(source, per_document=per_document, seed=seed)

    def score(encoder: Encoder) -> NDArray[np.float64]:
        if dataset is None:
            return np.zeros(0)
        return query_scores(dataset, search(dataset, encoder, "cosine").ranking)[MAIN].to_numpy(
            dtype=np.float64
        )

    study = Study(
        score=score,
        metric=MAIN,
        unit="0 to 1",
        units="documents are asked for",
        groups=[] if dataset is None else _asked_for(dataset),
        nothing=nothing,
        n_resamples=n_resamples,
        seed=seed,
    )
    texts = [] if dataset is None else dataset.texts
    return _table(ablations, study, corpus=source.name, task="retrieval", texts=texts)


@by_name
def ablated_clustering(
    corpus: Corpus,
    ablations: Sequence[Ablation],
    *,
    n_documents: int = 6,
    n_sentences: int = 8,
    n_starts: int = 2,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Cluster sentences in each of some ablated spaces, and see if they come together by document.

    The documents are parted at random into sets of a few. In each set the sentences are clustered
    by k-means, with as many clusters as documents, and the clusters compared with the documents by
    adjusted mutual information. The sets share no document, so that an interval over them is one
    over documents, with clusters and their random starts made anew in each. Sets are few: in a
    simulation with 20 of them, 90 in 100 intervals held the truth, not 95.

    Parameters
    ----------
    corpus : Corpus
        Documents that the ablations were not fitted on.
    ablations : sequence of Ablation
        As `ablations` gives them.
    n_documents : int, default 6
        Documents of a set, at least 2; those left over are not used.
    n_sentences : int, default 8
        The most sentences of a document, drawn at random from those of 12 characters or more;
        documents with fewer than two are not used.
    n_starts : int, default 2
        Random starts of k-means, whose figures are averaged.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        As `ablated_retrieval`, with ``task`` "clustering", ``metric`` ``AMI`` (1 where clusters are
        documents, about 0 where they are as good as drawn by lot) and ``AMI difference``, ``n``
        sets of documents, and the shares of the sentences.

    Raises
    ------
    InputError
        If the ablations do not begin with all dimensions, or a setting is out of range.

    References
    ----------
    Vinh, Epps, Bailey 2010 (adjusted mutual information), as scikit-learn has it.
    """
    if n_starts < 1:
        raise InputError(f"n_starts is {n_starts}, expected at least 1 (2 is usual).")
    sets = draw_sets(corpus, n_documents=n_documents, n_sentences=n_sentences, seed=seed)

    def score(encoder: Encoder) -> NDArray[np.float64]:
        return cluster_agreement(sets, encoder, n_starts=n_starts, seed=seed)

    study = Study(
        score=score,
        metric="AMI",
        unit="0 to 1",
        units=f"sets of {n_documents} documents",
        groups=None,
        nothing=count(
            n_documents,
            "document of two sentences or more is needed for a set",
            "documents of two sentences or more are needed for a set",
        ),
        n_resamples=n_resamples,
        seed=seed,
    )
    return _table(ablations, study, corpus=corpus.name, task="clustering", texts=sets.texts)


def _table(
    ablations: Sequence[Ablation], study: Study, *, corpus: str, task: str, texts: Sequence[str]
) -> pd.DataFrame:
    rows = list(ablation_rows(ablations, study))
    encoder = ablations[0].encoders[0]
    shares = encode_all(encoder, texts).tokens.shares()
    labels = {"corpus": corpus, "encoder": encoder.name, "task": task, **shares}
    return pd.DataFrame([{**labels, **row} for row in rows], columns=COLUMNS)


def _searched(
    source: RetrievalSet | Corpus, *, per_document: int, seed: int
) -> tuple[RetrievalSet | None, str]:
    """Return the set to search, or why none can be made of the corpus."""
    if per_document < 1:
        raise InputError(f"per_document is {per_document}, expected at least 1.")
    if isinstance(source, RetrievalSet):
        return source, "there is no query"
    try:
        return known_item(source, per_document=per_document, seed=seed), ""
    except InputError as error:
        return None, str(error)


def _asked_for(dataset: RetrievalSet) -> list[str]:
    """Return the document that each query is drawn with: the first that is relevant to it."""
    return [
        next((doc for doc, value in judged.items() if value > 0), query)
        for query, judged in dataset.relevance.items()
    ]
