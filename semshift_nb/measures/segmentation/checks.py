"""Segments of a text, given by their sizes or by the places where it is cut."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, on_host, unit_rows, whole_numbers
from semshift_nb.names import count
from semshift_nb.validation import check_whole, is_real, shown

Sizes = NDArray[np.int64]

MOST_SENTENCES = 10**8
"""More than any text has; places of so many take 0.8 GB."""


def rows_of_text(embeddings: Array) -> NDArray[np.float64]:
    """Return one or more unit rows as a NumPy array in float64, wherever they were."""
    return on_host(unit_rows(embeddings))


def check_sizes(sizes: Array, name: str, *, total: int | None = None) -> Sizes:
    """Return segment sizes as an array, or say what is wrong with them."""
    values = whole_numbers(sizes, name=name)
    within = len(values) > 0 and values.min() >= 1 and values.max() <= MOST_SENTENCES
    if not within or values.sum() > MOST_SENTENCES:
        raise InputError(
            f"{name} is {shown(sizes)}: expected the sizes of one or more segments, each a whole "
            f"number of sentences of at least 1, together at most {MOST_SENTENCES}."
        )
    if total is not None and values.sum() != total:
        raise InputError(
            f"{name} adds up to {count(values.sum(), 'sentence')}, expected {total}: both must be "
            "of the same text."
        )
    return values


def check_cuts(cuts: Sequence[int] | NDArray[np.int64], n_sentences: int) -> list[int]:
    """Return cuts in order, or say which cannot be."""
    listed: list[int] = whole_numbers(cuts, name="cuts").tolist()
    if listed != sorted(set(listed)) or any(not 0 < cut < n_sentences for cut in listed):
        raise InputError(
            f"cuts are {shown(listed)}: expected places from 1 to {n_sentences - 1} in ascending "
            "order, each the number of sentences before it."
        )
    return listed


def sizes_of(cuts: Sequence[int], n_sentences: int) -> list[int]:
    """Return the sizes of the segments between cuts."""
    edges = [0, *cuts, n_sentences]
    return [end - start for start, end in pairwise(edges)]


def segment_sums(rows: Array, sizes: Sizes) -> Array:
    """Return the sum of the rows of each segment."""
    xp = namespace(rows)
    edges = [0, *np.cumsum(sizes).tolist()]
    return xp.stack([xp.sum(rows[start:end, :], axis=0) for start, end in pairwise(edges)])


def check_price(price: object) -> float:
    """Return the price of a cut, or say why it is none."""
    if not is_real(price, least=0):
        raise InputError(
            f"price is {shown(price)}: expected a finite number from 0 on, or 'auto' where a text "
            "is split."
        )
    return float(price)


def check_weight(weight: object) -> float:
    """Return the most that a segment may weigh, which may be infinite, or say why it is none."""
    unbounded = isinstance(weight, float) and weight == np.inf
    if not (unbounded or is_real(weight, least=0)):
        raise InputError(f"max_weight is {shown(weight)}: expected a number from 0 on.")
    return float(weight)  # type: ignore[arg-type]


def check_min_size(min_size: object) -> int:
    """Return the fewest sentences of a segment; more than any text has are as good as that."""
    return min(check_whole(min_size, "min_size", least=1), MOST_SENTENCES)
