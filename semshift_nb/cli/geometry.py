"""``semshift geometry``."""

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

import typer

from semshift_nb.cli.program import (
    Allow,
    ChosenModel,
    Column,
    DocumentPrompt,
    Language,
    QueryPrompt,
    Separator,
    TableFile,
    Terminal,
    app,
    for_texts,
    keep_table,
    print_table,
    say,
    shortest,
    tell,
)
from semshift_nb.errors import InputError, option
from semshift_nb.names import count

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray


_SAMPLE = 10_000


@app.example(
    "semshift geometry vectors.npy --out geometry.csv",
    "semshift geometry mine.csv --model static --out geometry.parquet",
)
def geometry(
    source: Annotated[
        str,
        typer.Argument(
            metavar="VECTORS|CORPUS",
            help="A file of vectors (.npy, .npz, .safetensors, .parquet or .jsonl with a column of "
            "lists, .csv, .vec), or a corpus by name or path.",
            show_default=False,
        ),
    ],
    *,
    out: TableFile,
    model: Annotated[
        str | None,
        typer.Option(
            metavar="M",
            help="Of a corpus: minilm (if left out), static, a folder, or a local name.",
        ),
    ] = None,
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    of: Annotated[
        Literal["documents", "sentences"] | None,
        typer.Option(help="Of a corpus: what is encoded; documents if left out."),
    ] = None,
    max_length: Annotated[
        int | None,
        typer.Option(metavar="N", help="Of a corpus: the most tokens of a text that are read."),
    ] = None,
    sep: Separator = None,
    language: Language = None,
    array: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Of a file: which array or column, where it has more, or texts beside.",
        ),
    ] = None,
    code_range: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW,HIGH",
            help="Of a file of codes: what the lowest and the highest stand for, as "
            "--range=-128,127, or a .npy file of shape (2, dim).",
            show_default=False,
        ),
    ] = None,
    unpack: Annotated[
        bool, typer.Option("--unpack", help="Of a file: each byte holds eight bits, -1 or 1.")
    ] = False,
    sample: Annotated[
        int,
        typer.Option(
            metavar="N",
            min=2,
            help="Vectors drawn for figures that need pairs, at least two for each dimension.",
        ),
    ] = _SAMPLE,
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Of all draws.")] = 0,
) -> None:
    """Measure how vectors lie, and write the table; a file may be of any size.

    All figures are of directions: vectors of other lengths than one are divided
    by them, and the table says how many were. Vectors that are zero or not finite
    are refused, and which they are is told. Where nothing could be measured the
    exit status is 1.
    """
    from semshift_nb.reports.tables import check_target

    check_target(out, source)
    from semshift_nb.encoders.vector_files.vector_files import found_vectors, holds_vectors

    beside = found_vectors(source, sep=sep)
    asked = bool(beside) and array is not None
    if asked or (holds_vectors(source, sep=sep) and not (beside and model)):
        reading = {"--query-prompt": query_prompt, "--document-prompt": document_prompt}
        options = {"--model": model, "--of": of, "--max-length": max_length, "--allow": allow}
        _refuse({**options, **reading, "--language": language}, "a file of vectors")
        coded = {"code_range": _range(code_range), "unpack": unpack}
        table = _of_file(source, array, sep, **coded, seed=seed, n_sample=sample)
    else:
        _refuse({"--array": array, "--range": code_range, "--unpack": unpack or None}, "a corpus")
        for found in beside:
            tell(
                f"{source} has vectors beside its texts, {found.described}; they are not read, but "
                f"the texts are encoded: {option('array', value=found.name)} measures the vectors"
            )
        from semshift_nb.analyses import corpus_geometry
        from semshift_nb.corpora import load_corpus

        corpus = load_corpus(source, sep=sep, language=language, allow=for_texts(allow))
        chosen = ChosenModel(model or "minilm", allow, query_prompt, document_prompt)
        encoder = chosen.load(max_length=max_length)
        table = corpus_geometry(corpus, encoder, of=of or "documents", seed=seed, n_sample=sample)
    keep_table(table, out)
    print_summary(table)
    say(shortest(out))
    if not (table["status"] == "measured").any():
        tell("nothing was measured; the table says why")
        raise typer.Exit(1)


def _of_file(
    source: str,
    array: str | None,
    sep: str | None,
    **options: Any,  # noqa: ANN401 - those of the analysis
) -> "pd.DataFrame":
    from semshift_nb.analyses import geometry as measured
    from semshift_nb.encoders import open_vectors

    file = open_vectors(source, array=array, sep=sep)
    tell(f"{count(file.n_vectors, 'vector')} of {count(file.dim, 'dimension')} in {file.dtype}")
    return measured(file, **options)


def _range(text: str | None) -> "NDArray[Any] | list[float] | None":
    """Read two numbers with a comma between, or a file of them."""
    if text is None:
        return None
    if text.lower().endswith(".npy"):
        from semshift_nb.encoders import open_vectors

        return next(open_vectors(text).batches())
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"--range {text!r} was given, expected two numbers with a comma between, as "
            "--range=-128,127, or a .npy file of shape (2, dim)."
        ) from None


def _refuse(options: dict[str, object], what: str) -> None:
    """Refuse options that mean nothing for what was given."""
    for name, value in options.items():
        if value is not None:
            raise InputError(f"{name} has no meaning for {what}; leave it out.")


_WIDTH = 130

Row: TypeAlias = dict[str, Any]
"""One row of the metric table."""


def print_summary(table: "pd.DataFrame") -> None:
    """Print the figures with their intervals, and first what holds for all of them."""
    console = Terminal(width=_WIDTH)
    rows: list[Row] = [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
    shared = _shared_notes(rows)
    for line in filter(None, [_head(rows[0]), *shared]):
        console.say(line)
    cells = []
    for row in rows:
        notes = [part for part in row["reason"].split("; ") if part not in shared]
        cells.append([row["metric"], *_cells(row), "; ".join(notes)])
    figures = (Column(name, "right") for name in ("value", "95 %", "n"))
    print_table(console, [Column("metric"), *figures, Column("note", below="")], cells)


def _shared_notes(rows: list[Row]) -> list[str]:
    """Return what the reason of every row says."""
    others = [set(row["reason"].split("; ")) for row in rows[1:]]
    return [
        part for part in rows[0]["reason"].split("; ") if part and all(part in o for o in others)
    ]


def _head(row: Row) -> str:
    if "encoder" not in row:
        return ""
    return (
        f"{row['corpus']}, {row['encoder']}: {count(row['n'], row['of'].removesuffix('s'))}; "
        f"{row['truncated_share']:.0%} of them are longer than the model reads, "
        f"{row['unknown_share']:.0%} of their tokens unknown to it"
    )


def _cells(row: Row) -> tuple[str, str, str]:
    if math.isnan(row["value"]):
        return "not measured", "", ""
    ends = [row["ci_low"], row["ci_high"]]
    interval = "" if math.isnan(ends[0]) else " to ".join(map(_figure, ends))
    counted = row["metric"].startswith("n_")
    value = f"{row['value']:,.0f}" if counted else _figure(row["value"])
    return value, interval, f"{row['n']:,}"


def _figure(value: float) -> str:
    if value != 0 and not 1e-3 <= abs(value) < 1e5:
        return f"{value:.3g}"
    return f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"
