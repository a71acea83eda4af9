"""What all commands share: the program, its options, and how it speaks."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console  # noqa: TID251 - here it is made safe
from rich.table import Table
from rich.text import Text

from semshift_nb import __version__
from semshift_nb.errors import at_the_command_line
from semshift_nb.names import count
from semshift_nb.unicode import printable

if TYPE_CHECKING:
    import pandas as pd

FAILED, ASKED_WRONGLY = 1, 2

app = typer.Typer(
    invoke_without_command=True,
    name="semshift",
    help="When and why a text-embedding model collapses, and what helps.",
    add_completion=False,
    pretty_exceptions_enable=False,
)

Model = Annotated[
    str, typer.Option(help="minilm, static, a folder, or the name of a model on this machine.")
]
Separator = Annotated[
    str | None,
    typer.Option(
        metavar="C",
        help='Of a .csv or .tsv corpus: what stands between cells, such as ";" or "tab".',
        show_default=False,
    ),
]
TableFile = Annotated[
    Path, typer.Option(help="The table: .parquet, .csv, .json or .jsonl.", show_default=False)
]


@app.callback()
def _options(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    context.with_resource(at_the_command_line())
    if version:
        say(f"semshift {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())  # noqa: TID251 - our own words, with colours


class Terminal(Console):
    """Prints lines and tables; what a name, a title or a message holds is shown, never obeyed.

    What is not a terminal is taken for 80 columns, which would break the lines of a table.
    """

    def __init__(self, *, stderr: bool = False, width: int = 0) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)
        if not self.is_terminal:
            self.width = max(self.width, width)

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 - as the parent's
        """Make a string into text."""
        return super().render_str(printable(text), **options)

    def say(self, *words: str | Text) -> None:
        """Print a line without breaking it."""
        self.print(*words, soft_wrap=True)


def say(line: str) -> None:
    """Print a line of a result."""
    Terminal().say(line)


def tell(line: str) -> None:
    """Say something that is no result."""
    Terminal(stderr=True).say(line)


def new_table() -> Table:
    """Begin a table for a terminal."""
    return Table(box=SIMPLE_HEAD, pad_edge=False)


def keep_table(table: "pd.DataFrame", path: Path) -> None:
    """Write a table, and tell what a spreadsheet program would make of a csv file."""
    from semshift_nb.reports.tables import n_formulas, write_table

    write_table(table, path)
    n = n_formulas(table) if path.suffix.lower() == ".csv" else 0
    if n:
        tell(
            f"{shortest(path)}: {count(n, 'text')} in it would be run as a formula by a "
            "spreadsheet program, for =, +, - or @ stands in front: import the columns as text "
            "there, or write .parquet"
        )


def shortest(path: Path) -> str:
    """Write a path from the working directory when it lies below it."""
    full = path.resolve()
    return str(full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full)
