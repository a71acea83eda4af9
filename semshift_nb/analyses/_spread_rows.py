"""Figures of one space with their intervals, quick enough for dozens of spaces."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

UNITS = {
    "mean_cosine": "cosine",
    "uniformity": "log potential",
    "partition_isotropy": "ratio",
    "iso_score": "share",
    "effective_rank": "directions",
    "participation_ratio": "directions",
    "first_component_share": "share",
}


def figure_rows(
    vectors: NDArray[np.float32],
    groups: NDArray[Any],
    metrics: Sequence[str],
    *,
    n_parts: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return a row for each metric: value, interval over documents, n, unit, status and reason."""
    rows = vectors.astype(np.float64)
    drawn: dict[str, Any] = {"groups": groups, "seed": seed}
    left_out = {**drawn, "n_parts": n_parts}
    spectral = cache(partial(measures.jackknife_spectral_figures, rows, **left_out))
    intervals: dict[str, Callable[[], Interval]] = {
        "mean_cosine": lambda: _cosine(measures.bootstrap_mean_pairwise_distance(rows, **drawn)),
        "uniformity": lambda: measures.bootstrap_uniformity(rows, n_resamples=200, **drawn),
        "partition_isotropy": lambda: measures.jackknife_partition_isotropy(rows, **left_out),
    }

    def of_spectrum(metric: str) -> Interval:
        if metric not in spectral():
            raise InputError("it has no value without some of the documents")
        return spectral()[metric]

    return [
        {
            **interval_row(
                partial(getattr(measures, metric), rows),
                intervals.get(metric, partial(of_spectrum, metric)),
                n=len(rows),
            ),
            "metric": metric,
            "unit": UNITS[metric],
        }
        for metric in metrics
    ]


def _cosine(distance: Interval) -> Interval:
    return Interval(1 - distance.value, 1 - distance.high, 1 - distance.low, distance.n)
