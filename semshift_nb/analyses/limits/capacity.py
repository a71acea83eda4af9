"""How many dimensions judgements need, and what an encoder makes of its own."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encoder_columns
from semshift_nb.analyses.limits.free_vectors import (
    FreeVectors,
    constructed_vectors,
    critical_documents,
    fit_free_vectors,
)
from semshift_nb.analyses.limits.judgements import Orders, orders_of
from semshift_nb.analyses.results import joined, measured, unmeasured
from semshift_nb.analyses.retrieval.metric_table import ResamplingOptions, mean_row
from semshift_nb.analyses.retrieval.search import search
from semshift_nb.corpora import RetrievalSet
from semshift_nb.encoders import Encoder, TokenCounts
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.names import count, listed
from semshift_nb.validation import check_whole, is_whole, shown

FREE, CONSTRUCTED, CHANCE, ENCODER = "free", "constructed", "chance", "encoder"
PUBLISHED = "published"
SATISFIED, LEAST = "satisfied", "least_dimension"

_COLUMNS = [
    *["dataset", "split", "vectors", "encoder", "tau", "schedule", "dim", "metric", "value"],
    *["ci_low", "ci_high", "n", "unit", "truncated_share", "unknown_share"],
    *["status", "reason"],
]
_SHARE = "0 to 1"
_LEAST_DIM = 2
_ROUNDING = 1e-12
_MOST_CELLS = 4_000_000
"""Cells of orders times kinds of documents: a step takes a tenth of a second there."""

_NOTHING = "no query has both a relevant document and one that is not, so nothing is to be ordered"
_NOBODY = {"encoder": "", "tau": np.nan, "schedule": "", **TokenCounts.blank(0).shares()}
"""Columns of vectors that no encoder made."""

_NO_SAMPLE = "no interval: found by search, not in a sample"


class Descent(NamedTuple):
    """How free vectors are looked for: from how many starts, in how many steps, by which seed."""

    n_starts: int
    n_steps: int
    seed: int

    @property
    def told(self) -> str:
        """What a reader has to know of it."""
        return f"best of {count(self.n_starts, 'start')} of {self.n_steps} steps"


@by_name
def capacity(
    dataset: RetrievalSet,
    encoders: Encoder | Sequence[Encoder] = (),
    *,
    dims: Sequence[int] | None = None,
    k: int | None = None,
    n_starts: int = 3,
    n_steps: int = 400,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how few dimensions could satisfy judgements, and how far encoders get with theirs.

    A query is satisfied where each of its relevant documents stands above all others. *Free* unit
    vectors, a query's and a document's each, are moved by descent until all queries are: that a
    number of dimensions suffices is thereby shown, that fewer do not is not. *Constructed* ones,
    on the trigonometric moment curve, satisfy any judgements in twice as many dimensions as a query
    has relevant documents, by gaps that shrink with the number of documents: what fails before an
    encoder does is not the dimension, but what descent can find and a gap that survives rounding.
    Whatever is not judged counts as not relevant.

    Parameters
    ----------
    dataset : RetrievalSet
        Whose judgements; `limit_set` gives the hardest of its size.
    encoders : Encoder or sequence of Encoder, optional
        What to compare with, of any widths.
    dims : sequence of int, optional
        Dimensions to try, from 2 on. If left out the least is searched for: doubled until all is
        satisfied, then halved between.
    k : int, optional
        Of recall; the most relevant documents that a query has if left out.
    n_starts, n_steps : int, default 3 and 400
        Of the descent. The first start that satisfies all is the last.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        Long-form rows: ``dataset``, ``split``, ``vectors`` (free, constructed, encoder or chance),
        ``encoder``, ``tau``, ``schedule``, ``dim``, ``metric`` (``satisfied``, a share of the
        queries; ``R@k``; ``least_dimension`` of free vectors among those tried, and ``least_gap``
        in cosine of constructed ones), ``value``, ``ci_low`` and ``ci_high`` (95 %, over queries),
        ``n`` of these, ``unit``, ``truncated_share`` and ``unknown_share`` of the documents,
        ``status`` and ``reason``.

    Raises
    ------
    InputError
        If a setting is out of range, or there are too many judgements for free vectors.

    References
    ----------
    Weller et al. 2025, arXiv 2508.21038. Gale 1963, "Neighborly and cyclic polytopes".

    Examples
    --------
    >>> from semshift_nb.corpora import limit_set
    >>> table = capacity(limit_set(6))
    >>> table.loc[table["metric"] == "least_dimension", "value"].tolist()
    [4.0]
    """
    descent = _descent(n_starts, n_steps, seed)
    resampling = ResamplingOptions(n_resamples=n_resamples, n_permutations=1, seed=seed)
    tried = None if dims is None else _check_dims(dims)
    orders = orders_of(dataset)
    depth = _check_k(k, dataset, orders)
    readers = as_encoders(encoders) if isinstance(encoders, Encoder) or len(encoders) else []
    rows = [
        *_free_rows(orders, tried, descent, resampling),
        *_constructed_rows(orders),
        *_chance_rows(dataset, orders, depth, resampling),
    ]
    for encoder in readers:
        rows.extend(_encoder_rows(dataset, orders, encoder, depth, resampling))
    table = pd.DataFrame(rows, columns=_COLUMNS)
    table = table.assign(dataset=dataset.name, split=dataset.split)
    return table.assign(dim=table["dim"].astype("Int64"))


