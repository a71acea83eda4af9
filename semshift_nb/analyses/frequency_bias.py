"""Word-frequency bias: whether rare tokens lie further out and more alone than frequent ones."""

import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.neighbors import NearestNeighbors

from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._leave_out import Found, leave_out
from semshift_nb.analyses._length_design import as_encoders
from semshift_nb.analyses._length_figures import unmeasured
from semshift_nb.analyses._token_frequencies import TokenFrequencies, count_tokens, ranks_of
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval, spearman

_COLUMNS = [
    *["corpus", "encoder", "band", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["n_documents", "status", "reason"],
]
_ALL = "all"
_UNITS = {"norm": "length", "mean_cosine": "cosine", "cosine_to_mean": "cosine"}
_NOBODY = "too few tokens are in this band"
_ALIKE = "all tokens are alike in this"


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

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> frequency_bias(load_corpus("news"), load_encoder("static"))  # doctest: +SKIP
    """
    ends = _check(bands, ks, n_parts)
    tables = []
    for encoder in as_encoders(encoders):
        counted = count_tokens(corpus, encoder)
        if isinstance(counted, str):
            rows = _unmeasured(counted, ends, ks)
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
            **_told(interval, sizes[band]),
            "band": band,
            "metric": metric,
            "unit": _UNITS.get(metric, "correlation" if band == _ALL else "distance"),
            "n_documents": counted.n_documents,
        }
        for (band, metric), interval in found.items()
    ]


def _unmeasured(reason: str, ends: list[int], ks: Sequence[int]) -> list[dict[str, object]]:
    """Give the rows of a corpus in which too few tokens can be counted."""
    told = {**_told(reason, 0), "n_documents": 0}
    names = ["norm", *(f"knn_distance@{k}" for k in ks), "cosine_to_mean"]
    inside = [{"band": f"1-{ends[0]}", "metric": name} for name in [*names, "mean_cosine"]]
    over_all = [{"band": _ALL, "metric": f"spearman_{name}"} for name in names]
    return [{**row, **told, "unit": ""} for row in [*inside, *over_all]]


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


def _told(interval: Interval | str, n: int) -> dict[str, object]:
    if isinstance(interval, str):
        return {**unmeasured(interval), "n": n}
    ends = {"value": interval.value, "ci_low": interval.low, "ci_high": interval.high, "n": n}
    reason = "" if np.isfinite(interval.low) else "no interval: too few documents to leave some out"
    return {**ends, "status": MEASURED, "reason": reason}


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
