"""Figures that need pairs of vectors, worked out on a sample of them."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.anisotropy import uniformity
from semshift_nb.measures.spectral_figures import Figure

SAMPLED: dict[str, Callable[[NDArray[np.float64]], float]] = {"uniformity": uniformity}
"""The figures, and how each is worked out of rows of length one."""


def sampled_figures(rows: NDArray[np.float64]) -> dict[str, Figure]:
    """Return the figures of some rows of any lengths, or the reasons why there are none."""
    wide = rows.astype(np.float64)
    directions = wide / np.linalg.norm(wide, axis=1, keepdims=True)

    def told(measure: Callable[[NDArray[np.float64]], float]) -> Figure:
        try:
            return measure(directions)
        except InputError as error:
            return str(error)

    return {name: told(measure) for name, measure in SAMPLED.items()}
