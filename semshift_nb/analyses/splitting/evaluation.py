"""How near each way of splitting comes to segments that are known."""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.results import interval_row
from semshift_nb.analyses.splitting.segments import vectors_of
from semshift_nb.analyses.splitting.split import (
    SPLIT_METHODS,
    USUAL_TOKENS,
    SplitOptions,
    check_options,
    find_cuts,
)
from semshift_nb.analyses.token_counts import TokenLengths
from semshift_nb.encoders import Encoder

KNOWN_NUMBER, NOT_CUT = "least_dilution, number given", "no cuts"


class _Text(NamedTuple):
    """A text of known segments: their sizes, its vectors, and what its sentences weigh."""

    sizes: list[int]
    rows: NDArray[np.float32]
    weights: NDArray[np.float64]


class _Result(NamedTuple):
    """What a method made of a text: sizes in sentences, and tokens of each chunk."""

    text: _Text
    sizes: list[int]
    tokens: NDArray[np.float64]


_FIGURES: dict[str, Callable[[_Result], float]] = {
    "Pk": lambda one: measures.pk(one.text.sizes, one.sizes),
    "WindowDiff": lambda one: measures.window_diff(one.text.sizes, one.sizes),
    "F1": lambda one: measures.boundary_f1(one.text.sizes, one.sizes).f1,
    "F1@1": lambda one: measures.boundary_f1(one.text.sizes, one.sizes, tolerance=1).f1,
    "dilution": lambda one: measures.mean_dilution(one.text.rows, one.sizes),
    "n_chunks": lambda one: float(len(one.sizes)),
}


@by_name
def evaluate_splits(
    texts: pd.DataFrame,
    encoder: Encoder,
    *,
    methods: Sequence[str] = SPLIT_METHODS,
    references: bool = True,
    seed: int = 0,
) -> pd.DataFrame:
    """Split texts of known segments by several methods, with nothing but their defaults.

    Parameters
    ----------
    texts : DataFrame
        ``doc_id`` and ``segments``, as `load_segments` and `concatenated_segments` give them.
    encoder : Encoder
        What turns sentences into vectors; each sentence is encoded once for all methods.
    methods : sequence of str
        Methods of `split`.
    references : bool
        Whether to add least dilution with the number of segments given, which tells how much of the
        error lies in the price, and the text left whole, which cuts nothing wrongly: Pk and
        WindowDiff may favour it where segments are long.
    seed : int
        Of the bootstrap, which draws texts.

    Returns
    -------
    DataFrame
        Columns ``method``, ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``, ``status`` and
        ``reason``. Metrics, each the mean over texts: ``Pk`` and ``WindowDiff`` (less is better),
        ``F1`` of the boundaries and ``F1@1`` with one sentence of tolerance, ``dilution`` within
        chunks, ``n_chunks``; and ``size_variation`` of the tokens of all chunks together.

    Raises
    ------
    InputError
        If a method is unknown.
    """
    for method in methods:
        check_options(method, None, "auto")
    prepared = _prepare(texts, encoder)
    usual = float((encoder.max_length or USUAL_TOKENS) - TokenLengths(encoder).n_special)
    found = {one: [_split(text, one, usual) for text in prepared] for one in methods}
    if references:
        found[KNOWN_NUMBER] = [
            _split(text, "least_dilution", usual, n_chunks=len(text.sizes)) for text in prepared
        ]
        found[NOT_CUT] = [_cut(text, []) for text in prepared]
    rows = [
        {"method": name, **row}
        for name, results in found.items()
        for row in _figures(results, seed)
    ]
    return pd.DataFrame(rows)


def _prepare(texts: pd.DataFrame, encoder: Encoder) -> list[_Text]:
    segments = texts["segments"].tolist()
    sizes = [[len(segment) for segment in text] for text in segments]
    sentences = [sentence for text in segments for segment in text for sentence in segment]
    rows, _ = vectors_of(encoder, [sentence.strip() for sentence in sentences])
    lengths = TokenLengths(encoder)
    weights = (lengths.count(sentences) - lengths.n_special).astype(np.float64)
    edges = np.cumsum([0, *(sum(one) for one in sizes)]).tolist()
    return [
        _Text(one, rows[start:end], weights[start:end])
        for one, (start, end) in zip(sizes, pairwise(edges), strict=True)
    ]


def _split(text: _Text, method: str, usual: float, *, n_chunks: int | None = None) -> _Result:
    options = SplitOptions(
        method=method,
        n_chunks=n_chunks,
        weights=text.weights,
        usual_weight=usual,
    )
    return _cut(text, find_cuts(text.rows, options).cuts)


def _cut(text: _Text, cuts: Sequence[int]) -> _Result:
    edges = [0, *cuts, len(text.rows)]
    tokens = np.add.reduceat(text.weights, edges[:-1])
    return _Result(text, np.diff(edges).tolist(), tokens)


def _figures(results: list[_Result], seed: int) -> Iterator[dict[str, object]]:
    for metric, figure in _FIGURES.items():
        values = np.array([figure(result) for result in results])
        yield {"metric": metric, **_mean_row(values, seed)}
    tokens = np.concatenate([result.tokens for result in results])
    groups = np.repeat(np.arange(len(results)), [len(result.tokens) for result in results])
    row = interval_row(
        lambda: _variation(tokens),
        lambda: measures.bootstrap_interval(tokens, _variation, groups=groups, seed=seed),
        n=len(tokens),
    )
    yield {"metric": "size_variation", **row}


def _mean_row(values: NDArray[np.float64], seed: int) -> dict[str, object]:
    return interval_row(
        lambda: float(values.mean()),
        lambda: measures.bootstrap_mean(values, seed=seed),
        n=len(values),
    )


def _variation(tokens: NDArray[np.float64]) -> float:
    return float(tokens.std() / tokens.mean())
