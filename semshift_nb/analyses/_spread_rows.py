"""Figures of one space with their intervals, quick enough for dozens of spaces."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

Rows: TypeAlias = NDArray[np.float64]
Found: TypeAlias = dict[Any, float | str]

SPECTRAL = ("iso_score", "effective_rank", "participation_ratio", "first_component_share")
UNITS = {
    "mean_cosine": "cosine",
    "uniformity": "log potential",
    "partition_isotropy": "ratio",
    "iso_score": "share",
    "effective_rank": "directions",
    "participation_ratio": "directions",
    "first_component_share": "share",
}
_RANGES = {"share": (0.0, 1.0), "ratio": (0.0, 1.0), "directions": (1.0, np.inf)}
_LEAST_DOCUMENTS = 4


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
    shared = {"groups": groups, "seed": seed}
    drawn: dict[str, Callable[[], Interval]] = {
        "mean_cosine": lambda: _cosine(measures.bootstrap_mean_pairwise_distance(rows, **shared)),
        "uniformity": lambda: measures.bootstrap_uniformity(rows, n_resamples=200, **shared),
    }
    left_out = [metric for metric in metrics if metric not in drawn]
    figures = partial(_figures, metrics=left_out)
    found = leave_out(rows, groups, figures, n_parts=n_parts, seed=seed) if left_out else {}
    told = {metric: _tried(drawn[metric]) for metric in metrics if metric in drawn}
    return [_row(metric, {**found, **told}[metric], len(rows)) for metric in metrics]


def leave_out(
    rows: Rows,
    groups: NDArray[Any],
    figures: Callable[[Rows], Found],
    *,
    n_parts: int,
    seed: int,
) -> dict[Any, Interval | str]:
    """Return figures with intervals by leaving documents out, ``n_parts`` times some of them.

    As `measures.jackknife_effective_rank`, for any figures that are worked out together.
    """
    whole = figures(rows)
    _, codes = np.unique(groups, return_inverse=True)
    n_groups = int(codes.max()) + 1 if len(codes) else 0
    if n_groups < _LEAST_DOCUMENTS:
        none = (np.nan, np.nan, len(rows))
        return {
            name: value if isinstance(value, str) else Interval(value, *none)
            for name, value in whole.items()
        }
    n_each = max(1, n_groups // n_parts)
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    parts = shuffled[: n_groups // n_each * n_each].reshape(-1, n_each)[:n_parts]
    without = [figures(rows[~np.isin(codes, part)]) for part in parts]
    factor = (n_groups - n_each) / n_each * stats.t.ppf(0.975, len(parts) - 1) ** 2
    return {
        name: _interval(value, [each[name] for each in without], factor, len(rows))
        for name, value in whole.items()
    }


def spectrum_of(rows: Rows) -> Rows:
    """Return the singular values of centred rows, from the smaller of the two product matrices."""
    base = rows - rows.mean(axis=0)
    products = base @ base.T if len(base) < base.shape[1] else base.T @ base
    return np.sqrt(np.clip(np.linalg.eigvalsh(products)[::-1], 0, None))


def _figures(rows: Rows, *, metrics: Sequence[str]) -> Found:
    n_texts, dim = rows.shape
    found: Found = {}
    if set(metrics) & set(SPECTRAL):
        size = float(np.linalg.norm(rows))
        sigma = spectrum_of(rows)
        found |= measures.spectral_figures(sigma, n_texts=n_texts, dim=dim, size=size)
    if "partition_isotropy" in metrics:
        found["partition_isotropy"] = measures.partition_isotropy(rows)
    return {metric: found[metric] for metric in metrics}


def _interval(
    value: float | str, without: list[float | str], factor: float, n: int
) -> Interval | str:
    if isinstance(value, str):
        return value
    known = [each for each in without if not isinstance(each, str)]
    reach = float(np.sqrt(factor * np.var(known))) if len(known) == len(without) else np.nan
    return Interval(value, value - reach, value + reach, n)


def _cosine(distance: Interval) -> Interval:
    return Interval(1 - distance.value, 1 - distance.high, 1 - distance.low, distance.n)


def _tried(interval: Callable[[], Interval]) -> Interval | str:
    try:
        return interval()
    except InputError as error:
        return str(error)


def _row(metric: str, found: Interval | str, n: int) -> dict[str, object]:
    told: dict[str, object] = {"metric": metric, "unit": UNITS[metric]}
    if isinstance(found, str):
        nothing = dict.fromkeys(["value", "ci_low", "ci_high"], np.nan)
        return {**told, **nothing, "n": n, "status": NOT_MEASURED, "reason": found}
    least, most = _RANGES.get(UNITS[metric], (-np.inf, np.inf))
    low, high = np.clip([found.low, found.high], least, most).tolist()
    ends = {"value": found.value, "ci_low": low, "ci_high": high, "n": found.n}
    reason = "" if np.isfinite(found.low) else "no interval: too few documents to leave some out"
    return {**told, **ends, "status": MEASURED, "reason": reason}
