"""``semshift doctor``."""

import typer
from rich.text import Text

from semshift_nb.cli.program import FAILED, Terminal, app


@app.example(
    "semshift doctor",
)
def doctor() -> None:
    """Say whether everything is here that explorers, reports and models need."""
    from semshift_nb.doctor import examine

    terminal = Terminal()
    missing = 0
    for finding in examine():
        mark = Text("ok     ", "green") if finding.well else Text("missing", "red")
        terminal.say(mark, f"{finding.what:<12}", finding.found)
        if finding.advice:
            terminal.say(f"{'type':>20} {finding.advice}")
        missing += not finding.well
    if missing:
        raise typer.Exit(FAILED)
