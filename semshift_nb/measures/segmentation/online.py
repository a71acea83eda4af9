"""The segmentation of least scatter plus price, found row by row: exact, with pruned candidates.

Best cost of the first s rows: ``F(s) = min_t F(t) + scatter(t, s) + price``. The scatter of a
segment of k unit rows with sum S is ``k - |S|^2 / k``, and ``|S|^2`` grows by ``1 + 2 e . S`` with
each row, so that a step costs one product of the candidates' sums with the new row. A start t that
is no better than s even without the price of a cut at s never will be (Killick et al. 2012), and is
dropped.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import MOST_DIMENSIONS, on_host, unit_vector
from semshift_nb.measures.segmentation.scatter import (
    TOO_SHORT,
    Matrix,
    check_min_size,
    check_price,
    check_weight,
)
from semshift_nb.validation import check_whole, is_real, shown

_EXACT = 1e-12
"""A squared length as near to one as that is one but for rounding."""

MAX_CANDIDATES = 1024
"""Starts that may compete at a time. Text needs about 50; only where nothing turns for thousands of
sentences and the price is low would there be more, and then the least promising go."""


@dataclass(eq=False, slots=True)
class Cut:
    """A place to cut, and the last cut before it on the best way there."""

    position: int
    before: "Cut | None"


@dataclass(eq=False)
class LeastDilutionWalk:
    """Least-dilution cuts of a text whose sentences come one by one.

    It holds the sums before each place that may yet be a cut, and never the rows.

    Parameters
    ----------
    dim : int
        Width of the rows.
    price : float
        What a cut must save.
    min_size : int
        Fewest rows of a segment; only ``max_weight`` or too few rows make it shorter.
    max_weight : float
        The most that the weights of a segment's rows may add up to; none may weigh more alone.

    Attributes
    ----------
    n_rows : int
        Rows so far.

    Raises
    ------
    InputError
        Here or by `push` and `settle`, if a setting is out of range, a row is no unit vector of
        that width (within 1e-3), or a weight is below 0 or above ``max_weight``.

    References
    ----------
    Killick, Fearnhead and Eckley, "Optimal detection of changepoints with a linear computational
    cost", JASA 107, 2012.

    Examples
    --------
    >>> walk = LeastDilutionWalk(2, price=0.5)
    >>> for row in np.eye(2)[[0, 0, 0, 1, 1]]:
    ...     walk.push(row)
    >>> walk.cuts()
    [3]
    """

    dim: int
    price: float
    min_size: int = 1
    max_weight: float = np.inf
    n_rows: int = field(default=0, init=False)
    _settled: int = field(default=0, init=False)
    _cuts: list[Cut] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self.dim = check_whole(self.dim, "dim", least=1, most=MOST_DIMENSIONS)
        self.price = check_price(self.price)
        self.min_size = check_min_size(self.min_size)
        self.max_weight = check_weight(self.max_weight)
        self._sum = np.zeros(self.dim)
        self._weight, self._best = 0.0, 0.0
        self._last = Cut(0, None)
        self._before = np.zeros((64, self.dim))  # sums of all rows before each start
        # Of each start: rows so far, |S|^2, best cost before it, weight before it, end of its life.
        self._table = np.zeros((5, 64))

    def push(self, row: Matrix, weight: float = 0.0) -> None:
        """Take one more unit row.

        Parameters
        ----------
        row : ndarray of shape (dim,)
            In float64.
        weight : float
            What it weighs.
        """
        if not is_real(weight, least=0, most=self.max_weight):
            raise InputError(
                f"weight is {shown(weight)}, expected a number from 0 to {self.max_weight:g}: a "
                "segment holds at least one row."
            )
        row = self._unit(row)
        self._open()
        m = len(self._cuts)
        size, squared, cost, before, ends = self._table[:, :m]
        squared += 1 + 2 * (self._sum @ row - self._before[:m] @ row)
        size += 1
        self._sum += row
        self._weight += float(weight)
        self.n_rows += 1
        reached = cost + size - squared / size
        total = np.where(size < self.min_size, reached + TOO_SHORT, reached)
        total[self._weight - before > self.max_weight] = np.inf
        total[ends <= self.n_rows] = np.inf
        best = int(np.argmin(total))  # of equals the first: the fewest cuts
        self._best = float(total[best]) + self.price
        self._last = Cut(self.n_rows, self._cuts[best])
        late = (reached >= self._best) & np.isinf(ends)
        ends[late] = self.n_rows + self.min_size
        ends[self._weight - before > self.max_weight] = 0
        self._prune(total)

    def cuts(self) -> list[int]:
        """Return the best cuts of all rows so far, without those that are settled.

        Returns
        -------
        list of int
            Where segments after the first begin, counted from the first row of all.
        """
        return _positions(self._last)[:-1]

    def settle(self, look_ahead: int | None = None) -> list[int]:
        """Return the cuts that no further row can change; they are forgotten here.

        Parameters
        ----------
        look_ahead : int, optional
            How many rows may come after a settled cut until the next one is settled at the latest:
            the first of the cuts that are best by then, or the end of the rows so far. Only this
            can make the result differ from that of all rows at once.

        Returns
        -------
        list of int
            As `cuts` gives them; those of all calls and then `cuts` make up the whole.

        Examples
        --------
        >>> walk = LeastDilutionWalk(2, price=0.5)
        >>> for row in np.eye(2)[[0] * 9 + [1] * 9]:
        ...     walk.push(row)
        >>> walk.settle(), walk.cuts()
        ([9], [])
        """
        if look_ahead is not None:
            check_whole(look_ahead, "look_ahead", least=1)
        common = self._common()
        found = _positions(common)
        if not found and look_ahead is not None and self.n_rows - self._settled >= look_ahead:
            common = _first(self._last)
            found = [common.position]
            self._keep_only(common)
        common.before = None
        if found:
            self._settled = found[-1]
        return found

    def _unit(self, row: Matrix) -> Matrix:
        """Return a row in float64 and of length one; of the many that are, nothing is copied."""
        plain = type(row) is np.ndarray and row.dtype == np.float64 and row.shape == (self.dim,)
        with np.errstate(over="ignore", invalid="ignore"):
            if plain and abs(float(row @ row) - 1) < _EXACT:
                return row
        return on_host(unit_vector(row, dim=self.dim, name="row"))

    def _open(self) -> None:
        """Let a segment start here."""
        m = len(self._cuts)
        if m == len(self._before):
            self._before = np.concatenate([self._before, np.zeros_like(self._before)])
            self._table = np.concatenate([self._table, np.zeros_like(self._table)], axis=1)
        self._before[m] = self._sum
        self._table[:, m] = 0, 0, self._best, self._weight, np.inf
        self._cuts.append(self._last)

    def _prune(self, total: Matrix) -> None:
        alive = self._table[4, : len(total)] > self.n_rows
        n_dead = len(alive) - np.count_nonzero(alive)
        if len(alive) - n_dead > MAX_CANDIDATES:
            worst = np.argmax(np.where(alive, total, -np.inf))
            alive[worst], n_dead = False, n_dead + 1
        # Copying all for the sake of a few would cost more than to carry them along.
        elif n_dead < 16 or 3 * n_dead < len(alive):
            return
        self._keep(alive)

    def _keep(self, alive: NDArray[np.bool_]) -> None:
        (kept,) = np.nonzero(alive)
        m = len(kept)
        self._before[:m] = self._before[kept]
        self._table[:, :m] = self._table[:, kept]
        self._cuts = [self._cuts[row] for row in kept]

    def _common(self) -> Cut:
        """Return the last cut through which every way leads that may yet be the best."""
        ways = [
            self._last,
            *(
                cut
                for cut, end in zip(self._cuts, self._table[4], strict=False)
                if end > self.n_rows
            ),
        ]
        shared = _chain(ways[0])
        for way in ways[1:]:
            kept = {id(cut) for cut in _chain(way)}
            shared = [cut for cut in shared if id(cut) in kept]
        return shared[0]

    def _keep_only(self, cut: Cut) -> None:
        through = [any(one is cut for one in _chain(way)) for way in self._cuts]
        self._keep(np.array(through, dtype=np.bool_))
        self._before[len(self._cuts) :] = 0


def _chain(cut: Cut | None) -> list[Cut]:
    """Return a cut and all before it, the last first."""
    chain = []
    while cut is not None:
        chain.append(cut)
        cut = cut.before
    return chain


def _positions(cut: Cut) -> list[int]:
    """Return where the cuts up to this one lie, without the beginning they go back to."""
    return [one.position for one in reversed(_chain(cut)[:-1])]


def _first(cut: Cut) -> Cut:
    return _chain(cut)[-2]
