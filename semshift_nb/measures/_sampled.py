"""Figures that need pairs of vectors, worked out on a sample, and how far off they may be."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._resampling import Interval
from semshift_nb.measures.anisotropy import uniformity
from semshift_nb.measures.bootstrap_uniformity import bootstrap_uniformity
from semshift_nb.measures.hubs import hubness
from semshift_nb.measures.intrinsic_dimension import two_nn_dimension
from semshift_nb.measures.isotropy import partition_isotropy
from semshift_nb.measures.jackknife_isotropy import jackknife_partition_isotropy
from semshift_nb.measures.spectral_figures import Figure
from semshift_nb.measures.subsample_neighbours import (
    subsample_hubness,
    subsample_two_nn_dimension,
)

_Rows = NDArray[np.float64]

_INTERVAL_ERRORS = 2 * 1.959964
"""Standard errors in a 95 % interval."""


class _Sampled(NamedTuple):
    value: Callable[[_Rows], float]
    interval: Callable[[_Rows], Interval]


_SAMPLED = {
    "uniformity": _Sampled(uniformity, bootstrap_uniformity),
    "partition_isotropy": _Sampled(partition_isotropy, jackknife_partition_isotropy),
    "two_nn_dimension": _Sampled(two_nn_dimension, subsample_two_nn_dimension),
    "hubness": _Sampled(hubness, subsample_hubness),
}
"""The figures: how each is worked out of rows of length one, and its interval."""


def sampled_figures(rows: _Rows) -> dict[str, Figure]:
    """Return the figures of some rows of any lengths, or the reasons why there are none."""
    unit = _directions(rows)
    return {name: _tried(partial(each.value, unit)) for name, each in _SAMPLED.items()}


def sampling_errors(rows: _Rows, *, n: int) -> dict[str, Figure]:
    """Return the standard errors of the figures of rows that were drawn from n."""
    if len(rows) == n:
        return dict.fromkeys(_SAMPLED, 0.0)
    unit = _directions(rows)
    # What is drawn from not much more than itself is not far off.
    left_out = float(np.sqrt(1 - len(rows) / n))

    def error(interval: Callable[[_Rows], Interval]) -> float:
        _, low, high, _ = interval(unit)
        return left_out * (high - low) / _INTERVAL_ERRORS

    return {name: _tried(partial(error, each.interval)) for name, each in _SAMPLED.items()}


def _directions(rows: _Rows) -> _Rows:
    wide = rows.astype(np.float64, copy=False)
    return np.asarray(wide / np.linalg.norm(wide, axis=1, keepdims=True))


def _tried(figure: Callable[[], float]) -> Figure:
    try:
        return figure()
    except InputError as error:
        return str(error)
