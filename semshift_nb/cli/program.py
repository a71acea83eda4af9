"""What all commands share: the program, its options, and how it speaks."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from semshift_nb import __version__

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
    if version:
        typer.echo(f"semshift {__version__}")
    elif context.invoked_subcommand is None:
        typer.echo(context.get_help())


def tell(line: str) -> None:
    """Say something that is no result."""
    Console(stderr=True, highlight=False).print(line, markup=False, soft_wrap=True)


def shortest(path: Path) -> str:
    """Write a path from the working directory when it lies below it."""
    full = path.resolve()
    return str(full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full)
