"""What all commands share: the program, its options, and how it speaks."""

import warnings
from dataclasses import dataclass
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
from semshift_nb.permissions import DOWNLOAD, check_permissions
from semshift_nb.unicode import printable

if TYPE_CHECKING:
    import pandas as pd

    from semshift_nb.encoders import Encoder

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
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="WHAT",
        help="What is permitted: download (of a model or texts over the network), pickle (weights "
        "that can run code), remote-code (a model's own code). Repeatable.",
        show_default=False,
    ),
]
QueryPrompt = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT", help='What goes before a query, as "query: " for E5.', show_default=False
    ),
]
DocumentPrompt = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help='What goes before every other text, as "passage: " for E5.',
        show_default=False,
    ),
]
Separator = Annotated[
    str | None,
    typer.Option(
        metavar="C",
        help='Of a .csv or .tsv corpus: what stands between cells, such as ";" or "tab".',
        show_default=False,
    ),
]
Language = Annotated[
    str | None,
    typer.Option(
        metavar="CODE",
        help="The documents' language, such as zh; if left out, what a column 'language' says of "
        "each, or else en.",
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


@dataclass(frozen=True)
class ChosenModel:
    """The model that was asked for, and how it is to read."""

    name: str
    allow: list[str] | None
    query_prompt: str | None
    document_prompt: str | None

    def load(self, *, max_length: int | None = None) -> "Encoder":
        """Load it, and tell what is to be known of how it reads."""
        from semshift_nb.encoders import GuessedPoolingWarning, load_encoder

        given = {"query": self.query_prompt, "document": self.document_prompt}
        prompts = {role: prompt for role, prompt in given.items() if prompt is not None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", GuessedPoolingWarning)
            encoder = load_encoder(
                self.name, max_length=max_length, allow=self.allow or (), prompts=prompts
            )
        if encoder.pooling_guessed:
            tell(
                f"{encoder.name} does not say how it pools its tokens: {encoder.pooling} is a guess"
            )
        for role, prompt in encoder.prompts.items():
            if prompt:
                tell(f"before each {role}: {prompt!r}")
        return encoder


def for_texts(allow: list[str] | None) -> list[str]:
    """Return what of the permissions is about texts."""
    return [word for word in check_permissions(allow or ()) if word == DOWNLOAD]


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
