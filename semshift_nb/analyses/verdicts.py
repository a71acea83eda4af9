"""From figures with intervals to answers: True, False, or None where undecided."""

import itertools
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from semshift_nb.analyses.results import MEASURED
from semshift_nb.errors import InputError
from semshift_nb.names import count

#: One row of a table of figures: value, ci_low, ci_high, n, status and reason.
Figure: TypeAlias = "pd.Series[Any]"


def with_interval(figure: Figure, digits: int) -> str:
    """Write a figure with its interval."""
    value, low, high = (f"{figure[name]:.{digits}f}" for name in ("value", "ci_low", "ci_high"))
    return f"{value} (no interval)" if "nan" in (low, high) else f"{value} [{low}, {high}]"


def in_order(figures: Sequence[Figure]) -> bool | None:
    """Say whether each figure lies above the next by their intervals; None where two overlap."""
    if any(figure["status"] != MEASURED for figure in figures):
        return None
    pairs = list(itertools.pairwise(figures))
    if any(left["ci_high"] < right["ci_low"] for left, right in pairs):
        return False
    if all(left["ci_low"] > right["ci_high"] for left, right in pairs):
        return True
    return None


def change_row(first: Figure, last: Figure, *, along: str) -> dict[str, object]:
    """Return both ends in words, the last less the first, and whether it falls."""
    words = (f"{with_interval(end, 3)} at {along} = {end[along]}" for end in (first, last))
    change = float(last["value"]) - float(first["value"])
    return {"figure": ", ".join(words), "change": change, "falls": in_order([first, last])}


def single_row(table: pd.DataFrame, **where: object) -> Figure:
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
    >>> float(single_row(table, k=4)["value"])
    0.7
    """
    missing = [name for name in where if name not in table]
    if missing:
        raise InputError(f"no column {', '.join(missing)}; there are {', '.join(table.columns)}.")
    chosen = table
    for name, value in where.items():
        chosen = chosen[chosen[name] == value]
    if len(chosen) != 1:
        shown = ", ".join(f"{name}={value!r}" for name, value in where.items())
        raise InputError(
            f"{count(len(chosen), 'row has', 'rows have')} {shown}; a claim is about exactly one."
        )
    return chosen.iloc[0]


def order_along(
    table: pd.DataFrame,
    metric: str,
    *,
    order: Sequence[str],
    along: str = "n_tokens",
    by: str = "arm",
) -> pd.DataFrame:
    """Say at every step of a ladder whether some groups stand in an order.

    Parameters
    ----------
    table : DataFrame
        Figures of one corpus and one encoder at one temperature, such as `length_collapse` gives.
    metric : str
        The metric to compare.
    order : sequence of str
        The groups, the greatest first: ``("repeat", "random")``.
    along : str, default "n_tokens"
        Column of the steps.
    by : str, default "arm"
        Column of the groups.

    Returns
    -------
    DataFrame
        One row a step: ``along``, a column for each group with its figure and interval, ``n`` texts
        of the first group, and ``apart``: True where each interval lies wholly above the next,
        False where one lies wholly below, None where two overlap or one was not measured.

    Raises
    ------
    InputError
        If a group lacks a step, or the table holds several corpora, encoders or temperatures.

    Examples
    --------
    >>> ends = {"metric": "MPD", "n": 9, "status": "measured", "n_tokens": 500}
    >>> high = {**ends, "arm": "repeat", "value": 0.9, "ci_low": 0.8, "ci_high": 1.0}
    >>> low = {**ends, "arm": "random", "value": 0.5, "ci_low": 0.4, "ci_high": 0.6}
    >>> table = pd.DataFrame([high, low])
    >>> order_along(table, "MPD", order=("repeat", "random"))["apart"].tolist()
    [True]
    """
    rows = []
    for step in sorted(table[along].unique().tolist()):
        figures = [
            single_row(table, **{"metric": metric, by: group, along: step}) for group in order
        ]
        words = {group: with_interval(row, 2) for group, row in zip(order, figures, strict=True)}
        rows.append({along: step, **words, "n": figures[0]["n"], "apart": in_order(figures)})
    return pd.DataFrame(rows, columns=[along, *order, "n", "apart"])


def change_along(
    table: pd.DataFrame, metric: str, *, along: str = "n_tokens", by: str = "arm"
) -> pd.DataFrame:
    """Say how a metric changes from the lowest step of a ladder to the highest.

    Steps of *cut* texts share their documents, and so their intervals are wider apart than they
    need be: `length_gap` has the interval of the change itself.

    Parameters
    ----------
    table : DataFrame
        Figures of one corpus and one encoder at one temperature, such as `length_collapse` gives.
    metric : str
        The metric.
    along : str, default "n_tokens"
        Column of the steps; those that were not measured are passed over.
    by : str, default "arm"
        Column of the groups.

    Returns
    -------
    DataFrame
        One row a group: ``by``, ``figure`` (both ends in words, or why there are no two),
        ``change`` (last less first) and ``falls``: True where the last interval lies wholly below
        the first, False where it lies wholly above, None otherwise.

    Raises
    ------
    InputError
        If the metric is missing, or the table holds several corpora, encoders or temperatures.

    Examples
    --------
    >>> ends = {"metric": "MPD", "n": 9, "status": "measured", "reason": "", "arm": "cut"}
    >>> first = {**ends, "n_tokens": 16, "value": 0.9, "ci_low": 0.8, "ci_high": 1.0}
    >>> last = {**ends, "n_tokens": 500, "value": 0.5, "ci_low": 0.4, "ci_high": 0.6}
    >>> change_along(pd.DataFrame([first, last]), "MPD")["falls"].tolist()
    [True]
    """
    chosen = table[table["metric"] == metric]
    if chosen.empty:
        raise InputError(f"no metric {metric}; there are {', '.join(table['metric'].unique())}.")
    rows = []
    for group, of_group in chosen.groupby(by, sort=False):
        measured = of_group[of_group["status"] == MEASURED]
        steps = sorted(measured[along].unique().tolist())
        rows.append({by: group, **_ends(measured, of_group, along=along, steps=steps)})
    return pd.DataFrame(rows, columns=[by, "figure", "change", "falls"])


def _ends(
    measured: pd.DataFrame, of_group: pd.DataFrame, *, along: str, steps: list[object]
) -> dict[str, object]:
    """Compare the two ends of one group."""
    if len(steps) < 2:
        reasons = [reason for reason in of_group["reason"] if reason]
        so_many = f"{count(len(steps), 'step was', 'steps were')} measured"
        reason = "; ".join([so_many, *reasons[-1:]])
        return {"figure": f"not measured: {reason}", "change": np.nan, "falls": None}
    first, last = (single_row(measured, **{along: step}) for step in (steps[0], steps[-1]))
    return change_row(first, last, along=along)


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
    """
    ends = int(table["k"].min()), int(table["k"].max())
    rows = []
    for mode in table["mode"].unique():
        first, last = (single_row(table, metric=metric, mode=mode, k=k) for k in ends)
        rows.append({"mode": mode, **change_row(first, last, along="k")})
    return pd.DataFrame(rows, columns=["mode", "figure", "change", "falls"])
