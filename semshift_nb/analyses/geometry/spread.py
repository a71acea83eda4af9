"""Figures of one space with their intervals, quick enough for dozens of spaces."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.geometry.geometry import UNITS as ALL_UNITS
from semshift_nb.analyses.length.length_collapse import turned
from semshift_nb.analyses.results import interval_row
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

_METRICS = (
    *("mean_cosine", "uniformity", "partition_isotropy", "iso_score"),
    *("effective_rank", "participation_ratio", "first_component_share"),
)
UNITS = {metric: ALL_UNITS[metric] for metric in _METRICS}


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
        "mean_cosine": lambda: turned(measures.bootstrap_mean_pairwise_distance(rows, **drawn)),
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
