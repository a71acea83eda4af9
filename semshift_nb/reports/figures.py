"""Long-form rows as tables for reading: one a group, a line for each condition."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import pandas as pd

from semshift_nb.reports.results import MEASURED, Belongs, Condition, belongings, plain

_LINES_SHOWN = 16
_NAMES_SHOWN = 4
_METRICS_ABREAST = 6
_LEAST_DECIMAL, _MOST_DECIMAL = 0.001, 1000.0


@dataclass(frozen=True)
class Cell:
    """A figure as it is read."""

    value: str = ""
    interval: str = ""
    note: str = ""


@dataclass(frozen=True)
class FigureTable:
    """A group's figures."""

    title: str
    head: list[str]
    n_conditions: int
    lines: list[tuple[list[str], list[Cell]]]
    n_shown: int
    remark: str = ""
    notes: tuple[str, ...] = ()


Line: TypeAlias = tuple[list[str], list[Cell]]
Found: TypeAlias = dict[tuple[str, str], Cell]
"""Cells by their conditions in one line and by metric."""


def figure_tables(rows: pd.DataFrame) -> list[FigureTable]:
    """Lay out long-form rows for reading."""
    tables: dict[str, list[tuple[Belongs, dict[Any, Any]]]] = {}
    for belongs, record in zip(belongings(rows), rows.to_dict("records"), strict=True):
        tables.setdefault(belongs.name, []).append((belongs, record))
    return [_table(name, figures) for name, figures in tables.items()]


def _table(name: str, figures: list[tuple[Belongs, dict[Any, Any]]]) -> FigureTable:
    records = [record for _, record in figures]
    measured = [record for record in records if record["status"] == MEASURED]
    n = _common(_count(record) for record in measured)
    if not any(belongs.conditions for belongs, _ in figures):
        lines = [([str(record["metric"])], [_cell(record, with_n=not n)]) for record in records]
        return FigureTable(name, ["", "value"], 1, lines, _n_shown(len(lines)), n)
    metrics = list(dict.fromkeys(str(record["metric"]) for record in records))
    units = {
        metric: _common(_unit(record) for record in measured if record["metric"] == metric)
        for metric in metrics
    }
    found = {
        (belongs.place, str(record["metric"])): _cell(
            record, with_n=not n, with_unit=not units[str(record["metric"])]
        )
        for belongs, record in figures
    }
    conditions = {
        belongs.place: {key: _rounded(value) for key, value in belongs.conditions.items()}
        for belongs, _ in figures
    }
    shared, keys = _shared(list(conditions.values()))
    told = {m: _words(m) + (f", {units[m]}" if units[m] else "") for m in metrics}
    remark = ", ".join([*shared, *filter(None, [n])])
    fits = len(metrics) <= _METRICS_ABREAST and 2 * len(found) >= len(conditions) * len(metrics)
    lay_out = _abreast if fits else _below_one_another
    lines, head = lay_out(found, conditions, keys, told)
    n_conditions = len(head) - len(lines[0][1])
    return FigureTable(name, head, n_conditions, lines, _n_shown(len(lines)), remark, _notes(found))


def _abreast(
    found: Found, conditions: dict[str, dict[str, str]], keys: list[str], told: dict[str, str]
) -> tuple[list[Line], list[str]]:
    """Give a condition a line, and a metric a column."""
    lines = [
        (
            [values.get(key, "") for key in keys],
            [found.get((place, metric), Cell()) for metric in told],
        )
        for place, values in conditions.items()
    ]
    return lines, [*map(_words, keys), *told.values()]


def _below_one_another(
    found: Found, conditions: dict[str, dict[str, str]], keys: list[str], told: dict[str, str]
) -> tuple[list[Line], list[str]]:
    """Give each figure a line, those of a metric together: many columns would leave the page."""
    lines = [
        ([name, *(values.get(key, "") for key in keys)], [found[place, metric]])
        for metric, name in told.items()
        for place, values in conditions.items()
        if (place, metric) in found
    ]
    return lines, ["figure", *map(_words, keys), "value"]


def _common(values: Iterable[str]) -> str:
    """Give the one value there is; nothing when there are several."""
    distinct = set(values)
    return distinct.pop() if len(distinct) == 1 else ""


def _shared(conditions: list[dict[str, str]]) -> tuple[list[str], list[str]]:
    """Part the conditions that are the same on every line from those that tell lines apart."""
    keys = list(dict.fromkeys(key for values in conditions for key in values))
    shared = {key: _common(values.get(key, "") for values in conditions) for key in keys}
    if len(conditions) == 1:
        return [], keys
    said = [f"{_words(key)} {value}" for key, value in shared.items() if value]
    return said, [key for key in keys if not shared[key]]


def _words(name: str) -> str:
    return name.replace("_", " ")


def _notes(found: dict[tuple[str, str], Cell]) -> tuple[str, ...]:
    """Say once for each reason which figures it kept from being measured."""
    which: dict[str, list[str]] = {}
    for (place, metric), cell in found.items():
        if cell.note:
            everywhere = all(c.note == cell.note for (_, m), c in found.items() if m == metric)
            name = metric if everywhere or not place else f"{metric} at {place}"
            if name not in (names := which.setdefault(cell.note, [])):
                names.append(name)
    return tuple(
        f"Not measured: {'; '.join(names[:_NAMES_SHOWN])}"
        + (f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else "")
        + f": {reason}"
        for reason, names in which.items()
    )


def _rounded(condition: Condition) -> str:
    """Round a number with many decimals, as figures are; leave everything else as it is."""
    if isinstance(condition, float) and round(condition, 3) != condition:
        return _number(condition)
    return plain(condition)


def _n_shown(n_lines: int) -> int:
    # Folding away two or three lines costs the reader more than it saves.
    return n_lines if n_lines <= _LINES_SHOWN + 4 else _LINES_SHOWN


def _cell(record: dict[Any, Any], *, with_n: bool, with_unit: bool = True) -> Cell:
    if record["status"] != MEASURED or pd.isna(record["value"]):
        return Cell(note=str(record["reason"]))
    unit = f" {_unit(record)}" if with_unit and _unit(record) else ""
    low, high = record["ci_low"], record["ci_high"]
    interval = "" if pd.isna(low) or pd.isna(high) else f"{_number(low)} to {_number(high)}"
    beside = [interval, _count(record) if with_n else ""]
    return Cell(_number(record["value"]) + unit, ", ".join(filter(None, beside)))


def _unit(record: dict[Any, Any]) -> str:
    return "" if pd.isna(record["unit"]) else str(record["unit"])


def _count(record: dict[Any, Any]) -> str:
    return "" if pd.isna(record["n"]) else f"n = {int(record['n']):,}"


def _number(value: float) -> str:
    """Write a number with the digits that a reader can use."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    if _LEAST_DECIMAL <= abs(value) < _MOST_DECIMAL:
        return f"{value:.3f}"
    return f"{value:.3g}" if abs(value) < _LEAST_DECIMAL else f"{value:,.1f}"
