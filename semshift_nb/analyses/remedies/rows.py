"""What a remedy reaches, changes and costs, as rows of a table."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.remedies.pipeline import Found
from semshift_nb.analyses.results import UNITS, interval_row, measured, unmeasured
from semshift_nb.analyses.retrieval.metric_table import CHANGE, ResamplingOptions, score_rows
from semshift_nb.analyses.retrieval.search import NONE, Ranking
from semshift_nb.measures import Interval
from semshift_nb.measures.neighbours.hubness import skewness

TABLE = [
    *["dataset", "split", "encoder", "max_length", "remedy", "kind", "setting", "queries"],
    *["metric", "value", "ci_low", "ci_high", "n", "unit", *CHANGE, "status", "reason"],
]

_FOUND = 10
"""Documents of each ranking that count for hubness, as for nDCG@10."""

_PARTS = 20
"""Times that some documents, or queries, are left out."""

COSTS = {
    "index_bytes": "bytes",
    "tokens_read": "tokens",
    "encode_time": "times the model as it is",
    "search_time": "times the model as it is",
}


@dataclass(frozen=True, eq=False)
class Rung:
    """A remedy at one setting: what each query reached, what was found, and what it took."""

    scores: pd.DataFrame
    found: Found
    encode_seconds: float


def figure_rows(
    rung: Rung, reference: Rung | None, queries: NDArray[np.bool_], chance: ResamplingOptions
) -> list[dict[str, object]]:
    """Return what some of the queries reach, and what becomes of vectors, hubs and costs."""
    before = None if reference is None else reference.scores[queries]
    rows = score_rows(rung.scores[queries], before, chance)
    base = rung if reference is None else reference
    return [*rows, *_geometry(rung.found, chance), *_costs(rung, base)]


def _geometry(found: Found, chance: ResamplingOptions) -> Iterator[dict[str, object]]:
    yield {"metric": "MPD", "unit": UNITS["MPD"], **_distance(found, chance)}
    yield {"metric": "effective_rank", "unit": UNITS["effective_rank"], **_rank(found, chance)}
    yield {"metric": "hubness", "unit": UNITS["hubness"], **_hubness(found.ranking, chance)}


_NO_VECTORS = "words have no vectors"


def _distance(found: Found, chance: ResamplingOptions) -> dict[str, object]:
    vectors = found.vectors
    if vectors is None:
        return unmeasured(_NO_VECTORS)
    return interval_row(
        lambda: measures.mean_pairwise_distance(vectors),
        lambda: measures.bootstrap_mean_pairwise_distance(
            vectors, groups=found.parents, n_resamples=chance.n_resamples, seed=chance.seed
        ),
        n=len(vectors),
    )


def _rank(found: Found, chance: ResamplingOptions) -> dict[str, object]:
    vectors = found.vectors
    if vectors is None:
        return unmeasured(_NO_VECTORS)
    return interval_row(
        lambda: measures.effective_rank(vectors),
        lambda: measures.jackknife_effective_rank(
            vectors, groups=found.parents, n_parts=_PARTS, seed=chance.seed
        ),
        n=len(vectors),
    )


def _hubness(ranking: Ranking, chance: ResamplingOptions) -> dict[str, object]:
    """Return the skewness of how many queries find each document among their first ten."""
    best = ranking.rows[:, :_FOUND]
    n_queries, n_documents = len(best), len(ranking.tokens.n_tokens)
    counts = np.zeros((n_queries, n_documents), dtype=np.float64)
    query, place = np.nonzero(best != NONE)
    counts[query, best[query, place]] = 1
    total = counts.sum(axis=0)
    value = skewness(total)

    def interval() -> Interval:
        plan = measures.jackknife_plan(
            None, n_rows=n_queries, n_parts=_PARTS, level=0.95, seed=chance.seed
        )
        without = np.array([skewness(total - out) for out in plan.sums(counts)])
        most = float(np.sqrt(n_documents))
        return plan.interval(value, without, least=-most, most=most)

    return interval_row(lambda: value, interval, n=n_queries)


def _costs(rung: Rung, base: Rung) -> Iterator[dict[str, object]]:
    values = {
        "index_bytes": float(rung.found.n_bytes),
        "tokens_read": float(rung.found.n_read),
        "encode_time": _ratio(rung.encode_seconds, base.encode_seconds),
        "search_time": _ratio(rung.found.search_seconds, base.found.search_seconds),
    }
    n = len(rung.found.ranking.tokens.n_tokens)
    for metric, value in values.items():
        row = measured(Interval(value, np.nan, np.nan, n), "" if metric in _COUNTED else _TIMED)
        yield {"metric": metric, "unit": COSTS[metric], **row}


_COUNTED = ("index_bytes", "tokens_read")
_TIMED = "one measurement on this machine"


def _ratio(value: float, base: float) -> float:
    return value / base if base > 0 else np.nan
