"""Figures of a space out of vectors that were added up, each with the interval there is for it."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.analyses._length_figures import turned
from semshift_nb.errors import InputError
from semshift_nb.measures import GeometryAccumulator, Interval

PAIRWISE: dict[str, tuple[Callable[..., float], Callable[..., Interval]]] = {
    "uniformity": (measures.uniformity, measures.bootstrap_uniformity),
    "partition_isotropy": (measures.partition_isotropy, measures.jackknife_partition_isotropy),
    "two_nn_dimension": (measures.two_nn_dimension, measures.subsample_two_nn_dimension),
    "hubness": (measures.hubness, measures.subsample_hubness),
}
"""What no sum over the vectors gives: worked out on those that are kept, at most the sample."""

_COUNTED = "a number of dimensions beyond a bound jumps, so that no resample gives an interval"
_ALIGNMENT = "alignment needs pairs of texts that mean the same: see alignment_uniformity"


def figure_rows(
    accumulator: GeometryAccumulator, groups: NDArray[Any] | None, *, seed: int
) -> Iterator[dict[str, object]]:
    """Yield metric, value, ci_low, ci_high, n, status and reason of every figure."""
    n = accumulator.n
    sample = accumulator.sample()
    rows, n_drawn = sample.rows, len(sample.rows)
    resampled = {"groups": None if groups is None else groups[sample.places], "seed": seed}
    drawn = f"{n_drawn:,} vectors drawn from {n:,}" if n_drawn < n else ""
    for metric, (value, interval) in PAIRWISE.items():
        note = drawn and f"of {drawn}"
        measured = partial(value, rows), partial(interval, rows, **resampled)
        yield {"metric": metric, **interval_row(*measured, n=n_drawn, note=note)}
    # Without groups every vector is a document of its own, and n of them say more than the sample.
    narrowed = 1.0 if groups is not None else float(np.sqrt(n_drawn / n))
    known = _intervals(rows, resampled)
    for metric, figure in accumulator.moment_figures().items():
        told = _told(figure, known.get(metric, _missing(metric)), narrowed, drawn)
        yield {"metric": metric, "n": n, **told}
    yield {"metric": "alignment", "n": n, **_told(_ALIGNMENT, "", 1.0, "")}


def _intervals(rows: NDArray[np.float64], resampled: dict[str, Any]) -> dict[str, Interval | str]:
    """Return the intervals of figures that sums give, or why there are none."""
    distance = _tried(partial(measures.bootstrap_mean_pairwise_distance, rows, **resampled))
    found: dict[str, Interval | str] = {
        "MPD": distance,
        "mean_cosine": distance if isinstance(distance, str) else turned(distance),
    }
    for names, jackknife in (
        (_SPECTRAL, measures.jackknife_spectral_figures),
        (_OF_DIMENSIONS, measures.jackknife_dimension_figures),
    ):
        together = _tried(partial(jackknife, rows, **resampled))
        found |= dict.fromkeys(names, together) if isinstance(together, str) else together
    return found


_SPECTRAL = (
    *("effective_rank", "participation_ratio", "stable_rank", "nesum", "power_law_decay"),
    *("information_abundance", "condition_number", "first_component_share", "iso_score"),
)
_OF_DIMENSIONS = ("top_dimension_variance_share", "top_dimension_cosine_share")


def _told(
    figure: float | str, interval: Interval | str, narrowed: float, drawn: str
) -> dict[str, object]:
    """Return value, interval, status and reason; what is a string is a reason."""
    ends = {"value": np.nan, "ci_low": np.nan, "ci_high": np.nan}
    if isinstance(figure, str):
        return {**ends, "status": NOT_MEASURED, "reason": figure}
    ends["value"] = figure
    if isinstance(interval, str):
        return {**ends, "status": MEASURED, "reason": f"no interval: {interval}"}
    # The interval is that of the sample's own value, which is not the value of all.
    low, high = (figure + narrowed * (end - interval.value) for end in interval[1:3])
    reason = drawn and f"interval from {drawn}"
    return {"value": figure, "ci_low": low, "ci_high": high, "status": MEASURED, "reason": reason}


def _missing(metric: str) -> str:
    if metric.startswith("n_"):
        return _COUNTED
    return "it has no value without some of the documents"


def _tried(intervals: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return intervals()
    except InputError as error:
        return str(error)
