"""Attention matrices of every kind that is hard for something."""

from collections.abc import Callable

import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return weights / weights.sum(axis=-1, keepdims=True)


def causal(scores: np.ndarray) -> np.ndarray:
    n = scores.shape[-1]
    return softmax(np.where(np.tri(n, dtype=bool), scores, -np.inf))


def drawn(n: int, scale: float) -> np.ndarray:
    return scale * np.random.default_rng(n).standard_normal((n, n))


def band(n: int) -> np.ndarray:
    apart = np.abs(np.subtract.outer(np.arange(n), np.arange(n)))
    return softmax(-0.5 * apart.astype(float))


def sinks(n: int, *columns: int) -> np.ndarray:
    scores = drawn(n, 1.0)
    for column in columns:
        scores[:, column % n] += 3 + 2 * np.random.default_rng(column % n).standard_normal(n)
    return softmax(scores)


def blocks(n: int) -> np.ndarray:
    """Two halves that look at themselves alone, with one singular value each, equal or nearly."""
    half = max(n // 2, 1)
    scores = np.full((n, n), -np.inf)
    scores[:half, :half] = drawn(half, 0.5)
    if n > half:
        scores[half:, half:] = drawn(n - half, 0.5)
    return softmax(scores)


kinds: dict[str, Callable[[int], np.ndarray]] = {
    "even": lambda n: np.full((n, n), 1 / n),
    "nearly even": lambda n: softmax(drawn(n, 1e-4)),
    "soft": lambda n: softmax(drawn(n, 1.0)),
    "sharp": lambda n: softmax(drawn(n, 5.0)),
    "hard": lambda n: softmax(drawn(n, 500.0)),
    "identity": np.eye,
    "shifted": lambda n: np.roll(np.eye(n), 1, axis=1),
    "local": band,
    "one sink": lambda n: sinks(n, 0),
    "two sinks": lambda n: sinks(n, 0, -1),
    "blocks": blocks,
    "causal": lambda n: causal(drawn(n, 2.0)),
    "causal mean": lambda n: causal(np.zeros((n, n))),
}
