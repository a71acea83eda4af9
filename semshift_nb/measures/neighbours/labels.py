"""Does the space tell classes apart: whether the nearest other text has the same label."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, check_matrix, codes_of, on_host
from semshift_nb.measures.neighbours.neighbours import nearest_neighbours, put_last
from semshift_nb.measures.resampling.bootstrap import (
    Interval,
    draw_documents,
    group_codes,
    percentile_interval,
)
from semshift_nb.names import count


def nearest_neighbour_accuracy(
    embeddings: Array, labels: Sequence[Hashable], *, groups: ArrayLike | None = None
) -> float:
    """Return how often the nearest other text has the same label.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    labels : sequence of length n_texts
        The class of each text, of two classes or more; none may be missing.
    groups : array-like of shape (n_texts,), optional
        The document of each text. Texts of one document are not neighbours of one another, for
        they find each other whatever the label means. By default every text is its own.

    Returns
    -------
    float
        The share of texts, from 0 to 1; see `label_chance` for what chance alone gives. Of exact
        ties the neighbour that comes first counts. A denser set finds nearer neighbours: compare
        only sets of the same number of texts.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), the lengths differ, a label is
        missing, or there is one class or one document only.

    References
    ----------
    Cover & Hart 1967, the nearest-neighbour rule, each text left out of its own library.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.array([[1.0, 0.0], [0.96, 0.28], [0.0, 1.0], [0.28, 0.96]])
    >>> nearest_neighbour_accuracy(rows, ["a", "a", "b", "a"])
    0.5
    """
    codes, documents = _checked(embeddings, labels, groups=groups)
    nearest = _neighbours_elsewhere(embeddings, documents, n_documents=1)[:, 0]
    return float((codes[nearest] == codes).mean())


def bootstrap_nearest_neighbour_accuracy(
    embeddings: Array,
    labels: Sequence[Hashable],
    *,
    groups: ArrayLike | None = None,
    n_resamples: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the nearest-neighbour accuracy with its interval.

    Documents are drawn as queries and as library at once; a text never finds its own document, and
    so no copy of itself either. As a resample holds only some 63 in 100 of the documents, its
    neighbours lie a little further off and its accuracy is a little lower: the resamples are moved
    so that their mean is the value. (With a library that stays whole the interval would be a
    quarter too narrow, for texts share their neighbours.)

    Parameters
    ----------
    embeddings, labels, groups
        As in `nearest_neighbour_accuracy`.
    n_resamples : int, default 1000
        How many times to draw.
    level : float, default 0.95
        Share of the resampled values inside the interval.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    Interval
        ``value`` (as `nearest_neighbour_accuracy`), ``low`` and ``high`` (from 0 to 1), and ``n``.

    Raises
    ------
    InputError
        As `nearest_neighbour_accuracy`, or if a setting is out of range.

    References
    ----------
    See `bootstrap_interval`; the tests simulate the interval's coverage.

    Examples
    --------
    >>> import numpy as np
    >>> rows = np.repeat(np.eye(2), 20, axis=0)
    >>> bootstrap_nearest_neighbour_accuracy(rows, ["a"] * 20 + ["b"] * 20, n_resamples=100)
    Interval(value=1.0, low=1.0, high=1.0, n=40)
    """
    codes, documents = _checked(embeddings, labels, groups=groups)
    # A document is drawn in 63 of 100 resamples: of so many, one is drawn in all but 1 of 10^13.
    near = _neighbours_elsewhere(embeddings, documents, n_documents=30)
    foreign = documents[near] != documents[:, None]
    same = codes[near] == codes[:, None]
    draws = draw_documents(documents, n_resamples=n_resamples, seed=seed)
    resampled = np.array(
        [_weighted_hits(same, foreign & (w[near] > 0), weights=w) for w in draws[:, documents]]
    )
    value = float(same[:, 0].mean())
    defined = resampled[np.isfinite(resampled)]
    moved = np.clip(resampled + value - defined.sum() / max(len(defined), 1), 0, 1)
    return percentile_interval(value, moved, level=level, n=len(codes))


def label_chance(labels: Sequence[Hashable]) -> float:
    """Return how often a text drawn at random has the label of another one.

    Parameters
    ----------
    labels : sequence of length n_texts
        The class of each text; none may be missing.

    Returns
    -------
    float
        ``sum n_c (n_c - 1) / (n (n - 1))`` over the classes, from 0 to 1: the nearest-neighbour
        accuracy of vectors that know nothing of the labels.

    Raises
    ------
    InputError
        If there are fewer than two texts, or a label is missing.

    Examples
    --------
    >>> round(label_chance(["a", "a", "b", "b"]), 3)
    0.333
    """
    codes = codes_of(labels, name="labels")
    if len(codes) < 2:
        raise InputError(
            f"{count(len(codes), 'label')}, expected at least 2: chance needs another text."
        )
    counts = np.bincount(codes)
    return float((counts * (counts - 1)).sum() / (len(codes) * (len(codes) - 1)))


def _checked(
    embeddings: Array, labels: Sequence[Hashable], *, groups: ArrayLike | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of each text's label and document."""
    check_matrix(embeddings, min_rows=2)
    codes = codes_of(labels, name="labels")
    n = embeddings.shape[0]
    if len(codes) != n:
        raise InputError(
            f"{count(len(codes), 'label came', 'labels came')} with {n} embeddings, expected one "
            "for each."
        )
    if codes.max() == 0:
        raise InputError(f"all {n} texts have one label: expected at least two classes.")
    return codes, group_codes(groups, n_rows=n)


def _neighbours_elsewhere(
    embeddings: Array, documents: NDArray[np.int64], *, n_documents: int
) -> NDArray[np.int64]:
    """Return for each text others, the nearest first, those of its own document at the end.

    They are enough to hold texts of ``n_documents`` other documents, or all there are.
    """
    largest = int(np.bincount(documents).max())
    k = min((n_documents + 1) * largest, len(documents))
    near = nearest_neighbours(embeddings, embeddings, k)
    found = on_host(near)
    return np.asarray(put_last(found, documents[found] == documents[:, None]))


def _weighted_hits(
    same: NDArray[np.bool_], there: NDArray[np.bool_], *, weights: NDArray[np.int64]
) -> float:
    """Return the accuracy over neighbours that are ``there``, each text counted ``weights`` times.

    Of neighbours in their order, the first that is there is the nearest; with a single document
    drawn none is, and there is no accuracy.
    """
    if not there[weights > 0].any(axis=1).all():
        return float("nan")
    nearest = there.argmax(axis=1)
    return float(np.average(same[np.arange(len(same)), nearest], weights=weights))
