"""The spectrum of any part of some rows, fast enough to follow a brush."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.validation import shortened

#: Rows summed at a time: 1024 of 384 numbers stay in a processor's cache.
_BLOCK = 1024

#: Parts that may rest on one another, each on the one before.
_STEPS = 16


@dataclass(frozen=True, eq=False)
class Moments:
    """How many rows there are, their sum and their products, each row less one fixed point.

    The fixed point is the mean of all rows that are looked at, so that little is lost when the
    mean of a part is taken off as well.
    """

    n: int
    total: NDArray[np.float64]
    products: NDArray[np.float64]
    fixed: NDArray[np.float64]

    def add(self, other: "Moments", *, times: int = 1) -> "Moments":
        """Put other rows to these, or take them away (-1 times)."""
        return Moments(
            self.n + times * other.n,
            self.total + times * other.total,
            self.products + times * other.products,
            self.fixed,
        )

    @cached_property
    def singular_values(self) -> NDArray[np.float64]:
        """Of the centred rows, ``min(n, dim)`` of them, the greatest first."""
        values = np.linalg.eigvalsh(self.scatter)[::-1][: self.n]
        roots: NDArray[np.float64] = np.sqrt(np.clip(values, 0, None))
        return roots

    @property
    def scatter(self) -> NDArray[np.float64]:
        """The products of the rows off which their own mean was taken."""
        return self.products - np.outer(self.total, self.total) / self.n

    @property
    def mean(self) -> NDArray[np.float64]:
        """Of the rows, the fixed point added again."""
        return self.total / self.n + self.fixed

    @property
    def mean_pairwise_distance(self) -> float:
        """Of rows of unit length."""
        total = self.total + self.n * self.fixed
        return float(1 - (total @ total - self.n) / (self.n * (self.n - 1)))

    def figures(self) -> dict[str, float | str]:
        """All figures that the moments decide, or the reason why there is none."""
        distance = self.mean_pairwise_distance
        spectral = measures.spectral_figures(
            self.singular_values, n_texts=self.n, dim=len(self.total), size=self.n**0.5
        )
        return {"MPD": distance, "mean_cosine": 1 - distance, **spectral}


class RowMoments:
    """Rows of one view, and the moments of any part of them.

    Dimensions that are left out are left out on the way, a block of rows at a time: another copy of
    all rows would take longer than the sums.
    """

    def __init__(
        self, shifted: NDArray[np.float64], fixed: NDArray[np.float64], off: tuple[int, ...] = ()
    ) -> None:
        self._shifted = shifted
        self._fixed = fixed
        self._off = list(off)
        self._before: tuple[NDArray[np.bool_], Moments, int] | None = None
        self._kept = np.setdiff1d(np.arange(len(fixed)), off)

    @classmethod
    def of(cls, rows: NDArray[np.float64]) -> "RowMoments":
        """Take rows of unit length; one of which nothing is left has none."""
        _check_directed(np.flatnonzero(np.abs(rows).max(axis=1) == 0), len(rows))
        mean = rows.mean(axis=0)
        return cls(rows - mean, mean)

    def without(self, off: tuple[int, ...]) -> "RowMoments":
        """Leave dimensions out and bring what is left of every row to length one."""
        if not 0 <= min(off) <= max(off) < self.dim or len(off) >= self.dim:
            raise InputError(
                f"dimensions {shortened(off)} were switched off: expected numbers "
                f"from 0 to {self.dim - 1}, and not all of them."
            )
        return RowMoments(self._shifted, self._fixed, off)

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self._shifted)

    @property
    def dim(self) -> int:
        """How many dimensions they have."""
        return len(self._kept)

    def rows(self, chosen: NDArray[np.intp] | None = None) -> NDArray[np.float64]:
        """Give the rows, or some of them."""
        taken = self._take(slice(None) if chosen is None else chosen)
        return (taken + self._fixed)[:, self._kept] if self._off else taken + self._fixed

    @cached_property
    def whole(self) -> Moments:
        """The moments of all rows."""
        return self._sum()

    def part(self, part: NDArray[np.intp]) -> Moments:
        """Take the moments of some rows: from those of none, of all or of the part before.

        A brush that is dragged leaves few rows and meets few. Rounding adds up on the way, so that
        after some steps it begins anew.
        """
        dim = len(self._kept)
        none = Moments(0, np.zeros(dim), np.zeros((dim, dim)), self._fixed[self._kept])
        known = [(np.zeros(self.n, np.bool_), none, 0), (np.ones(self.n, np.bool_), self.whole, 0)]
        if self._before is not None and self._before[2] < _STEPS:
            known.append(self._before)
        wanted = np.zeros(self.n, dtype=np.bool_)
        wanted[part] = True
        there, moments, steps = min(known, key=lambda one: int((one[0] != wanted).sum()))
        more, fewer = np.flatnonzero(wanted & ~there), np.flatnonzero(there & ~wanted)
        found = moments.add(self._sum(more)).add(self._sum(fewer), times=-1)
        self._before = wanted, found, steps + 1
        return found

    def along(self, direction: NDArray[np.float64], part: NDArray[np.intp]) -> NDArray[np.float64]:
        """Project some rows on a direction."""
        if self._off or len(part) < self.n / 4:
            projected: NDArray[np.float64] = self.rows(part) @ direction
            return projected
        # To project all and choose is cheaper than to copy the chosen.
        return (self._shifted @ direction)[part] + self._fixed @ direction

    def plane(self) -> NDArray[np.float64]:
        """Project all rows on their two strongest directions, always the same way round."""
        directions = np.linalg.eigh(self.whole.scatter)[1][:, ::-1][:, :2]
        placed: NDArray[np.float64] = self.rows() @ directions
        placed -= placed.mean(axis=0)
        # A direction has no sign of its own: the longer tail is put to the right and to the top.
        placed *= np.where((placed**3).sum(axis=0) < 0, -1, 1)
        if placed.shape[1] == 1:
            placed = np.column_stack([placed, np.zeros(len(placed))])
        return placed

    def _sum(self, chosen: NDArray[np.intp] | None = None) -> Moments:
        """Sum up some rows, or all of them, which need not be copied."""
        dim, n = len(self._fixed), self.n if chosen is None else len(chosen)
        total, products = np.zeros(dim), np.zeros((dim, dim))
        for start in range(0, n, _BLOCK):
            part = slice(start, start + _BLOCK)
            block = self._take(part if chosen is None else chosen[part])
            total += block.sum(axis=0)
            products += block.T @ block
        kept = self._kept
        if self._off:
            total, products = total[kept], products[np.ix_(kept, kept)]
        return Moments(n, total, products, self._fixed[kept])

    def _take(self, chosen: slice | NDArray[np.intp]) -> NDArray[np.float64]:
        """Give some rows less the fixed point, zero where a dimension is off."""
        taken = self._shifted[chosen]
        if not self._off:
            return taken
        rows = taken + self._fixed
        rows[:, self._off] = 0
        lengths = np.sqrt(np.vecdot(rows, rows))
        _check_directed(np.flatnonzero(lengths == 0), self.n)
        rows /= lengths[:, None]
        rows -= self._fixed
        rows[:, self._off] = 0
        return rows


def _check_directed(gone: NDArray[np.intp], n: int) -> None:
    if len(gone):
        raise InputError(
            f"nothing is left of {len(gone)} of {n} vectors, which have no direction then: "
            "keep more dimensions, or choose another correction."
        )
