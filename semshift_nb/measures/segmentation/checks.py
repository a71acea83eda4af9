"""Segments of a text, given by their sizes or by the places where it is cut."""

from collections.abc import Sequence
from itertools import pairwise

import array_api_compat
import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, unit_rows
from semshift_nb.names import count

Sizes = NDArray[np.int64]


def rows_of_text(embeddings: Array) -> NDArray[np.float64]:
    """Return one or more unit rows as a NumPy array in float64, wherever they were."""
    return np.asarray(array_api_compat.to_device(unit_rows(embeddings), "cpu"))


def check_sizes(sizes: Array, name: str, *, total: int | None = None) -> Sizes:
    """Return segment sizes as an array, or say what is wrong with them."""
    values = np.asarray(sizes)
    if values.ndim != 1 or len(values) == 0 or values.dtype.kind not in "iu" or values.min() < 1:
        raise InputError(
            f"{name} is {sizes!r:.60}: expected the sizes of one or more segments, each a whole "
            "number of sentences of at least 1."
        )
    if total is not None and values.sum() != total:
        raise InputError(
            f"{name} adds up to {count(values.sum(), 'sentence')}, expected {total}: both must be "
            "of the same text."
        )
    return values.astype(np.int64)


def check_cuts(cuts: Sequence[int] | NDArray[np.int64], n_sentences: int) -> list[int]:
    """Return cuts in order, or say which cannot be."""
    listed = [int(cut) for cut in cuts]
    if listed != sorted(set(listed)) or any(not 0 < cut < n_sentences for cut in listed):
        raise InputError(
            f"cuts are {listed!r:.60}: expected places from 1 to {n_sentences - 1} in ascending "
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
