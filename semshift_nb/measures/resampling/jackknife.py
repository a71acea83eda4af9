"""Leaving documents out by turns, and the interval of a figure that was worked out without them."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from semshift_nb.errors import InputError
from semshift_nb.measures.resampling.bootstrap import Interval, group_codes, is_share
from semshift_nb.names import count
from semshift_nb.validation import check_whole, is_whole, shown

_LEAST_DOCUMENTS = 4
"""With three, a set without one of them is a single line: its effective rank is always 1."""


class JackknifePlan(NamedTuple):
    """Which documents are left out by turns; all sets are of one size and do not overlap.

    ``codes`` holds the document of each row and ``parts`` of shape (n_sets, n_each) the documents
    of each set. Figures follow the number of texts, and sets of different sizes would show that
    instead of how documents differ.
    """

    codes: NDArray[np.int64]
    parts: NDArray[np.int64]
    level: float

    def rows_out(self) -> NDArray[np.bool_]:
        """Say which rows each set leaves out.

        Returns
        -------
        ndarray of shape (n_sets, n_rows), bool
        """
        return np.array([np.isin(self.codes, part) for part in self.parts])

    def sums(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum the rows that each set leaves out.

        Parameters
        ----------
        values : ndarray of shape (n_rows, n_columns)

        Returns
        -------
        ndarray of shape (n_sets, n_columns)
        """
        by_document = np.zeros((int(self.codes.max()) + 1, values.shape[1]))
        np.add.at(by_document, self.codes, values)
        return np.asarray(by_document[self.parts].sum(axis=1))

    def interval(
        self, value: float, without: NDArray[np.float64], *, least: float, most: float
    ) -> Interval:
        """Give a figure its interval, by Student's t.

        Parameters
        ----------
        value : float
            The figure of all rows.
        without : ndarray of shape (n_sets,)
            The figure without each set.
        least, most : float
            What the figure can be at the least and at the most; the ends are kept within.

        Returns
        -------
        Interval
            In the figure's own unit.
        """
        n_groups, n_each = int(self.codes.max()) + 1, self.parts.shape[1]
        variance = (n_groups - n_each) / n_each * without.var()
        reach = float(stats.t.ppf((1 + self.level) / 2, len(without) - 1) * np.sqrt(variance))
        ends = np.clip([value - reach, value + reach], min(least, value), max(most, value))
        return Interval(value, float(ends[0]), float(ends[1]), len(self.codes))


def jackknife_plan(
    groups: ArrayLike | None, *, n_rows: int, n_parts: int, level: float, seed: int
) -> JackknifePlan:
    """Choose which documents to leave out by turns.

    Parameters
    ----------
    groups : sequence of n_rows hashables or None
        The document of each row; None for rows that are documents each.
    n_rows : int
        How many rows there are.
    n_parts : int
        Up to so many documents are left out one by one; of G more, ``G // n_parts`` at a time,
        drawn at random.
    level : float
        Of the intervals, between 0 and 1.
    seed : int
        Of the draw.

    Returns
    -------
    JackknifePlan

    Raises
    ------
    InputError
        If there are fewer than four documents, or a number is out of its range.
    """
    seed = check_whole(seed, "seed", least=0)
    if not (is_whole(n_parts, least=2) and is_share(level)):
        raise InputError(
            f"n_parts is {shown(n_parts)} and level {shown(level)}, expected at least 2 (100 is "
            "usual) and a share between 0 and 1, such as 0.95."
        )
    n_parts, level = int(n_parts), float(level)
    codes = group_codes(groups, n_rows=check_whole(n_rows, "n_rows", least=0, most=2**31))
    n_groups = int(codes.max()) + 1
    if n_groups < _LEAST_DOCUMENTS:
        raise InputError(
            f"{count(n_groups, 'document')}, expected at least {_LEAST_DOCUMENTS} to leave some "
            "out."
        )
    if n_groups <= n_parts:
        return JackknifePlan(codes, np.arange(n_groups)[:, None], level)
    n_each = n_groups // n_parts
    shuffled = np.random.default_rng(seed).permutation(n_groups)
    return JackknifePlan(codes, shuffled[: n_parts * n_each].reshape(n_parts, n_each), level)
