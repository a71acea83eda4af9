"""Texts whose documents have a topic, to simulate what an interval covers."""

import numpy as np


def texts_of_topics(rng: np.random.Generator, n_groups: int, size: int, dim: int) -> np.ndarray:
    """Unit rows of a decaying spectrum, those of a document closer together."""
    scale = np.arange(1, dim + 1) ** -0.5
    topic = rng.standard_normal((n_groups, 1, dim))
    rows = (topic + rng.standard_normal((n_groups, size, dim))) * scale + 0.5
    rows = rows.reshape(-1, dim)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
