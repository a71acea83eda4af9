"""Intervals of the figures of a space, by drawing or leaving out documents."""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

Intervals: TypeAlias = dict[str, Interval | str]
"""The interval of each figure, or the reason why there is none."""


def intervals_of(rows: NDArray[np.float64], groups: NDArray[Any] | None, *, seed: int) -> Intervals:
    """Return the intervals that unit rows allow."""
    shared: dict[str, Any] = {"groups": groups, "seed": seed}
    distance = _tried(partial(measures.bootstrap_mean_pairwise_distance, rows, **shared))
    return {
        "MPD": distance,
        "mean_cosine": distance if isinstance(distance, str) else _turned(distance),
        "uniformity": _tried(partial(measures.bootstrap_uniformity, rows, **shared)),
        "effective_rank": _tried(partial(measures.jackknife_effective_rank, rows, **shared)),
    }


def moved(interval: Interval, value: float, *, shrunk: float) -> Interval:
    """Return an interval around another value, as wide as ``shrunk`` times it is."""
    low, high = (value + shrunk * (end - interval.value) for end in interval[1:3])
    return Interval(value, low, high, interval.n)


def _turned(distance: Interval) -> Interval:
    """Return the interval of a mean cosine from that of the mean distance."""
    return Interval(1 - distance.value, 1 - distance.high, 1 - distance.low, distance.n)


def _tried(interval: Callable[[], Interval]) -> Interval | str:
    try:
        return interval()
    except InputError as error:
        return str(error)
