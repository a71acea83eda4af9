"""Scores of ablated spaces to a metric table: means, and what differs on the same rows."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.analyses.ablations import EVERYTHING, HIGHEST, REDUCTIONS, Ablation
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

COLUMNS = [
    *["corpus", "encoder", "task", "method", "n_dimensions", "metric", "against", "value"],
    *["ci_low", "ci_high", "n", "unit", "n_choices", "truncated_share", "status", "reason"],
]

_LEAST_UNITS = 8
"""Percentiles over fewer say little: with five, a tenth of the resamples are but two of them."""

Scores: TypeAlias = NDArray[np.float64]
"""What each choice (a row) gave on each query or set of documents (a column)."""


class Study(NamedTuple):
    """What is scored, and what is drawn again for an interval."""

    score: Callable[[Encoder], NDArray[np.float64]]
    metric: str
    unit: str
    units: str
    groups: Sequence[str] | None
    nothing: str
    n_resamples: int
    seed: int


def ablation_rows(ablations: Sequence[Ablation], study: Study) -> Iterator[dict[str, object]]:
    """Yield what each ablation reaches, and by how much it differs from others."""
    if not ablations or ablations[0].method != EVERYTHING:
        raise InputError(
            f"expected ablations that begin with {EVERYTHING!r}, as ablations() gives."
        )
    scores = [_scores(ablation, study) for ablation in ablations]
    for place, ablation in enumerate(ablations):
        told = {
            "method": ablation.method,
            "n_dimensions": ablation.n_dimensions,
            "n_choices": len(ablation.encoders),
            "unit": study.unit,
        }
        figure = _figure(scores[place], study, reason=ablation.reason)
        yield {**told, "metric": study.metric, "against": "", **figure}
        for rival in _rivals(ablations, place):
            change = _difference(scores[place], scores[rival])
            reason = ablation.reason or ablations[rival].reason
            figure = _figure(change, study, reason=reason)
            told["against"] = ablations[rival].method
            yield {**told, "metric": f"{study.metric} difference", **figure}


def _scores(ablation: Ablation, study: Study) -> Scores | None:
    if not ablation.encoders:
        return None
    return np.stack([study.score(encoder) for encoder in ablation.encoders])


def _difference(scores: Scores | None, others: Scores | None) -> Scores | None:
    """Subtract on the same rows; a single choice is set against each of several."""
    return None if scores is None or others is None else scores - others


def _rivals(ablations: Sequence[Ablation], place: int) -> Iterator[int]:
    """Yield what to compare with: all dimensions; the highest variance also with its rivals."""
    own = ablations[place]
    if place:
        yield 0
    if own.method != HIGHEST:
        return
    for other, rival in enumerate(ablations):
        same_size = rival.n_dimensions == own.n_dimensions
        if same_size and rival.method in REDUCTIONS and rival.method != HIGHEST:
            yield other


def _figure(scores: Scores | None, study: Study, *, reason: str) -> dict[str, object]:
    """Return the mean of some scores with its interval, over documents and over choices."""
    n = 0 if scores is None else scores.shape[1]

    def known() -> Scores:
        if scores is None or not n:
            raise InputError(reason or study.nothing)
        return scores

    def interval() -> Interval:
        n_units = n if study.groups is None else len(set(study.groups))
        if n_units < _LEAST_UNITS:
            raise InputError(f"{n_units} {study.units}, expected at least {_LEAST_UNITS}")
        return measures.bootstrap_two_way_mean(
            known(), groups=study.groups, n_resamples=study.n_resamples, seed=study.seed
        )

    return interval_row(lambda: float(known().mean()), interval, n=n)
