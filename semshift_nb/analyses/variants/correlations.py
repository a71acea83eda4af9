"""Correlations of figures with retrieval over variants, each with two intervals."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses.results import MEASURED, interval_row, tied
from semshift_nb.analyses.variants.figures import ALIGNMENT, BETTER, UNIFORMITY, half_interval
from semshift_nb.analyses.variants.measured import Variant
from semshift_nb.analyses.verdicts import Figure, above, all_hold, below, with_interval
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

Column: TypeAlias = NDArray[np.float64]

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

_NO_REST = 1e-9

_HELD = {ALIGNMENT: UNIFORMITY, UNIFORMITY: ALIGNMENT}


def order_rows(
    variants: Sequence[Variant], *, n_resamples: int, seed: int
) -> Iterator[dict[str, object]]:
    """Yield a row for each scope, figure, control and interval."""
    for scope, members in _scopes(variants):
        for of, figure in dict.fromkeys(key for variant in members for key in variant.figures):
            if figure not in BETTER:
                continue
            labels = {"scope": scope, "of": of, "figure": figure, "better": BETTER[figure]}
            held = _HELD.get(figure, "")
            known = any((of, held) in variant.figures for variant in members)
            for control in ("", held) if held and known else ("",):
                columns = _Columns(members, [(of, name) for name in (figure, control) if name])
                for row in columns.rows(scope, n_resamples=n_resamples, seed=seed):
                    yield {**labels, "controlled_for": control, **row, "unit": "-1 to 1"}


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
        self._figures = [tied(column) for column in whole]
        self._quality = tied([variant.quality.value for variant in self._variants])

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
        drawn = [[variant.quality.halves for variant in self._variants]]
        drawn += [[variant.figures[key].halves for variant in self._variants] for key in self._keys]
        value = self._value()
        quality, figure, *held = (_ranks(np.stack(column, axis=1)) for column in drawn)
        return half_interval(value, _correlations(quality, figure, *held), n=len(self._variants))

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


def _correlation(quality: Column, figure: Column, held: Column | None = None) -> float:
    if held is None:
        return measures.spearman(figure, quality)
    return measures.partial_spearman(figure, quality, held)


def _ranks(columns: Column) -> Column:
    """Return the centred ranks of each row; NaN where one of its numbers is."""
    centre = (columns.shape[1] + 1) / 2
    ranks: Column = stats.rankdata(tied(columns), axis=1, nan_policy="propagate") - centre
    return ranks


def _correlations(quality: Column, figure: Column, held: Column | None = None) -> Column:
    """Return the correlation of every row of ranks, as `_correlation` does one by one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        across = _cosines(figure, quality)
        if held is None:
            return across
        of_figure, of_quality = _cosines(figure, held), _cosines(quality, held)
        rest = np.sqrt((1 - of_figure**2) * (1 - of_quality**2))
        found = (across - of_figure * of_quality) / rest
    # What the held figure explains to the last digit has no rest.
    remainder: Column = np.where(rest > _NO_REST, found, np.nan)
    return remainder


def _cosines(left: Column, right: Column) -> Column:
    cosines: Column = np.vecdot(left, right) / np.sqrt(
        np.vecdot(left, left) * np.vecdot(right, right)
    )
    return cosines


_WHICH = ["scope", "of", "figure", "controlled_for", "better"]


def order_verdicts(order: pd.DataFrame) -> pd.DataFrame:
    """Say of each figure whether it orders the variants as the literature holds it to.

    Parameters
    ----------
    order : DataFrame
        ``QualityOrder.order``, or a part of it.

    Returns
    -------
    DataFrame
        One row for each ``scope``, ``of``, ``figure`` and ``controlled_for``: ``better`` ("lower"
        or "higher"), ``over_texts`` and ``over_families`` (the correlation with each interval, in
        words; empty where there is none of that kind), ``n`` variants and ``orders``: True where
        both intervals lie on the side that ``better`` says (within one family: the one there is),
        False where one of them lies wholly on the other side, None otherwise.

    Raises
    ------
    KeyError
        If a column is missing.

    References
    ----------
    See `quality_order`.
    """
    rows = []
    for which, found in order.groupby(_WHICH, sort=False):
        labels = dict(zip(_WHICH, which, strict=True))
        drawn = {row["drawn"]: row for _, row in found.iterrows()}
        words = {
            f"over_{name}": _words(drawn[name]) if name in drawn else ""
            for name in (TEXTS, FAMILIES)
        }
        needed = (TEXTS, FAMILIES) if labels["scope"] == EVERYTHING else (TEXTS,)
        better = str(labels["better"])
        verdicts = [_verdict(drawn[name], better) if name in drawn else None for name in needed]
        n = found["n"].iloc[0]
        rows.append(
            {**labels, **words, "n": n, "orders": all_hold(pd.Series(verdicts, dtype=object))}
        )
    columns = [*_WHICH, "over_texts", "over_families", "n", "orders"]
    return pd.DataFrame(rows, columns=columns).astype({"orders": object})


def _words(figure: Figure) -> str:
    if figure["status"] != MEASURED:
        return f"not measured: {figure['reason']}"
    return with_interval(figure, 2)


def _verdict(figure: Figure, better: str) -> bool | None:
    """Say whether a correlation with quality lies where it should; None where it is undecided."""
    return below(figure, 0) if better == "lower" else above(figure, 0)
