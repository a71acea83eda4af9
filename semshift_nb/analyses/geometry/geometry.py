"""How concentrated a space is, and in which directions: every figure in one table."""

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encode_all
from semshift_nb.analyses.geometry.codes import Codes, dtype_name
from semshift_nb.analyses.geometry.vector_stream import Added, Vectors, add_up, check_shape
from semshift_nb.analyses.results import (
    UNITS,
    interval_row,
    joined,
    mean_cosine_interval,
    measured,
    unmeasured,
)
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import GeometryAccumulator, Interval
from semshift_nb.names import count, listed

PAIRWISE: dict[str, tuple[Callable[..., float], Callable[..., Interval]]] = {
    "uniformity": (measures.uniformity, measures.bootstrap_uniformity),
    "partition_isotropy": (measures.partition_isotropy, measures.jackknife_partition_isotropy),
    "two_nn_dimension": (measures.two_nn_dimension, measures.subsample_two_nn_dimension),
    "hubness": (measures.hubness, measures.subsample_hubness),
}
"""What no sum over the vectors gives: worked out on those that are kept, at most the sample."""

_COUNTED = "a number of dimensions beyond a bound jumps, so that no resample gives an interval"
_ALIGNMENT = "alignment needs pairs of texts that mean the same: see alignment_uniformity"


def _figure_rows(
    accumulator: GeometryAccumulator, groups: NDArray[Any] | None, *, seed: int
) -> Iterator[dict[str, object]]:
    """Yield metric, value, ci_low, ci_high, n, status and reason of every figure."""
    n = accumulator.n
    sample = accumulator.sample()
    rows, n_drawn = sample.rows, len(sample.rows)
    resampled = {"groups": None if groups is None else groups[sample.places], "seed": seed}
    drawn = f"{count(n_drawn, 'vector')} drawn from {n:,}" if n_drawn < n else ""
    for metric, (value, interval) in PAIRWISE.items():
        note = drawn and f"of {drawn}"
        of_sample = partial(value, rows), partial(interval, rows, **resampled)
        yield {"metric": metric, **interval_row(*of_sample, n=n_drawn, note=note)}
    # Without groups every vector is a document of its own, and n of them say more than the sample.
    narrowed = 1.0 if groups is not None else float(np.sqrt(n_drawn / n))
    known = _intervals(rows, resampled)
    marked = accumulator.marked_dimensions()
    for metric, figure in accumulator.moment_figures().items():
        if isinstance(figure, str):
            yield {"metric": metric, **unmeasured(figure, n=n)}
            continue
        ends = known.get(metric, _missing(metric))
        row = _moment_row(figure, ends, narrowed, n=n, drawn=drawn)
        named = _named(marked.get(metric, []))
        yield {"metric": metric, **row, "reason": joined(named, str(row["reason"]))}
    yield {"metric": "alignment", **unmeasured(_ALIGNMENT, n=n)}


def _intervals(rows: NDArray[np.float64], resampled: dict[str, Any]) -> dict[str, Interval | str]:
    """Return the intervals of figures that sums give, or why there are none."""
    distance = _tried(partial(measures.bootstrap_mean_pairwise_distance, rows, **resampled))
    found: dict[str, Interval | str] = {
        "MPD": distance,
        "mean_cosine": distance if isinstance(distance, str) else mean_cosine_interval(distance),
    }
    for names, jackknife in (
        (_SPECTRAL, measures.jackknife_spectral_figures),
        (_OF_DIMENSIONS, measures.jackknife_dimension_figures),
    ):
        together = _tried(partial(jackknife, rows, **resampled))
        found |= dict.fromkeys(names, together) if isinstance(together, str) else together
    return found


_SPECTRAL = (
    *("effective_rank", "participation_ratio", "stable_rank", "nesum", "power_law_decay"),
    *("information_abundance", "condition_number", "first_component_share", "iso_score"),
)
_OF_DIMENSIONS = ("top_dimension_variance_share", "top_dimension_cosine_share")


def _moment_row(
    figure: float, interval: Interval | str, narrowed: float, *, n: int, drawn: str
) -> dict[str, object]:
    """Return the columns of a figure of all vectors, with its interval or why there is none."""
    if isinstance(interval, str):
        return measured(Interval(figure, np.nan, np.nan, n), f"no interval: {interval}")
    # The interval is that of the sample's own value, which is not the value of all.
    low, high = (figure + narrowed * (end - interval.value) for end in interval[1:3])
    return measured(Interval(figure, low, high, n), drawn and f"interval from {drawn}")


