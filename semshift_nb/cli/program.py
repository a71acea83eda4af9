"""What all commands share: the program, its options, and how it speaks."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console  # noqa: TID251 - here it is made safe
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text
from typer.core import TyperCommand, TyperGroup

from semshift_nb import __version__
from semshift_nb.errors import InputError, at_the_command_line
from semshift_nb.names import count
from semshift_nb.permissions import DOWNLOAD, check_permissions
from semshift_nb.unicode import printable

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import JustifyMethod

    from semshift_nb.encoders import Encoder

FAILED, ASKED_WRONGLY = 1, 2


def _without_types(params: list[Any]) -> list[Any]:
    """Let the help name no type beside a switch, which takes no value."""
    for param in params:
        if getattr(param, "is_flag", False) and param.metavar is None:
            param.metavar = ""
    return params


class Command(TyperCommand):
    """A command whose help is plain about switches."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as the parent's
        """Return the parameters."""
        return _without_types(super().get_params(ctx))


class Group(TyperGroup):
    """Commands under one name, likewise."""

    def get_params(self, ctx: Any) -> list[Any]:  # noqa: ANN401 - as the parent's
        """Return the parameters."""
        return _without_types(super().get_params(ctx))


class _Commands(typer.Typer):
    """The program: every command is told with examples of what is typed."""

    def example(self, *lines: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
        """Add a command, with examples below its help."""
        # What begins with a backspace keeps its lines.
        epilog = "\n".join(["\b", "Examples:", *(f"  {line}" for line in lines)])
        return self.command(cls=Command, epilog=epilog)


app = _Commands(
    cls=Group,
    invoke_without_command=True,
    name="semshift",
    help="When and why a text-embedding model collapses, and what helps.",
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)

Model = Annotated[
    str,
    typer.Option(
        metavar="MODEL", help="minilm, static, a folder, or the name of a model on this machine."
    ),
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
    Path,
    typer.Option(
        metavar="FILE", help="The table: .parquet, .csv, .json or .jsonl.", show_default=False
    ),
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


_ANY_WIDTH = 100_000


class Column(NamedTuple):
    """One of a table for a terminal; with ``below`` it leaves the table where that is narrow."""

    name: str
    justify: "JustifyMethod" = "left"
    below: str | None = None
    """What stands before its cell then, in a line under the table."""


def print_table(
    console: Terminal, columns: Sequence[Column], rows: Sequence[Sequence[str | Text]]
) -> None:
    """Print rows, the first cell of which is their name; no name and no figure is ever cut."""
    everything = range(len(columns))
    table = _table(columns, rows, everything)
    anyhow = console.options.update(max_width=_ANY_WIDTH)
    if Measurement.get(console, anyhow, table).maximum <= console.width:
        console.print(table)
        return
    kept = [place for place in everything if columns[place].below is None]
    console.print(_table(columns, rows, kept))
    for row in rows:
        told = [f"{columns[p].below}{row[p]}" for p in everything if p not in kept and str(row[p])]
        if told:
            console.say(f"{row[0]}: {'; '.join(told)}")


def _table(
    columns: Sequence[Column], rows: Sequence[Sequence[str | Text]], places: Sequence[int]
) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for place in places:
        table.add_column(columns[place].name, justify=columns[place].justify, no_wrap=True)
    for row in rows:
        table.add_row(*(row[place] for place in places))
    return table


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
        if encoder.similarity != "cosine":
            tell(
                f"{encoder.name} declares the similarity {encoder.similarity}: retrieval ranks by "
                "it unless told otherwise; all other figures are of directions"
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


def named_values(pairs: list[str], **named: str | None) -> dict[str, str]:
    """Collect ``-p name=value`` and the options that stand for one."""
    given = {name: value for name, value in named.items() if value is not None}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"--param takes name=value, for example -p seed=1, not {pair!r}")
        if name in given:
            raise InputError(f"the parameter {name!r} is given twice; give it once")
        given[name] = value
    return given
