"""The price of a cut: the one that a text suggests by itself, and what follows from any other."""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array
from semshift_nb.measures.segmentation.least_dilution import check_bounds, segmenter
from semshift_nb.measures.segmentation.scatter import (
    Matrix,
    cheapest_cuts,
    check_price,
    rows_of_text,
    scatter_table,
    total_scatter,
)

LEAST_PRICE = 1e-3
"""Vectors of equal sentences differ by rounding, and those of the same words said more often by
little more: that is not worth a cut. Sentences of real text scatter by 0.5 and more."""

_STRETCH, _N_STRETCHES = 512, 8
"""Of a long text the price is read off evenly spread stretches: 4,096 sentences tell it."""

_PRIOR_SEGMENTS, _PRIOR_ROWS, _PRIOR_LOG_RATIO = 2, 2, 1.0
"""What is held before anything is seen, so that few sentences are not believed too much: two
segments, each of which scatters e times as much from the others as chance would have it, and two
sentences that scatter in their segment as they do in the text."""

_N_SHUFFLES, _SEED = 19, 0
"""To save more than in each of 19 shuffles has by chance a probability of 1 in 20."""

_STRANGERS = 1.4
"""Standard deviations by which sentences of one segment are more alike than those of two, from
which on segments count as foreign to each other. Texts joined from different documents have 1.4
to 4, documents as they were written 0.5 to 1.3."""

_DOUBT = 1.2
"""By how much at most the drift is taken to be less among strangers, and more elsewhere."""


_RISE = 1.01
"""A price that would rise by less than this factor stands."""


class _Stretch(NamedTuple):
    """Rows of a text, turned into as few dimensions as hold them, and what segments cost."""

    rows: Matrix
    table: Matrix


class _Scatter(NamedTuple):
    """Sums over stretches: sentences, stretches, segments, scatter in stretches and in segments."""

    n_rows: int
    n_texts: int
    n_segments: int
    total: float
    within: float


def fair_price(embeddings: Array | Sequence[Array]) -> float:
    """Return the price of a cut that the text, or several texts, suggest by themselves.

    *Blocks.* Take it that the sentences of a segment scatter around the segment's mean, and the
    means around the text's. With ``w`` the scatter within segments for each sentence, and ``F`` the
    ratio by which the segments' means scatter more than chance would have it (F of an analysis of
    variance), one more segment makes the sentences likelier if it saves more scatter than
    ``w (1 + ln F)``. Both are estimated from the segmentation, and the segmentation needs a price:
    it begins with what a cut at a random place saves on average, ``T / (n - 1)``, with ``T`` the
    scatter of the whole text, and rises as long as the segmentation that it leads to says so.

    *Drift.* A text that somebody wrote moves on within a segment, too, so that any cut saves
    something. ``r`` is what one more cut at a random place within the segments saves, over what it
    saves once the sentences of each segment are shuffled. The price is raised to
    ``c r w (1 + ln F)`` until it no longer rises. ``c`` (from 1 / 1.2 to 1.2) is 1.4 over the
    standard deviations by which pairs of sentences of one segment are more alike than pairs across:
    strangers put together stand apart further than what drift leads to.

    *Chance.* Unless segments are strangers, a cut must also save more than any one does in 19
    shuffles of the sentences of each segment.

    Where nothing is left to cut at that price, the text has no turn that pays. Known boundaries
    have no part in it, and the price scales with the scatter of the encoder's vectors.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim), or sequence of such arrays
        Unit rows, in the order of the text; an array for each of several texts gives one price for
        all.

    Returns
    -------
    float
        At least 0.001, so that equal sentences are never parted. The same for the same vectors.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there is none.

    References
    ----------
    The marginal likelihood of a Gaussian change-point model: Xuan and Murphy, "Modeling changing
    dependency structure in multivariate time series", ICML 2007. Its application here, the drift
    and the two numbers 1.4 and 1.2, which were set on joined and natural English texts, are ours.

    Examples
    --------
    >>> rows = np.eye(8)[[0, 0, 0, 1, 1, 1, 2, 2, 2]]
    >>> 0 < fair_price(rows) < 1
    True
    """
    texts = list(embeddings) if isinstance(embeddings, list | tuple) else [embeddings]
    if not texts:
        raise InputError("fair_price got no text: give at least one array of vectors.")
    stretches = [part for text in texts for part in _stretches(rows_of_text(text))]
    return _above_drift(stretches, _price_of_blocks([one.table for one in stretches]))


