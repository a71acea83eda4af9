"""``semshift split``."""

from pathlib import Path
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
    app,
    for_texts,
    keep_table,
    say,
    shortest,
)
from semshift_nb.errors import InputError
from semshift_nb.names import count

if TYPE_CHECKING:
    import pandas as pd


@app.example(
    "semshift split story.txt",
    "semshift split mine.jsonl --max-tokens 256 --out chunks.parquet",
)
def split(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SRC",
            help="A corpus by name or path, or one .txt file.",
            show_default=False,
        ),
    ] = None,
    *,
    out: Annotated[
        Path | None,
        typer.Option(help="The table: .parquet, .csv, .json or .jsonl.", show_default=False),
    ] = None,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.jsonl",
            help="Instead of SRC: texts of known segments, a JSON object with _id and segments "
            "(a list of lists of sentences) on each line. All methods are compared; --out keeps "
            "the figures with their intervals.",
            show_default=False,
        ),
    ] = None,
    model: Model = "minilm",
    allow: Allow = None,
    query_prompt: QueryPrompt = None,
    document_prompt: DocumentPrompt = None,
    sep: Separator = None,
    language: Language = None,
    method: Annotated[
        str,
        typer.Option(
            metavar="M",
            help="least_dilution, shift, percentile, windowed_percentile or fixed.",
        ),
    ] = "least_dilution",
    max_tokens: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="The most tokens of a chunk, which only machine data exceed; left out, there is "
            "no bound.",
        ),
    ] = None,
    min_sentences: Annotated[
        int, typer.Option(metavar="N", min=1, help="Fewest sentences of a chunk.")
    ] = 1,
    price: Annotated[
        str, typer.Option(metavar="P", help="What a cut must save: a number, or auto.")
    ] = "auto",
    granularity: Annotated[
        float,
        typer.Option(
            metavar="G",
            help="What auto is multiplied by: 2 for coarser chunks, 0.5 for finer ones.",
        ),
    ] = 1.0,
) -> None:
    """Cut documents where their meaning turns, and write the chunks."""
    from semshift_nb.reports.tables import check_target

    if (source is None) == (evaluate is None):
        raise InputError("semshift split takes either SRC or --evaluate FILE.jsonl.")
    if out is None and evaluate is None:
        raise InputError("say where the chunks go: --out chunks.jsonl.")
    if out is not None:
        check_target(out, source or evaluate or out.parent)
    if evaluate is not None:
        _refuse_options(method, max_tokens, min_sentences, price, granularity, sep, language)
    amount = _price(price)
    chosen = ChosenModel(model, allow, query_prompt, document_prompt)

    if evaluate is not None:
        table = _evaluate(evaluate, chosen)
    else:
        from semshift_nb import analyses
        from semshift_nb.corpora import load_corpus

        corpus = load_corpus(str(source), sep=sep, language=language, allow=for_texts(allow))
        encoder = chosen.load()
        table = analyses.split_corpus(
            corpus,
            encoder,
            max_tokens=max_tokens,
            min_sentences=min_sentences,
            method=method,
            price=amount,
            granularity=granularity,
        )
        _say_chunks(table, len(corpus), encoder.max_length)
    if out is not None:
        keep_table(table, out)
        say(shortest(out))


def _refuse_options(*given: object) -> None:
    """Refuse what --evaluate would not heed: it compares all methods at their defaults."""
    if given != ("least_dilution", None, 1, "auto", 1.0, None, None):
        raise InputError(
            "--evaluate compares all methods at their defaults on a .jsonl file: leave out "
            "--method, --max-tokens, --min-sentences, --price, --granularity, --sep and "
            "--language."
        )


def _price(text: str) -> float | str:
    try:
        return text if text == "auto" else float(text)
    except ValueError:
        raise InputError(f"--price {text!r}: expected a number from 0 on, or auto.") from None


def _evaluate(path: Path, model: ChosenModel) -> "pd.DataFrame":
    from semshift_nb import analyses
    from semshift_nb.corpora import load_segments

    texts = load_segments(path)
    table = analyses.evaluate_splits(texts, model.load())
    wide = table.pivot_table(index="method", columns="metric", values="value", sort=False)
    say(f"{count(len(texts), 'text')}")
    say("".join([f"{'':32}", *(f"{metric:>16}" for metric in wide.columns)]))
    for name, row in wide.iterrows():
        say("".join([f"{name!s:32}", *(f"{value:16.4f}" for value in row)]))
    return table


def _say_chunks(table: "pd.DataFrame", n_documents: int, max_length: int | None) -> None:
    n_empty = n_documents - table["doc_id"].nunique()
    empty = f" (of none: {n_empty:,}, without text)" if n_empty else ""
    say(f"{count(n_documents, 'document')}, {count(len(table), 'chunk')}{empty}")
    if len(table):
        tokens, dilution = table["n_tokens"], table["dilution"]
        say(
            f"tokens a chunk: {tokens.min():,} to {tokens.max():,}, median {tokens.median():,.0f}; "
            f"mean dilution {dilution.mean():.3f}"
        )
    n_uncut = table.loc[table["note"] != "", "doc_id"].nunique()
    if n_uncut:
        say(
            f"{count(n_uncut, 'document')} without a turn that pays at the price that the text "
            "suggests: --granularity 0.5 would cut finer"
        )
    unknown = table["unknown"].mean()
    if unknown > 0:
        say(f"{unknown:.0%} of the tokens of a chunk, on average, are unknown to the model")
    n_long = int(table["truncated"].sum())
    if n_long:
        say(
            f"{n_long:,} of {len(table):,} chunks are longer than the {max_length} tokens that the "
            f"model reads: --max-tokens {max_length} would bound them"
        )
