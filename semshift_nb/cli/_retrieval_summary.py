"""What a terminal shows of a comparison of temperatures."""

import itertools
import math
from typing import Any, TypeAlias

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from semshift_nb.analyses import RetrievalResult

_MAIN = "nDCG@10"
_BESIDE = ("RR@10", "R@100", "AP", "MPD")
_ALPHA = 0.05
_WIDTH = 110

Row: TypeAlias = dict[str, Any]
"""One row of the metric table."""


def print_summary(found: RetrievalResult) -> None:
    """Print the figures of all documents, what they say, and what is to be known of the set."""
    console = Console(highlight=False)
    if not console.is_terminal:  # which is taken for 80 columns, and would break the table's lines
        console.width = max(console.width, _WIDTH)
    rows = _whole(found)
    for line in (_head(rows[0]), *found.notes):
        console.print(line, markup=False, soft_wrap=True)
    console.print(_table(rows))
    for line in verdict(found):
        console.print(line, markup=False, soft_wrap=True)


def verdict(found: RetrievalResult) -> list[str]:
    """Say in plain words what was found of nDCG@10."""
    compared = [row for row in _whole(found) if row["metric"] == _MAIN and row["p_holm"] >= 0]
    changed = [row for row in compared if row["p_holm"] <= _ALPHA]
    told = [_chosen(found)] if found.chosen is not None else []
    for row in changed:
        word = "raises" if row["difference"] > 0 else "lowers"
        told.append(
            f"{_named(row)} {word} {_MAIN} by {abs(row['difference']):.4f} "
            f"(p = {row['p_holm']:.2g})."
        )
    if compared and not changed:
        least = min(compared, key=lambda row: row["p_holm"])
        told.append(
            f"No change of {_MAIN} is shown: the smallest p is {least['p_holm']:.2g}, of "
            f"{_named(least)}, after Holm's adjustment, which the intervals do without."
        )
    return told


def _chosen(found: RetrievalResult) -> str:
    tuning = found.table[found.table["queries"] == "tuning"].to_dict("records")
    chosen = found.chosen
    if chosen is None or chosen.tau == 1:
        return f"Nothing did better than tau 1 on {tuning[0]['n']:,} queries kept for tuning."
    name = _named({"tau": chosen.tau, "schedule": chosen.schedule})
    return f"{name} was chosen on {tuning[0]['n']:,} other queries."


def _head(row: Row) -> str:
    limit = (
        ""
        if row["max_length"] is None or math.isnan(row["max_length"])
        else (f" at {int(row['max_length'])} tokens")
    )
    which = "" if row["queries"] == "all" else f" {row['queries']}"
    return (
        f"{row['dataset']} ({row['split']}), {row['encoder']}{limit}: {row['n']:,} queries{which}; "
        f"{row['truncated_share']:.0%} of their relevant documents are longer than the model reads"
    )


def _whole(found: RetrievalResult) -> list[Row]:
    """Return the reported figures of all documents."""
    return [
        {str(name): cell for name, cell in row.items()}
        for row in found.table.to_dict("records")
        if row["length_bucket"] == row["shift_bucket"] == "all" and row["queries"] != "tuning"
    ]


def _table(rows: list[Row]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("temperature")
    for name in (_MAIN, "change [95 %]", "p, Holm", *_BESIDE):
        table.add_column(name, justify="right")
    for name, arm in itertools.groupby(rows, key=_named):
        figures = {row["metric"]: row for row in arm}
        main = figures[_MAIN]
        table.add_row(
            name,
            _figure(main["value"]),
            _change(main),
            "" if math.isnan(main["p_holm"]) else f"{main['p_holm']:.2g}",
            *(_figure(figures[metric]["value"]) for metric in _BESIDE),
        )
    return table


def _figure(value: float) -> str:
    return "not measured" if math.isnan(value) else f"{value:.4f}"


def _change(row: Row) -> str:
    if math.isnan(row["difference"]):
        return "reference"
    ends = f" [{row['difference_low']:+.4f}, {row['difference_high']:+.4f}]"
    return f"{row['difference']:+.4f}" + ("" if math.isnan(row["difference_low"]) else ends)


def _named(row: Row) -> str:
    return str(row["schedule"]) if math.isnan(row["tau"]) else f"tau {row['tau']:g}"
