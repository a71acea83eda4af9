"""``semshift shift``."""

from typing import Annotated

import typer

from semshift_nb.cli._app import Model, TableFile, app, shortest


@app.command()
def shift(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A corpus by name or path.", show_default=False)
    ],
    *,
    out: TableFile,
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
    typer.echo(shortest(out))
