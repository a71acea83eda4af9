"""``semshift train``."""

import math
import signal
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from semshift_nb.cli.program import (
    FAILED,
    Column,
    Terminal,
    app,
    for_texts,
    keep_table,
    named_values,
    print_table,
    say,
    shortest,
    tell,
)
from semshift_nb.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from semshift_nb.reports.domain import Domain
    from semshift_nb.training import Trace
    from semshift_nb.training.arms import Experiment

EXPERIMENTS = ("contrastive", "degeneration")
TABLE = "figures.parquet"
_SHOWN = (
    "mean_cosine", "uncentred_first_component_share", "effective_rank", "uniformity", "LiDAR",
    "next_sentence_MRR", "perplexity", "unseen_mean_cosine", "unseen_length", "hull_margin",
)  # fmt: skip


@app.example(
    "semshift train contrastive --out contrast",
    "semshift train contrastive -p arms=simcse,simcse@0.5 -p steps=20 --out tau",
    "semshift train contrastive --out contrast --resume",
)
def train(
    experiment: Annotated[
        str,
        typer.Argument(
            metavar="EXPERIMENT", help=f"One of: {', '.join(EXPERIMENTS)}.", show_default=False
        ),
    ],
    *,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "--param",
            "-p",
            metavar="NAME=VALUE",
            help="Of the experiment (arms, corpus, model, ...) or of the budget: steps, seconds, "
            "every (steps between probes), seeds, n_processes. A name that is unknown is answered "
            "with all there are. Repeatable.",
        ),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="What is permitted: download (of texts), pickle, remote-code. Repeatable.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path,
        typer.Option(
            metavar="DIR",
            help=f"The folder for a trace of every arm and seed, and {TABLE}, their means.",
            show_default=False,
        ),
    ],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the training in --out.")
    ] = False,
) -> None:
    """Train a small experiment in all its arms, and keep what is seen of the space.

    Every arm is trained with every seed, some at once where cores allow. After
    Ctrl-C each run keeps a checkpoint, and --resume goes on from there to the same
    figures. Exit status 1 where a loss was not finite.
    """
    if experiment not in EXPERIMENTS:
        raise InputError(
            f"there is no experiment {experiment!r:.60}: expected one of {', '.join(EXPERIMENTS)}."
        )
    given = named_values(parameter or [])
    from semshift_nb.training import Budget, over_seeds, run_arms
    from semshift_nb.training.arms import check_out

    check_out(out, resume=resume)
    known = {**_budget(experiment), **_parameters(experiment)}
    values = _read(given, known)
    budget = Budget(**{name: values.pop(name) for name in ("steps", "seconds", "every")})
    running = {name: values.pop(name) for name in ("seeds", "n_processes")}
    # A scheduler ends a job with SIGTERM: keep checkpoints then, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    made = _MAKERS[experiment](values, allow)
    traces = run_arms(made, budget, out=out, resume=resume, **running)
    table = over_seeds(traces)
    keep_table(table, out / TABLE)
    print_training(table, traces)
    say(shortest(out / TABLE))
    if any(trace.status == "diverged" for trace in traces):
        raise typer.Exit(FAILED)


def _read(given: Mapping[str, str], known: "Mapping[str, tuple[Domain, Any]]") -> dict[str, Any]:
    """Read what was typed, and take the rest as it is by default."""
    unknown = [name for name in given if name not in known]
    if unknown:
        there = ", ".join(f"{name}={_typed(value)}" for name, (_, value) in known.items())
        raise InputError(
            f"there is no parameter {unknown[0]!r:.60}; there are, as they are: {there}"
        )
    return {
        name: domain.check(domain.parse(given[name], name), name) if name in given else value
        for name, (domain, value) in known.items()
    }


def _typed(value: object) -> str:
    """Write a value as it is typed."""
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    return "none" if value is None else str(value)


