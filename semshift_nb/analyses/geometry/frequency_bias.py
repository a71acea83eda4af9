"""Word-frequency bias: whether rare tokens lie further out and more alone than frequent ones."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders
from semshift_nb.analyses.results import UNITS, measured, unmeasured
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, InputEmbeddings
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval, spearman
from semshift_nb.names import count

_LEAST_TYPES = 10
_LEAST_DOCUMENTS = 2


@dataclass(frozen=True, eq=False)
class TokenFrequencies:
    """Tokens of the vocabulary that stand in at least two documents of a corpus.

    ``counts`` has a row for each document and a column for each of these tokens; ``vectors`` are
    their input embeddings, ``tokens`` their names.
    """

    tokens: list[str]
    vectors: NDArray[np.float32]
    counts: sparse.csr_array

    @property
    def n_documents(self) -> int:
        """Documents that the tokens were counted in."""
        return int(self.counts.shape[0])


def count_tokens(corpus: Corpus, encoder: Encoder) -> TokenFrequencies | str:
    """Count the encoder's tokens in the sentences of a corpus; special tokens are left out.

    A corpus of too few gives the reason why they say nothing.
    """
    table = encoder.input_embeddings()
    sentences = corpus.sentences
    ids = encoder.token_ids(sentences["text"].tolist())
    names, document = np.unique(sentences["doc_id"].to_numpy(), return_inverse=True)
    columns = np.concatenate([np.zeros(0, np.int64), *ids])
    rows = np.repeat(document, [len(each) for each in ids])
    known = columns < len(table.vectors)
    counts = sparse.coo_array(
        (np.ones(known.sum()), (rows[known], columns[known])),
        shape=(len(names), len(table.vectors)),
    ).tocsr()
    counts.sum_duplicates()
    return _kept(table, counts, corpus.name)


def _kept(table: InputEmbeddings, counts: sparse.csr_array, name: str) -> TokenFrequencies | str:
    n_documents = np.bincount(counts.indices, minlength=counts.shape[1])
    has_direction = np.linalg.norm(table.vectors, axis=1) > 0
    kept = np.flatnonzero((n_documents >= _LEAST_DOCUMENTS) & ~table.special & has_direction)
    if len(kept) < _LEAST_TYPES:
        return (
            f"{count(len(kept), 'token stands', 'tokens stand')} in at least {_LEAST_DOCUMENTS} "
            f"documents of {name}, expected at least {_LEAST_TYPES}: take a larger corpus"
        )
    tokens = [table.tokens[place] for place in kept]
    return TokenFrequencies(tokens, table.vectors[kept], counts[:, kept])


def ranks_of(counts: NDArray[np.float64], seed: int) -> NDArray[np.int64]:
    """Rank tokens by frequency, the most frequent from 0; ties by lot, those never seen last.

    A vocabulary is often in the order of frequency itself, so its order must not break ties.
    """
    lot = np.random.default_rng([seed, 4]).permutation(len(counts))
    order = np.lexsort((lot, -counts))
    ranks = np.empty(len(counts), dtype=np.int64)
    ranks[order] = np.arange(len(counts))
    return ranks


Found: TypeAlias = dict[Any, float | str]
"""Figures by their names; a string says why there is none."""

_LEAST_LEFT_OUT = 4


def leave_out(
    n_documents: int,
    figures: Callable[[NDArray[np.bool_]], Found],
    *,
    n_parts: int,
    seed: int,
) -> dict[Any, Interval | str]:
    """Return figures with intervals by leaving documents out, ``n_parts`` times some of them.

    As `measures.jackknife_effective_rank`, for figures that are no measure of rows: ``figures``
    takes which documents there are.
    """
    there = np.ones(n_documents, dtype=np.bool_)
    whole = figures(there)
    if n_documents < _LEAST_LEFT_OUT:
        return {
            name: value if isinstance(value, str) else Interval(value, np.nan, np.nan, n_documents)
            for name, value in whole.items()
        }
    parted = measures.jackknife_plan(
        None, n_rows=n_documents, n_parts=n_parts, level=0.95, seed=seed
    )
    without = [figures(~out) for out in parted.rows_out()]
    return {
        name: value
        if isinstance(value, str)
        else _interval(parted, value, [f[name] for f in without])
        for name, value in whole.items()
    }


def _interval(parted: measures.JackknifePlan, value: float, without: list[float | str]) -> Interval:
    known = [each for each in without if not isinstance(each, str)]
    if len(known) < len(without):
        return Interval(value, np.nan, np.nan, len(parted.codes))
    return parted.interval(value, np.array(known), least=-np.inf, most=np.inf)


_COLUMNS = [
    *["corpus", "encoder", "band", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["n_documents", "status", "reason"],
]
_ALL = "all"
_NOBODY = "too few tokens are in this band"
_ALIKE = "all tokens are alike in this"


@by_name
def frequency_bias(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    bands: Sequence[int] = (100, 500, 5000),
    ks: Sequence[int] = (3, 5, 7),
    n_parts: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure a model's input embeddings by how frequent their tokens are in a corpus.

    Tokens are those of the model's vocabulary that stand in at least two documents, special tokens
    left out; neighbours are sought among the same. Published for BERT: rare words have longer
    embeddings and their neighbours are further away.

    Parameters
    ----------
    corpus : Corpus
        Where frequency is counted.
    encoders : Encoder or sequence of Encoder
        Models with a table of input embeddings.
    bands : sequence of int, default (100, 500, 5000)
        Ranks of frequency at which one band ends and the next begins, as in the paper.
    ks : sequence of int, default (3, 5, 7)
        Numbers of nearest neighbours whose mean distance is taken.
    n_parts : int, default 20
        How many times some of the documents are left out, and all tokens counted and ranked again.
        The embeddings are fixed: intervals say how far the corpus decides which tokens are rare.
    seed : int, default 0
        Seed of that draw, and of ties between tokens of one frequency.

    Returns
    -------
    DataFrame
        One row for each encoder, band and metric: ``corpus``, ``encoder``, ``band`` ("1-100", ...,
        and "all"), ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n`` tokens, ``unit``,
        ``n_documents``, ``status`` and ``reason``. In a band: ``norm`` (mean Euclidean length),
        ``knn_distance@3`` and so on (mean Euclidean distance to the nearest others),
        ``mean_cosine`` of two of its tokens, and ``cosine_to_mean`` of all tokens. Over all:
        ``spearman_`` before these names, the rank correlation of the figure with rarity: above 0
        where it grows as tokens get rarer.

    Raises
    ------
    InputError
        If a setting is out of range, or a model has no such table. Fewer than ten tokens leave rows
        that were not measured.

    References
    ----------
    Li et al., "On the Sentence Embeddings from Pre-trained Language Models", EMNLP 2020, table 1.
    Gao et al., "Representation Degeneration Problem in Training Natural Language Generation
    Models", ICLR 2019.
    """
    ends = _check(bands, ks, n_parts)
    tables = []
    for encoder in as_encoders(encoders):
        counted = count_tokens(corpus, encoder)
        if isinstance(counted, str):
            rows = _uncounted(counted, ends, ks)
        elif max(ks) >= len(counted.tokens):
            most = len(counted.tokens) - 1
            raise InputError(f"ks is {tuple(ks)}, but only {most} other tokens were counted.")
        else:
            rows = _rows(counted, ends, ks, n_parts, seed)
        tables.append(pd.DataFrame(rows).assign(corpus=corpus.name, encoder=encoder.name))
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def _rows(
    counted: TokenFrequencies, ends: list[int], ks: Sequence[int], n_parts: int, seed: int
) -> list[dict[str, object]]:
    columns = _columns(counted.vectors, ks)
    unit = counted.vectors / np.linalg.norm(counted.vectors, axis=1, keepdims=True)

    def figures(documents: NDArray[np.bool_]) -> Found:
        counts = np.asarray(documents.astype(np.float64) @ counted.counts, dtype=np.float64)
        return _figures(counts, columns, unit, ends, seed)

    found = leave_out(counted.n_documents, figures, n_parts=n_parts, seed=seed)
    sizes = {band: last - first for band, (first, last) in _spans(len(unit), ends).items()}
    sizes[_ALL] = len(unit)
    return [
        {
            **_row(interval, sizes[band]),
            "band": band,
            "metric": metric,
            "unit": UNITS.get(metric, "correlation" if band == _ALL else "distance"),
            "n_documents": counted.n_documents,
        }
        for (band, metric), interval in found.items()
    ]


