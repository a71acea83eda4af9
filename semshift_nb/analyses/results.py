"""The figures of one text: what every table of texts has in its columns."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np
import pandas as pd

from semshift_nb.analyses.encoded import Encoded, no_direction_reason
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.measures.shift import TextShift

MEASURED = "measured"
NOT_MEASURED = "not measured"


class Figures(TypedDict):
    """The columns that `shift_figures` fills."""

    n_sentences: int
    n_tokens: int | None
    truncated: bool
    local_evolution: float
    mean_adjacent_distance: float
    dispersion: float
    semantic_shift: float
    dilution: float
    discrepancy: float
    status: str
    reason: str


FIGURE_COLUMNS = list(Figures.__annotations__)


def shift_figures(sentences: Encoded, text: Encoded) -> Figures:
    """Return the figures of one text from its sentences and from itself (one row).

    What has no direction is not measured: the row says so, with the reason.
    """
    reason = no_direction_reason(sentences)
    if not reason and not text.directed[0]:
        reason = "the whole text has no direction in this encoder"

    shift = None if reason else TextShift(sentences.vectors)

    def figure(measure: Callable[[TextShift], float]) -> float:
        return float("nan") if shift is None else measure(shift)

    return Figures(
        n_sentences=len(sentences.directed),
        n_tokens=int(text.n_tokens[0]) if text.directed[0] else None,
        truncated=bool(text.truncated[0]),
        local_evolution=figure(lambda shift: shift.local_evolution),
        mean_adjacent_distance=figure(lambda shift: shift.mean_adjacent_distance),
        dispersion=figure(lambda shift: shift.dispersion),
        semantic_shift=figure(lambda shift: shift.semantic_shift),
        dilution=figure(lambda shift: shift.dilution),
        discrepancy=figure(lambda shift: shift.discrepancy(text.vectors[0])),
        status=NOT_MEASURED if reason else MEASURED,
        reason=reason,
    )


def row(encoded: Encoded, position: int) -> Encoded:
    """Return one text as `shift_figures` takes it."""
    return encoded.take(slice(position, position + 1))


def tidy(table: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of tokens their types, whatever is missing in them."""
    n_tokens = table["n_tokens"].astype("Int64")
    return table.assign(n_tokens=n_tokens, truncated=table["truncated"].eq(True))  # noqa: FBT003


def known_tokens(encoded: Encoded) -> pd.Series:
    """Return the token counts, missing where a text without direction left none."""
    return pd.Series(encoded.n_tokens, dtype="Int64").where(encoded.directed)


def interval_row(
    value: Callable[[], float], interval: Callable[[], Interval], *, n: int, note: str = ""
) -> dict[str, object]:
    """Return value, ci_low, ci_high, n, status and reason.

    A figure of a single document has a value and no interval; a figure that cannot be worked out is
    not measured. ``note`` is put before any reason.
    """

    def told(figure: Interval, status: str, reason: str = "") -> dict[str, object]:
        ends = {"value": figure.value, "ci_low": figure.low, "ci_high": figure.high, "n": figure.n}
        return {**ends, "status": status, "reason": "; ".join(filter(None, [note, reason]))}

    try:
        return told(interval(), MEASURED)
    except InputError as error:
        no_interval = f"no interval: {error}"
    try:
        return told(Interval(value(), np.nan, np.nan, n), MEASURED, no_interval)
    except InputError as error:
        return told(Interval(np.nan, np.nan, np.nan, n), NOT_MEASURED, str(error))
