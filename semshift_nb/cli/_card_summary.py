"""What a terminal shows of a report card."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

_WIDTH = 170
_STYLES = {"good": "green", "look closer": "bold red", "undecided": "yellow"}


def print_card(verdicts: "pd.DataFrame", *, title: str) -> None:
    """Print a card's verdicts as a table, and below it what is to be done."""
    console = Console(highlight=False)
    if not console.is_terminal:  # which is taken for 80 columns, and would break the table's lines
        console.width = max(console.width, _WIDTH)
    console.print(Text(title))
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in ("aspect", "metric", "figure [95 %]", "controls", "verdict", "why"):
        table.add_column(name)
    rows: list[dict[Hashable, str]] = verdicts.to_dict("records")
    for row in rows:
        # Text, not markup: a model's name may hold square brackets.
        cells = [Text(row[name]) for name in ("aspect", "metric", "figure", "controls")]
        verdict = Text(row["verdict"], style=_STYLES.get(row["verdict"], ""))
        table.add_row(*cells, verdict, Text(row["why"]))
    console.print(table)
    for row in rows:
        if row["advice"]:
            told = f"{row['metric']}: {row['advice']} See {row['notebook']}."
            console.print(Text(told), soft_wrap=True)
