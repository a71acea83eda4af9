"""``semshift report``."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from semshift_nb.cli.program import FAILED, Language, app, named_values, say, shortest, tell


@app.example(
    "semshift report --corpus mine.csv --out runs/mine",
    "semshift report --notebook 00 --notebook 03 -p n_documents=200",
    "semshift report --out runs/mine --resume",
)
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
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="What is permitted: download (of a model or texts, before anything runs).",
            show_default=False,
        ),
    ] = None,
    language: Language = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="NAME=VALUE",
            help="Goes to every notebook that has it. Repeatable.",
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
    from semshift_nb.reports.folder import PAGE
    from semshift_nb.reports.manifest import DONE, read_manifest
    from semshift_nb.reports.run import run_report

    # A scheduler ends a job with SIGTERM: leave a readable run then, as after Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    given = named_values(parameter or [], corpus=corpus, model=model, language=language)
    folder = run_report(
        notebook or [], given, out=out, resume=resume, jobs=jobs, allow=allow or (), tell=tell
    )
    manifest = read_manifest(folder)
    for record in manifest.notebooks:
        if record.error:
            tell(f"{record.notebook}: {record.error.splitlines()[0]}")
    say(shortest(folder / PAGE))
    if manifest.status != DONE:
        raise typer.Exit(FAILED)
