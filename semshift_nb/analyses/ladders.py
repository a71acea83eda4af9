"""Verdicts on figures along a ladder: of lengths, of sentences in a text, of temperatures."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._verdict_words import change_row, in_order, with_interval
from semshift_nb.analyses.selection import select
from semshift_nb.errors import InputError


def order_along(
    table: pd.DataFrame,
    metric: str,
    *,
    order: Sequence[str],
    along: str = "n_tokens",
    by: str = "arm",
) -> pd.DataFrame:
    """Say on every rung of a ladder whether some groups stand in an order.

    Parameters
    ----------
    table : DataFrame
        Figures of one corpus and one encoder at one temperature, such as `length_collapse` gives.
    metric : str
        The metric to compare.
    order : sequence of str
        The groups, the greatest first: ``("repeat", "random")``.
    along : str, default "n_tokens"
        Column of the rungs.
    by : str, default "arm"
        Column of the groups.

    Returns
    -------
    DataFrame
        One row a rung: ``along``, a column for each group with its figure and interval, ``n`` texts
        of the first group, and ``apart``: True where each interval lies wholly above the next,
        False where one lies wholly below, None where two overlap or one was not measured.

    Raises
    ------
    InputError
        If a group lacks a rung, or the table holds several corpora, encoders or temperatures.

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
    for rung in sorted(table[along].unique().tolist()):
        figures = [select(table, **{"metric": metric, by: group, along: rung}) for group in order]
        words = {group: with_interval(row, 2) for group, row in zip(order, figures, strict=True)}
        rows.append({along: rung, **words, "n": figures[0]["n"], "apart": in_order(figures)})
    return pd.DataFrame(rows, columns=[along, *order, "n", "apart"])


def change_along(
    table: pd.DataFrame, metric: str, *, along: str = "n_tokens", by: str = "arm"
) -> pd.DataFrame:
    """Say how a metric changes from the lowest rung of a ladder to the highest.

    Rungs of *cut* texts share their documents, and so their intervals are wider apart than they
    need be: `length_gap` has the interval of the change itself.

    Parameters
    ----------
    table : DataFrame
        Figures of one corpus and one encoder at one temperature, such as `length_collapse` gives.
    metric : str
        The metric.
    along : str, default "n_tokens"
        Column of the rungs; those that were not measured are passed over.
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
        rungs = sorted(measured[along].unique().tolist())
        rows.append({by: group, **_ends(measured, of_group, along=along, rungs=rungs)})
    return pd.DataFrame(rows, columns=[by, "figure", "change", "falls"])


def _ends(
    measured: pd.DataFrame, of_group: pd.DataFrame, *, along: str, rungs: list[object]
) -> dict[str, object]:
    """Compare the two ends of one group."""
    if len(rungs) < 2:
        told = [reason for reason in of_group["reason"] if reason]
        reason = f"{len(rungs)} rungs were measured; {told[-1] if told else ''}".rstrip("; ")
        return {"figure": f"not measured: {reason}", "change": np.nan, "falls": None}
    first, last = (select(measured, **{along: rung}) for rung in (rungs[0], rungs[-1]))
    return change_row(first, last, along=along)
