"""Coordinates in which a sum of squares keeps what a spectrum needs.

The eigenvalues of a scatter matrix are the squares of singular values, so that adding up squares
costs half of the digits of the small ones: below 1e-8 of the greatest they are noise. That does no
harm where all directions are about as strong. Where they are not, the rows are first written in
coordinates in which those at the beginning of the stream have the same spread in every direction:
there the squares lose nothing, and the way back to the rows' own coordinates costs no digit.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

Matrix = NDArray[np.float64]

_WELL_SPREAD = 300.0
"""Up to this ratio of the strongest direction to the weakest, squares lose five digits of sixteen:
what is left is better than 1e-9. Sentences of the bundled model have 89, of a static one 43."""


class Frame(NamedTuple):
    """Coordinates: ``rows @ forward``, and ``coordinates @ backward`` are the rows again."""

    forward: Matrix
    backward: Matrix


def fit_frame(rows: NDArray[Any]) -> Frame | None:
    """Return coordinates that suit some rows, or None where the rows' own are good enough.

    A scale of each dimension costs squares nothing, so it is taken off before that is decided.
    """
    rows = rows.astype(np.float64, copy=False)
    n, dim = rows.shape
    if n < 2:
        return None
    (triangle,) = linalg.qr(rows - rows.mean(axis=0), mode="r", check_finite=False)
    triangle = triangle[:dim]
    scale = np.linalg.norm(triangle, axis=0)
    scale[scale == 0] = 1
    even = np.linalg.svd(triangle / scale, compute_uv=False)
    if len(even) == dim and even[-1] * _WELL_SPREAD >= even[0]:
        return None
    _, values, directions = np.linalg.svd(triangle)
    strengths = np.zeros(dim)
    strengths[: len(values)] = values
    # A direction in which these rows do not differ gets a strength of the size of its rounding. If
    # later rows differ in it, no harm is done: directions at right angles lose nothing by a scale.
    least = (values[0] or 1.0) * max(n, dim) * np.finfo(np.float64).eps
    strengths = np.maximum(strengths, least)[:, None]
    return Frame(forward=(directions / strengths).T, backward=directions * strengths)


def root_of(scatter: Matrix, frame: Frame | None) -> Matrix:
    """Return a matrix of which the product with itself, ``root.T @ root``, is the scatter.

    ``scatter`` is in coordinates of the frame, the result in those of the rows. Each coordinate is
    brought to one scale first, so that weak ones are not lost beside strong ones.
    """
    sizes = np.sqrt(np.clip(np.diagonal(scatter), 0, None))
    sizes[sizes == 0] = 1
    values, vectors = np.linalg.eigh(scatter / sizes / sizes[:, None])
    root = np.sqrt(np.clip(values, 0, None))[:, None] * vectors.T * sizes
    return np.asarray(root if frame is None else root @ frame.backward)
