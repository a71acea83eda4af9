"""What a terminal shows of a space."""

import math
from typing import Any, TypeAlias

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_WIDTH = 130

Row: TypeAlias = dict[str, Any]
"""One row of the metric table."""


def print_summary(table: pd.DataFrame) -> None:
    """Print the figures with their intervals, and first what holds for all of them."""
    console = Console(highlight=False)
    if not console.is_terminal:  # which is taken for 80 columns, and would break the table's lines
        console.width = max(console.width, _WIDTH)
    rows: list[Row] = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    shared = _shared_notes(rows)
    for line in filter(None, [_head(rows[0]), *shared]):
        console.print(line, markup=False, soft_wrap=True)
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    shown.add_column("metric", no_wrap=True)
    for name in ("value", "95 %", "n"):
        shown.add_column(name, justify="right", no_wrap=True)
    shown.add_column("note")
    for row in rows:
        notes = [part for part in row["reason"].split("; ") if part not in shared]
        shown.add_row(row["metric"], *_cells(row), "; ".join(notes))
    console.print(shown, markup=False)


def _shared_notes(rows: list[Row]) -> list[str]:
    """Return what the reason of every row says."""
    others = [set(row["reason"].split("; ")) for row in rows[1:]]
    return [
        part for part in rows[0]["reason"].split("; ") if part and all(part in o for o in others)
    ]


def _head(row: Row) -> str:
    if "encoder" not in row:
        return ""
    return (
        f"{row['corpus']}, {row['encoder']}: {row['n']:,} {row['of']}; "
        f"{row['truncated_share']:.0%} of them are longer than the model reads"
    )


def _cells(row: Row) -> tuple[str, str, str]:
    if math.isnan(row["value"]):
        return "not measured", "", ""
    ends = [row["ci_low"], row["ci_high"]]
    interval = "" if math.isnan(ends[0]) else " to ".join(map(_figure, ends))
    counted = row["metric"].startswith("n_")
    value = f"{row['value']:,.0f}" if counted else _figure(row["value"])
    return value, interval, f"{row['n']:,}"


def _figure(value: float) -> str:
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"
