"""How near a segmentation comes to a known one, how even it is, and what its vectors lose."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures.arrays import Array, namespace, unit_rows
from semshift_nb.measures.segmentation.scatter import check_sizes, segment_sums
from semshift_nb.validation import check_whole

Sizes = Sequence[int] | NDArray[np.int64]


class BoundaryScore(NamedTuple):
    """How many boundaries were found, and how many of those set are right.

    Attributes
    ----------
    f1, precision, recall : float
        From 0 to 1.
    """

    f1: float
    precision: float
    recall: float


def pk(reference: Sizes, hypothesis: Sizes, *, window: int | None = None) -> float:
    """Return how often two sentences a window apart are wrongly parted or joined.

    Parameters
    ----------
    reference, hypothesis : sequence of int
        Sizes of the segments in sentences, in order; both of the same text.
    window : int, optional
        How many sentences apart; half of the mean size of the reference's segments if left out,
        rounded half to even and at least 2.

    Returns
    -------
    float
        From 0 (the same) to 1; 0 for a text that is no longer than the window. Guessing gives
        about 0.5.

    Raises
    ------
    InputError
        If sizes are no whole numbers of at least 1, do not add up to the same, or the window is
        none.

    References
    ----------
    Beeferman, Berger and Lafferty, "Statistical models for text segmentation", Machine Learning
    34, 1999.

    Examples
    --------
    >>> pk([4, 4], [4, 4]), pk([4, 4], [8])
    (0.0, 0.3333333333333333)
    """
    of_reference, of_hypothesis, k = _aligned(reference, hypothesis, window)
    if len(of_reference) <= k:
        return 0.0
    together = of_reference[k:] == of_reference[:-k]
    return float(np.mean(together != (of_hypothesis[k:] == of_hypothesis[:-k])))


def window_diff(reference: Sizes, hypothesis: Sizes, *, window: int | None = None) -> float:
    """Return how often two segmentations have different numbers of boundaries in a window.

    Parameters
    ----------
    reference, hypothesis : sequence of int
        Sizes of the segments in sentences, in order; both of the same text.
    window : int, optional
        As for `pk`.

    Returns
    -------
    float
        From 0 (the same) to 1; 0 for a text that is no longer than the window.

    Raises
    ------
    InputError
        As `pk` does.

    References
    ----------
    Pevzner and Hearst, "A critique and improvement of an evaluation metric for text segmentation",
    Computational Linguistics 28, 2002.

    Examples
    --------
    >>> window_diff([4, 4], [4, 1, 3])
    0.3333333333333333
    """
    of_reference, of_hypothesis, k = _aligned(reference, hypothesis, window)
    if len(of_reference) <= k:
        return 0.0
    # The number of a sentence's segment grows by one at each boundary.
    between = of_reference[k:] - of_reference[:-k]
    return float(np.mean(between != of_hypothesis[k:] - of_hypothesis[:-k]))


def boundary_f1(reference: Sizes, hypothesis: Sizes, *, tolerance: int = 0) -> BoundaryScore:
    """Return precision, recall and F1 of the boundaries.

    Parameters
    ----------
    reference, hypothesis : sequence of int
        Sizes of the segments in sentences, in order; both of the same text.
    tolerance : int
        How many sentences a boundary may be off. Each boundary is matched once at the most, and as
        many are matched as can be.

    Returns
    -------
    BoundaryScore
        All 1 when neither has a boundary; 0 where only one of them has.

    Raises
    ------
    InputError
        As `pk` does, or if the tolerance is no whole number of at least 0.

    Examples
    --------
    >>> boundary_f1([4, 4], [3, 2, 3], tolerance=1)
    BoundaryScore(f1=0.6666666666666666, precision=0.5, recall=1.0)
    """
    wanted, found = _checked(reference, hypothesis)
    off = min(check_whole(tolerance, "tolerance", least=0), int(wanted.sum()))
    right = _matched(np.cumsum(wanted)[:-1], np.cumsum(found)[:-1], off)
    n_wanted, n_found = len(wanted) - 1, len(found) - 1
    if n_wanted == n_found == 0:
        return BoundaryScore(1.0, 1.0, 1.0)
    return BoundaryScore(
        2 * right / (n_wanted + n_found), right / max(n_found, 1), right / max(n_wanted, 1)
    )


def size_variation(sizes: Array) -> float:
    """Return how uneven chunks are: the standard deviation of their sizes over the mean.

    Parameters
    ----------
    sizes : sequence of int
        Sizes of the chunks, in sentences or in tokens.

    Returns
    -------
    float
        At least 0; 0 when all are of one size.

    Raises
    ------
    InputError
        If sizes are no whole numbers of at least 1, or there is none.

    Examples
    --------
    >>> size_variation([5, 5, 5]), size_variation([1, 3])
    (0.0, 0.5)
    """
    checked = check_sizes(sizes, "sizes")
    return float(checked.std() / checked.mean())


def mean_dilution(embeddings: Array, sizes: Sizes) -> float:
    """Return how far sentences lie, on average, from the pooled vector of their own segment.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    sizes : sequence of int
        Sizes of the segments in sentences; ``[n_sentences]`` for the text as a whole.

    Returns
    -------
    float
        The mean over sentences of `dilution` of the segment they are in, from 0 to 1.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or the sizes do not add up to them.

    References
    ----------
    Semantic shift, arXiv 2603.21437, Theorem 1.

    Examples
    --------
    >>> rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    >>> mean_dilution(rows, [2, 1]), round(mean_dilution(rows, [3]), 4)
    (0.0, 0.2546)
    """
    rows = unit_rows(embeddings)
    checked = check_sizes(sizes, "sizes", total=rows.shape[0])
    sums = segment_sums(rows, checked)
    xp = namespace(rows)
    n_sentences: int = rows.shape[0]
    lengths = float(xp.sum(xp.sqrt(xp.vecdot(sums, sums))))
    return min(max(1 - lengths / n_sentences, 0.0), 1.0)


def _checked(reference: Sizes, hypothesis: Sizes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    wanted = check_sizes(reference, "reference")
    return wanted, check_sizes(hypothesis, "hypothesis", total=int(wanted.sum()))


def _aligned(
    reference: Sizes, hypothesis: Sizes, window: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Return the number of each sentence's segment in both, and the window."""
    wanted, found = _checked(reference, hypothesis)
    if window is None:
        window = max(round(float(wanted.mean()) / 2), 2)
    return _numbers(wanted), _numbers(found), check_whole(window, "window", least=1)


def _numbers(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)


def _matched(wanted: NDArray[np.int64], found: NDArray[np.int64], tolerance: int) -> int:
    """Count pairs within the tolerance; going from the left, the first that fits is the best."""
    n_matched, at = 0, 0
    for boundary in wanted:
        while at < len(found) and found[at] < boundary - tolerance:
            at += 1
        if at < len(found) and found[at] <= boundary + tolerance:
            n_matched, at = n_matched + 1, at + 1
    return n_matched
