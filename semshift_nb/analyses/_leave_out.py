"""Intervals of figures that are worked out together, by leaving documents out."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.measures import Interval

Found: TypeAlias = dict[Any, float | str]
"""Figures by their names; a string says why there is none."""

_LEAST_DOCUMENTS = 4


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
    if n_documents < _LEAST_DOCUMENTS:
        return {
            name: value if isinstance(value, str) else Interval(value, np.nan, np.nan, n_documents)
            for name, value in whole.items()
        }
    parted = measures.leave_outs(None, n_rows=n_documents, n_parts=n_parts, level=0.95, seed=seed)
    without = [figures(~out) for out in parted.rows_out()]
    return {
        name: value
        if isinstance(value, str)
        else _interval(parted, value, [f[name] for f in without])
        for name, value in whole.items()
    }


def _interval(parted: measures.LeaveOuts, value: float, without: list[float | str]) -> Interval:
    known = [each for each in without if not isinstance(each, str)]
    if len(known) < len(without):
        return Interval(value, np.nan, np.nan, len(parted.codes))
    return parted.interval(value, np.array(known), least=-np.inf, most=np.inf)
