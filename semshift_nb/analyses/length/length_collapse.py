"""Whether embeddings crowd together as texts grow longer, and whether length does it."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encoder_columns
from semshift_nb.analyses.length.conditions import Cell, LengthPlan, Shift, plan_texts, read_cell
from semshift_nb.analyses.length.length_buckets import buckets
from semshift_nb.analyses.length.text_growth import (
    ARMS,
    Lengths,
    check_lengths,
    considered,
)
from semshift_nb.analyses.results import (
    UNITS,
    interval_row,
    joined,
    mean_cosine_interval,
    unmeasured,
)
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.names import count

METRICS = ("MPD", "mean_cosine", "uniformity", "effective_rank", "nn_accuracy")


def metric_rows(cell: Cell | str, corpus: Corpus, *, seed: int) -> Iterator[dict[str, object]]:
    """Yield the metrics of one arm at one length."""
    if isinstance(cell, str):
        nothing = unmeasured(cell)
        yield from ({"metric": metric, "unit": UNITS[metric], **nothing} for metric in METRICS)
        return
    distance = partial(measures.bootstrap_mean_pairwise_distance, cell.vectors, seed=seed)
    known: dict[str, tuple[Callable[[], float], Callable[[], measures.Interval]]] = {
        "MPD": (partial(measures.mean_pairwise_distance, cell.vectors), distance),
        "mean_cosine": (
            partial(measures.mean_cosine, cell.vectors),
            lambda: mean_cosine_interval(distance()),
        ),
        "uniformity": (
            partial(measures.uniformity, cell.vectors),
            partial(measures.bootstrap_uniformity, cell.vectors, seed=seed),
        ),
        "effective_rank": (
            partial(measures.effective_rank, cell.vectors),
            partial(measures.jackknife_effective_rank, cell.vectors, n_parts=50, seed=seed),
        ),
    }
    n, dim = cell.vectors.shape
    bound = {"effective_rank": f"at most {min(n - 1, dim)} for so many texts"}
    for metric, (value, interval) in known.items():
        note = joined(bound.get(metric, ""), cell.note)
        figures = interval_row(value, interval, n=n, note=note)
        yield {"metric": metric, "unit": UNITS[metric], **figures}
    yield {"metric": "nn_accuracy", "unit": UNITS["nn_accuracy"], **_by_label(cell, corpus, seed)}


def _by_label(cell: Cell, corpus: Corpus, seed: int) -> dict[str, object]:
    """Return the accuracy of the nearest neighbour, over the documents that have a label."""
    if "label" not in corpus.documents:
        return unmeasured("the corpus has no labels")
    labels = corpus.documents["label"].iloc[cell.documents]
    known = labels.notna().to_numpy()
    chosen, vectors = labels[known].astype(str).tolist(), cell.vectors[known]
    if len(chosen) < 2:
        return unmeasured(f"{len(chosen)} of {len(labels)} documents have a label")
    chance = f"by chance {measures.label_chance(chosen):.2f}"
    n_lost = len(labels) - len(chosen)
    lost = (
        count(
            n_lost,
            "document without a label was left out",
            "documents without a label were left out",
        )
        if n_lost
        else ""
    )
    return interval_row(
        partial(measures.nearest_neighbour_accuracy, vectors, chosen),
        partial(measures.bootstrap_nearest_neighbour_accuracy, vectors, chosen, seed=seed),
        n=len(chosen),
        note=joined(chance, cell.note, lost),
    )


_COLUMNS = [
    *["corpus", "encoder", "tau", "schedule", "arm", "n_tokens", "bucket", "mean_tokens"],
    *["mean_dispersion", "metric", "value", "ci_low", "ci_high", "n", "unit", "truncated_share"],
    *["unknown_share", "status", "reason"],
]


@by_name
def length_collapse(
    corpora: Corpus | Sequence[Corpus],
    encoders: Encoder | Sequence[Encoder],
    *,
    lengths: Sequence[int] = (16, 32, 64, 128, 256, 500),
    arms: Sequence[str] = ARMS,
    n_documents: int | None = None,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how closely embeddings crowd together at each of several lengths of text.

    Length and shift go together in nature. Five arms take them apart; each document gives an arm
    one text:

    - *cut*: the beginning of the document, cut after n tokens. What is said stays alike in kind,
      and only the length varies.
    - *natural*: texts as long as their author made them: the document itself where it fits the
      bucket of lengths, else one of its paragraphs, else one of its sentences. None is cut, and
      short and long ones differ in kind.
    - *repeat*: one sentence of the document, the anchor, over and over: long without any shift. On
      lengths shorter than most anchors, about 16 and 32, it is the beginning of a sentence.
    - *sequential*: the anchor and the sentences that follow it: as far as an author moves.
    - *random*: the anchor and sentences from anywhere in the corpus: as far as a corpus can move.

    The last three are grown until they have enough tokens and then cut after n, as *cut* is: at
    one length, the texts of all four have exactly n tokens and are from the same documents, which
    are the same at all lengths. All encoders read the same texts.

    Parameters
    ----------
    corpora : Corpus or sequence of Corpus
        Where the texts come from.
    encoders : Encoder or sequence of Encoder
        Each is run on each corpus; they may be one encoder at several temperatures.
    lengths : sequence of int, default (16, 32, 64, 128, 256, 500)
        The ladder of tokens, special tokens and prompts included, and the upper edges of the
        buckets of natural lengths. A length is measured on documents that reach the longest one;
        one that fewer than 20 reach (or than a fifth of a small corpus) is not measured.
    arms : sequence of str, default all
        Which of the five to make.
    n_documents : int, optional
        At most so many documents, drawn from those that are long enough; without it all. They are
        looked for among 2,000 documents (or 20 times as many as wanted), drawn first where a corpus
        has more; then the random sentences are from these, too.
    seed : int, default 0
        Seed of all draws.

    Returns
    -------
    DataFrame
        One row a figure: ``corpus``, ``encoder``, ``tau`` (missing where the temperature is not one
        number), ``schedule``, ``arm``, ``n_tokens`` (the length; of *natural* the upper edge of the
        bucket), ``bucket`` (such as ``"17-32"``; empty in other arms), ``mean_tokens`` (that the
        model saw), ``mean_dispersion`` (the mean over the texts of the dispersion of those of their
        sentences that the model saw at least half of; at temperature 1, for it belongs to the
        texts), ``metric`` (``MPD``, ``mean_cosine``, ``uniformity``, ``effective_rank``,
        ``nn_accuracy``), ``value``, ``ci_low`` and ``ci_high`` (95 %, over documents), ``n`` texts,
        ``unit``, ``truncated_share``, ``unknown_share`` of the tokens, ``status`` and ``reason``.

        ``truncated_share`` is the share of texts that the encoder cut where nobody asked it to. In
        all arms but *natural* the cut is the design, and a length beyond the encoder's
        ``max_length`` is not measured (and its share is 1). ``effective_rank`` and ``nn_accuracy``
        follow the number of texts: compare rows of the same ``n``. ``reason`` also says what a
        measured figure rests on. Intervals are of 1,000 resamples; that of the effective rank,
        which none with copies can give, of leaving out documents 50 times.

    Raises
    ------
    InputError
        If a length, an arm, ``n_documents`` or ``seed`` is out of range, or there is no encoder.

    References
    ----------
    Length-induced collapse, arXiv 2410.24200; semantic shift, arXiv 2603.21437 (concatenations).
    """
    wanted = check_lengths(lengths, arms, n_documents=n_documents, seed=seed)
    readers = as_encoders(encoders)
    rows: list[dict[str, object]] = []
    for whole in [corpora] if isinstance(corpora, Corpus) else corpora:
        corpus = considered(whole, wanted)
        plan = plan_texts(corpus, readers, wanted)
        for encoder in readers:
            rows.extend(_rows(corpus, encoder, plan, wanted))
    return pd.DataFrame(rows, columns=_COLUMNS)


