"""Bounds on the size of segments, kept after the fact by rules that know of none."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures._arrays import Array
from semshift_nb.measures._segmenter import check_bounds
from semshift_nb.measures._segments import check_cuts


def bounded_cuts(
    cuts: Sequence[int],
    n_sentences: int,
    *,
    min_size: int = 1,
    weights: Array | None = None,
    max_weight: float | None = None,
) -> list[int]:
    """Take out cuts that leave segments too short, then fill those that are too heavy.

    Parameters
    ----------
    cuts : sequence of int
        Where segments after the first begin.
    n_sentences : int
        Sentences of the text.
    min_size : int
        Fewest sentences of a segment; fewer where ``max_weight`` leaves no other way.
    weights : array of shape (n_sentences,), optional
        What a sentence weighs, such as its tokens; goes with ``max_weight``.
    max_weight : float, optional
        The most that a segment's sentences may weigh together. A segment above it is cut, from its
        start, whenever the next sentence would be too much.

    Returns
    -------
    list of int
        The cuts that are left and those that were added.

    Raises
    ------
    InputError
        If the cuts are none, or a sentence alone is too heavy.

    Examples
    --------
    >>> bounded_cuts([1, 4], 6, min_size=2), bounded_cuts([], 4, weights=[2] * 4, max_weight=5)
    ([4], [2])
    """
    bounds = check_bounds(n_sentences, min_size=min_size, weights=weights, max_weight=max_weight)
    kept = _long_enough(check_cuts(cuts, n_sentences), n_sentences, bounds.min_size)
    if bounds.weights is None:
        return kept
    return _light_enough(kept, bounds.weights, bounds.max_weight)


def _long_enough(cuts: list[int], n_sentences: int, min_size: int) -> list[int]:
    kept: list[int] = []
    for cut in cuts:
        if cut - (kept[-1] if kept else 0) >= min_size and n_sentences - cut >= min_size:
            kept.append(cut)
    return kept


def _light_enough(cuts: list[int], weights: NDArray[np.float64], most: float) -> list[int]:
    wanted, found, held = set(cuts), [], 0.0
    for place, weight in enumerate(weights.tolist()):
        if place and (place in wanted or held + weight > most):
            found.append(place)
            held = 0.0
        held += weight
    return found
