"""Free unit vectors that are to satisfy judgements: found by descent, or constructed."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Vectors = NDArray[np.float64]

_WARM, _COLD = 0.2, 0.02
"""Temperatures of the loss at the first step and at the last."""

_RATE = 0.1
_LOOK = 20
"""Steps between two looks whether all is satisfied."""


class FreeVectors(NamedTuple):
    """Vectors of queries and documents, one a row, which no text ties down.

    ``gaps`` is for each query how far its worst relevant document stands above the best of the
    others, in cosine: above 0 where the query is satisfied.
    """

    queries: Vectors
    documents: Vectors
    gaps: Vectors

    @property
    def satisfied(self) -> Mask:
        """Which queries find all their relevant documents above all others."""
        return np.asarray(self.gaps > 0)


def gaps(scores: Vectors, relevant: Mask, ranked: Mask) -> Vectors:
    """Return for each query its worst relevant score less its best other one."""
    worst = np.where(relevant, scores, np.inf).min(axis=1)
    best = np.where(ranked & ~relevant, scores, -np.inf).max(axis=1)
    return np.asarray(worst - best)


def fit_free_vectors(
    relevant: Mask, ranked: Mask, dim: int, *, n_steps: int, seed: int | list[int]
) -> FreeVectors:
    """Move unit vectors until they satisfy judgements, at most ``n_steps`` times.

    ``relevant`` and ``ranked`` have shape (n_queries, n_documents): what is to stand above, and
    what counts at all. A query has a relevant document at least and another that is none. The loss
    has a term for each relevant document against all that are not (with their sum inside the
    logarithm, one of them suffices, and the others are let go); Adam on the sphere, in float64, so
    that every machine takes the same road.
    """
    n_queries = len(relevant)
    start = np.random.default_rng(seed).standard_normal((sum(relevant.shape), dim))
    points = _unit(start)
    mean, square = np.zeros_like(points), np.zeros_like(points)
    positive, negative = relevant.astype(np.float64), (ranked & ~relevant).astype(np.float64)
    for step in range(1, n_steps + 1):
        queries, documents = points[:n_queries], points[n_queries:]
        scores = queries @ documents.T
        if step % _LOOK == 0 and (gaps(scores, relevant, ranked) > 0).all():
            break
        done = step / n_steps
        pull = _pull(scores, positive, negative, temperature=_WARM * (_COLD / _WARM) ** done)
        slope = np.concatenate([pull @ documents, pull.T @ queries])
        slope -= (slope * points).sum(axis=1, keepdims=True) * points
        mean = 0.9 * mean + 0.1 * slope
        square = 0.999 * square + 0.001 * slope**2
        scaled = mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-12)
        points = _unit(points - _RATE * (1 + np.cos(np.pi * done)) / 2 * scaled)
    return _measured(points[:n_queries], points[n_queries:], relevant, ranked)


def _pull(scores: Vectors, positive: Vectors, negative: Vectors, *, temperature: float) -> Vectors:
    """Return the slope of the loss by each score, up to a factor."""
    mass = np.exp((scores - 1) / temperature)
    others = mass * negative
    total = others.sum(axis=1, keepdims=True)
    share = positive / (mass + total)
    return np.asarray(others * share.sum(axis=1, keepdims=True) - total * share)


def constructed_vectors(relevant: Mask, ranked: Mask) -> FreeVectors:
    """Satisfy any judgements in twice as many dimensions as a query has relevant documents.

    The documents stand on the trigonometric moment curve, ``(cos t, sin t, ..., cos kt, sin kt)``,
    whose points all have one length. ``prod (1 - cos(t - t_r))`` over a query's documents is 0 at
    these and above 0 at all others, and it is a trigonometric polynomial of degree k: its
    coefficients are the query. What shrinks is the gap (Gale 1963, neighbourly polytopes).
    """
    degree = int(relevant.sum(axis=1).max())
    n_documents = relevant.shape[1]
    orders = np.arange(1, degree + 1)
    angles = 2 * np.pi * np.arange(n_documents) / n_documents
    documents = _waves(angles, orders) / np.sqrt(degree)
    samples = 2 * np.pi * np.arange(2 * degree + 1) / (2 * degree + 1)
    factors = 1 - np.cos(samples[:, None] - angles)
    values = np.stack([factors[:, own].prod(axis=1) for own in relevant])
    queries = -_unit(values @ _waves(samples, orders))
    return _measured(queries, documents, relevant, ranked)


def _waves(angles: Vectors, orders: NDArray[np.int_]) -> Vectors:
    phases = angles[:, None] * orders
    return np.concatenate([np.cos(phases), np.sin(phases)], axis=1)


def critical_documents(dim: int) -> float:
    """Return how many documents LIMIT's authors could satisfy all pairs of, by their cubic.

    Fitted to free vectors of 4 to 45 dimensions that were moved by descent: what was learnt, not
    what exists.

    References
    ----------
    Weller et al. 2025, arXiv 2508.21038, section 4.
    """
    return float(np.polyval([0.0037, 0.052, 4.03, -10.53], dim))


def _measured(queries: Vectors, documents: Vectors, relevant: Mask, ranked: Mask) -> FreeVectors:
    return FreeVectors(queries, documents, gaps(queries @ documents.T, relevant, ranked))


def _unit(rows: Vectors) -> Vectors:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))
