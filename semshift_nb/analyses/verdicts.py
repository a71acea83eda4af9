"""From figures with intervals to words: holds, does not hold, undecided."""

from collections.abc import Sequence

import pandas as pd

from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._verdict_words import Figure, change_row, with_interval
from semshift_nb.analyses.ladders import order_along
from semshift_nb.analyses.selection import select

_LEVEL = 0.05


def above(figure: Figure, bound: float, *, p: float = 0.0) -> bool | None:
    """Say whether a figure lies above a bound, by its interval.

    Parameters
    ----------
    figure : Series
        ``ci_low``, ``ci_high`` and ``status``.
    bound : float
        What to compare with.
    p : float, default 0
        The p-value of a test of the same, adjusted for how many were made: an interval knows
        nothing of the others.

    Returns
    -------
    bool or None
        True where the whole interval lies above, False where it lies below, None where it holds
        the bound, where there is no interval, or where p is 0.05 or more.

    Raises
    ------
    KeyError
        If the row has no interval columns.

    Examples
    --------
    >>> row = pd.Series({"ci_low": 0.93, "ci_high": 0.96, "status": "measured"})
    >>> above(row, 0.9), above(row, 0.99), above(row, 0.95), above(row, 0.9, p=0.2)
    (True, False, None, None)
    """
    known = figure["status"] == MEASURED and pd.notna([figure["ci_low"], figure["ci_high"]]).all()
    if not known or not p < _LEVEL:
        return None
    if float(figure["ci_low"]) > bound:
        return True
    return False if float(figure["ci_high"]) < bound else None


def below(figure: Figure, bound: float, *, p: float = 0.0) -> bool | None:
    """Say whether a figure lies below a bound, by its interval.

    Parameters
    ----------
    figure : Series
        ``ci_low``, ``ci_high`` and ``status``.
    bound : float
        What to compare with.
    p : float, default 0
        As for `above`.

    Returns
    -------
    bool or None
        True where the whole interval lies below, False where it lies above, None where it holds
        the bound, where there is no interval, or where p is 0.05 or more.

    Raises
    ------
    KeyError
        If the row has no interval columns.

    Examples
    --------
    >>> row = pd.Series({"ci_low": -0.03, "ci_high": -0.02, "status": "measured"})
    >>> below(row, 0), below(row, -0.1), below(row, -0.025)
    (True, False, None)
    """
    verdict = above(figure, bound, p=p)
    return None if verdict is None else not verdict


def stated(figure: Figure, *, digits: int = 2) -> str:
    """Write a figure with its interval and the number of texts behind it.

    Parameters
    ----------
    figure : Series
        ``value``, ``ci_low``, ``ci_high``, ``n``, ``status`` and ``reason``.
    digits : int, default 2
        Decimals.

    Returns
    -------
    str
        ``"0.95 [0.93, 0.96], n = 400"``, or why there is none.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> row = {"value": 0.949, "ci_low": 0.93, "ci_high": 0.96, "n": 400, "status": "measured"}
    >>> stated(pd.Series({**row, "reason": ""}))
    '0.95 [0.93, 0.96], n = 400'
    """
    if figure["status"] != MEASURED:
        return f"not measured: {figure['reason']}"
    return f"{with_interval(figure, digits)}, n = {figure['n']}"


def mode_order(
    table: pd.DataFrame, metric: str, *, order: Sequence[str] = ("repeat", "sequential", "random")
) -> pd.DataFrame:
    """Say at every k whether the modes of the concatenation experiment stand in an order.

    Parameters
    ----------
    table : DataFrame
        `concatenation` of one corpus and one encoder.
    metric : str
        The metric to compare.
    order : sequence of str, default ("repeat", "sequential", "random")
        The modes, the greatest first.

    Returns
    -------
    DataFrame
        One row for every k above 1: ``k``, a column for each mode with its figure and interval,
        ``n`` texts, and ``apart``: True where each interval lies wholly above the next, False where
        one lies wholly below, None where two overlap or one was not measured.

    Raises
    ------
    InputError
        If a mode lacks a k, or the table holds several corpora or encoders.

    Examples
    --------
    >>> mode_order(concatenation(corpus, encoder), "Overlap@1")  # doctest: +SKIP
    """
    longer = table[table["k"] > 1]
    return order_along(longer, metric, order=order, along="k", by="mode")


def all_hold(verdicts: Figure) -> bool | None:
    """Join verdicts into one.

    Parameters
    ----------
    verdicts : Series
        True, False or None each.

    Returns
    -------
    bool or None
        True if all are, False if one is, None otherwise and where there is no verdict.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> all_hold(pd.Series([True, None])) is None
    True
    """
    if any(verdict is False for verdict in verdicts):
        return False
    return True if len(verdicts) and all(verdict is True for verdict in verdicts) else None


def change_with_k(table: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Say how a metric of the concatenation experiment changes from the least k to the greatest.

    Parameters
    ----------
    table : DataFrame
        `concatenation` of one corpus and one encoder.
    metric : str
        The metric.

    Returns
    -------
    DataFrame
        One row a mode: ``mode``, ``figure`` (both ends in words), ``change`` (last minus first) and
        ``falls``: True where the last interval lies wholly below
        the first, False where it lies wholly above, None otherwise.

    Raises
    ------
    InputError
        If a mode lacks one of the two, or the table holds several corpora or encoders.

    Examples
    --------
    >>> change_with_k(concatenation(corpus, encoder), "MPD")  # doctest: +SKIP
    """
    ends = int(table["k"].min()), int(table["k"].max())
    rows = []
    for mode in table["mode"].unique():
        first, last = (select(table, metric=metric, mode=mode, k=k) for k in ends)
        rows.append({"mode": mode, **change_row(first, last, along="k")})
    return pd.DataFrame(rows, columns=["mode", "figure", "change", "falls"])