def critical_dimensions(
    n_documents: Sequence[int] = (6, 10, 16, 24, 34, 46),
    *,
    n_relevant: int = 2,
    n_starts: int = 3,
    n_steps: int = 400,
    seed: int = 0,
) -> pd.DataFrame:
    """Say in how many dimensions free vectors satisfy every choice of so many documents.

    Parameters
    ----------
    n_documents : sequence of int
        How many documents there are, each from ``n_relevant`` + 1 on.
    n_relevant : int, default 2
        Of how many each choice is.
    n_starts, n_steps, seed : int
        As for `capacity`.

    Returns
    -------
    DataFrame
        One row for each number and kind of vectors: ``n_documents``, ``n_queries``, ``vectors``
        (free, by descent; constructed; published, of pairs only: the cubic of LIMIT's authors) and
        ``dim``.

    Raises
    ------
    InputError
        If a setting is out of range, or there are too many choices for free vectors.

    References
    ----------
    Weller et al. 2025, arXiv 2508.21038.

    Examples
    --------
    >>> critical_dimensions([5], n_relevant=1)[["vectors", "dim"]].to_numpy().tolist()
    [['free', 2], ['constructed', 2]]
    """
    descent = _descent(n_starts, n_steps, seed)
    least = check_whole(n_relevant, "n_relevant", least=1) + 1
    rows: list[dict[str, object]] = []
    for n in [n_documents] if is_whole(n_documents) else n_documents:
        wanted = _every_choice(check_whole(n, "n_documents", least=least), n_relevant)
        found = _solved(_search(wanted, np.ones_like(wanted), descent))
        dims: dict[str, int | None] = {FREE: found, CONSTRUCTED: 2 * n_relevant}
        if n_relevant == 2:
            dims[PUBLISHED] = _published(n)
        size = {"n_documents": n, "n_queries": len(wanted)}
        rows.extend({**size, "vectors": vectors, "dim": dim} for vectors, dim in dims.items())
    table = pd.DataFrame(rows, columns=["n_documents", "n_queries", "vectors", "dim"])
    return table.assign(dim=table["dim"].astype("Int64"))


def _descent(n_starts: int, n_steps: int, seed: int) -> Descent:
    return Descent(
        check_whole(n_starts, "n_starts", least=1),
        check_whole(n_steps, "n_steps", least=1),
        check_whole(seed, "seed", least=0),
    )


def _check_dims(dims: Sequence[int]) -> list[int]:
    asked = [dims] if is_whole(dims) else list(dims)
    if not asked or not all(is_whole(dim, least=_LEAST_DIM) for dim in asked):
        raise InputError(
            f"dims is {shown(dims)}, expected whole numbers from {_LEAST_DIM} on, such as (4, 12)."
        )
    return sorted({int(dim) for dim in asked})


def _check_k(k: int | None, dataset: RetrievalSet, orders: Orders) -> int:
    """Return how deep recall looks: by default as deep as the most relevant documents go."""
    if k is None:
        return orders.most_relevant
    n_documents = len(dataset.corpus)
    if not is_whole(k, least=1, most=max(n_documents - 1, 1)):
        raise InputError(
            f"k is {shown(k)}, expected from 1 to {max(n_documents - 1, 1)}: among "
            f"{count(n_documents, 'document')} that many leave one out."
        )
    return int(k)


def _every_choice(n_documents: int, n_relevant: int) -> NDArray[np.bool_]:
    n_choices = math.comb(n_documents, n_relevant)
    _check_cells(n_choices, n_documents)
    wanted = np.zeros((n_choices, n_documents), dtype=np.bool_)
    chosen = list(itertools.combinations(range(n_documents), n_relevant))
    np.put_along_axis(wanted, np.array(chosen), values=True, axis=1)
    return wanted


def _check_cells(n_orders: int, n_kinds: int) -> None:
    if n_orders * n_kinds > _MOST_CELLS:
        raise InputError(
            f"the judgements put {count(n_kinds, 'document')} into more than "
            f"{_MOST_CELLS // n_kinds:,} orders, too many for free vectors: take fewer queries."
        )


def _search(
    wanted: NDArray[np.bool_], ranked: NDArray[np.bool_], descent: Descent
) -> dict[int, FreeVectors]:
    """Double the dimensions until all is satisfied, then halve between; return all that was tried.

    As many dimensions as documents, less one, hold a simplex, which satisfies anything.
    """
    tried: dict[int, FreeVectors] = {}

    def holds(dim: int) -> bool:
        tried[dim] = _fit(wanted, ranked, dim, descent)
        return bool(tried[dim].satisfied.all())

    low, high = _LEAST_DIM - 1, _LEAST_DIM
    most = max(high, wanted.shape[1] - 1)
    while not holds(high):
        if high == most:
            return dict(sorted(tried.items()))
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return dict(sorted(tried.items()))


