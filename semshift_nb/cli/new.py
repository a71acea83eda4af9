"""``semshift new``: a notebook and a few texts to begin with."""

import shutil
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from semshift_nb.cli.program import app, say, shortest
from semshift_nb.errors import InputError
from semshift_nb.files import explained, write_whole

_STARTER = Path(__file__).parent / "starter"
NOTEBOOK, TEXTS = "first_look.ipynb", "texts.csv"


@app.example("semshift new", "semshift new my-texts")
def new(
    folder: Annotated[
        Path, typer.Argument(metavar="[DIR]", help="Where; this folder if left out.")
    ] = Path(),
) -> None:
    """Write a starter notebook and a small csv of texts, to put your own in."""
    there = [name for name in (NOTEBOOK, TEXTS) if (folder / name).exists()]
    if there:
        raise InputError(
            f"{folder / there[0]} is there already and is not written over: name another folder."
        )
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name in (NOTEBOOK, TEXTS):
            write_whole(folder / name, partial(shutil.copyfile, _STARTER / name))
            say(shortest(folder / name))
    say(f"type: jupyter lab {shortest(folder / NOTEBOOK)}")
