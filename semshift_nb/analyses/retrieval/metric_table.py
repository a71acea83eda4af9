"""Rankings to a metric table: means, their intervals, and what differs from the reference."""

import itertools
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encoded_documents
from semshift_nb.analyses.results import MEASURED, UNITS, interval_row
from semshift_nb.analyses.retrieval.search import MEASURES, Search
from semshift_nb.corpora import Corpus, RetrievalSet
from semshift_nb.encoders import Encoder, TokenCounts
from semshift_nb.errors import InputError

LENGTH, SHIFT = "length", "shift"
GROUPINGS = (LENGTH, SHIFT)
ALL = "all"

_SHORTEST = 32
"""The first bucket's upper edge in tokens; each next is twice as wide."""

_N_SHIFTS = 3


class Bucket(NamedTuple):
    """A part of the documents: by what, called what, and which (one a document; None for all)."""

    grouping: str
    label: str
    documents: NDArray[np.bool_] | None

    @property
    def columns(self) -> dict[str, str]:
        """The two columns a table tells it by."""
        return {
            f"{name}_bucket": self.label if name == self.grouping else ALL for name in GROUPINGS
        }


EVERYTHING = Bucket(ALL, ALL, None)


def buckets(dataset: RetrievalSet, reference: Search, groupings: Sequence[str]) -> list[Bucket]:
    """Return all documents, and the buckets of each grouping that hold a relevant document."""
    unknown = [name for name in groupings if name not in GROUPINGS]
    if unknown:
        raise InputError(f"by is {tuple(groupings)}, expected some of {', '.join(GROUPINGS)}.")
    relevant = _relevant(dataset)
    found = [EVERYTHING]
    if LENGTH in groupings:
        found.extend(_by_length(reference.documents.n_tokens))
    if SHIFT in groupings:
        found.extend(_by_shift(_dispersions(dataset.corpus, relevant, reference.encoder)))
    return [
        bucket
        for bucket in found
        if bucket.documents is None or (bucket.documents & relevant).any()
    ]


def _relevant(dataset: RetrievalSet) -> NDArray[np.bool_]:
    judged = dataset.judgements
    ids = judged.loc[judged["relevance"] > 0, "doc_id"]
    mask: NDArray[np.bool_] = dataset.corpus.documents["doc_id"].isin(set(ids)).to_numpy()
    return mask


def _by_length(n_tokens: NDArray[np.int64]) -> Iterator[Bucket]:
    """Part documents by their tokens, before any truncation, at powers of two."""
    low, high = 0, _SHORTEST
    while low < n_tokens.max(initial=0):
        label = f"{low + 1} to {high} tokens"
        yield Bucket(LENGTH, label, (n_tokens > low) & (n_tokens <= high))
        low, high = high, 2 * high


def _by_shift(dispersions: NDArray[np.float64]) -> Iterator[Bucket]:
    """Part documents in three by their dispersion; those of one sentence have none to part by."""
    yield Bucket(SHIFT, "one sentence", dispersions == 0)
    known = dispersions[dispersions > 0]
    if not len(known):
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_SHIFTS + 1)))
    for low, high in itertools.pairwise(edges):
        # Every bucket has its upper edge and not its lower one; the first has both.
        inside = (dispersions > low) | ((dispersions == low) & (low == edges[0]))
        label = f"dispersion {low:.2f} to {high:.2f}"
        yield Bucket(SHIFT, label, inside & (dispersions <= high))
    if len(edges) == 1:
        yield Bucket(SHIFT, f"dispersion {edges[0]:.2f}", dispersions == edges[0])


def _dispersions(
    corpus: Corpus, relevant: NDArray[np.bool_], encoder: Encoder
) -> NDArray[np.float64]:
    """Return the dispersion of the relevant documents' sentences, NaN where there is none."""
    dispersions = np.full(len(corpus), np.nan)
    some = Corpus(corpus.name, corpus.documents[relevant])
    for row, document in zip(
        np.flatnonzero(relevant), encoded_documents(some, encoder), strict=True
    ):
        vectors = document.encoded.vectors
        if not document.reason:
            dispersions[row] = measures.dispersion(vectors)
    return dispersions


ARM = ["tau", "schedule"]
BUCKETS = ["length_bucket", "shift_bucket"]
CHANGE = ["difference", "difference_low", "difference_high", "p_value", "p_holm"]
COLUMNS = [
    *["dataset", "split", "encoder", "max_length", "similarity", *ARM, "queries", *BUCKETS],
    *["metric", "value", "ci_low", "ci_high", "n", "unit", *CHANGE],
    *["truncated_share", "unknown_share", "status", "reason"],
]
BY_QUERY = [
    *["dataset", "split", "encoder", "max_length", "similarity", *ARM, "queries", *BUCKETS],
    *["metric", "query_id", "value", "n_relevant", "n_truncated", "unknown"],
]


Values: TypeAlias = NDArray[np.float64]


class ResamplingOptions:
    """How often to draw, and from which seed."""

    def __init__(self, *, n_resamples: int, n_permutations: int, seed: int) -> None:
        if min(n_resamples, n_permutations) < 1:
            raise InputError(
                f"n_resamples is {n_resamples} and n_permutations {n_permutations}, expected at "
                "least 1 of each (1000 and 9999 are usual)."
            )
        self.n_resamples = n_resamples
        self.n_permutations = n_permutations
        self.seed = seed