def _fit(
    wanted: NDArray[np.bool_], ranked: NDArray[np.bool_], dim: int, descent: Descent
) -> FreeVectors:
    """Return the best of several starts; one that satisfies all is the last."""
    best: FreeVectors | None = None
    for start in range(descent.n_starts):
        found = fit_free_vectors(
            wanted, ranked, dim, n_steps=descent.n_steps, seed=[descent.seed, start]
        )
        if best is None or found.satisfied.sum() > best.satisfied.sum():
            best = found
        if best.satisfied.all():
            break
    assert best is not None  # noqa: S101 - there is at least one start
    return best


def _solved(tried: dict[int, FreeVectors]) -> int | None:
    return next((dim for dim, found in tried.items() if found.satisfied.all()), None)


def _published(n_documents: int) -> int:
    """Return the least dimension whose critical number of documents is not below this one."""
    return next(dim for dim in itertools.count(1) if critical_documents(dim) >= n_documents)


def _free_rows(
    orders: Orders, dims: list[int] | None, descent: Descent, resampling: ResamplingOptions
) -> Iterator[dict[str, object]]:
    labels = {**_NOBODY, "vectors": FREE}
    if not orders.relevant:
        yield {**labels, "metric": LEAST, **unmeasured(_NOTHING), "unit": "dimensions"}
        return
    wanted, ranked = orders.wanted, orders.ranked
    _check_cells(*wanted.shape)
    tried = (
        _search(wanted, ranked, descent)
        if dims is None
        else {dim: _fit(wanted, ranked, dim, descent) for dim in dims}
    )
    for dim, found in tried.items():
        satisfied = found.satisfied[orders.order_of].astype(np.float64)
        figure = mean_row(satisfied, resampling)
        reason = joined(str(figure["reason"]), descent.told)
        shares = {"dim": dim, "metric": SATISFIED, **figure, "unit": _SHARE, "reason": reason}
        yield {**labels, **shares}
    yield {**labels, "metric": LEAST, **_least_row(tried, orders, descent), "unit": "dimensions"}


def _least_row(
    tried: dict[int, FreeVectors], orders: Orders, descent: Descent
) -> dict[str, object]:
    least, n = _solved(tried), len(orders.queries)
    if least is None:
        best = max(tried, key=lambda dim: tried[dim].satisfied.sum())
        return unmeasured(f"not all satisfied in {listed(tried)} dimensions, most in {best}", n=n)
    reason = f"{_NO_SAMPLE}; {descent.told}, fewer dimensions may do"
    return {**measured(Interval(float(least), np.nan, np.nan, n), reason), "dim": least}


def _constructed_rows(orders: Orders) -> Iterator[dict[str, object]]:
    """Yield whether the construction stands in float64, and by how little."""
    labels = {**_NOBODY, "vectors": CONSTRUCTED}
    if not orders.relevant:
        return
    n, dim = len(orders.queries), 2 * orders.most_relevant
    found = constructed_vectors(orders.wanted, orders.ranked)
    least = float(found.gaps.min())
    rounding = f"the gaps in {dim} dimensions are too small for float64"
    figure = (
        measured(Interval(least, np.nan, np.nan, n), _NO_SAMPLE)
        if least > _ROUNDING
        else unmeasured(rounding, n=n)
    )
    yield {**labels, "dim": dim, "metric": "least_gap", **figure, "unit": "cosine"}


def _chance_rows(
    dataset: RetrievalSet, orders: Orders, k: int, resampling: ResamplingOptions
) -> Iterator[dict[str, object]]:
    """Yield the recall of a random ranking."""
    if orders.relevant:
        n_ranked = len(dataset.corpus) - (dataset.left_out[orders.queries] >= 0)
        shares = np.minimum(k / n_ranked, 1)
        figure = {"metric": f"R@{k}", **mean_row(shares, resampling), "unit": _SHARE}
        yield {**_NOBODY, "vectors": CHANCE, **figure}


def _encoder_rows(
    dataset: RetrievalSet, orders: Orders, encoder: Encoder, k: int, resampling: ResamplingOptions
) -> Iterator[dict[str, object]]:
    labels = {"vectors": ENCODER, **encoder_columns(encoder), "dim": encoder.dim, "unit": _SHARE}
    if not orders.relevant:
        yield {**_NOBODY, **labels, "metric": SATISFIED, **unmeasured(_NOTHING)}
        return
    ranking = search(dataset, encoder).ranking
    pairs = list(zip(ranking.rows[orders.queries], orders.relevant, strict=True))
    scores = {
        SATISFIED: [np.isin(rows, found[: len(rows)]).all() for found, rows in pairs],
        f"R@{k}": [np.isin(rows, found[:k]).mean() for found, rows in pairs],
    }
    for metric, values in scores.items():
        figure = mean_row(np.array(values, dtype=np.float64), resampling)
        yield {**labels, "metric": metric, **figure, **ranking.tokens.shares()}
