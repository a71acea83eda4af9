"""Partition isotropy: how much it matters in which direction one looks at the vectors."""

import math
from typing import Any

from semshift_nb.measures._arrays import Array, namespace, scaled_rows

_LARGEST_EXPONENT = 700.0
"""exp of it is still a float64."""


def partition_isotropy(embeddings: Array) -> float:
    """Return the least over the greatest partition function, over the principal directions.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least two; with fewer than ``dim`` the directions that no vector
        has take part as well, each with ``Z = n``. float16 and whole numbers are converted to
        float64 exactly.

    Returns
    -------
    float
        ``min Z(c) / max Z(c)`` with ``Z(c) = sum_i exp(c . x_i)``, over the eigenvectors c of
        ``X'X``, each with both signs: from 0 (of unit rows: from ``exp(-2)``, all in one place) to
        1 (the same whichever way one looks). Not centred, so that a narrow cone alone makes it
        small. No turn of the space nor another order of the rows changes it; scale does: short
        vectors look isotropic, long ones do not, so compare only vectors of the same length.

    Raises
    ------
    InputError
        If there are fewer than two rows, or a value is NaN or infinite.

    References
    ----------
    Mu & Viswanath 2018, equation 5, after Arora et al. 2016; they took the eigenvectors with one
    sign, which LAPACK chooses. Known failure: where eigenvalues are equal the eigenvectors are not
    determined, and neither is the figure. (The bundled model's sentences: 0.69; a static model's,
    which lie in a cone: 0.21.)

    Examples
    --------
    >>> import numpy as np
    >>> partition_isotropy(np.array([[1.0, 0.0], [1.0, 0.0]])).__round__(6)
    0.135335
    """
    rows, scale = scaled_rows(embeddings, min_rows=2)
    xp = namespace(rows)
    along = rows @ principal_directions(xp, rows)
    sums = xp.concat([log_sums(xp, sign * along, scale=scale) for sign in (1.0, -1.0)])
    return math.exp(float(xp.min(sums)) - float(xp.max(sums)))


def principal_directions(xp: Any, rows: Array) -> Array:  # noqa: ANN401
    """Return the eigenvectors of ``X'X`` as columns, those of no vector included.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> import numpy as np
    >>> abs(principal_directions(np, np.array([[2.0, 0.0], [0.0, 1.0]])))
    array([[0., 1.],
           [1., 0.]])
    """
    return xp.linalg.eigh(rows.T @ rows)[1]


def log_sums(xp: Any, exponents: Array, *, scale: float) -> Array:  # noqa: ANN401
    """Return the log of the sum of exponentials by column, of ``scale`` times the exponents.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> import numpy as np
    >>> log_sums(np, np.zeros((4, 1)), scale=1.0)
    array([1.38629436])
    """
    largest = xp.max(exponents, axis=0)
    # What is more than 700 below the greatest adds nothing, and may be beyond float64 times scale.
    below = xp.clip(exponents - largest, -_LARGEST_EXPONENT / scale, 0.0) * scale
    return largest * scale + xp.log(xp.sum(xp.exp(below), axis=0))