def _uncounted(reason: str, ends: list[int], ks: Sequence[int]) -> list[dict[str, object]]:
    """Give the rows of a corpus in which too few tokens can be counted."""
    nothing = {**unmeasured(reason), "n_documents": 0}
    names = ["norm", *(f"knn_distance@{k}" for k in ks), "cosine_to_mean"]
    inside = [{"band": f"1-{ends[0]}", "metric": name} for name in [*names, "mean_cosine"]]
    over_all = [{"band": _ALL, "metric": f"spearman_{name}"} for name in names]
    return [{**row, **nothing, "unit": ""} for row in [*inside, *over_all]]


def _columns(vectors: NDArray[np.float32], ks: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Return the figures that each token has whatever its frequency."""
    lengths = np.linalg.norm(vectors, axis=1).astype(np.float64)
    mean = vectors.mean(axis=0)
    toward = vectors @ (mean / max(float(np.linalg.norm(mean)), 1e-30)) / lengths
    search = NearestNeighbors(n_neighbors=max(ks), algorithm="brute").fit(vectors)
    distances, _ = search.kneighbors()  # without a query a token is not its own neighbour
    near = {f"knn_distance@{k}": distances[:, :k].mean(axis=1) for k in ks}
    return {"norm": lengths, **near, "cosine_to_mean": toward.astype(np.float64)}


def _figures(
    counts: NDArray[np.float64],
    columns: dict[str, NDArray[np.float64]],
    unit: NDArray[np.float32],
    ends: list[int],
    seed: int,
) -> Found:
    ranks, seen = ranks_of(counts, seed), counts > 0
    found: Found = {}
    for band, (first, last) in _spans(len(counts), ends).items():
        inside = (ranks >= first) & (ranks < last) & seen
        for name, column in columns.items():
            found[band, name] = float(column[inside].mean()) if inside.any() else _NOBODY
        found[band, "mean_cosine"] = _mean_cosine(unit[inside])
    rarity = -counts[seen]
    for name, column in columns.items():
        varies = np.ptp(rarity) > 0 and np.ptp(column[seen]) > 0
        found[_ALL, f"spearman_{name}"] = spearman(rarity, column[seen]) if varies else _ALIKE
    return found


def _mean_cosine(unit: NDArray[np.float32]) -> float | str:
    n = len(unit)
    total = unit.sum(axis=0, dtype=np.float64)
    return float((total @ total - n) / (n * (n - 1))) if n > 1 else _NOBODY


def _spans(n_types: int, ends: list[int]) -> dict[str, tuple[int, int]]:
    edges = [0, *(end for end in ends if end < n_types), n_types]
    return {f"{first + 1}-{last}": (first, last) for first, last in itertools.pairwise(edges)}


def _row(interval: Interval | str, n: int) -> dict[str, object]:
    if isinstance(interval, str):
        return unmeasured(interval, n=n)
    reason = "" if np.isfinite(interval.low) else "no interval: too few documents to leave some out"
    return measured(interval._replace(n=n), reason)


def _check(bands: Sequence[int], ks: Sequence[int], n_parts: int) -> list[int]:
    ends = list(bands)
    if not ends or any(b <= a for a, b in itertools.pairwise([0, *ends])):
        raise InputError(f"bands is {tuple(bands)}, expected ranks that rise, such as (100, 500).")
    if not ks or min(ks) < 1 or n_parts < 2:
        raise InputError(
            f"ks is {tuple(ks)} and n_parts {n_parts}, expected numbers of neighbours from 1 on "
            "and at least 2 parts (20 is usual)."
        )
    return ends
