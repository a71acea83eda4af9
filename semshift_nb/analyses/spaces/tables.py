"""The tables of embedding spaces, out of rows and moments."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses.geometry.dimensions import vector_profile
from semshift_nb.analyses.results import MEASURED, NOT_MEASURED
from semshift_nb.analyses.spaces.data import SpaceData

FIGURES = ["metric", "value", "ci_low", "ci_high", "n", "unit", "status", "reason"]

#: Below this share of the strongest direction's variance there is nothing but rounding.
_FLOOR = 1e-12

_ALL_UP_TO = 100
_MORE = 100
_N_ENDS = 2


def spectrum(sigma: NDArray[np.float64]) -> pd.DataFrame:
    """Share out the variance; of many components keep what a log axis can show."""
    variances = sigma**2
    there = int((variances > _FLOOR * max(variances[0], np.finfo(float).tiny)).sum())
    shown = np.arange(there)
    if there > _ALL_UP_TO + _MORE:
        tail = np.geomspace(_ALL_UP_TO, there - 1, _MORE).round().astype(int)
        shown = np.concatenate([np.arange(_ALL_UP_TO), np.unique(tail)])
    total = variances.sum()
    return pd.DataFrame({"component": shown + 1, "share": variances[shown] / (total or 1)})


def quick_figures(figures: Mapping[str, float | str], *, n: int) -> pd.DataFrame:
    """Write figures without intervals; a reason stands in place of a number."""
    values = [np.nan if isinstance(figure, str) else figure for figure in figures.values()]
    reasons = [figure if isinstance(figure, str) else "" for figure in figures.values()]
    return pd.DataFrame(
        {
            "metric": list(figures),
            "value": values,
            "ci_low": np.nan,
            "ci_high": np.nan,
            "n": n,
            "unit": "",
            "status": [NOT_MEASURED if reason else MEASURED for reason in reasons],
            "reason": reasons,
        },
        columns=FIGURES,
    )


def profile(rows: NDArray[np.float64], texts: Sequence[str]) -> pd.DataFrame:
    """Describe every dimension, with the texts at its ends."""
    table = vector_profile(rows)
    ends = _ends(rows, texts) if texts else {"highest": "", "lowest": ""}
    columns = ["dimension", "variance_share", "cosine_share", "near_zero", "outlier"]
    return table[columns].assign(**ends)


def sentences(
    cosines: NDArray[np.float64], part: NDArray[np.intp], points: SpaceData, n: int
) -> pd.DataFrame:
    """List the texts of a part, those nearest to its mean first."""
    best = np.argsort(-cosines, kind="stable")[:n] if points.texts else np.zeros(0, dtype=np.intp)
    places = part[best]
    return pd.DataFrame(
        {
            "position": places,
            "cosine": cosines[best],
            "title": [points.titles[i] for i in places],
            "text": [points.texts[i] for i in places],
        }
    )


def _ends(rows: NDArray[np.float64], texts: Sequence[str]) -> dict[str, list[list[str]]]:
    """Find the texts at both ends of all dimensions at once; of equal ones, any."""
    n = min(_N_ENDS, len(rows))
    found = {}
    for end, values in (("highest", -rows), ("lowest", rows)):
        best = np.argpartition(values, n - 1, axis=0)[:n]
        order = np.argsort(np.take_along_axis(values, best, axis=0), axis=0)
        places = np.take_along_axis(best, order, axis=0)
        found[end] = [[texts[i] for i in column] for column in places.T]
    return found