def score_rows(
    scores: pd.DataFrame, reference: pd.DataFrame | None, chance: ResamplingOptions
) -> list[dict[str, object]]:
    """Return one row a measure for the queries of one arm and one bucket.

    ``reference`` holds the same queries in the same order; None for the reference itself.
    """
    shares = _shares_of_relevant(scores)
    rows = []
    for metric in MEASURES:
        values = scores[metric].to_numpy(dtype=np.float64)
        before = None if reference is None else reference[metric].to_numpy(dtype=np.float64)
        rows.append(
            {
                "metric": metric,
                **mean_row(values, chance),
                "unit": "0 to 1",
                **({} if before is None else change_row(values, before, chance)),
                **shares,
            }
        )
    return rows


def _shares_of_relevant(scores: pd.DataFrame) -> dict[str, float]:
    """Sum up what the model read of the relevant documents, each as often as it is asked for."""
    n_relevant = scores["n_relevant"].to_numpy()
    if not n_relevant.sum():
        return TokenCounts.blank(0).shares()
    truncated = float(scores["n_truncated"].sum() / n_relevant.sum())
    unknown = float(np.average(scores["unknown"], weights=n_relevant))
    return {"truncated_share": truncated, "unknown_share": unknown}


def distance_row(
    search: Search, reference: Search | None, bucket: Bucket, chance: ResamplingOptions
) -> dict[str, object]:
    """Return the mean pairwise distance of a bucket's documents."""
    kept = search.documents.has_direction
    if bucket.documents is not None:
        kept = kept & bucket.documents
    vectors = search.documents.vectors[kept]
    row = {
        "metric": "MPD",
        **interval_row(
            lambda: measures.mean_pairwise_distance(vectors),
            lambda: measures.bootstrap_mean_pairwise_distance(
                vectors, n_resamples=chance.n_resamples, seed=chance.seed
            ),
            n=len(vectors),
        ),
        "unit": UNITS["MPD"],
        **search.documents.tokens.take(kept).shares(),
    }
    if reference is not None and row["status"] == MEASURED:
        pair = [vectors, reference.documents.vectors[kept]]
        row.update(_distance_change(pair, chance))
    return row


def change_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the differences of a comparison into figures, a row each.

    Parameters
    ----------
    table : DataFrame
        ``RetrievalResult.table`` or what `chunk_retrieval` gives.

    Returns
    -------
    DataFrame
        The rows that have a difference, with ``difference``, ``difference_low`` and
        ``difference_high`` as ``value``, ``ci_low`` and ``ci_high``. Their metric begins with
        "change of"; the reason holds the p-value after Holm's adjustment, which the interval knows
        nothing of.

    Raises
    ------
    KeyError
        If a column is missing.
    """
    compared = table[table["difference"].notna()]
    return compared.assign(
        metric="change of " + compared["metric"],
        value=compared["difference"],
        ci_low=compared["difference_low"],
        ci_high=compared["difference_high"],
        reason=["" if np.isnan(p) else f"p (Holm) {p:.2g}" for p in compared["p_holm"].tolist()],
    ).drop(columns=CHANGE)


def adjust(table: pd.DataFrame) -> pd.DataFrame:
    """Adjust the p-values of each measure for all that were looked at together.

    All temperatures are one family for the whole set; and all temperatures and buckets for each way
    to part the documents.
    """
    adjusted = table.assign(p_holm=np.nan)
    parted = [table[name] != ALL for name in BUCKETS]
    for _, family in adjusted.groupby([table["metric"], *parted], sort=False):
        tested = family["p_value"].dropna()
        adjusted.loc[tested.index, "p_holm"] = measures.holm(tested.to_numpy())
    return adjusted


def long_form(scores: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the scores of all arms and buckets under each other, one row a figure."""
    wide = pd.concat(list(scores), ignore_index=True)
    named = [name for name in wide.columns if name not in MEASURES]
    table = wide.melt(named, list(MEASURES), var_name="metric", value_name="value")
    return table[BY_QUERY]


def _distance_change(
    pair: list[NDArray[np.float32]], chance: ResamplingOptions
) -> dict[str, object]:
    """Return by how much the same documents lie further apart than before, with its interval."""
    try:
        change = measures.bootstrap_distance_contrast(
            pair, [1, -1], n_resamples=chance.n_resamples, seed=chance.seed
        )
    except InputError:  # too few documents to redraw; the row's own reason says so
        now, before = (measures.mean_pairwise_distance(vectors) for vectors in pair)
        return {"difference": now - before}
    return dict(zip(CHANGE, (change.value, change.low, change.high), strict=False))


def mean_row(values: Values, chance: ResamplingOptions) -> dict[str, object]:
    """Return the mean of values, one a query or a document, with its interval."""
    return interval_row(
        lambda: _plain_mean(values),
        lambda: measures.bootstrap_mean(values, n_resamples=chance.n_resamples, seed=chance.seed),
        n=len(values),
    )


def _plain_mean(values: Values) -> float:
    if not len(values):
        raise InputError("there is no query")
    return float(values.mean())


def change_row(values: Values, before: Values, chance: ResamplingOptions) -> dict[str, object]:
    """Return what changed, query by query, with its interval and the p-value of no change."""
    if len(values) < 2:
        return {"difference": _plain_mean(values - before)} if len(values) else {}
    change = measures.bootstrap_mean(
        values - before, n_resamples=chance.n_resamples, seed=chance.seed
    )
    p_value = measures.permutation_test_paired(
        values, before, n_resamples=chance.n_permutations, seed=chance.seed
    )
    return dict(zip(CHANGE, (change.value, change.low, change.high, p_value), strict=False))
