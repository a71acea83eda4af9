"""``semshift why``."""

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
    import pandas as pd

    from semshift_nb.analyses import Diagnosis
    from semshift_nb.corpora import Corpus, RetrievalSet

_WIDTH = 160
_N_SHOWN, _N_SENTENCES = 5, 3
_TEXT_WIDTH = 60


@app.example(
    'semshift why news "the price of oil"',
    'semshift why texts.csv "who mends pumps" --document 17 --out causes.csv',
    "semshift why ./scifact 42 --k 20",
)
def why(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SRC",
            help="A corpus by name or path, a BEIR folder with judgements, or mteb:NAME.",
            show_default=False,
        ),
    ],
    query: Annotated[
        str,
        typer.Argument(
            metavar="QUERY",
            help="What was searched for, or the id of a query of the folder.",
            show_default=False,
        ),
    ],
    *,
    document: Annotated[
        str | None,
        typer.Option(
            metavar="ID",
            help="The document that should be found; if left out, a relevant one that is missed, "
            "where there are judgements.",
            show_default=False,
        ),
    ] = None,
    model: Model = "minilm",
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    max_length: Annotated[
        int | None,
        typer.Option(metavar="N", help="The most tokens of a text that the model reads."),
    ] = None,
    k: Annotated[
        int, typer.Option(metavar="N", min=1, help="How many documents count as found.")
    ] = 10,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to keep the table: .parquet, .csv, .json, .jsonl."
        ),
    ] = None,
    split: Annotated[
        str | None,
        typer.Option(metavar="S", help="Which judgements of a BEIR folder; test if left out."),
    ] = None,
    sep: Separator = None,
    language: Language = None,
) -> None:
    """Say why a query does not find a document: what would have to change, searched again."""
    if out is not None:
        from semshift_nb.reports.tables import check_target

        check_target(out, source)
    from semshift_nb import analyses

    dataset = _dataset(source, split=split, sep=sep, language=language, allow=allow)
    encoder = ChosenModel(model, allow, query_prompt, document_prompt).load(max_length=max_length)
    if document is None and not _is_judged(dataset, query):
        found = analyses.found_first(dataset, encoder, query, k=k)
        table = found
        print_found(found)
    else:
        diagnosis = analyses.why_not_found(dataset, encoder, query, document, k=k)
        table = diagnosis.causes
        print_diagnosis(diagnosis, encoder.name)
    if out is not None:
        keep_table(table, out)
        say(shortest(out))


def _dataset(
    source: str,
    *,
    split: str | None,
    sep: str | None,
    language: str | None,
    allow: list[str] | None,
) -> "RetrievalSet | Corpus":
    """Load a set with judgements where there are any, or else a corpus."""
    from semshift_nb.corpora import load_corpus, load_retrieval

    # Path's own fail on unknown users and on names that are too long.
    queries = os.path.join(os.path.expanduser(source), "queries.jsonl")  # noqa: PTH111, PTH118
    if source.startswith("mteb:") or split or os.path.exists(queries):  # noqa: PTH110
        return load_retrieval(source, split=split, language=language, allow_unknown=True)
    return load_corpus(source, sep=sep, language=language, allow=for_texts(allow))


def _is_judged(dataset: "RetrievalSet | Corpus", query: str) -> bool:
    """Say whether it is known what answers a query."""
    asked = getattr(dataset, "queries", None)
    return asked is not None and bool(asked[["query_id", "text"]].eq(query).any(axis=None))


def print_found(found: "pd.DataFrame") -> None:
    """Print what is found, and ask which document should be."""
    console = Terminal(width=_WIDTH)
    if found.empty:
        say("nothing is found: the query or all documents are without words that the model knows")
    else:
        print_table(console, _RANKING, [_ranking(row) for row in _rows(found)])
    say("name the document that should be found with --document ID, and it is said why it is not")


def print_diagnosis(found: "Diagnosis", model: str) -> None:
    """Print the ranking, what was tried, and what it shows."""
    console = Terminal(width=_WIDTH)
    asked = found.ranking[found.ranking["is_asked"]].iloc[0]
    place = "has no rank" if found.rank is None else f"ranks {found.rank:,}"
    say(f"{_short(found.query)}")
    say(f"{model}: document {found.doc_id} ({_short(asked['title'])}) {place}")
    shown = found.ranking[
        (found.ranking["rank"] <= _N_SHOWN).fillna(value=False) | found.ranking["is_asked"]
    ]
    print_table(console, _RANKING, [_ranking(row) for row in _rows(shown)])
    tried = [row for row in _rows(found.causes) if row["status"] == "measured"]
    if tried:
        print_table(console, _CAUSES, [_cause(row) for row in tried])
    for row in _rows(found.causes):
        if row["status"] != "measured":
            say(f"not tested: {row['cause']}: {row['reason']}")
    best = found.sentences.nlargest(_N_SENTENCES, "cosine")
    for row in _rows(best):
        unread = "" if row["is_read"] else ", not read"
        say(
            f"sentence {row['position'] + 1} alone ranks {row['rank_alone']:,}{unread}: "
            f"{_short(row['text'])}"
        )
    say(found.verdict)


_RANKING = [
    Column("document"),
    Column("rank", "right"),
    Column("cosine", "right"),
    Column("words", "right"),
    Column("BM25", "right", below="rank by BM25 "),
    Column("found by", "right", below="found by "),
    Column("its best sentence", below="best sentence "),
]
_CAUSES = [
    Column("cause"),
    Column("rank", "right"),
    Column("alike", "right"),
    Column("verdict"),
    Column("tested", below=""),
]


def _ranking(row: dict[str, Any]) -> list[str]:
    """Write what is known of a document that is found."""
    words = "" if math.isnan(row["shared_words"]) else f"{row['shared_words']:.0%}"
    return [
        f"{row['doc_id']} {_short(row['title'], 40)}{' *' * bool(row.get('is_asked'))}",
        *[_number(row["rank"]), _decimal(row["cosine"]), words],
        *[_number(row["bm25_rank"]), _number(row["n_found_by"])],
        f"{_decimal(row['sentence_cosine'])} {_short(row['best_sentence'], 40)}",
    ]


def _cause(row: dict[str, Any]) -> list[str]:
    """Write what an intervention did; the winners' column is filled where it says more."""
    after, alike = _number(row["rank_after"]), _number(row["rank_alike"])
    return [
        f"{row['cause']}{' *' * bool(row['is_main'])}",
        *[after, "" if alike == after else alike],
        *[
            row["verdict"].partition(":")[0],
            "; ".join(filter(None, [row["tested"], row["reason"]])),
        ],
    ]


def _rows(table: "pd.DataFrame") -> list[dict[str, Any]]:
    return table.to_dict("records")  # type: ignore[return-value]


def _number(value: Any) -> str:  # noqa: ANN401 - a cell, which may be missing
    try:
        return f"{int(value):,}"
    except (TypeError, ValueError):
        return ""


def _decimal(value: float) -> str:
    return "" if value != value else f"{value:.3f}"


def _short(text: object, width: int = _TEXT_WIDTH) -> str:
    """Show a text in one line."""
    plain = " ".join(str(text).split())
    return plain if len(plain) <= width else plain[: width - 1] + "…"
