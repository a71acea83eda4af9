"""LiDAR: over how many directions documents differ, told against how their own parts differ."""

import numpy as np
from numpy.typing import ArrayLike

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, codes_of, finite_rows, namespace, on_host
from semshift_nb.measures.spectrum.spectrum import entropy_of_shares
from semshift_nb.names import count
from semshift_nb.validation import is_real, shown

RIDGE = 1e-4
"""What the paper adds to the spread within."""


def lidar(embeddings: Array, groups: ArrayLike, *, ridge: float = RIDGE) -> float:
    """Return the rank that is left when spread within documents counts as noise.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors, of which those of one document or class are samples of one thing. They should be
        unit rows: the ridge is a length squared, and with vectors of another size another figure.
    groups : array-like of shape (n_texts,)
        The document or class of each row; at least two, and one of them with two rows or more.
    ridge : float, default 1e-4
        Added to the spread within in every direction, for fewer texts than dimensions leave some
        without any. 0 asks for its plain inverse.

    Returns
    -------
    float
        ``exp(-sum p log p)`` with ``p`` the shares of the eigenvalues of
        ``S_w^{-1/2} S_b S_w^{-1/2}``, from 1 to ``min(n_groups - 1, dim)``. Every text weighs the
        same, as in the paper, whose classes are of one size.

    Raises
    ------
    InputError
        If values are not finite, there are too few documents or texts in them, their means do not
        differ, or without a ridge the spread within leaves a direction empty.

    References
    ----------
    Thilak et al. 2023, LiDAR, equations 1 to 4. Known failure: as an effective rank, it counts many
    directions of faint difference.

    Examples
    --------
    >>> import numpy as np
    >>> corners = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
    >>> centres = np.repeat(2 * corners, 4, axis=0)
    >>> round(lidar(centres + np.tile(corners, (4, 1)), np.repeat(range(4), 4)), 6)
    2.0
    """
    xp = namespace(embeddings)
    rows = finite_rows(embeddings, min_rows=2)
    if not is_real(ridge, least=0):
        raise InputError(f"ridge is {shown(ridge)}, expected a number of at least 0 (1e-4).")
    # Squares of what is greater than 1 by far would overflow; that of nothing else changes.
    scale = max(float(xp.max(xp.abs(rows))), 1.0)
    rows = rows / scale
    belongs = xp.asarray(_belongs(groups, n_rows=rows.shape[0]), device=rows.device)
    sizes = xp.sum(belongs, axis=0)
    means = (belongs.T @ rows) / sizes[:, None]
    within = rows - belongs @ means
    between = xp.sqrt(sizes)[:, None] * (means - xp.mean(rows, axis=0))
    if float(xp.max(xp.abs(between))) <= _EMPTY * float(xp.max(xp.abs(rows))):
        raise InputError("the documents' means do not differ: expected documents that do.")
    return _rank(xp, within, between, float(ridge) / scale / scale * rows.shape[0])


def _belongs(groups: ArrayLike, *, n_rows: int) -> Array:
    """Return which row (one each) is of which document (a column), as ones and zeros."""
    codes = codes_of(groups, name="groups")
    if codes.shape != (n_rows,):
        raise InputError(f"groups have shape {codes.shape}, expected ({n_rows},): one a row.")
    n_groups = int(codes.max()) + 1
    if n_groups < 2 or n_groups == n_rows:
        raise InputError(
            f"{count(n_groups, 'document')} of {count(n_rows, 'text')}, expected at least two "
            "documents, and at least one with two texts or more."
        )
    return np.eye(n_groups)[codes]


def _rank(xp: Array, within: Array, between: Array, ridge: float) -> float:
    # The scale of both scatters cancels in the shares, so that sums do for means.
    dim = within.shape[1]
    scatter = within.T @ within + ridge * xp.eye(dim, dtype=within.dtype, device=within.device)
    values, turn = xp.linalg.eigh(scatter)
    if float(values[0]) <= _EMPTY * float(values[-1]):
        raise InputError(
            f"the spread within documents leaves some of {count(dim, 'dimension')} empty, so that "
            f"it has no inverse: give more texts, or a ridge ({RIDGE:g} is the paper's)."
        )
    sigma = on_host(xp.linalg.svdvals((between @ turn) / xp.sqrt(values)))
    return float(np.exp(entropy_of_shares(sigma**2)))


_EMPTY = 1e-13
"""Share of the greatest below which an eigenvalue is a rounding error of float64."""
