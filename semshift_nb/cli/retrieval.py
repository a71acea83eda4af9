"""``semshift retrieval``."""

import itertools
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from semshift_nb.cli.program import (
    Allow,
    ChosenModel,
    Column,
    DocumentPrompt,
    Language,
    Model,
    QueryPrompt,
    TableFile,
    Terminal,
    app,
    for_texts,
    keep_table,
    print_table,
    say,
    shortest,
)
from semshift_nb.errors import InputError
from semshift_nb.names import count, temperature_name

if TYPE_CHECKING:
    from semshift_nb.analyses import RetrievalResult
    from semshift_nb.corpora import RetrievalSet
    from semshift_nb.encoders import Encoder, Schedule


_SCHEDULES = ("entropy_matched", "calibrated")
_N_REFERENCE = 128
_LENGTH = re.compile(r"\d{1,9}")


@app.example(
    "semshift retrieval ./scifact --tau 0.8 --out taus.csv",
    "semshift retrieval ./scifact --tau 0.9 --tau 0.8 --tune --out taus.csv",
)
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
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
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
    language: Language = None,
    identical_ids: Annotated[
        Literal["auto", "drop", "keep"],
        typer.Option(
            help="Whether a ranking leaves out the document that has the query's id; auto: where "
            "both have the same text."
        ),
    ] = "auto",
    allow_unknown: Annotated[
        bool,
        typer.Option(
            "--allow-unknown",
            help="Go on where judgements name documents that are missing, which are never found, "
            "or queries, which are left out.",
        ),
    ] = False,
    by_query: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where to keep what each query reached."),
    ] = None,
    similarity: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="By what to rank: cosine, dot, euclidean or manhattan; what the model declares if "
            "left out.",
            show_default=False,
        ),
    ] = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of all draws.")] = 0,
) -> None:
    """Search a set at several temperatures, test each against 1, and write the table."""
    from semshift_nb.reports.tables import check_target
    from semshift_nb.validation import check_similarity

    wanted = [_parse(name) for name in schedule or []]
    for temperature in tau or []:
        if not 0 < temperature < math.inf:
            raise InputError(f"--tau {temperature:g} was given; expected a number above 0.")
    if tune and not (tau or wanted):
        raise InputError("--tune needs something to choose from: give --tau or --schedule.")
    if similarity is not None:
        check_similarity(similarity)
    check_target(out, source)
    if by_query is not None:
        check_target(by_query, source, out)
    from semshift_nb import analyses
    from semshift_nb.corpora import load_retrieval

    dataset = load_retrieval(
        source,
        split=split,
        language=language,
        ignore_identical_ids=None if identical_ids == "auto" else identical_ids == "drop",
        allow_unknown=allow_unknown,
        allow=for_texts(allow),
    )
    encoder = ChosenModel(model, allow, query_prompt, document_prompt).load(max_length=max_length)
    found = analyses.retrieval(
        dataset,
        encoder,
        taus=tau or (),
        schedules=[_schedule(name, n, encoder, dataset) for name, n in wanted],
        tune=tune,
        similarity=similarity,
        seed=seed,
    )
    keep_table(found.table, out)
    if by_query is not None:
        keep_table(found.by_query, by_query)
    print_summary(found)
    say(shortest(out))


def _parse(text: str) -> tuple[str, int]:
    """Part a schedule's name from its reference length."""
    name, _, number = text.partition(":")
    name = name.replace("-", "_")
    if name not in _SCHEDULES or not (":" not in text or _LENGTH.fullmatch(number)):
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


_MAIN = "nDCG@10"
_BESIDE = ("RR@10", "R@100", "AP", "MPD")
_ALPHA = 0.05
_WIDTH = 110

_COLUMNS = [
    Column("temperature"),
    *(Column(name, "right") for name in (_MAIN, "change [95 %]", "p, Holm")),
    *(Column(name, "right", below=f"{name} ") for name in _BESIDE),
]

