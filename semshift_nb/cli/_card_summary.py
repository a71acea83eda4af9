"""What a terminal shows of a report card."""

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
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
    for row in verdicts.itertuples(index=False):
        verdict = Text(row.verdict, style=_STYLES.get(row.verdict, ""))
        # Text, not markup: a model's name may hold square brackets.
        cells = (row.aspect, row.metric, row.figure, row.controls)
        table.add_row(*map(Text, cells), verdict, Text(row.why))
    console.print(table)
    for row in verdicts[verdicts["advice"] != ""].itertuples(index=False):
        console.print(Text(f"{row.metric}: {row.advice} See {row.notebook}."), soft_wrap=True)