def _rows(
    corpus: Corpus, encoder: Encoder, plan: LengthPlan, wanted: Lengths
) -> Iterator[dict[str, object]]:
    """Yield the rows of one corpus and one encoder."""
    shift = Shift(corpus, encoder, plan)
    limit = encoder.max_length
    named = {"corpus": corpus.name, **encoder_columns(encoder)}
    for arm in wanted.arms:
        for length, (low, high) in buckets(wanted).items():
            cell = read_cell(encoder, plan, arm, length)
            condition = {**named, "arm": arm, "n_tokens": length}
            condition["bucket"] = f"{low}-{high}" if arm == "natural" else ""
            condition |= _of_texts(cell, shift, unseen=limit is not None and length > limit)
            yield from ({**condition, **row} for row in metric_rows(cell, corpus, seed=wanted.seed))


def _of_texts(cell: Cell | str, shift: Shift, *, unseen: bool) -> dict[str, float]:
    """Return what the texts of a cell are like."""
    if isinstance(cell, str):
        nothing = dict.fromkeys(("mean_tokens", "mean_dispersion", "unknown_share"), np.nan)
        return {**nothing, "truncated_share": float(unseen)}
    return {
        "mean_tokens": float(cell.n_seen.mean()),
        "mean_dispersion": shift.mean_dispersion(cell),
        **cell.tokens.shares(),
    }
