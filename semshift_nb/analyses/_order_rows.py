"""Correlations of figures with retrieval over variants, each with two intervals."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._halves import half_interval
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.analyses._variant_figures import ALIGNMENT, BETTER, UNIFORMITY
from semshift_nb.analyses._variant_reading import Variant
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

EVERYTHING = "all variants"
TEXTS, FAMILIES = "texts", "families"
ORDER_COLUMNS = [
    *["scope", "of", "figure", "better", "controlled_for", "drawn", "metric", "value"],
    *["ci_low", "ci_high", "n", "unit", "status", "reason"],
]

_LEAST_IN_SCOPE = 5
"""With four, one swap of neighbours moves Spearman's correlation by 0.2."""

_LEAST_FAMILIES = 4
"""Fewer, redrawn, are the same few again."""

_HELD = {ALIGNMENT: UNIFORMITY, UNIFORMITY: ALIGNMENT}


def order_rows(
    variants: Sequence[Variant], *, n_resamples: int, seed: int
) -> Iterator[dict[str, object]]:
    """Yield a row for each scope, figure, control and interval."""
    for scope, members in _scopes(variants):
        for of, figure in dict.fromkeys(key for variant in members for key in variant.figures):
            if figure not in BETTER:
                continue
            told = {"scope": scope, "of": of, "figure": figure, "better": BETTER[figure]}
            held = _HELD.get(figure, "")
            known = any((of, held) in variant.figures for variant in members)
            for control in ("", held) if held and known else ("",):
                columns = _Columns(members, [(of, name) for name in (figure, control) if name])
                for row in columns.rows(scope, n_resamples=n_resamples, seed=seed):
                    yield {**told, "controlled_for": control, **row, "unit": "-1 to 1"}


def _scopes(variants: Sequence[Variant]) -> Iterator[tuple[str, list[Variant]]]:
    yield EVERYTHING, list(variants)
    for family in dict.fromkeys(variant.family for variant in variants):
        members = [variant for variant in variants if variant.family == family]
        if _LEAST_IN_SCOPE <= len(members) < len(variants):
            yield family, members


class _Columns:
    """One figure, what is held fixed and the quality, of the variants that have them all."""

    def __init__(self, variants: list[Variant], keys: Sequence[tuple[str, str]]) -> None:
        self._variants = [variant for variant in variants if variant.has(keys)]
        self._keys = keys
        whole = [[variant.figures[key].value for variant in self._variants] for key in keys]
        self._figures = [np.array(column) for column in whole]
        self._quality = np.array([variant.quality.value for variant in self._variants])

    def rows(self, scope: str, *, n_resamples: int, seed: int) -> Iterator[dict[str, object]]:
        """Yield the correlation with each of its intervals."""
        n = len(self._variants)
        metric = "partial Spearman" if len(self._keys) > 1 else "Spearman"
        over_texts = interval_row(self._value, self._over_texts, n=n)
        yield {"drawn": TEXTS, "metric": metric, **over_texts}
        if scope == EVERYTHING:
            over_families = partial(self._over_families, n_resamples=n_resamples, seed=seed)
            note = f"{self._n_families} families"
            found = interval_row(self._value, over_families, n=n, note=note)
            yield {"drawn": FAMILIES, "metric": metric, **found}

    @property
    def _n_families(self) -> int:
        return len({variant.family for variant in self._variants})

    def _value(self) -> float:
        return _correlation(self._quality, *self._figures)

    def _over_texts(self) -> Interval:
        value = self._value()
        quality = np.stack([variant.quality.halves for variant in self._variants], axis=1)
        columns = [
            np.stack([variant.figures[key].halves for variant in self._variants], axis=1)
            for key in self._keys
        ]
        drawn = [_defined(*half) for half in zip(quality, *columns, strict=True)]
        return half_interval(value, drawn, n=len(self._variants))

    def _over_families(self, *, n_resamples: int, seed: int) -> Interval:
        if self._n_families < _LEAST_FAMILIES:
            raise InputError(f"expected at least {_LEAST_FAMILIES} of them")
        return measures.bootstrap_spearman(
            self._figures[0],
            self._quality,
            controls=self._figures[1] if len(self._figures) > 1 else None,
            groups=[variant.family for variant in self._variants],
            n_resamples=n_resamples,
            seed=seed,
        )


def _defined(*columns: NDArray[np.float64]) -> float:
    try:
        return _correlation(*columns)
    except InputError:
        return np.nan


def _correlation(
    quality: NDArray[np.float64],
    figure: NDArray[np.float64],
    held: NDArray[np.float64] | None = None,
) -> float:
    if held is None:
        return measures.spearman(figure, quality)
    return measures.partial_spearman(figure, quality, held)