def _named(dimensions: list[int]) -> str:
    """Name dimensions, from 0, at most `_MOST_NAMED` of them."""
    if not dimensions:
        return ""
    n_more = len(dimensions) - _MOST_NAMED
    more = [f"{n_more:,} more"] if n_more > 0 else []
    names = listed([*dimensions[:_MOST_NAMED], *more])
    return f"{'dimension' if len(dimensions) == 1 else 'dimensions'} {names}"


_MOST_NAMED = 10


def _missing(metric: str) -> str:
    if metric.startswith("n_"):
        return _COUNTED
    return "it has no value without some of the documents"


def _tried(intervals: Callable[[], Any]) -> Any:  # noqa: ANN401
    try:
        return intervals()
    except InputError as error:
        return str(error)


METRICS = (
    *("MPD", "mean_cosine", "uniformity", "alignment", "partition_isotropy", "iso_score"),
    *("effective_rank", "participation_ratio", "stable_rank", "nesum", "power_law_decay"),
    *("information_abundance", "condition_number", "first_component_share", "two_nn_dimension"),
    *("hubness", "n_near_zero_dimensions", "n_outlier_dimensions"),
    *("top_dimension_variance_share", "top_dimension_cosine_share"),
)
"""In the order of the table."""

_COLUMNS = ["metric", "value", "ci_low", "ci_high", "n", "unit", "status", "reason"]
_OF = ("documents", "sentences")


def geometry(
    source: Vectors,
    *,
    groups: ArrayLike | None = None,
    code_range: ArrayLike | None = None,
    unpack: bool = False,
    seed: int = 0,
    n_sample: int = 10_000,
) -> pd.DataFrame:
    """Measure how vectors lie: how close together, along how many directions, in which dimensions.

    All figures are of directions: a vector that is not of length one is divided by its length, and
    ``reason`` says how many were. Vectors are read once, in batches, and never all at once.

    Parameters
    ----------
    source : array of shape (n, dim) or VectorFile
        Of any number type and library; a memory-mapped array, or what
        `semshift_nb.encoders.open_vectors` gives, may be larger than memory.
    groups : array-like of shape (n,), optional
        The document of each vector: intervals are over documents. By default every one is its own.
    code_range : (low, high), each a number or of shape (dim,), optional
        Of vectors kept as codes: what the lowest and the highest code stand for. Without it uint8
        codes with an offset are noticed, and no figure is measured.
    unpack : bool, default False
        Of uint8 or int8: whether a byte holds eight numbers, -1 or 1 each, as binary quantisation
        packs them.
    seed : int, default 0
        Seed of the sample and of all resamples.
    n_sample : int, default 10000
        Figures that need pairs (uniformity, partition isotropy, TwoNN, hubness) are worked out on
        so many vectors at most, drawn from all (at least two for each dimension); so are intervals.

    Returns
    -------
    DataFrame
        One row a metric: ``metric`` (see `semshift_nb.measures` for each), ``value``, ``ci_low``
        and ``ci_high`` (95 %), ``n`` vectors behind the value, ``unit``, ``status`` and ``reason``,
        which for a measured figure says what it rests on. Spectra are centred. With more than
        ``n_sample`` vectors the interval of a figure of all of them is that of the sample, moved to
        the value and, without ``groups``, narrowed by the root of their numbers. Of near-zero and
        outlier dimensions the reason names the first ten, from 0.

    Raises
    ------
    InputError
        If ``source`` is no such array, or holds vectors that are zero or not finite; the message
        says how many and which.

    References
    ----------
    Those of the single measures, in `semshift_nb.measures`.

    Examples
    --------
    >>> table = geometry(np.eye(8)).set_index("metric")
    >>> float(table.loc["MPD", "value"]), round(float(table.loc["effective_rank", "value"]), 6)
    (1.0, 7.0)
    """
    n, dim = check_shape(source)
    labels = None if groups is None else np.asarray(groups)
    if labels is not None and labels.shape != (n,):
        raise InputError(f"groups have shape {labels.shape}, expected ({n},): one a vector.")
    codes = Codes.of(dtype_name(source), dim, code_range, unpack=unpack)
    added = add_up(source, codes=codes, seed=seed, n_sample=n_sample)
    return pd.DataFrame(_rows(added, n, labels, seed=seed), columns=_COLUMNS)


