"""Mean and second moments of rows that come block by block.

Every block is centred on its own mean, and two sets are joined by what separates their means (Chan,
Golub & LeVeque 1983). Nothing large is ever subtracted from something large, so a mean far from 0
does not destroy the spread around it.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from semshift_nb.measures.arrays import Array, blocks, namespace, on_host

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


_CROWDED = (1e-3, 1e-6)
"""Below these shares of their greatest values, the variance of directions and that of any of their
dimensions are worked out from differences: a mean square less a squared mean would lose digits."""


class Sums(NamedTuple):
    """What is known of some rows: means, and sums of squares around them.

    ``magnitude`` is the mean of absolute values, ``direction`` and ``turning`` are the mean and the
    variance of each dimension of the rows at length one, and ``scatter`` is in the coordinates of a
    frame.
    """

    n: int
    mean: NDArray[np.float64]
    magnitude: NDArray[np.float64]
    direction: NDArray[np.float64]
    turning: NDArray[np.float64]
    scatter: NDArray[np.float64]


class Moments:
    """Moments of all rows added so far; ``frame`` never changes."""

    def __init__(self, dim: int, frame: Frame | None) -> None:
        self.frame = frame
        zero = np.zeros(dim)
        self.sums = Sums(0, zero, zero, zero, zero, np.zeros((dim, dim)))

    def add(self, rows: Array, lengths: Array) -> None:
        """Take in rows of any lengths but 0, which are given beside them."""
        xp = namespace(rows)
        forward = None
        if self.frame is not None:
            forward = xp.asarray(self.frame.forward, device=rows.device)
        for block in blocks(rows.shape[0]):
            copy = xp.astype(rows[block, :], xp.float64, copy=True)
            self._join(_sums(xp, copy, lengths[block], forward))

    def merge(self, other: "Moments") -> None:
        """Take in the moments of other rows, which may be in another frame."""
        sums = other.sums
        if self.frame is not other.frame:
            root = root_of(sums.scatter, other.frame)
            lifted = root if self.frame is None else root @ self.frame.forward
            sums = sums._replace(scatter=lifted.T @ lifted)
        self._join(sums)

    def root(self) -> NDArray[np.float64]:
        """Return a matrix whose singular values are those of the centred rows."""
        return root_of(self.sums.scatter, self.frame)

    def _join(self, new: Sums) -> None:
        old, n = self.sums, self.sums.n + new.n
        share = new.n / n
        step, turn = new.mean - old.mean, new.direction - old.direction
        lifted = step if self.frame is None else step @ self.frame.forward
        scatter = old.scatter  # in place: dim x dim numbers, for every block
        scatter += new.scatter
        scatter += np.outer(old.n * share * lifted, lifted)
        turning = old.turning + share * (new.turning - old.turning)
        self.sums = Sums(
            n=n,
            mean=old.mean + share * step,
            magnitude=old.magnitude + share * (new.magnitude - old.magnitude),
            direction=old.direction + share * turn,
            turning=turning + share * (1 - share) * turn**2,
            scatter=scatter,
        )


def moments_of(rows: NDArray[Any], frame: Frame | None) -> Moments:
    """Return the moments of rows that are all there."""
    wide = rows.astype(np.float64, copy=False)
    moments = Moments(rows.shape[1], frame)
    moments.add(wide, np.sqrt(np.vecdot(wide, wide)))
    return moments


def _sums(xp: Any, rows: Array, lengths: Array, forward: Array | None) -> Sums:  # noqa: ANN401
    """Return the sums of one block in float64, which is overwritten."""
    n = rows.shape[0]
    each = xp.full_like(lengths, 1 / n)  # products with a row of weights beat sums along an axis
    magnitude = each @ xp.abs(rows)
    direction = (1 / lengths) @ rows / n
    squares = (1 / lengths**2) @ (rows * rows) / n
    turning = squares - direction**2
    if float(xp.sum(turning)) < _CROWDED[0] or xp.any(turning < _CROWDED[1] * squares):
        turning = xp.mean((rows / lengths[:, None] - direction) ** 2, axis=0)
    mean = each @ rows
    rows -= mean
    lifted = rows if forward is None else rows @ forward
    return Sums(
        n=n,
        mean=on_host(mean),
        magnitude=on_host(magnitude),
        direction=on_host(direction),
        turning=on_host(turning),
        scatter=on_host(lifted.T @ lifted),
    )
