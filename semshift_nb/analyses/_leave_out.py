"""Intervals of figures that are worked out together, by leaving documents out."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

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
    without, factor = [], np.nan
    if n_documents >= _LEAST_DOCUMENTS:
        n_each = max(1, n_documents // n_parts)
        shuffled = np.random.default_rng(seed).permutation(n_documents)
        parts = shuffled[: n_documents // n_each * n_each].reshape(-1, n_each)[:n_parts]
        without = [figures(~np.isin(np.arange(n_documents), part)) for part in parts]
        factor = (n_documents - n_each) / n_each * stats.t.ppf(0.975, len(parts) - 1) ** 2
    return {
        name: _interval(value, [each[name] for each in without], factor, n_documents)
        for name, value in whole.items()
    }


def _interval(
    value: float | str, without: list[float | str], factor: float, n: int
) -> Interval | str:
    if isinstance(value, str):
        return value
    known = [each for each in without if not isinstance(each, str)]
    whole = len(known) == len(without) > 0
    reach = float(np.sqrt(factor * np.var(known))) if whole else np.nan
    return Interval(value, value - reach, value + reach, n)
