"""``semshift check``."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.text import Text

from semshift_nb.cli.program import (
    FAILED,
    Allow,
    ChosenModel,
    DocumentPrompt,
    Language,
    Model,
    QueryPrompt,
    Separator,
    Terminal,
    app,
    for_texts,
    new_table,
    say,
)
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd


class Bound(NamedTuple):
    """A limit that a figure has to keep."""

    metric: str
    value: float
    is_max: bool

    def broken_by(self, figure: float) -> bool:
        """Say whether a figure lies beyond the limit; one that is missing cannot keep it."""
        kept = figure <= self.value if self.is_max else figure >= self.value
        return not kept

    def __str__(self) -> str:
        return f"{self.metric} {'at most' if self.is_max else 'at least'} {self.value:g}"


@app.command()
def check(
    source: Annotated[
        str, typer.Argument(metavar="CORPUS", help="A corpus by name or path.", show_default=False)
    ],
    *,
    model: Model = "minilm",
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    sep: Separator = None,
    language: Language = None,
    most: Annotated[
        list[str] | None,
        typer.Option(
            "--max", metavar="METRIC=VALUE", help="Fail where a figure is above. Repeatable."
        ),
    ] = None,
    least: Annotated[
        list[str] | None,
        typer.Option(
            "--min", metavar="METRIC=VALUE", help="Fail where a figure is below. Repeatable."
        ),
    ] = None,
) -> None:
    """Print a model's report card on a corpus; exit with 1 where a bound is broken."""
    from semshift_nb.analyses import card_controls, card_metrics, card_verdicts, report_card

    bounds = [
        _parse(text, card_metrics(), is_max=is_max)
        for texts, is_max in ((most, True), (least, False))
        for text in texts or []
    ]
    from semshift_nb.corpora import load_corpus

    corpus = load_corpus(source, sep=sep, language=language, allow=for_texts(allow))
    encoder = ChosenModel(model, allow, query_prompt, document_prompt).load()
    card = report_card(corpus, encoder, controls=card_controls(encoder))
    print_card(card_verdicts(card), title=f"{encoder.name} on {corpus.name}")
    broken = list(_broken(card, bounds))
    for line in broken:
        say(f"broken: {line}")
    if bounds and not broken:
        say(f"kept: {', '.join(map(str, bounds))}")
    if broken:
        raise typer.Exit(FAILED)


def _parse(text: str, metrics: list[str], *, is_max: bool) -> Bound:
    """Read ``metric=value``."""
    option = "--max" if is_max else "--min"
    name, equals, number = text.partition("=")
    if not equals or name not in metrics:
        raise InputError(
            f"{option} {text!r} was given; expected METRIC=VALUE, METRIC being one of "
            f"{', '.join(metrics)}."
        )
    try:
        value = float(number)
    except ValueError:
        value = float("nan")
    if math.isnan(value):
        raise InputError(f"{option} {text!r}: {number!r} is no number.")
    return Bound(name, value, is_max)


def _broken(card: "pd.DataFrame", bounds: list[Bound]) -> Iterator[str]:
    """Tell each bound that is broken, by its figure or for want of one."""
    rows: dict[str, dict[Any, Any]] = {
        row["metric"]: row for row in card.to_dict("records") if row["role"] == "model"
    }
    for bound in bounds:
        row = rows[bound.metric]
        if row["status"] != "measured":
            yield f"{bound}; it was not measured: {row['reason']}"
        elif bound.broken_by(row["value"]):
            yield f"{bound}; it is {row['value']:.4g}"


_WIDTH = 170
_STYLES = {"good": "green", "look closer": "bold red", "undecided": "yellow"}


def print_card(verdicts: "pd.DataFrame", *, title: str) -> None:
    """Print a card's verdicts as a table, and below it what is to be done."""
    console = Terminal(width=_WIDTH)
    console.say(title)
    table = new_table()
    for name in ("aspect", "metric", "figure [95 %]", "controls", "verdict", "why"):
        table.add_column(name)
    rows: list[dict[Hashable, str]] = verdicts.to_dict("records")
    for row in rows:
        cells = [row[name] for name in ("aspect", "metric", "figure", "controls")]
        verdict = Text(row["verdict"], style=_STYLES.get(row["verdict"], ""))
        table.add_row(*cells, verdict, row["why"])
    console.print(table)
    for row in rows:
        if row["advice"]:
            console.say(f"{row['metric']}: {row['advice']} See {row['notebook']}.")
