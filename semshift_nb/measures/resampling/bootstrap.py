"""Intervals by the bootstrap, which draws whole documents.

Sentences and windows of one document resemble one another. An interval that draws them one by one
takes them for independent and comes out too narrow; drawing documents keeps their likeness in.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import ADDABLE, codes_of, real_numbers
from semshift_nb.names import count
from semshift_nb.validation import check_whole, is_real, is_whole, shown

MOST_RESAMPLES = 10**6
"""More tell nothing: the ends of an interval are then known to a thousandth of its width."""

_MOST_DRAWN = 2**31
"""Numbers of draws held at a time: 16 GiB."""

_MOST_UNDEFINED = 0.05
"""Share of resamples that may have no value (a rank correlation of equal values, say)."""


class Interval(NamedTuple):
    """A figure with its interval.

    Attributes
    ----------
    value : float
        The statistic of the data as they are.
    low, high : float
        The ends of the interval.
    n : int
        Number of rows the value was worked out from.
    """

    value: float
    low: float
    high: float
    n: int


def group_codes(groups: ArrayLike | None, *, n_rows: int) -> NDArray[np.int64]:
    """Return the number of each row's document, from 0; at least two documents."""
    if groups is None:
        codes = np.arange(n_rows)
    else:
        codes = codes_of(groups, name="groups")
        if codes.shape != (n_rows,):
            raise InputError(f"groups have shape {codes.shape}, expected ({n_rows},): one a row.")
    n_groups = int(codes.max()) + 1 if n_rows else 0
    if n_groups < 2:
        raise InputError(
            f"{count(n_groups, 'document')}, expected at least 2: an interval needs something to "
            "redraw."
        )
    return codes.astype(np.int64)


