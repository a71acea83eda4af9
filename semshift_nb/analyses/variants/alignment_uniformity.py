"""The alignment-uniformity plane: whether like texts are near and everything else spreads."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encoder_columns
from semshift_nb.analyses.results import UNITS, interval_row, joined, mean_cosine_interval
from semshift_nb.analyses.variants.figures import (
    ALIGNMENT,
    MEAN_COSINE,
    RELATIVE,
    SPEARMAN,
    UNIFORMITY,
    HalfSamples,
    PairVectors,
    half_interval,
    pair_figures,
    pair_halves,
    read_pairs,
)
from semshift_nb.corpora import TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

_COLUMNS = [
    *["pairs", "kind", "encoder", "tau", "schedule", "metric", "value", "ci_low", "ci_high", "n"],
    *["unit", "truncated_share", "unknown_share", "status", "reason"],
]
_N_HALVES = 200


@by_name
def alignment_uniformity(
    pairs: TextPairs | Sequence[TextPairs],
    encoders: Encoder | Sequence[Encoder],
    *,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how near pairs that mean alike lie, and how evenly all of their texts spread.

    Either figure alone is easily had: a space that has collapsed into one point is perfectly
    aligned, and vectors drawn at random are uniform. A good encoder is held to be low in both.

    Parameters
    ----------
    pairs : TextPairs or sequence of TextPairs
        What is held to mean alike (`semshift_nb.corpora.adjacent_sentences`, `repeated_texts`,
        `load_pairs`, `parallel_texts`).
    encoders : Encoder or sequence of Encoder
        Each reads all pairs, in the role of documents.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        Long-form rows: ``pairs`` (what they were made from), ``kind``, ``encoder``, ``tau``
        (missing where the temperature is not one number), ``schedule``, ``metric``, ``value``,
        ``ci_low`` and ``ci_high`` (95 %, the groups of pairs drawn whole), ``n`` (pairs or texts),
        ``unit``, ``truncated_share`` and ``unknown_share`` of the texts, ``status`` and ``reason``.
        The metrics:

        - ``alignment``: the mean squared distance of the positive pairs, from 0 to 4;
        - ``uniformity``: of all their texts, each once; from -8 to 0, and lower is more even;
        - ``relative_alignment``: alignment over the mean squared distance of all their texts: 1
          where a pair is no nearer than chance, 0 where its two sides are in one place, and above
          1 where the two sides keep apart (texts and translations that each crowd by themselves).
          A mere crowding together lowers alignment, and leaves this alone. Its interval is by
          random halves of the groups (200 of them);
        - ``mean_cosine`` of all their texts;
        - ``Spearman``: of the cosine with the score, over all pairs; where there are scores.

    Raises
    ------
    InputError
        If there is no encoder or no pairs, or a setting is out of range.

    References
    ----------
    Wang & Isola 2020, "Understanding Contrastive Representation Learning through Alignment and
    Uniformity on the Hypersphere". Gao, Yao, Chen 2021 (SimCSE) draw the plane for texts.

    Examples
    --------
    >>> from semshift_nb.corpora import adjacent_sentences, load_corpus
    >>> from semshift_nb.encoders import load_encoder
    >>> encoder = load_encoder("static", store=None)
    >>> pairs = adjacent_sentences(load_corpus("news", n_documents=20))
    >>> found = alignment_uniformity(pairs, encoder)
    >>> found["metric"].tolist()
    ['alignment', 'relative_alignment', 'uniformity', 'mean_cosine']
    """
    sets = [pairs] if isinstance(pairs, TextPairs) else list(pairs)
    if not sets:
        raise InputError("there are no pairs, expected at least one set of them.")
    rows: list[dict[str, object]] = []
    for each in sets:
        for encoder in as_encoders(encoders):
            named = {"pairs": each.name, "kind": each.kind, **encoder_columns(encoder)}
            found = _figures(each, read_pairs(each, encoder), n_resamples=n_resamples, seed=seed)
            rows.extend({**named, **row} for row in found)
    return pd.DataFrame(rows, columns=_COLUMNS)


class _Known(NamedTuple):
    """A figure that can be worked out, of how many pairs or texts, and its interval."""

    metric: str
    n: int
    note: str
    value: Callable[[], float]
    interval: Callable[[], Interval]


def _figures(
    pairs: TextPairs, read: PairVectors, *, n_resamples: int, seed: int
) -> Iterator[dict[str, object]]:
    """Yield the figures of one encoder."""
    for known in (
        *_of_positives(pairs, read, n_resamples=n_resamples, seed=seed),
        *_of_texts(read, n_resamples=n_resamples, seed=seed),
        *_of_scores(read, n_resamples=n_resamples, seed=seed),
    ):
        note = joined(known.note, read.note)
        figures = interval_row(known.value, known.interval, n=known.n, note=note)
        yield {
            "metric": known.metric,
            **figures,
            "unit": UNITS[known.metric],
            **read.shares,
        }


def _of_positives(
    pairs: TextPairs, read: PairVectors, *, n_resamples: int, seed: int
) -> Iterator[_Known]:
    left, right = read.positives()
    note = "" if pairs.min_score is None else f"pairs from {pairs.min_score:g} on"
    redrawn = partial(
        measures.bootstrap_alignment,
        *(left, right),
        groups=read.pair_groups[read.positive],
        n_resamples=n_resamples,
        seed=seed,
    )
    value = partial(measures.alignment, left, right)
    yield _Known(ALIGNMENT, len(left), note, value, redrawn)
    halved = partial(_relative_interval, pairs.name, read, n=len(left), seed=seed)
    yield _Known(RELATIVE, len(left), note, partial(_relative, read), halved)


def _of_texts(read: PairVectors, *, n_resamples: int, seed: int) -> Iterator[_Known]:
    rows = read.vectors

    def evenness() -> Interval:
        return measures.bootstrap_uniformity(
            rows, groups=read.text_groups, n_resamples=n_resamples, seed=seed
        )

    def cosine() -> Interval:
        return mean_cosine_interval(
            measures.bootstrap_mean_pairwise_distance(
                rows, groups=read.text_groups, n_resamples=n_resamples, seed=seed
            )
        )

    yield _Known(UNIFORMITY, len(rows), "", partial(measures.uniformity, rows), evenness)
    yield _Known(MEAN_COSINE, len(rows), "", partial(measures.mean_cosine, rows), cosine)


def _of_scores(read: PairVectors, *, n_resamples: int, seed: int) -> Iterator[_Known]:
    if read.scores is None:
        return
    cosines, scores = read.cosines(), read.scores
    redrawn = partial(
        measures.bootstrap_spearman,
        *(cosines, scores),
        groups=read.pair_groups,
        n_resamples=n_resamples,
        seed=seed,
    )
    value = partial(measures.spearman, cosines, scores)
    yield _Known(SPEARMAN, len(scores), "", value, redrawn)


def _relative(read: PairVectors) -> float:
    value = pair_figures(read)[RELATIVE]
    if np.isnan(value):
        raise InputError("there is no positive pair, or all texts lie in one place")
    return value


def _relative_interval(name: str, read: PairVectors, *, n: int, seed: int) -> Interval:
    groups = read.pair_groups, read.text_groups
    halves = HalfSamples([(name, rows) for rows in groups], n_halves=_N_HALVES, seed=seed)
    kept = (halves.of(name, rows) for rows in groups)
    return half_interval(_relative(read), pair_halves(read, *kept)[RELATIVE], n=n)
