"""The figures of many halves at once, from products that are worked out for the whole.

Half by half they are those of `_variant_figures`, which the tests hold them to.
"""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._pair_vectors import PairVectors
from semshift_nb.analyses._variant_figures import (
    ALIGNMENT,
    FOLLOWS_N,
    MEAN_COSINE,
    RELATIVE,
    SPEARMAN,
    UNIFORMITY,
    Rows,
    number,
    spectral,
)

_BLOCK = 1024


def pair_halves(
    read: PairVectors, pairs: NDArray[np.bool_], texts: NDArray[np.bool_]
) -> dict[str, Rows]:
    """Return the figures of halves, which hold these pairs and texts, one row a half."""
    rows = read.vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    apart = ((rows[read.left] - rows[read.right]) ** 2).sum(axis=1)
    positive = pairs & read.positive
    figures = {ALIGNMENT: _ratio(positive @ apart, positive.sum(axis=1)), **_spread(rows, texts)}
    figures[RELATIVE] = _ratio(figures[ALIGNMENT], 2 * (1 - figures[MEAN_COSINE]))
    if read.scores is None:
        return figures
    cosines, scores = read.cosines(), read.scores
    ranked = [number(partial(measures.spearman, cosines[half], scores[half])) for half in pairs]
    return {**figures, SPEARMAN: np.array(ranked)}


def document_halves(vectors: NDArray[np.float32], kept: NDArray[np.bool_]) -> dict[str, Rows]:
    """Return the figures of halves of some documents."""
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    dim = rows.shape[1]
    turned = _turned(rows)
    by_half = [spectral(turned[half], dim=dim) for half in kept]
    found = {name: np.array([figures[name] for figures in by_half]) for name in FOLLOWS_N}
    return {**_spread(rows, kept), **found}


def _spread(rows: Rows, kept: NDArray[np.bool_]) -> dict[str, Rows]:
    """Return uniformity and mean cosine of each half."""
    chosen = kept.astype(np.float64)
    n = chosen.sum(axis=1)
    n_pairs = n * (n - 1)
    totals = ((chosen @ rows) ** 2).sum(axis=1)
    potentials = np.zeros(len(kept))
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        distances = np.clip(2 - 2 * rows[block] @ rows.T, 0, None)
        potentials += np.vecdot(chosen[:, block] @ np.exp(-2 * distances), chosen)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each text meets itself, at a potential of 1.
        uniformity = np.log(_ratio(potentials - n, n_pairs))
    return {UNIFORMITY: uniformity, MEAN_COSINE: _ratio(totals - n, n_pairs)}


def _turned(rows: Rows) -> Rows:
    """Return the rows in as few dimensions as they span, and one more if there are more.

    No figure of a spectrum feels a turn of the space. Of the directions in which there is nothing
    one is kept: partition isotropy looks at all directions, and those are alike.
    """
    if not len(rows):
        return rows
    left, sigma, _ = np.linalg.svd(rows, full_matrices=False)
    spare = np.zeros((len(rows), int(rows.shape[1] > len(sigma))))
    return np.hstack([left * sigma, spare])


def _ratio(top: Rows, bottom: Rows) -> Rows:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Rows = np.where(bottom > 0, top / bottom, np.nan)
    return ratio