def _price_of_blocks(tables: list[Matrix]) -> float:
    """Raise the price as long as the segmentation that it leads to suggests a higher one."""
    whole = _measure(tables, math.inf)
    price = max(whole.total / max(whole.n_rows - whole.n_texts, 1), LEAST_PRICE)
    while (suggested := _suggest(_measure(tables, price))) > price:
        price = suggested
    return price


def _above_drift(stretches: list[_Stretch], of_blocks: float) -> float:
    """Raise the price of blocks as long as drift or chance save as much within the segments."""
    price = of_blocks
    foreign = _STRANGERS / _separation(stretches, _cut(stretches, price))
    doubt = min(max(foreign, 1 / _DOUBT), _DOUBT)
    while any(cuts := _cut(stretches, price)):
        suggested = of_blocks * doubt * _drift(stretches, cuts)
        if suggested <= price * _RISE:
            suggested = min(foreign, 1.0) * _most_by_chance(stretches, cuts)
        if suggested <= price * _RISE:
            break
        price = suggested
    return price


def _cut(stretches: list[_Stretch], price: float) -> list[list[int]]:
    return [cheapest_cuts(one.table, price) for one in stretches]


def _segments(one: _Stretch, cuts: list[int]) -> NDArray[np.intp]:
    """Return the number of the segment that each row is in."""
    starts = np.zeros(len(one.rows), dtype=np.intp)
    starts[cuts] = 1
    return np.cumsum(starts)


def _separation(stretches: list[_Stretch], all_cuts: list[list[int]]) -> float:
    """Return by how many standard deviations own pairs are more alike than foreign ones."""
    own, foreign = [], []
    for one, cuts in zip(stretches, all_cuts, strict=True):
        segment = _segments(one, cuts)
        above = np.triu_indices(len(one.rows), 1)
        is_own = (segment[:, None] == segment)[above]
        alike = (one.rows @ one.rows.T)[above]
        own.append(alike[is_own])
        foreign.append(alike[~is_own])
    own_pairs, foreign_pairs = np.concatenate(own), np.concatenate(foreign)
    if not len(own_pairs) or not len(foreign_pairs):
        return math.inf
    apart = float(own_pairs.mean() - foreign_pairs.mean())
    spread = max(float(foreign_pairs.std()), 1e-9)
    return max(apart / spread, 1e-9)


def _drift(stretches: list[_Stretch], all_cuts: list[list[int]]) -> float:
    """Return what a further cut at a random place saves, over what it saves in shuffled order.

    In shuffled order each of the k - 1 places of a segment saves on average its scatter over k - 1.
    """
    saved = within = 0.0
    for (_, table), cuts in zip(stretches, all_cuts, strict=True):
        for start, end in pairwise([0, *cuts, len(table) - 1]):
            inner = slice(start + 1, end)
            gains = table[end, start] - table[inner, start] - table[end, inner]
            saved, within = saved + float(gains.sum()), within + float(table[end, start])
    return saved / within if within > LEAST_PRICE else 1.0


def _most_by_chance(stretches: list[_Stretch], all_cuts: list[list[int]]) -> float:
    """Return the most that a further cut saves in shuffles of the rows of each segment."""
    return max(_most_in_shuffles(one, cuts) for one, cuts in zip(stretches, all_cuts, strict=True))


