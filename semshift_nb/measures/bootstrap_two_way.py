"""The interval of a mean over documents and over random choices, both of which were drawn."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures._resampling import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
)
from semshift_nb.measures.bootstrap import bootstrap_mean


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
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or not len(table) or not np.isfinite(table).all():
        raise InputError(
            f"values have shape {table.shape}, expected a row for each choice and a column "
            "for each query, all of them finite; leave out the columns where one is NaN."
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
