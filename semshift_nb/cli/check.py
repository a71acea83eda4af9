"""``semshift check``."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer
from rich.text import Text

from semshift_nb.cli.program import (
    FAILED,
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
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd


METRICS = (
    "own_passage@1, MPD, gap, effective_rank, first_component_share, n_near_zero_dimensions, "
    "n_outlier_dimensions, truncated_share, unknown_share"
)
"""Written out here, for to import them would cost a second before any help is shown."""


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


@app.example(
    "semshift check mine.csv --out card.json",
    "semshift check mine.csv --min MPD=0.8 --max truncated_share=0.05",
    "semshift check mine.csv --model ./new-model --baseline card.json",
)
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
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to keep the card: .parquet, .csv, .json or .jsonl."
        ),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            metavar="CARD|RUN",
            help="An earlier card, or the folder of a report with one: fail where a figure got "
            "worse beyond its interval.",
        ),
    ] = None,
    most: Annotated[
        list[str] | None,
        typer.Option(
            "--max",
            metavar="METRIC=VALUE",
            help=f"Fail where a figure is above. Repeatable. METRIC: {METRICS}.",
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
    from semshift_nb.analyses import (
        card_changes,
        card_controls,
        card_metrics,
        card_verdicts,
        report_card,
    )

    if out is not None:
        from semshift_nb.reports.tables import check_target

        check_target(out, source, *filter(None, [baseline]))
    earlier = None if baseline is None else read_card(baseline)
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
    if out is not None:
        keep_table(card, out)
        say(shortest(out))
    broken = list(_broken(card, bounds))
    if earlier is not None:
        broken += _worse(card_changes(card, earlier))
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


def read_card(path: Path) -> "pd.DataFrame":
    """Read a card that ``--out`` wrote, or that of a report's folder."""
    import pandas as pd

    if path.is_dir():
        return _card_of_run(path)
    readers: dict[str, Callable[[Path], pd.DataFrame]] = {
        ".csv": pd.read_csv,
        ".parquet": pd.read_parquet,
        ".json": pd.read_json,
        ".jsonl": lambda file: pd.read_json(file, lines=True),
    }
    advice = "write one with semshift check CORPUS --out card.json, or name a report's folder"
    try:
        card = readers[path.suffix.lower()](path)[list(_READ)]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"--baseline {path} is no report card ({error}): {advice}.") from None
    return card.astype(dict.fromkeys(("value", "ci_low", "ci_high"), "float64"))


_READ = ("corpus", "role", "metric", "value", "ci_low", "ci_high", "status", "reason")
_CARD_NOTEBOOK = "00_report_card"


def _card_of_run(folder: Path) -> "pd.DataFrame":
    import pandas as pd

    from semshift_nb.reports.manifest import read_manifest
    from semshift_nb.reports.metrics import read_figures
    from semshift_nb.reports.results import belongings

    records = [r for r in read_manifest(folder).notebooks if r.notebook == _CARD_NOTEBOOK]
    figures = pd.concat([read_figures(record, folder) for record in records] or [pd.DataFrame()])
    if figures.empty:
        raise InputError(
            f"--baseline {folder} holds no report card: run one with notebook {_CARD_NOTEBOOK}."
        )
    places = pd.DataFrame([each.conditions for each in belongings(figures)], index=figures.index)
    return pd.concat([places, figures], axis=1)[list(_READ)]


def _worse(changes: "pd.DataFrame") -> Iterator[str]:
    """Tell every change since the baseline, and give those for the worse."""
    for row in changes.to_dict("records"):
        words = (
            f", {row['before']} before, {row['now']} now" if row["before"] and row["now"] else ""
        )
        line = f"{row['metric']}: {row['change']}{words}"
        if row["change"] == "worse":
            yield line
        else:
            say(line)


_WIDTH = 170
_CARD = [
    Column("metric"),
    Column("figure [95 %]"),
    Column("verdict"),
    Column("why", below=""),
    Column("controls", below=""),
]
_STYLES = {"good": "green", "look closer": "bold red", "undecided": "yellow"}


def print_card(verdicts: "pd.DataFrame", *, title: str) -> None:
    """Print a card's verdicts as a table, and below it what is to be done."""
    console = Terminal(width=_WIDTH)
    console.say(title)
    rows: list[dict[Hashable, str]] = verdicts.to_dict("records")
    cells: list[list[str | Text]] = [
        [
            row["metric"],
            row["figure"],
            Text(row["verdict"], style=_STYLES.get(row["verdict"], "")),
            row["why"],
            row["controls"],
        ]
        for row in rows
    ]
    print_table(console, _CARD, cells)
    console.say("")
    for row in rows:
        if row["advice"]:
            console.say(f"{row['metric']}: {row['advice']} See {row['notebook']}.")