def _most_in_shuffles(one: _Stretch, cuts: list[int]) -> float:
    segment = _segments(one, cuts)
    sizes = np.bincount(segment)
    means = np.add.reduceat(one.rows, [0, *cuts]) / sizes[:, None]
    # Sums of what is centred within segments begin anew at each: no segment is gone through alone.
    centred = one.rows - means[segment]
    size = sizes[segment]
    left = np.arange(1, len(size) + 1) - np.concatenate([[0], np.cumsum(sizes)])[segment]
    factor = np.where(left < size, size / (left * np.maximum(size - left, 1)), 0.0)
    generator = np.random.default_rng(_SEED)
    most = 0.0
    for _ in range(_N_SHUFFLES):
        order = np.argsort(segment + generator.random(len(size)))
        sums = np.cumsum(centred[order], axis=0)
        most = max(most, float((np.einsum("ij,ij->i", sums, sums) * factor).max()))
    return most


def _stretches(rows: Matrix) -> list[_Stretch]:
    n_parts = min(-(-len(rows) // _STRETCH), _N_STRETCHES)
    starts = np.linspace(0, max(len(rows) - _STRETCH, 0), n_parts).astype(int)
    parts = [rows[start : start + _STRETCH] for start in starts]
    return [_Stretch(_turned(part), scatter_table(part)) for part in parts]


def _turned(rows: Matrix) -> Matrix:
    """Turn n rows into n dimensions, if they have more: products between them stay."""
    if len(rows) >= rows.shape[1]:
        return rows
    return np.asarray(np.linalg.qr(rows.T, mode="r")).T


def _measure(tables: list[Matrix], price: float) -> _Scatter:
    """Segment all stretches at a price, and add up."""
    n_rows = n_segments = 0
    total = within = 0.0
    for table in tables:
        edges = [0, *cheapest_cuts(table, price), len(table) - 1]
        n_rows, n_segments = n_rows + edges[-1], n_segments + len(edges) - 1
        total += float(table[-1, 0])
        within += float(table[edges[1:], edges[:-1]].sum())
    return _Scatter(n_rows, len(tables), n_segments, max(total, 0.0), max(within, 0.0))


def _suggest(found: _Scatter) -> float:
    """Return ``w (1 + ln F)``, each with what is held before anything is seen."""
    overall = found.total / max(found.n_rows - found.n_texts, 1)
    free_rows = found.n_rows - found.n_segments
    w = (found.within + _PRIOR_ROWS * overall) / (free_rows + _PRIOR_ROWS)
    if w == 0:
        return LEAST_PRICE
    n_new = found.n_segments - found.n_texts
    # One more on both sides: the text's mean is one of the means, and F = 1 where nothing is seen.
    ratio = (found.total - found.within + w) / ((n_new + 1) * w)
    log_ratio = (n_new * math.log(max(ratio, 1.0)) + _PRIOR_SEGMENTS * _PRIOR_LOG_RATIO) / (
        n_new + _PRIOR_SEGMENTS
    )
    return w * (1 + log_ratio)


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
    lines = [fine, *_lines_between(line_at, fine, coarse)]
    edges = [low, *(_crossing_price(a, b) for a, b in pairwise(lines)), np.inf]
    return [
        Stage(start, end, line.cuts, line.scatter)
        for start, end, line in zip(edges, edges[1:], lines, strict=False)
    ]


def _lines_between(line_at: Callable[[float], _Line], fine: _Line, coarse: _Line) -> list[_Line]:
    """Return the lines below the crossing of two, and the coarser of the two."""
    if len(fine.cuts) == len(coarse.cuts):
        return []
    if len(fine.cuts) == len(coarse.cuts) + 1:
        return [coarse]
    middle = line_at(_crossing_price(fine, coarse))
    if len(middle.cuts) in (len(fine.cuts), len(coarse.cuts)):
        return [coarse]
    return [*_lines_between(line_at, fine, middle), *_lines_between(line_at, middle, coarse)]


def _crossing_price(fine: _Line, coarse: _Line) -> float:
    """Return the price at which two segmentations cost the same."""
    return (coarse.scatter - fine.scatter) / (len(fine.cuts) - len(coarse.cuts))