def _domain(default: object, *, kind: type, or_none: bool) -> "tuple[Domain, Any]":
    from semshift_nb.reports.domain import Domain, Kind

    return Domain(Kind(kind, isinstance(default, tuple), or_none)), default


def _budget(experiment: str) -> "dict[str, tuple[Domain, Any]]":
    return {
        "steps": _domain(_STEPS[experiment], kind=int, or_none=False),
        "seconds": _domain(None, kind=float, or_none=True),
        "every": _domain(_EVERY[experiment], kind=int, or_none=False),
        "seeds": _domain((0, 1, 2), kind=int, or_none=False),
        "n_processes": _domain(None, kind=int, or_none=True),
    }


def _parameters(experiment: str) -> "dict[str, tuple[Domain, Any]]":
    """Say what an experiment takes."""
    from semshift_nb.training import Contrastive, Degeneration

    found = fields(Contrastive if experiment == "contrastive" else Degeneration)
    return {_NAMES.get(field.name, field.name): _of(field) for field in found}


_NAMES = {"encoder": "model"}


def _of(field: "Field[Any]") -> "tuple[Domain, Any]":
    """Say what a field of an experiment takes, by its default; what is loaded is named."""
    default = None if field.default is MISSING else field.default
    first = default[0] if isinstance(default, tuple) else default
    kind = str if first is None else type(first)
    return _domain(default, kind=kind, or_none=type(None) in get_args(field.type))


def _make_contrastive(values: dict[str, Any], allow: list[str] | None) -> "Experiment":
    from semshift_nb.corpora import load_corpus
    from semshift_nb.corpora.pairs.load import load_pairs
    from semshift_nb.encoders import load_encoder
    from semshift_nb.training import Contrastive

    corpus = load_corpus(values.pop("corpus"), allow=for_texts(allow))
    encoder = load_encoder(values.pop("model"), store=None, allow=allow or ())
    pairs = values.pop("pairs")
    layer, twin = values.pop("layer"), values.pop("random_twin")
    begun = encoder.random_twin(0) if twin else encoder
    return Contrastive(
        corpus,
        begun if layer is None else begun.at_layer(layer),
        pairs=None if pairs is None else load_pairs(pairs),
        **values,
    )


def _make_degeneration(values: dict[str, Any], allow: list[str] | None) -> "Experiment":
    from semshift_nb.corpora import load_corpus
    from semshift_nb.training import Degeneration

    return Degeneration(load_corpus(values.pop("corpus"), allow=for_texts(allow)), **values)


_STEPS = {"contrastive": 30, "degeneration": 200}
_EVERY = {"contrastive": 5, "degeneration": 20}
_MAKERS: "dict[str, Callable[[dict[str, Any], list[str] | None], Experiment]]" = {
    "contrastive": _make_contrastive,
    "degeneration": _make_degeneration,
}
_WIDTH = 130


def print_training(table: "pd.DataFrame", traces: "list[Trace]") -> None:
    """Print with what every arm began and ended, and which runs did not come to their end."""
    measured = table[table["status"] == "measured"]
    rows = []
    for (arm, metric), group in measured.groupby(["arm", "metric"], sort=False):
        if metric in _SHOWN:
            first, last = group.iloc[0], group.iloc[-1]
            ends = _ends(last["ci_low"], last["ci_high"])
            figures = [f"{row['value']:.3f}" for row in (first, last)]
            rows.append([str(arm), str(metric), *figures, ends, str(last["n"])])
    columns = [Column("arm"), Column("metric")]
    columns += [Column(name, "right") for name in ("start", "end", "95 %", "seeds")]
    print_table(Terminal(width=_WIDTH), columns, rows)
    for trace in traces:
        if trace.reason:
            tell(f"{trace.arm}, seed {trace.seed}: {trace.status}, {trace.reason}")


def _ends(low: float, high: float) -> str:
    return "" if math.isnan(low) else f"[{low:.3f}, {high:.3f}]"
