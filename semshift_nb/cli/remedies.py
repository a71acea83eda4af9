"""``semshift remedies``."""

import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from semshift_nb.cli.program import (
    Allow,
    ChosenModel,
    Column,
    DocumentPrompt,
    Language,
    Model,
    QueryPrompt,
    Separator,
    Terminal,
    app,
    for_texts,
    keep_table,
    print_table,
    say,
    shortest,
)

if TYPE_CHECKING:
    from semshift_nb.analyses import RemedyLadder
    from semshift_nb.corpora import RetrievalSet

_WIDTH = 150
_TABLE, _RUNGS, _VERDICT = "remedies.parquet", "rungs.csv", "verdict.txt"


@app.example(
    "semshift remedies ./scifact --model minilm --out remedies",
    "semshift remedies texts.csv --remedy late-chunks --remedy bm25 --out found",
)
def remedies(
    source: Annotated[
        str,
        typer.Argument(
            metavar="BEIR_DIR|CORPUS",
            help="A folder with corpus.jsonl, queries.jsonl and qrels/<split>.tsv, mteb:NAME, or "
            "a corpus by name or path, out of which sentences are taken as queries.",
            show_default=False,
        ),
    ],
    *,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help=f"The folder for {_TABLE} (all figures), {_RUNGS} (a line a remedy) and "
            f"{_VERDICT}.",
            show_default=False,
        ),
    ],
    model: Model = "minilm",
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    max_length: Annotated[
        int | None,
        typer.Option(metavar="N", help="The most tokens of a text that the model reads."),
    ] = None,
    remedy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A remedy, or several joined by +, such as turning-chunks+bm25-fused; a dozen if "
            "left out, and a wrong name lists all. Repeatable.",
        ),
    ] = None,
    tune: Annotated[
        bool,
        typer.Option(
            "--tune/--no-tune",
            help="Choose settings on half of the queries and report on the other half.",
        ),
    ] = True,
    split: Annotated[
        str | None,
        typer.Option(metavar="S", help="Which judgements; test, or a task's own, if left out."),
    ] = None,
    documents: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, help="How many documents of a corpus to draw; all if left out."
        ),
    ] = None,
    sep: Separator = None,
    language: Language = None,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of all draws.")] = 0,
) -> None:
    """Search with one remedy after another, and say what helps, at what price, and what not."""
    from semshift_nb.reports.tables import check_target

    for name in (_TABLE, _RUNGS):
        check_target(out / name, source)
    from semshift_nb import analyses
    from semshift_nb.analyses.remedies.catalogue import DEFAULT_REMEDIES, check_remedies

    check_remedies(remedy or DEFAULT_REMEDIES)
    dataset = _dataset(
        source, split, sep=sep, language=language, n_documents=documents, seed=seed, allow=allow
    )
    encoder = ChosenModel(model, allow, query_prompt, document_prompt).load(max_length=max_length)
    ladder = analyses.remedy_ladder(
        dataset, encoder, remedies=remedy or DEFAULT_REMEDIES, tune=tune, seed=seed
    )
    _keep(ladder, out)
    print_ladder(ladder)
    say(shortest(out))


def _dataset(
    source: str,
    split: str | None,
    *,
    sep: str | None,
    language: str | None,
    n_documents: int | None,
    seed: int,
    allow: list[str] | None,
) -> "RetrievalSet":
    """Load a set with judgements, or make one of a corpus."""
    from semshift_nb.corpora import known_item, load_corpus, load_retrieval

    # Path's own fail on unknown users and on names that are too long.
    queries = os.path.join(os.path.expanduser(source), "queries.jsonl")  # noqa: PTH111, PTH118
    if source.startswith("mteb:") or os.path.exists(queries) or split:  # noqa: PTH110
        return load_retrieval(source, split=split, language=language, allow_unknown=True)
    corpus = load_corpus(
        source,
        sep=sep,
        language=language,
        n_documents=n_documents,
        seed=seed,
        allow=for_texts(allow),
    )
    return known_item(corpus, seed=seed)


def _keep(ladder: "RemedyLadder", out: Path) -> None:
    from semshift_nb.files import write_whole

    keep_table(ladder.table, out / _TABLE)
    keep_table(ladder.rungs, out / _RUNGS)
    lines = "\n".join([*ladder.notes, *ladder.verdict, ladder.timing, ""])
    write_whole(out / _VERDICT, lambda path: path.write_text(lines, encoding="utf-8"))


def print_ladder(ladder: "RemedyLadder") -> None:
    """Print a line a remedy, what the ladder shows, and what is to be known of the set."""
    console = Terminal(width=_WIDTH)
    rungs: list[dict[str, Any]] = ladder.rungs.to_dict("records")  # type: ignore[assignment]
    first = ladder.table.iloc[0]
    console.say(
        f"{first['dataset']} ({first['split']}), {first['encoder']}: {first['n']} asked for"
        f"{'' if first['queries'] == 'all' else ', ' + first['queries']}"
    )
    for note in ladder.notes:
        console.say(note)
    rows = [_cells(rung, rungs[0]) for rung in rungs if rung["status"] == "measured"]
    print_table(console, _COLUMNS, rows)
    for line in (*ladder.verdict, ladder.timing, str(ladder.tally)):
        console.say(line)


_COLUMNS = [
    Column("remedy"),
    *(Column(name, "right") for name in ("nDCG@10", "change [95 %]", "p, Holm")),
    *(Column(name, "right", below=f"{name} ") for name in ("bytes", "encode", "search")),
    *(Column(name, "right", below=f"{name} ") for name in ("MPD", "rank", "hubness")),
]


def _cells(rung: dict[str, Any], base: dict[str, Any]) -> list[str]:
    setting = f" ({rung['setting']})" if rung["setting"] else ""
    ends = f" [{rung['difference_low']:+.3f}, {rung['difference_high']:+.3f}]"
    change = "" if math.isnan(rung["difference"]) else f"{rung['difference']:+.3f}{ends}"
    return [
        f"{rung['remedy']}{setting}",
        f"{rung['nDCG@10']:.3f}",
        change or "reference",
        "" if math.isnan(rung["p_holm"]) else f"{rung['p_holm']:.2g}",
        *(
            f"x {ratio:.2g}"
            for ratio in (
                rung["index_bytes"] / base["index_bytes"],
                rung["encode_time"],
                rung["search_time"],
            )
        ),
        _figure(rung["MPD"], 3),
        _figure(rung["effective_rank"], 0),
        _figure(rung["hubness"], 2),
    ]


def _figure(value: float, digits: int) -> str:
    return "" if math.isnan(value) else f"{value:.{digits}f}"