def draw_documents(codes: NDArray[np.int64], *, n_resamples: int, seed: int) -> NDArray[np.int64]:
    """Return how often each document was drawn, of shape (n_resamples, n_groups)."""
    n_groups = int(codes.max()) + 1
    most = min(MOST_RESAMPLES, _MOST_DRAWN // n_groups)
    if not is_whole(n_resamples, least=1, most=most):
        raise InputError(
            f"n_resamples is {shown(n_resamples)}, expected at least 1 (1000 is usual) and, of "
            f"{count(n_groups, 'document')}, at most {most}."
        )
    n_resamples, seed = int(n_resamples), check_whole(seed, "seed", least=0)
    multinomial = np.random.default_rng(seed).multinomial
    return multinomial(n_groups, np.full(n_groups, 1 / n_groups), size=n_resamples)


def weighted_pair_mean(
    weights: NDArray[np.float64],
    *,
    across: NDArray[np.float64],
    within: NDArray[np.float64],
    sizes: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return the mean of a symmetric kernel over pairs of texts, one for each resample.

    A resample holds some documents twice. Pairs of a text and its own copy are no pairs, so copies
    of a document are not compared with each other: with ``w_g`` the number of times document g of G
    was drawn, pairs within it count ``w_g`` times (once in each copy) and pairs across documents
    ``c w_g w_h`` times. On average ``w_g w_h`` is ``(G - 1) / G``, so with ``c = G / (G - 1)`` both
    kinds keep their share.

    ``weights`` has shape (n_resamples, G); ``across`` of shape (n_resamples,) holds
    ``sum_{g != h} w_g w_h K_gh`` and ``within`` of shape (G,) holds ``K_gg`` without the texts'
    pairs with themselves, ``K_gh`` being the sum of the kernel over the pairs of two documents. NaN
    where a resample has no pair.
    """
    share = len(sizes) / (len(sizes) - 1)
    pairs = share * ((weights @ sizes) ** 2 - weights**2 @ sizes**2)
    pairs += weights @ (sizes**2 - sizes)
    with np.errstate(invalid="ignore", divide="ignore"):
        means: NDArray[np.float64] = (share * across + weights @ within) / pairs
    return np.where(pairs > 0, means, np.nan)


def is_share(level: object) -> bool:
    """Say whether a level lies between 0 and 1."""
    return is_real(level) and 0 < level < 1


def percentile_interval(value: float, resampled: ArrayLike, *, level: float, n: int) -> Interval:
    """Return the percentile interval of the resampled values that are defined."""
    if not is_share(level):
        raise InputError(
            f"level is {shown(level)}, expected a share between 0 and 1, such as 0.95."
        )
    drawn = np.asarray(resampled, dtype=np.float64)
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        raise InputError(
            f"the statistic has no value for {len(drawn) - len(defined)} of {len(drawn)} "
            "resamples: there are too few documents, or their values are equal."
        )
    share = float(level)  # of a short number of NumPy the sums would be short, too
    low, high = np.quantile(defined, [(1 - share) / 2, (1 + share) / 2])
    return Interval(value, float(low), float(high), n)


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[NDArray[np.float64]], float],
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a statistic with its percentile bootstrap interval.

    Parameters
    ----------
    values : array-like of shape (n,) or (n, n_columns)
        One row an observation.
    statistic : callable
        Takes rows shaped as ``values`` and returns a float. A resample for which it raises
        `InputError` or returns no finite number is set aside, up to one in twenty.
    groups : array-like of shape (n,), optional
        The document of each row; whole documents are drawn. By default every row is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws; the same seed gives the same interval.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If there are fewer than two documents, the lengths differ, a setting is out of range, or the
        statistic is undefined for more than one resample in twenty.

    References
    ----------
    Efron 1979; for clustered data: Field & Welsh 2007 (the cluster bootstrap).

    Examples
    --------
    >>> import numpy as np
    >>> bootstrap_interval([1.0, 1.0, 1.0], lambda rows: float(rows.mean()))
    Interval(value=1.0, low=1.0, high=1.0, n=3)
    """
    rows = real_numbers(values, name="values")
    if rows.ndim not in (1, 2) or 0 in rows.shape[1:] or not callable(statistic):
        raise InputError(
            f"values have shape {rows.shape} and statistic is {shown(statistic)}, expected rows of "
            "shape (n,) or (n, n_columns) and a function of them."
        )
    codes = group_codes(groups, n_rows=len(rows))
    positions = np.arange(len(rows))

    def resampled(counts: NDArray[np.int64]) -> float:
        try:
            return _number(statistic(rows[np.repeat(positions, counts[codes])]))
        except InputError:
            return float("nan")

    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    value = _number(statistic(rows))
    if not np.isfinite(value):
        raise InputError(
            f"the statistic of the values as they are is {value}: no interval holds it."
        )
    return percentile_interval(
        value, [resampled(counts) for counts in draws], level=level, n=len(rows)
    )


def _number(value: object) -> float:
    """Return what a statistic gave, or say that it is no number."""
    try:
        return float("none" if isinstance(value, str) else value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"the statistic gave {shown(value)}, expected one number.") from error


def bootstrap_mean(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return a mean with its interval, as `bootstrap_interval` would but in one matrix product.

    Parameters
    ----------
    values : array-like of shape (n,)
        Finite numbers.
    groups : array-like of shape (n,), optional
        The document of each value; whole documents are drawn. By default every value is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled means inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n``.

    Raises
    ------
    InputError
        If there are fewer than two documents, the lengths differ, a value is not finite, or a
        setting is out of range.

    References
    ----------
    See `bootstrap_interval`.

    Examples
    --------
    >>> bootstrap_mean([2.0, 2.0, 2.0])
    Interval(value=2.0, low=2.0, high=2.0, n=3)
    """
    numbers = real_numbers(values, name="values", largest=ADDABLE)
    if numbers.ndim != 1:
        raise InputError(f"values have shape {numbers.shape}, expected one column of numbers.")
    codes = group_codes(groups, n_rows=len(numbers))
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    means = (draws @ np.bincount(codes, weights=numbers)) / (draws @ np.bincount(codes))
    return percentile_interval(float(numbers.mean()), means, level=level, n=len(numbers))


def bootstrap_two_way_mean(
    values: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the mean of a table whose rows and columns are both a sample, with its interval.

    Such a table comes of trying some random choices (of dimensions, say) on the same queries. With
    only the queries drawn again, the interval would speak of these choices and of no others.

    Parameters
    ----------
    values : array-like of shape (n_choices, n)
        Finite numbers: what each choice (a row) gave on each query (a column).
    groups : array-like of shape (n,), optional
        The document of each column; whole documents are drawn. By default each is its own.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled means inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value``, ``low``, ``high`` and ``n`` columns. Of a single choice it is that of
        `bootstrap_mean`: a choice that was not drawn at random has nothing to draw again.

    Raises
    ------
    InputError
        If there is no row, there are fewer than two documents, the lengths differ, a value is not
        finite, or a setting is out of range.

    References
    ----------
    Owen 2007, "The pigeonhole bootstrap". Of c choices c - 1 are drawn (McCarthy & Snowden 1985),
    for c of few would make their spread too small.

    Examples
    --------
    >>> bootstrap_two_way_mean([[1.0, 3.0], [1.0, 3.0]]).value
    2.0
    """
    table = real_numbers(values, name="values", largest=ADDABLE)
    if table.ndim != 2 or not len(table):
        raise InputError(
            f"values have shape {table.shape}, expected a row for each choice and a column "
            "for each query."
        )
    if len(table) == 1:
        return bootstrap_mean(
            table[0], groups=groups, n_resamples=n_resamples, level=level, seed=seed
        )
    codes = group_codes(groups, n_rows=table.shape[1])
    draws = draw_documents(codes, n_resamples=n_resamples, seed=seed)
    totals = np.stack([np.bincount(codes, weights=row) for row in table])
    drawn = _draw_choices(len(table), n_resamples=n_resamples, seed=seed)
    means = ((drawn @ totals) * draws).sum(axis=1) / (draws @ np.bincount(codes))
    return percentile_interval(float(table.mean()), means, level=level, n=table.shape[1])


def _draw_choices(n_choices: int, *, n_resamples: int, seed: int) -> NDArray[np.float64]:
    """Return the weight of each choice in each resample; they sum to 1."""
    # A stream of its own: with that of the documents, both would be drawn alike.
    rng = np.random.default_rng([seed, n_choices])
    counts = rng.multinomial(n_choices - 1, np.full(n_choices, 1 / n_choices), size=n_resamples)
    return counts / (n_choices - 1)
