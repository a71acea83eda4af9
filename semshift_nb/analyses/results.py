"""Rows of results: what was measured, in which unit, and why something was not."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from semshift_nb.analyses.encoded import no_direction_reason
from semshift_nb.encoders import Encoding, TokenCounts
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.measures.shift import TextShift

_TOLD_APART = 5
"""Decimals to which figures of float32 vectors are told apart, on whatever machine."""


def tied(figures: ArrayLike) -> NDArray[np.float64]:
    """Make figures equal that float32 cannot tell apart: else each machine ranks them anew."""
    rows = np.asarray(figures, dtype=np.float64)
    return rows.round(_TOLD_APART)


MEASURED = "measured"
NOT_MEASURED = "not measured"

UNITS = {
    # of a set of vectors
    "MPD": "cosine distance",
    "mean_cosine": "cosine",
    "uniformity": "log potential",
    "alignment": "squared distance",
    "relative_alignment": "share of chance",
    "partition_isotropy": "ratio",
    "iso_score": "share",
    "effective_rank": "directions",
    "participation_ratio": "directions",
    "stable_rank": "directions",
    "nesum": "directions",
    "power_law_decay": "exponent",
    "information_abundance": "directions",
    "condition_number": "ratio",
    "first_component_share": "share",
    "two_nn_dimension": "dimensions",
    "hubness": "skewness",
    "n_near_zero_dimensions": "dimensions",
    "n_outlier_dimensions": "dimensions",
    "top_dimension_variance_share": "share",
    "top_dimension_cosine_share": "share",
    "nn_accuracy": "share",
    "Spearman": "-1 to 1",
    # of vectors, one by one
    "norm": "length",
    "cosine_to_mean": "cosine",
    "cosine_to_anchor": "cosine",
    # of texts and chunks
    "n_tokens": "tokens",
    "dilution": "0 to 1",
    "n_chunks": "chunks",
    "chunk_tokens": "tokens",
    # of attention
    "filter_rate": "times",
    "rms_filter_rate": "times",
    "filter_rate_bound": "times",
    "above_bound": "share of heads",
    "explained_by_one_column": "share of sigma_a squared",
    "explained_by_first_token": "share of sigma_a squared",
    "shuffled_filter_rate": "times",
    "score_variance": "squared score",
    "entropy": "nats",
    "normalised_entropy": "share of log n",
    "share_first": "share of attention",
    "share_last": "share of attention",
    "share_separator": "share of attention",
    "high_frequency_share": "share of squared length",
}
"""What each metric counts."""


def measured(figure: Interval, reason: str = "") -> dict[str, object]:
    """Return value, ci_low, ci_high, n, status and reason of a figure that there is."""
    ends = {"value": figure.value, "ci_low": figure.low, "ci_high": figure.high, "n": figure.n}
    return {**ends, "status": MEASURED, "reason": reason}


def unmeasured(reason: str, *, n: int = 0) -> dict[str, object]:
    """Return the same columns of a figure that there is none of."""
    nothing = dict.fromkeys(("value", "ci_low", "ci_high"), np.nan)
    return {**nothing, "n": n, "status": NOT_MEASURED, "reason": reason}


def interval_row(
    value: Callable[[], float], interval: Callable[[], Interval], *, n: int, note: str = ""
) -> dict[str, object]:
    """Return value, ci_low, ci_high, n, status and reason.

    A figure of a single document has a value and no interval; a figure that cannot be worked out is
    not measured. ``note`` is put before any reason.
    """
    try:
        return measured(interval(), note)
    except InputError as error:
        no_interval = f"no interval: {error}"
    try:
        return measured(Interval(value(), np.nan, np.nan, n), joined(note, no_interval))
    except InputError as error:
        return unmeasured(joined(note, str(error)), n=n)


def joined(*notes: str) -> str:
    """Write notes one after the other, without those that are empty."""
    return "; ".join(filter(None, notes))


def mean_cosine_interval(distance: Interval) -> Interval:
    """Return the interval of a mean cosine from that of the mean distance."""
    return Interval(1 - distance.value, 1 - distance.high, 1 - distance.low, distance.n)


class Figures(TypedDict):
    """The columns that `shift_figures` fills."""

    n_sentences: int
    n_tokens: int | None
    truncated: bool
    unknown: float
    local_evolution: float
    mean_adjacent_distance: float
    dispersion: float
    semantic_shift: float
    dilution: float
    discrepancy: float
    status: str
    reason: str


FIGURE_COLUMNS = list(Figures.__annotations__)


def shift_figures(sentences: Encoding, text: Encoding, doubt: str = "") -> Figures:
    """Return the figures of one text from its sentences and from itself (one row).

    What has no direction, or whose sentences are in doubt, is not measured, and the row says why.
    """
    reason = no_direction_reason(sentences) or doubt
    if not reason and not text.has_direction[0]:
        reason = "the whole text has no direction in this encoder"

    shift = None if reason else TextShift(sentences.vectors)

    def figure(measure: Callable[[TextShift], float]) -> float:
        return float("nan") if shift is None else measure(shift)

    return Figures(
        n_sentences=len(sentences.vectors),
        n_tokens=int(text.n_tokens[0]) if text.has_direction[0] else None,
        truncated=bool(text.truncated[0]),
        unknown=float(text.unknown[0]),
        local_evolution=figure(lambda shift: shift.local_evolution),
        mean_adjacent_distance=figure(lambda shift: shift.mean_adjacent_distance),
        dispersion=figure(lambda shift: shift.dispersion),
        semantic_shift=figure(lambda shift: shift.semantic_shift),
        dilution=figure(lambda shift: shift.dilution),
        discrepancy=figure(lambda shift: shift.discrepancy(text.vectors[0])),
        status=NOT_MEASURED if reason else MEASURED,
        reason=reason,
    )


def row(encoded: Encoding, position: int) -> Encoding:
    """Return one text as `shift_figures` takes it."""
    return encoded.take(slice(position, position + 1))


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of tokens their types, whatever is missing in them."""
    n_tokens = table["n_tokens"].astype("Int64")
    return table.assign(n_tokens=n_tokens, truncated=table["truncated"].eq(True))  # noqa: FBT003


def token_shares(texts: pd.DataFrame) -> dict[str, float]:
    """Sum up ``truncated`` and ``unknown`` of a table of texts."""
    return TokenCounts(
        n_tokens=np.zeros(len(texts), dtype=np.int64),
        truncated=texts["truncated"].to_numpy(dtype=np.bool_),
        unknown=texts["unknown"].to_numpy(dtype=np.float64),
    ).shares()


def known_tokens(encoded: Encoding) -> pd.Series:
    """Return the token counts, missing where a text without direction left none."""
    return pd.Series(encoded.n_tokens, dtype="Int64").where(encoded.has_direction)
