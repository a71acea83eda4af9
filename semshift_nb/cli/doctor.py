"""``semshift doctor``."""

import typer
from rich.console import Console

from semshift_nb.cli.program import FAILED, app


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
        raise typer.Exit(FAILED)
