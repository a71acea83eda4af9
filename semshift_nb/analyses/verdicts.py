"""From figures with intervals to words: holds, does not hold, undecided."""

import itertools
from collections.abc import Sequence
from typing import Any, TypeAlias

import pandas as pd

from semshift_nb.analyses._figures import MEASURED
from semshift_nb.errors import InputError

#: One row of a table of figures: value, ci_low, ci_high, n, status and reason.
Figure: TypeAlias = "pd.Series[Any]"


def select(table: pd.DataFrame, **where: object) -> Figure:
    """Take the one row of a table of figures that a claim is about.

    Parameters
    ----------
    table : DataFrame
        Rows of figures.
    **where : object
        The value that each named column must have.

    Returns
    -------
    Series
        The row.

    Raises
    ------
    InputError
        If a column is missing, or not exactly one row is there.

    Examples
    --------
    >>> table = pd.DataFrame({"k": [2, 4], "value": [0.9, 0.7]})
    >>> float(select(table, k=4)["value"])
    0.7
    """
    missing = [name for name in where if name not in table]
    if missing:
        raise InputError(f"no column {', '.join(missing)}; there are {', '.join(table.columns)}.")
    chosen = table
    for name, value in where.items():
        chosen = chosen[chosen[name] == value]
    if len(chosen) != 1:
        told = ", ".join(f"{name}={value!r}" for name, value in where.items())
        raise InputError(f"{len(chosen)} rows have {told}; a claim is about exactly one.")
    return chosen.iloc[0]


def above(figure: Figure, bound: float) -> bool | None:
    """Say whether a figure lies above a bound, by its interval.

    Parameters
    ----------
    figure : Series
        ``ci_low``, ``ci_high`` and ``status``.
    bound : float
        What to compare with.

    Returns
    -------
    bool or None
        True where the whole interval lies above, False where it lies below, None where it holds
        the bound, or where there is no interval.

    Raises
    ------
    KeyError
        If the row has no interval columns.

    Examples
    --------
    >>> row = pd.Series({"ci_low": 0.93, "ci_high": 0.96, "status": "measured"})
    >>> above(row, 0.9), above(row, 0.99), above(row, 0.95)
    (True, False, None)
    """
    if figure["status"] != MEASURED or pd.isna([figure["ci_low"], figure["ci_high"]]).any():
        return None
    if float(figure["ci_low"]) > bound:
        return True
    return False if float(figure["ci_high"]) < bound else None


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
    return f"{_with_interval(figure, digits)}, n = {figure['n']}"


def _with_interval(figure: Figure, digits: int) -> str:
    value, low, high = (f"{figure[name]:.{digits}f}" for name in ("value", "ci_low", "ci_high"))
    return f"{value} (no interval)" if "nan" in (low, high) else f"{value} [{low}, {high}]"


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
    ks = sorted({int(k) for k in table["k"]} - {1})
    rows = []
    for k in ks:
        figures = [select(table, metric=metric, mode=mode, k=k) for mode in order]
        words = {mode: _with_interval(row, 2) for mode, row in zip(order, figures, strict=True)}
        rows.append({"k": k, **words, "n": figures[0]["n"], "apart": _in_order(figures)})
    return pd.DataFrame(rows, columns=["k", *order, "n", "apart"])


def _in_order(figures: Sequence[Figure]) -> bool | None:
    """Compare each figure with the next by their intervals."""
    if any(figure["status"] != MEASURED for figure in figures):
        return None
    pairs = list(itertools.pairwise(figures))
    if any(left["ci_high"] < right["ci_low"] for left, right in pairs):
        return False
    if all(left["ci_low"] > right["ci_high"] for left, right in pairs):
        return True
    return None


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
        change = float(last["value"]) - float(first["value"])
        words = (f"{_with_interval(end, 3)} at k = {end['k']}" for end in (first, last))
        told = {"mode": mode, "figure": ", ".join(words), "change": change}
        rows.append({**told, "falls": _in_order([first, last])})
    return pd.DataFrame(rows, columns=["mode", "figure", "change", "falls"])
