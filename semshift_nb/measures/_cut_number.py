"""The best segmentation into a number of segments."""

import numpy as np

from semshift_nb.errors import InputError
from semshift_nb.measures._gains import gains_at
from semshift_nb.measures._scatter_table import MOST_ROWS, Matrix, cuts_into
from semshift_nb.measures._segmenter import Bounds, segmenter, table_of

_N_TRIES = 16
"""How often a price is halved in: after so many there is, as a rule, none that gives the number."""


def check_number(n_segments: object, n_rows: int) -> int:
    """Return a number of segments, or say why a text has no such segmentation."""
    is_whole = isinstance(n_segments, int | np.integer) and not isinstance(n_segments, bool)
    if not is_whole or not 1 <= n_segments <= n_rows:  # type: ignore[operator]
        raise InputError(
            f"{n_segments!r:.60} segments were asked for: expected a whole number from 1 to "
            f"{n_rows}, for the text has {n_rows} sentences."
        )
    return int(n_segments)  # type: ignore[call-overload, no-any-return]


def cuts_of_number(rows: Matrix, n_segments: object, bounds: Bounds) -> list[int]:
    """Return the cuts of least scatter into so many segments."""
    number = check_number(n_segments, len(rows))
    if len(rows) > MOST_ROWS:
        return _cuts_of_many(rows, number, bounds)
    found = cuts_into(table_of(rows, bounds), number)
    if found is None:
        raise too_few(number)
    return found


def too_few(number: int) -> InputError:
    """Say that bounds on size need more segments."""
    return InputError(
        f"{number} segments cannot hold the text within the bounds on their size: allow more "
        "segments, or larger ones."
    )


def _cuts_of_many(rows: Matrix, number: int, bounds: Bounds) -> list[int]:
    """Look for a price that gives the number; else take one that gives more, and join."""
    cuts_at = segmenter(rows, bounds)
    low, high, price = 0.0, np.inf, 1.0
    found = list(range(1, len(rows)))
    for _ in range(_N_TRIES):
        cuts = cuts_at(price)
        low, high = (low, price) if len(cuts) < number else (price, high)
        if number - 1 <= len(cuts) <= len(found):
            found = cuts
        if len(found) == number - 1:
            return found
        price = min(2 * max(low, price / 2), (low + high) / 2)
    return _join(rows, found, number, bounds)


def _join(rows: Matrix, cuts: list[int], number: int, bounds: Bounds) -> list[int]:
    """Take out the cut that saves least, again and again."""
    total = np.zeros(len(rows)) if bounds.weights is None else bounds.weights
    before = np.concatenate([[0.0], np.cumsum(total)])
    kept = list(cuts)
    while len(kept) >= number:
        edges = np.array([0, *kept, len(rows)])
        joined = before[edges[2:]] - before[edges[:-2]]
        gains = gains_at(rows, kept, kept)
        gains[joined > bounds.max_weight] = np.inf
        if not np.isfinite(gains).any():
            raise too_few(number)
        del kept[int(gains.argmin())]
    return kept
