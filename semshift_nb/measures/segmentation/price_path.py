"""All segmentations that some price makes the best one, from fine to coarse."""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from semshift_nb.measures.arrays import Array
from semshift_nb.measures.segmentation.checks import rows_of_text
from semshift_nb.measures.segmentation.least_dilution import check_bounds, check_price, segmenter
from semshift_nb.measures.segmentation.scatter import total_scatter


class Stage(NamedTuple):
    """A segmentation, and the prices at which it is the best.

    Attributes
    ----------
    from_price, to_price : float
        From where to where; the coarsest goes to infinity.
    cuts : list of int
        Where segments after the first begin.
    scatter : float
        `total_scatter` of it.
    """

    from_price: float
    to_price: float
    cuts: list[int]
    scatter: float


class _Line(NamedTuple):
    """Cost of a segmentation as a function of the price: ``scatter + price * len(cuts)``."""

    cuts: list[int]
    scatter: float


def dilution_path(
    embeddings: Array,
    *,
    least_price: float,
    min_size: int = 1,
    weights: Array | None = None,
    max_weight: float | None = None,
) -> list[Stage]:
    """Return every segmentation that is the best at a price from ``least_price`` on.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    least_price : float
        Where to begin. The lower, the more segmentations there are: at 0 as many as sentences.
    min_size, weights, max_weight
        As for `least_dilution_cuts`.

    Returns
    -------
    list of Stage
        From the finest to the coarsest; the prices of each join on to those of the next.

    Raises
    ------
    InputError
        As `least_dilution_cuts` does.

    References
    ----------
    Haynes, Eckley and Fearnhead, "Computationally efficient changepoint detection for a range of
    penalties", JCGS 26, 2017.

    Examples
    --------
    >>> rows = np.eye(2)[[0, 0, 1, 1]]
    >>> [(stage.to_price, stage.cuts) for stage in dilution_path(rows, least_price=0.1)]
    [(2.0, [2]), (inf, [])]
    """
    rows = rows_of_text(embeddings)
    bounds = check_bounds(len(rows), min_size=min_size, weights=weights, max_weight=max_weight)
    cuts_at = segmenter(rows, bounds)

    def line_at(price: float) -> _Line:
        cuts = cuts_at(price)
        return _Line(cuts, total_scatter(rows, cuts))

    low = check_price(least_price)
    # No cut saves more than the whole scatter, which is at most the number of rows.
    fine, coarse = line_at(low), line_at(float(len(rows) + 1))
    lines = [fine, *_between(line_at, fine, coarse)]
    edges = [low, *(_meet(a, b) for a, b in pairwise(lines)), np.inf]
    return [
        Stage(start, end, line.cuts, line.scatter)
        for start, end, line in zip(edges, edges[1:], lines, strict=False)
    ]


def _between(line_at: Callable[[float], _Line], fine: _Line, coarse: _Line) -> list[_Line]:
    """Return the lines below the crossing of two, and the coarser of the two."""
    if len(fine.cuts) == len(coarse.cuts):
        return []
    if len(fine.cuts) == len(coarse.cuts) + 1:
        return [coarse]
    middle = line_at(_meet(fine, coarse))
    if len(middle.cuts) in (len(fine.cuts), len(coarse.cuts)):
        return [coarse]
    return [*_between(line_at, fine, middle), *_between(line_at, middle, coarse)]


def _meet(fine: _Line, coarse: _Line) -> float:
    """Return the price at which two segmentations cost the same."""
    return (coarse.scatter - fine.scatter) / (len(fine.cuts) - len(coarse.cuts))
