"""Vectors to measure: drawn at random, and of a kind that is known by heart."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray


@pytest.fixture
def unit() -> Callable[..., NDArray[np.float64]]:
    """Draw unit rows around a common direction, as embeddings lie."""

    def draw(n: int, dim: int = 24, *, seed: int = 0) -> NDArray[np.float64]:
        rng = np.random.default_rng(seed)
        rows = rng.standard_normal((n, dim)) + rng.standard_normal(dim)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    return draw
