"""``semshift shift``."""

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from semshift_nb.cli.program import (
    Allow,
    ChosenModel,
    DocumentPrompt,
    Language,
    Model,
    QueryPrompt,
    Separator,
    TableFile,
    app,
    for_texts,
    keep_table,
    say,
    shortest,
)
from semshift_nb.names import count

if TYPE_CHECKING:
    import pandas as pd


@app.example(
    "semshift shift news --out shift.csv",
    "semshift shift mine.jsonl --language zh --model ./mine --out shift.parquet",
)
def shift(
    source: Annotated[
        str, typer.Argument(metavar="SRC", help="A corpus by name or path.", show_default=False)
    ],
    *,
    out: TableFile,
    model: Model = "minilm",
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    sep: Separator = None,
    language: Language = None,
) -> None:
    """Measure how much meaning moves in every document, and write the table."""
    from semshift_nb.reports.tables import check_target

    check_target(out, source)
    from semshift_nb.analyses import document_shift
    from semshift_nb.corpora import load_corpus

    corpus = load_corpus(source, sep=sep, language=language, allow=for_texts(allow))
    encoder = ChosenModel(model, allow, query_prompt, document_prompt).load()
    table = document_shift(corpus, encoder)
    keep_table(table, out)
    for line in shift_summary(table):
        say(line)
    say(shortest(out))


_N_SHOWN = 5
_TITLE_WIDTH = 60


def shift_summary(table: "pd.DataFrame") -> list[str]:
    """Summarise the table of ``document_shift``."""
    measured = table[table["status"] == "measured"]
    lines = [f"{count(len(table), 'document')}, {len(measured):,} measured"]
    if len(table):
        truncated = table["truncated"].fillna(value=False).astype(bool)
        lines[0] += (
            f", {truncated.mean():.0%} longer than the model reads; "
            f"{table['unknown'].mean():.0%} of their tokens unknown to it"
        )
    for reason, n in table.loc[table["status"] != "measured", "reason"].value_counts().items():
        lines.append(f"not measured: {n:,} ({reason})")
    if len(measured):
        lines += ["", "semantic shift"]
        most = measured.nlargest(_N_SHOWN, "semantic_shift")
        lines += [
            f"{row['semantic_shift']:14.3f}  {_title(row)}" for row in most.to_dict("records")
        ]
    return lines


def _title(row: Mapping[Hashable, object]) -> str:
    """Show a title in one line of a terminal, whatever characters it holds."""
    text = str(row["title"] or row["doc_id"])
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= _TITLE_WIDTH else plain[: _TITLE_WIDTH - 1] + "…"
