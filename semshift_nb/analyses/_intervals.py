"""A figure with its interval as columns of a table, and what is said when it has none."""

from collections.abc import Callable

import numpy as np

from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval


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