Row: TypeAlias = dict[str, Any]
"""One row of the metric table."""


def print_summary(found: "RetrievalResult") -> None:
    """Print the figures of all documents, what they say, and what is to be known of the set."""
    console = Terminal(width=_WIDTH)
    rows = _whole(found)
    for line in (_head(rows[0]), *found.notes):
        console.say(line)
    print_table(console, _COLUMNS, _cells(rows))
    for line in verdict(found):
        console.say(line)


def verdict(found: "RetrievalResult") -> list[str]:
    """Say in plain words what was found of nDCG@10."""
    compared = [row for row in _whole(found) if row["metric"] == _MAIN and row["p_holm"] >= 0]
    changed = [row for row in compared if row["p_holm"] <= _ALPHA]
    told = [_chosen(found)] if found.chosen is not None else []
    for row in changed:
        word = "raises" if row["difference"] > 0 else "lowers"
        told.append(
            f"{_named(row)} {word} {_MAIN} by {abs(row['difference']):.4f} "
            f"(p = {row['p_holm']:.2g})."
        )
    if compared and not changed:
        least = min(compared, key=lambda row: row["p_holm"])
        told.append(
            f"No change of {_MAIN} is shown: the smallest p is {least['p_holm']:.2g}, of "
            f"{_named(least)}, after Holm's adjustment, which the intervals do without."
        )
    return told


def _chosen(found: "RetrievalResult") -> str:
    tuning = found.table[found.table["queries"] == "tuning"].to_dict("records")
    chosen = found.chosen
    if chosen is None or chosen.tau == 1:
        return f"Nothing did better than tau 1 on {count(tuning[0]['n'], 'query')} kept for tuning."
    name = _named({"tau": chosen.tau, "schedule": chosen.schedule})
    return f"{name} was chosen on {count(tuning[0]['n'], 'other query')}."


def _head(row: Row) -> str:
    limit = (
        ""
        if row["max_length"] is None or math.isnan(row["max_length"])
        else (f" at {count(int(row['max_length']), 'token')}")
    )
    ranked = "" if row["similarity"] == "cosine" else f", ranked by {row['similarity']}"
    which = "" if row["queries"] == "all" else f" {row['queries']}"
    return (
        f"{row['dataset']} ({row['split']}), {row['encoder']}{limit}{ranked}: "
        f"{count(row['n'], 'query')}{which}; {row['truncated_share']:.0%} of their relevant "
        f"documents are longer than the model reads, {row['unknown_share']:.0%} of their tokens "
        "unknown to it"
    )


def _whole(found: "RetrievalResult") -> list[Row]:
    """Return the reported figures of all documents."""
    return [
        {str(name): cell for name, cell in row.items()}
        for row in found.table.to_dict("records")
        if row["length_bucket"] == row["shift_bucket"] == "all" and row["queries"] != "tuning"
    ]


def _cells(rows: list[Row]) -> list[list[str]]:
    """Write the figures of each temperature in a line."""
    written = []
    for name, arm in itertools.groupby(rows, key=_named):
        figures = {row["metric"]: row for row in arm}
        main = figures[_MAIN]
        p = "" if math.isnan(main["p_holm"]) else f"{main['p_holm']:.2g}"
        beside = (_figure(figures[metric]["value"]) for metric in _BESIDE)
        written.append([name, _figure(main["value"]), _change(main), p, *beside])
    return written


def _figure(value: float) -> str:
    return "not measured" if math.isnan(value) else f"{value:.4f}"


def _change(row: Row) -> str:
    if math.isnan(row["difference"]):
        return "reference"
    ends = f" [{row['difference_low']:+.4f}, {row['difference_high']:+.4f}]"
    return f"{row['difference']:+.4f}" + ("" if math.isnan(row["difference_low"]) else ends)


def _named(row: Row) -> str:
    return temperature_name(row["tau"], row["schedule"])
