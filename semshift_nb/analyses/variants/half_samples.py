"""Intervals by random halves: for figures that no resample with copies in it can give.

A half of the documents, drawn without copies, varies about the whole as the whole varies about
what it was drawn from: for a mean, the variance of m of n is ``s^2 / m * (1 - m / n)``, which for
half of them is ``s^2 / n``. So the spread of a figure over many halves is that of the figure
itself, whatever the figure is, and all figures of all encoders can be taken from the same halves.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

_LEAST_DOCUMENTS = 4
_MOST_UNDEFINED = 0.05


class HalfSamples:
    """Random halves of the documents of some corpora.

    Rows of the same corpus and document go together in all tables: the same halves are drawn for
    documents, their sentences and the queries that were made of them.
    """

    def __init__(
        self, groups: Iterable[tuple[str, NDArray[np.object_]]], *, n_halves: int, seed: int
    ) -> None:
        if n_halves < 1:
            raise InputError(f"n_halves is {n_halves}, expected at least 1 (200 is usual).")
        labels: dict[str, list[object]] = {}
        for name, rows in groups:
            labels[name] = list(dict.fromkeys([*labels.get(name, []), *rows.tolist()]))
        self._rows = {name: {label: i for i, label in enumerate(labels[name])} for name in labels}
        self._kept = {
            name: _draw(len(labels[name]), n_halves, np.random.default_rng([seed, place]))
            for place, name in enumerate(labels)
        }

    def of(self, name: str, groups: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return which rows are in each half, of shape (n_halves, n_rows).

        Of fewer than four documents there is no half.
        """
        kept, row_of = self._kept[name], self._rows[name]
        n_halves = 0 if kept.shape[1] < _LEAST_DOCUMENTS else len(kept)
        return kept[:n_halves, [row_of[label] for label in groups.tolist()]]


def half_interval(value: float, halves: ArrayLike, *, n: int) -> Interval:
    """Return a figure with the interval that holds 95 % of its halves' figures."""
    drawn = np.asarray(halves, dtype=np.float64)
    if not len(drawn):
        raise InputError(
            f"fewer than {_LEAST_DOCUMENTS} documents, too few to draw halves of: use more."
        )
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        raise InputError(
            f"the figure has no value for {len(drawn) - len(defined)} of {len(drawn)} halves."
        )
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high), n)


def _draw(n: int, n_halves: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    order = rng.permuted(np.tile(np.arange(n), (n_halves, 1)), axis=1)
    return order < n // 2
