"""Other rules for cutting a text, to compare with: percentile, greedy shift, even sizes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array
from semshift_nb.measures.segmentation.least_dilution import check_bounds, check_number
from semshift_nb.measures.segmentation.scatter import MOST_SENTENCES, check_cuts, rows_of_text
from semshift_nb.validation import check_whole, is_real, shown

Matrix = NDArray[np.float64]


def percentile_cuts(
    embeddings: Array,
    *,
    percentile: float = 95.0,
    window: int = 1,
    n_segments: int | None = None,
) -> list[int]:
    """Cut where the distance between neighbours passes a percentile of the text's own distances.

    It is the rule of the semantic chunkers in use. It cuts about five places in a hundred, whether
    the text turns there or not.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    percentile : float
        From 0 to 100; cuts lie where a distance is greater.
    window : int
        How many sentences, an odd number, are pooled around each before neighbours are compared.
    n_segments : int, optional
        Cut at the greatest distances so often, whatever the percentile.

    Returns
    -------
    list of int
        Where segments after the first begin.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the percentile is none, the window is
        no odd number, or there are to be more segments than sentences.

    References
    ----------
    Kamradt, "The 5 levels of text splitting for retrieval", 2024.

    Examples
    --------
    >>> rows = np.eye(2)[[0, 0, 0, 1, 1]]
    >>> percentile_cuts(rows), percentile_cuts(rows, n_segments=2)
    ([3], [3])
    """
    rows = rows_of_text(embeddings)
    window = min(_check_rule(percentile, window), 2 * len(rows) + 1)
    pooled = _unit(_windowed(rows, window))
    distances = 1 - np.einsum("ij,ij->i", pooled[:-1], pooled[1:])
    if n_segments is not None:
        number = check_number(n_segments, len(rows))
        return sorted((np.argsort(-distances, kind="stable")[: number - 1] + 1).tolist())
    if not len(distances):
        return []
    # The rounding of equal distances is no difference.
    limit = np.percentile(distances, float(percentile)) + 1e-9
    return [int(place) + 1 for place in np.flatnonzero(distances > limit)]


def shift_cuts(
    embeddings: Array, *, threshold: float | None = None, n_segments: int | None = None
) -> list[int]:
    """Let a segment grow until its semantic shift would pass a threshold, then begin the next.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    threshold : float, optional
        The most that `semantic_shift` of a segment may be. Either this or ``n_segments``.
    n_segments : int, optional
        The threshold is the least that gives at most so many segments.

    Returns
    -------
    list of int
        Where segments after the first begin.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the threshold is negative, there are
        to be more segments than sentences, or both or neither are given.

    References
    ----------
    Semantic shift, arXiv 2603.21437, semantic shift, used greedily.

    Examples
    --------
    >>> shift_cuts(np.eye(2)[[0, 0, 1, 1]], threshold=0.5)
    [2]
    """
    rows = rows_of_text(embeddings)
    if (threshold is None) == (n_segments is None):
        raise InputError("shift_cuts takes either threshold or n_segments, and one of them.")
    if threshold is None:
        return _shift_cuts_of_number(rows, check_number(n_segments, len(rows)))
    if not is_real(threshold, least=0):
        raise InputError(f"threshold is {shown(threshold)}: expected a number from 0 on.")
    return _grow(rows, float(threshold))


def even_cuts(n_sentences: int, n_segments: int) -> list[int]:
    """Cut into segments of the same number of sentences, or one more.

    Parameters
    ----------
    n_sentences : int
        Sentences of the text.
    n_segments : int
        How many segments there are to be.

    Returns
    -------
    list of int
        Where segments after the first begin.

    Raises
    ------
    InputError
        If there are to be more segments than sentences.

    Examples
    --------
    >>> even_cuts(10, 4)
    [3, 5, 8]
    """
    total = check_whole(n_sentences, "n_sentences", least=1, most=MOST_SENTENCES)
    number = check_number(n_segments, total)
    return [(2 * total * part + number) // (2 * number) for part in range(1, number)]


def _check_rule(percentile: float, window: int) -> int:
    """Return the window as Python's number, or refuse the rule."""
    if not is_real(percentile, least=0, most=100):
        raise InputError(f"percentile is {shown(percentile)}: expected a number from 0 to 100.")
    if check_whole(window, "window", least=1) % 2 == 0:
        raise InputError(f"window is {shown(window)}: expected an odd number: 1, 3, ...")
    return int(window)


def _windowed(rows: Matrix, window: int) -> Matrix:
    """Add up the rows around each; at the ends there are fewer."""
    sums = np.concatenate([np.zeros((1, rows.shape[1])), np.cumsum(rows, axis=0)])
    places = np.arange(len(rows))
    first = np.maximum(places - window // 2, 0)
    last = np.minimum(places + window // 2 + 1, len(rows))
    return np.asarray(sums[last] - sums[first]) if window > 1 else rows


def _unit(rows: Matrix) -> Matrix:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    # Sentences that cancel out have no direction: their distance to anything counts as 1.
    unit: Matrix = np.zeros_like(rows)
    np.divide(rows, lengths, out=unit, where=lengths > 1e-9)
    return unit


def _grow(rows: Matrix, threshold: float) -> list[int]:
    cuts: list[int] = []
    total, size, local = rows[0].copy(), 1, 0.0
    for place in range(1, len(rows)):
        row = rows[place]
        longer = local + max(1 - float(rows[place - 1] @ row), 0.0)
        grown = total + row
        size += 1
        scatter = max(size - float(grown @ grown) / size, 0.0)  # (k - 1) Disp(k)
        if longer * scatter / (size - 1) > threshold:
            cuts.append(place)
            total, size, local = row.copy(), 1, 0.0
        else:
            total, local = grown, longer
    return cuts


def _shift_cuts_of_number(rows: Matrix, number: int) -> list[int]:
    low, high = 0.0, 4.0 * len(rows)  # Local is at most 2 (k - 1), Disp at most 2
    found: list[int] = []
    for _ in range(40):
        middle = (low + high) / 2
        cuts = _grow(rows, middle)
        if len(cuts) < number:
            found, high = cuts, middle
        else:
            low = middle
        if len(found) == number - 1:
            break
    return found


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
    check_whole(n_sentences, "n_sentences", least=1, most=MOST_SENTENCES)
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