@by_name
def corpus_geometry(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    of: str = "documents",
    seed: int = 0,
    n_sample: int = 10_000,
) -> pd.DataFrame:
    """Measure how the texts of a corpus lie in the space of one or more encoders.

    Parameters
    ----------
    corpus : Corpus
        Where the texts come from.
    encoders : Encoder or sequence of Encoder
        They may be one model at several layers, temperatures or corrections.
    of : {"documents", "sentences"}
        What is encoded. Intervals are over documents either way.
    seed : int, default 0
        Seed of all draws.
    n_sample : int, default 10000
        See `geometry`.

    Returns
    -------
    DataFrame
        The rows of `geometry` for each encoder, with ``corpus``, ``encoder``, ``of`` and
        ``truncated_share`` (of the texts, those of which the encoder read only the beginning) and
        ``unknown_share`` (of their tokens, those that it does not know) in front. Texts without
        words or a direction are left out, and ``reason`` says how many.

    Raises
    ------
    InputError
        If ``of`` is neither, or there is no encoder.

    References
    ----------
    See `geometry`.
    """
    if of not in _OF:
        raise InputError(f"of is {of!r}, expected one of {', '.join(_OF)}.")
    readers = as_encoders(encoders)
    tables = [_table_of(corpus, encoder, of, seed=seed, n_sample=n_sample) for encoder in readers]
    return pd.concat(tables, ignore_index=True)


def _table_of(
    corpus: Corpus, encoder: Encoder, of: str, *, seed: int, n_sample: int
) -> pd.DataFrame:
    all_texts = corpus.documents if of == "documents" else corpus.sentences
    # A model has a vector for nothing as well, the same for every text without words.
    texts = all_texts[all_texts["text"].str.strip() != ""]
    read = encode_all(encoder, texts["text"].tolist())
    rows = np.flatnonzero(read.has_direction)
    groups = None if of == "documents" else texts["doc_id"].to_numpy()[rows]
    table = geometry(read.vectors[rows], groups=groups, seed=seed, n_sample=n_sample)
    n_lost = len(all_texts) - len(rows)
    if n_lost:
        lost = f"{n_lost} of {len(all_texts)} {of} have no words or no direction and were left out"
        table["reason"] = [joined(lost, reason) for reason in table["reason"]]
    shares = read.tokens.take(rows).shares()
    shares = shares if len(rows) else dict.fromkeys(shares, np.nan)
    named: dict[str, str | float] = {"corpus": corpus.name, "encoder": encoder.name, "of": of}
    for place, (name, value) in enumerate({**named, **shares}.items()):
        table.insert(place, name, value)
    return table


def _rows(
    added: Added, n: int, groups: NDArray[np.generic] | None, *, seed: int
) -> Iterator[dict[str, object]]:
    """Yield a row for each metric, in the order of `METRICS`."""
    found = {}
    if n >= 2 and not added.unmeasured:
        figures = _figure_rows(added.accumulator, groups, seed=seed)
        found = {row["metric"]: row for row in figures}
    missing = unmeasured(added.unmeasured or f"{count(n, 'vector')}, expected at least 2", n=n)
    for metric in METRICS:
        row = found.get(metric, missing)
        reason = joined(added.note, str(row["reason"]))
        yield {**row, "metric": metric, "unit": UNITS[metric], "reason": reason}


SPREAD_METRICS = (
    *("mean_cosine", "uniformity", "partition_isotropy", "iso_score"),
    *("effective_rank", "participation_ratio", "first_component_share"),
)


def spread_rows(
    vectors: NDArray[np.float32],
    groups: NDArray[Any],
    metrics: Sequence[str],
    *,
    n_parts: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return a row for each metric, at most `SPREAD_METRICS`: quick enough for dozens of spaces."""
    rows = vectors.astype(np.float64)
    drawn: dict[str, Any] = {"groups": groups, "seed": seed}
    left_out = {**drawn, "n_parts": n_parts}
    spectral = cache(partial(measures.jackknife_spectral_figures, rows, **left_out))
    distance = partial(measures.bootstrap_mean_pairwise_distance, rows, **drawn)
    intervals: dict[str, Callable[[], Interval]] = {
        "mean_cosine": lambda: mean_cosine_interval(distance()),
        "uniformity": lambda: measures.bootstrap_uniformity(rows, n_resamples=200, **drawn),
        "partition_isotropy": lambda: measures.jackknife_partition_isotropy(rows, **left_out),
    }

    def of_spectrum(metric: str) -> Interval:
        if metric not in spectral():
            raise InputError("it has no value without some of the documents")
        return spectral()[metric]

    return [
        {
            **interval_row(
                partial(getattr(measures, metric), rows),
                intervals.get(metric, partial(of_spectrum, metric)),
                n=len(rows),
            ),
            "metric": metric,
            "unit": UNITS[metric],
        }
        for metric in metrics
    ]
