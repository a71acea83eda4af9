"""Long-form rows as tables for reading: one a group, a line for each condition."""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from semshift_nb.reports.results import MEASURED

_LINES_SHOWN = 16
_LEAST_DECIMAL, _MOST_DECIMAL = 0.001, 1000.0


@dataclass(frozen=True)
class Cell:
    """A figure as it is read.

    Attributes
    ----------
    value : str
        The rounded number and its unit; empty when there is none.
    interval : str
        From and to; empty when there is none.
    note : str
        Why it could not be measured, or what is to be said of it.

    Raises
    ------
    Nothing
        It only holds.

    Examples
    --------
    >>> Cell("0.245", "0.21 to 0.28").note
    ''
    """

    value: str = ""
    interval: str = ""
    note: str = ""


@dataclass(frozen=True)
class FigureTable:
    """A group's figures.

    Attributes
    ----------
    title : str
        The group.
    head : list of str
        Names of the conditions, then of the metrics.
    n_conditions : int
        How many of the head are conditions.
    lines : list of tuple
        The conditions' values, then a Cell for each metric.
    n_shown : int
        How many lines are to be shown at first.

    Raises
    ------
    Nothing
        It only holds.

    Examples
    --------
    >>> FigureTable("texts", ["MPD"], 0, [], 0).title
    'texts'
    """

    title: str
    head: list[str]
    n_conditions: int
    lines: list[tuple[list[str], list[Cell]]]
    n_shown: int


def figure_tables(rows: pd.DataFrame) -> list[FigureTable]:
    """Lay out long-form rows for reading.

    Parameters
    ----------
    rows : DataFrame
        As ``Results`` writes them.

    Returns
    -------
    list of FigureTable
        One a group, in the order in which they were added.

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> from semshift_nb.reports.results import rows_frame
    >>> figure_tables(rows_frame([]))
    []
    """
    names = rows["group"].str.split(":").str[0]
    return [
        _table(str(name), rows[names == name].to_dict("records"))
        for name in names.drop_duplicates()
    ]


def _table(name: str, records: list[dict[Any, Any]]) -> FigureTable:
    places = [str(record["group"]).partition(": ")[2] for record in records]
    if not any(places):
        lines = [([str(record["metric"])], [_cell(record)]) for record in records]
        return FigureTable(name, ["", "value"], 1, lines, _n_shown(len(lines)))
    conditions = {place: _conditions(place) for place in dict.fromkeys(places)}
    keys = list(dict.fromkeys(key for values in conditions.values() for key in values))
    metrics = list(dict.fromkeys(str(record["metric"]) for record in records))
    cells = {
        (place, str(record["metric"])): _cell(record)
        for place, record in zip(places, records, strict=True)
    }
    lines = [
        (
            [values.get(key, "") for key in keys],
            [cells.get((place, metric), Cell()) for metric in metrics],
        )
        for place, values in conditions.items()
    ]
    head = [key.replace("_", " ") for key in [*keys, *metrics]]
    return FigureTable(name, head, len(keys), lines, _n_shown(len(lines)))


def _conditions(place: str) -> dict[str, str]:
    parts = re.split(r", (?=\w+=)", place) if place else []
    return {key: value for key, _, value in (part.partition("=") for part in parts)}


def _n_shown(n_lines: int) -> int:
    # Folding away two or three lines costs the reader more than it saves.
    return n_lines if n_lines <= _LINES_SHOWN + 4 else _LINES_SHOWN


def _cell(record: dict[Any, Any]) -> Cell:
    if record["status"] != MEASURED or pd.isna(record["value"]):
        return Cell(note=str(record["reason"]))
    unit = "" if pd.isna(record["unit"]) else f" {record['unit']}"
    low, high = record["ci_low"], record["ci_high"]
    interval = "" if pd.isna(low) or pd.isna(high) else f"{_number(low)} to {_number(high)}"
    n = "" if pd.isna(record["n"]) else f"n = {int(record['n']):,}"
    return Cell(_number(record["value"]) + unit, ", ".join(filter(None, [interval, n])))


def _number(value: float) -> str:
    """Write a number with the digits that a reader can use."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if _LEAST_DECIMAL <= abs(value) < _MOST_DECIMAL:
        return f"{value:.3f}"
    return f"{value:.3g}" if abs(value) < _LEAST_DECIMAL else f"{value:,.1f}"
