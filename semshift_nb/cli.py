"""The command ``semshift``: it parses, calls and prints; slow imports wait for their use.

Exit status: 0 well, 1 something ran and failed, 2 asked wrongly.
"""

import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from semshift_nb import __version__
from semshift_nb.errors import InputError, SemshiftError

_FAILED, _ASKED_WRONGLY = 1, 2

app = typer.Typer(
    invoke_without_command=True,
    name="semshift",
    help="When and why a text-embedding model collapses, and what helps.",
    add_completion=False,
    pretty_exceptions_enable=False,
)
store_app = typer.Typer(help="Show the vectors that are kept on disk, or delete some.")
app.add_typer(store_app, name="store")

Model = Annotated[
    str, typer.Option(help="minilm, static, a folder, or the name of a model on this machine.")
]


def main() -> None:
    """Run the command line.

    Raises
    ------
    SystemExit
        Always, with the exit status.

    Examples
    --------
    Called by the command ``semshift``.
    """
    for stream in (sys.stdout, sys.stderr):
        # A title may hold what the terminal's encoding does not: show it escaped, and go on.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app()
    except InputError as error:
        _complain(error)
        raise SystemExit(_ASKED_WRONGLY) from None
    except SemshiftError as error:
        _complain(error)
        raise SystemExit(_FAILED) from None


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


@app.command()
def report(
    *,
    notebook: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="01_semantic_shift, or 01; all if left out. Repeatable."),
    ] = None,
    corpus: Annotated[
        str | None,
        typer.Option(metavar="SRC", help="wikipedia, news, python-docs, reviews, or a path."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(metavar="M", help="minilm, static, a folder, or a local name.")
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "-p", metavar="NAME=VALUE", help="Goes to every notebook that has it. Repeatable."
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="The run's folder; runs/<id> if left out.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run in --out: only what is missing.")
    ] = False,
    jobs: Annotated[int, typer.Option(metavar="N", min=1, help="Notebooks at once.")] = 1,
) -> None:
    """Run the notebooks and build the page that shows what they found."""
    from semshift_nb.reports.manifest import DONE, read_manifest
    from semshift_nb.reports.page import PAGE
    from semshift_nb.reports.run import run_report

    # A scheduler ends a job with SIGTERM: leave a readable run then, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = _parameters(parameter or [], corpus=corpus, model=model)
    folder = run_report(notebook or [], given, out=out, resume=resume, jobs=jobs, tell=_tell)
    manifest = read_manifest(folder)
    for record in manifest.notebooks:
        if record.error:
            _tell(f"{record.notebook}: {record.error.splitlines()[0]}")
    typer.echo(_shortest(folder / PAGE))
    if manifest.status != DONE:
        raise typer.Exit(_FAILED)


@app.command()
def shift(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A corpus by name or path.", show_default=False)
    ],
    *,
    out: Annotated[
        Path, typer.Option(help="The table: .parquet, .csv, .json or .jsonl.", show_default=False)
    ],
    model: Model = "minilm",
) -> None:
    """Measure how much meaning moves in every document, and write the table."""
    from semshift_nb.reports.tables import check_ending, write_table

    check_ending(out)
    from semshift_nb.analyses import document_shift
    from semshift_nb.corpora import load_corpus
    from semshift_nb.encoders import load_encoder
    from semshift_nb.reports.summary import shift_summary

    table = document_shift(load_corpus(source), load_encoder(model))
    write_table(table, out)
    for line in shift_summary(table):
        typer.echo(line)
    typer.echo(_shortest(out))


@app.command()
def doctor() -> None:
    """Say whether everything is here that explorers, reports and models need."""
    from semshift_nb.doctor import examine

    console = Console(highlight=False)
    missing = 0
    for finding in examine():
        mark = "[green]ok[/]     " if finding.well else "[red]missing[/]"
        console.print(f"{mark} {finding.what:<12}", end=" ")
        console.print(finding.found, markup=False, soft_wrap=True)
        if finding.advice:
            console.print(f"{'type':>20} {finding.advice}", markup=False, soft_wrap=True)
        missing += not finding.well
    if missing:
        raise typer.Exit(_FAILED)


@store_app.callback(invoke_without_command=True)
def _store(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_spaces()


@store_app.command("list")
def list_spaces() -> None:
    """List the spaces with their counts and sizes."""
    from semshift_nb.encoders import Store
    from semshift_nb.encoders.store import default_root

    root = default_root()
    spaces = Store(root).spaces()
    if spaces.empty:
        typer.echo(f"{root} holds no vectors yet.")
        return
    typer.echo(spaces.to_string(index=False, na_rep="none"))
    typer.echo(f"{int(spaces['n_bytes'].sum()) / 1e6:,.1f} MB in {root}")


@store_app.command("delete")
def delete_space(
    space: Annotated[str, typer.Argument(metavar="SPACE", help="Its id, as list shows it.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a space and all its vectors."""
    from semshift_nb.encoders import Store
    from semshift_nb.encoders.store import default_root

    store = Store(default_root())
    spaces = store.spaces()
    found = spaces[spaces["space"] == space]
    if not found.empty and not yes:
        n_vectors = int(found["n_vectors"].iloc[0])
        typer.confirm(f"Delete {n_vectors:,} vectors of {found['encoder'].iloc[0]}?", abort=True)
    store.delete(space)
    typer.echo(f"deleted {space}")


def _parameters(pairs: list[str], **named: str | None) -> dict[str, str]:
    """Collect ``-p name=value`` and the options that stand for one."""
    given = {name: value for name, value in named.items() if value is not None}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"-p takes name=value, for example -p n_documents=20, not {pair!r}")
        if name in given:
            raise InputError(f"the parameter {name!r} is given twice; give it once")
        given[name] = value
    return given


def _tell(line: str) -> None:
    Console(stderr=True, highlight=False).print(line, markup=False, soft_wrap=True)


def _complain(error: SemshiftError) -> None:
    _tell(f"semshift: {error}")


def _shortest(path: Path) -> str:
    """Write a path from the working directory when it lies below it."""
    full = path.resolve()
    return str(full.relative_to(Path.cwd()) if full.is_relative_to(Path.cwd()) else full)
