"""``semshift retrieval``."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from semshift_nb.cli._app import Model, TableFile, app, shortest
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from semshift_nb.corpora import RetrievalSet
    from semshift_nb.encoders import Encoder, Schedule

_SCHEDULES = ("entropy_matched", "calibrated")
_N_REFERENCE = 128


@app.command()
def retrieval(
    source: Annotated[
        str,
        typer.Argument(
            metavar="BEIR_DIR",
            help="A folder with corpus.jsonl, queries.jsonl and qrels/<split>.tsv, or "
            "mteb:NAME, a task of MTEB.",
            show_default=False,
        ),
    ],
    *,
    out: TableFile,
    model: Model = "minilm",
    max_length: Annotated[
        int | None,
        typer.Option(metavar="N", help="The most tokens of a text that the model reads."),
    ] = None,
    tau: Annotated[
        list[float] | None,
        typer.Option(
            metavar="T", help="A temperature to compare with 1, the reference. Repeatable."
        ),
    ] = None,
    schedule: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A temperature by length: entropy_matched or calibrated (on these documents), "
            "with :N for another reference length than 128 tokens. Repeatable.",
        ),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option("--tune", help="Choose on half of the queries, report on the other half."),
    ] = False,
    split: Annotated[
        str | None,
        typer.Option(metavar="S", help="Which judgements; test, or a task's own, if left out."),
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="The documents' language; en if left out.")
    ] = None,
    identical_ids: Annotated[
        Literal["auto", "drop", "keep"],
        typer.Option(
            help="Whether a ranking leaves out the document that has the query's id; auto: where "
            "both have the same text."
        ),
    ] = "auto",
    allow_unknown: Annotated[
        bool,
        typer.Option("--allow-unknown", help="Judged documents that are missing are never found."),
    ] = False,
    by_query: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to keep what each query reached."),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of all draws.")] = 0,
) -> None:
    """Search a set at several temperatures, test each against 1, and write the table."""
    from semshift_nb.reports.tables import check_ending, write_table

    wanted = [_parse(name) for name in schedule or []]
    for temperature in tau or []:
        if not 0 < temperature < math.inf:
            raise InputError(f"--tau {temperature:g} was given; expected a number above 0.")
    if tune and not (tau or wanted):
        raise InputError("--tune needs something to choose from: give --tau or --schedule.")
    for path in filter(None, (out, by_query)):
        check_ending(path)
    from semshift_nb import analyses
    from semshift_nb.cli._retrieval_summary import print_summary
    from semshift_nb.corpora import load_retrieval
    from semshift_nb.encoders import load_encoder

    dataset = load_retrieval(
        source,
        split=split,
        language=language,
        ignore_identical_ids=None if identical_ids == "auto" else identical_ids == "drop",
        allow_unknown=allow_unknown,
    )
    encoder = load_encoder(model, max_length=max_length)
    found = analyses.retrieval(
        dataset,
        encoder,
        taus=tau or (),
        schedules=[_schedule(name, n, encoder, dataset) for name, n in wanted],
        tune=tune,
        seed=seed,
    )
    write_table(found.table, out)
    if by_query is not None:
        write_table(found.by_query, by_query)
    print_summary(found)
    typer.echo(shortest(out))


def _parse(text: str) -> tuple[str, int]:
    """Part a schedule's name from its reference length."""
    name, _, number = text.partition(":")
    name = name.replace("-", "_")
    if name not in _SCHEDULES or not (number.isdecimal() or ":" not in text):
        raise InputError(
            f"--schedule {text!r} is none; expected {' or '.join(_SCHEDULES)}, and after it, if "
            "you like, a colon and the length at which the model stays as it is: "
            f"{_SCHEDULES[0]}:64."
        )
    return name, int(number or _N_REFERENCE)


def _schedule(
    name: str, n_reference: int, encoder: "Encoder", dataset: "RetrievalSet"
) -> "Schedule":
    from semshift_nb.analyses import calibrated_schedule
    from semshift_nb.encoders import entropy_matched

    if name == "entropy_matched":
        return entropy_matched(n_reference)
    # The documents alone: no query and no judgement has a part in it.
    return calibrated_schedule(encoder, dataset.corpus, n_reference=n_reference)
