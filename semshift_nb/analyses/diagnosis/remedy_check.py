"""Does the remedy for a cause mend the misses that were put down to it? Held-out queries tell."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.diagnosis.causes import (
    CROWDED,
    DILUTED,
    LENGTH,
    LEXICAL,
    POSITION,
    TRUNCATED,
)
from semshift_nb.analyses.diagnosis.interventions import Interventions
from semshift_nb.analyses.diagnosis.ranks import Case, Vector, cosines
from semshift_nb.analyses.results import interval_row, unmeasured
from semshift_nb.analyses.retrieval.search import NONE
from semshift_nb.analyses.retrieval.words import fuse, rank_by_words
from semshift_nb.errors import InputError

Scores: TypeAlias = Callable[[int], Vector]
"""The scores of all documents for a query."""

CHECK_COLUMNS = [
    *["cause", "remedy", "is_main_of_tuning", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["status", "reason"],
]
MENDED, MENDED_OTHERS = "mended_share", "mended_share_of_others"
LOST, RECALL = "lost_share", "change of R@{}"


class Remedy(NamedTuple):
    """What is done to all documents against a cause."""

    cause: str
    name: str
    scores: Scores


def remedies(tried: Interventions) -> list[Remedy]:
    """Return the remedies whose vectors have been made for the interventions anyway."""
    n_tokens = tried.searched.found.documents.n_tokens
    usual = max(2 ** int(np.log2(max(np.median(n_tokens) / 2, 16))), 16)
    listed = [
        Remedy(TRUNCATED, "the best part of all of the text", _by_parts(tried, beyond=True)),
        Remedy(DILUTED, "the best sentence or chunk of what is read", _by_parts(tried)),
        Remedy(POSITION, "the best sentence or chunk of what is read", _by_parts(tried)),
        Remedy(CROWDED, "CSLS", tried.crowded_scores),
        Remedy(
            LENGTH,
            f"all documents cut to {usual} tokens",
            lambda query: cosines(tried.cut_rows(usual), tried.searched.query_rows[query]),
        ),
    ]
    fused = _fused(tried)
    words = [Remedy(LEXICAL, "BM25 and the vectors, ranks fused", fused)] if fused else []
    return [*listed, *words]


def _fused(tried: Interventions) -> Scores | None:
    """Score by fused ranks; None without the extra that BM25 needs."""
    searched = tried.searched
    try:
        by_words = rank_by_words(searched.dataset)
    except InputError:
        return None
    fused = fuse(searched.dataset, [searched.found.ranking, by_words])

    def scores(query: int) -> Vector:
        places = fused.rows[query][fused.rows[query] != NONE]
        found = np.full(len(searched.ids), -np.inf)
        found[places] = -np.arange(len(places))
        return found

    return scores


def _by_parts(tried: Interventions, *, beyond: bool = False) -> Scores:
    """Score each document by its best part, or as a whole where that is better."""
    parts = [tried.parts[row] for row in range(len(tried.searched.ids))]
    kept = [np.flatnonzero(~one.is_beyond | beyond) for one in parts]
    rows = np.vstack([one.rows[own] for one, own in zip(parts, kept, strict=True)])
    owners = np.repeat(np.arange(len(parts)), [len(own) for own in kept])

    def scores(query: int) -> Vector:
        vector = tried.searched.query_rows[query]
        best = cosines(tried.searched.rows, vector)
        np.maximum.at(best, owners, cosines(rows, vector))
        return best

    return scores


def remedy_check(
    tried: Interventions,
    cases: Sequence[Case],
    main_causes: dict[Case, str],
    *,
    n_resamples: int,
    seed: int,
) -> pd.DataFrame:
    """Apply each remedy to all documents, and count what it mends on the second half of queries.

    ``main_causes`` has those of the misses among all ``cases``.
    """
    queries = np.random.default_rng(seed).permutation(sorted({case.query for case in cases}))
    held_out = set(queries[len(queries) // 2 :].tolist())
    tuning = [cause for case, cause in main_causes.items() if case.query not in held_out]
    aimed = remedies(tried)
    usual = _most_frequent(tuning, [one.cause for one in aimed])
    asked = [case for case in cases if case.query in held_out]
    rows: list[dict[str, object]] = []
    for remedy in aimed:
        after = _ranks_after(tried, asked, remedy.scores)
        for metric, row in _figures(asked, after, main_causes, remedy.cause, tried.k):
            labels = {"cause": remedy.cause, "remedy": remedy.name, "metric": metric}
            figure = _interval(row, n_resamples=n_resamples, seed=seed)
            rows.append({**labels, "is_main_of_tuning": remedy.cause == usual, **figure})
    return pd.DataFrame(rows, columns=CHECK_COLUMNS)


def _most_frequent(found: list[str], known: list[str]) -> str:
    return max(known, key=found.count) if any(cause in known for cause in found) else ""


def _ranks_after(tried: Interventions, cases: Sequence[Case], scores: Scores) -> list[int | None]:
    """Return the ranks with a remedy, one a case."""
    by_query = {query: scores(query) for query in {case.query for case in cases}}
    return [
        tried.searched.rank(
            by_query[case.query], case.document, without=tried.searched.left_out(case.query)
        )
        for case in cases
    ]


class _Sample(NamedTuple):
    """Values, the query of each, and their unit."""

    values: Vector
    queries: list[int]
    unit: str


def _figures(
    cases: Sequence[Case],
    after: list[int | None],
    main_causes: dict[Case, str],
    cause: str,
    k: int,
) -> list[tuple[str, _Sample]]:
    """Return what a remedy mends of its own misses and of others, what it loses, and in all."""
    pairs = list(zip(cases, [bool(rank and rank <= k) for rank in after], strict=True))
    missed = [(case, there) for case, there in pairs if case in main_causes]
    own = [pair for pair in missed if main_causes[pair[0]] == cause]
    others = [pair for pair in missed if main_causes[pair[0]] != cause]
    found = [(case, not there) for case, there in pairs if case.rank and case.rank <= k]
    changes = [(case, int(there) - bool(case.rank and case.rank <= k)) for case, there in pairs]
    return [
        (MENDED, _sample(own, "share of misses")),
        (MENDED_OTHERS, _sample(others, "share of misses")),
        (LOST, _sample(found, "share of what was found")),
        (RECALL.format(k), _recall(changes)),
    ]


def _sample(pairs: Sequence[tuple[Case, bool]], unit: str) -> _Sample:
    values = np.array([value for _, value in pairs], dtype=np.float64)
    return _Sample(values, [case.query for case, _ in pairs], unit)


def _recall(changes: Sequence[tuple[Case, int]]) -> _Sample:
    """Average over the documents of a query first, as recall does."""
    frame = pd.DataFrame([(case.query, value) for case, value in changes], columns=["q", "v"])
    means = frame.groupby("q")["v"].mean()
    return _Sample(means.to_numpy(dtype=np.float64), means.index.tolist(), "0 to 1")


def _interval(sample: _Sample, *, n_resamples: int, seed: int) -> dict[str, object]:
    """Return the mean with its interval over queries."""
    if not len(sample.values):
        return {**unmeasured("no such document among the held-out queries"), "unit": sample.unit}
    row = interval_row(
        lambda: float(sample.values.mean()),
        lambda: measures.bootstrap_mean(
            sample.values, groups=sample.queries, n_resamples=n_resamples, seed=seed
        ),
        n=len(sample.values),
    )
    return {**row, "unit": sample.unit}
