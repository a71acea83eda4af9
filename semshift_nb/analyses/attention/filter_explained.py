"""Why heads let through more than the bound on paper allows."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.attention.low_pass import FilterResult
from semshift_nb.analyses.results import NOT_MEASURED, interval_row
from semshift_nb.errors import InputError

PREDICTORS = (
    *("column_filter_rate", "share_first", "share_separator"),
    *("normalised_entropy", "score_variance"),
)

_FACTORS = {
    "rate / bound": ("filter_rate", "filter_rate_bound"),
    "shuffled / bound": ("shuffled_filter_rate", "filter_rate_bound"),
    "rate / shuffled": ("filter_rate", "shuffled_filter_rate"),
}
_FIGURES = [
    *({"metric": "factor", "predictor": name, "unit": "times"} for name in _FACTORS),
    *({"metric": "Spearman", "predictor": name, "unit": "rank correlation"} for name in PREDICTORS),
]
_COLUMNS = [
    *["corpus", "encoder", "tau", "schedule", "n_tokens", "metric", "predictor", "value"],
    *["ci_low", "ci_high", "n", "unit", "status", "reason"],
]

Statistic = Callable[..., float]
"""Takes figures, each an array of one number a head (its mean over some documents)."""


def filter_explained(
    reading: FilterResult, *, n_resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Say by how much the heads exceed their bound, and what goes with it.

    The bound supposes scores that are independent of one another. Putting each row in random order
    makes them so and keeps everything else, which splits the excess in two factors: ``shuffled /
    bound`` is the doing of single rows (scores spread so far that a few weights are most of a row,
    at a length where the bound's limit is not reached), ``rate / shuffled`` that of rows which
    agree on where to look. Their product is ``rate / bound``.

    Parameters
    ----------
    reading : FilterResult
        What `read_filter` gave.
    n_resamples : int, default 1000
        How many times to draw the documents.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    DataFrame
        One row a figure: ``corpus``, ``encoder``, ``tau``, ``schedule``, ``n_tokens``; ``metric``
        ``factor`` (geometric mean over the heads; ``predictor`` names the two rates, those with a
        shuffled one at the lengths where it was measured) or ``Spearman`` (over the heads, between
        ``filter_rate / filter_rate_bound`` and the ``predictor``, a figure of
        `FilterResult.by_head`); ``value``, ``ci_low`` and ``ci_high`` (95 % bootstrap over the
        documents: the heads are all there are, the documents a sample), ``n`` heads, ``unit``,
        ``status`` and ``reason``.

    Raises
    ------
    InputError
        If ``n_resamples`` is below 1.

    References
    ----------
    Length collapse, arXiv 2410.24200, Theorem 3.
    """
    if n_resamples < 1:
        raise InputError(f"n_resamples is {n_resamples}, expected at least 1 (1000 is usual).")
    rows: list[dict[str, object]] = []
    if len(reading.heads):
        for n_tokens, part in reading.heads.groupby("n_tokens"):
            figures = _of_length(part, reading.note, n_resamples=n_resamples, seed=seed)
            rows.extend({"n_tokens": n_tokens, **row} for row in figures)
    rows.extend(
        {"n_tokens": n, **figure, "n": 0, "status": NOT_MEASURED, "reason": why}
        for n, why in sorted(reading.unmeasured.items())
        for figure in _FIGURES
    )
    return pd.DataFrame(rows).assign(**reading.named).reindex(columns=_COLUMNS)


def _of_length(
    part: pd.DataFrame, note: str, *, n_resamples: int, seed: int
) -> Iterator[dict[str, object]]:
    """Yield the figures of one length; ``part`` has one row a document and head."""

    def figure(statistic: Statistic, *columns: str) -> dict[str, object]:
        tables = [
            part.pivot(index="doc_id", columns=["layer", "head"], values=name).to_numpy(np.float64)
            for name in columns
        ]
        n_documents, n_heads = tables[0].shape
        places = np.arange(n_documents, dtype=np.float64)

        # Of few documents the same ones are drawn again and again.
        @cache
        def of_drawn(rows: tuple[int, ...]) -> float:
            return statistic(*(table[list(rows)].mean(axis=0) for table in tables))

        def of_documents(rows: NDArray[np.float64]) -> float:
            return of_drawn(tuple(sorted(rows.astype(np.intp).tolist())))

        def interval() -> measures.Interval:
            return measures.bootstrap_interval(
                places, of_documents, n_resamples=n_resamples, seed=seed
            )

        row = interval_row(lambda: of_documents(places), interval, n=n_documents, note=note)
        return {**row, "n": n_heads}

    shuffled = part["shuffled_filter_rate"].notna().all()
    for labels in _FIGURES:
        name = str(labels["predictor"])
        if name in PREDICTORS:
            yield {**labels, **figure(_correlation, "filter_rate", "filter_rate_bound", name)}
        elif shuffled or "shuffled" not in name:
            yield {**labels, **figure(_factor, *_FACTORS[name])}


def _factor(above: NDArray[np.float64], below: NDArray[np.float64]) -> float:
    if not ((above > 0) & (below > 0)).all():
        raise InputError("a head lets nothing through, and a ratio with nothing has no logarithm")
    return float(np.exp(np.log(above / below).mean()))


def _correlation(
    rate: NDArray[np.float64], bound: NDArray[np.float64], predictor: NDArray[np.float64]
) -> float:
    return measures.spearman(rate / bound, predictor)
