"""The intervals of partition isotropy and of what the loudest dimension holds, by leaving out."""

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, rows_on_cpu, scaled_on_cpu, scaled_rows
from semshift_nb.measures.dimensions import NO_LIKENESS, dimension_shares
from semshift_nb.measures.resampling.bootstrap import Interval
from semshift_nb.measures.resampling.jackknife import jackknife_plan

_LARGEST_EXPONENT = 700.0
"""exp of it is still a float64."""

_LARGEST_SCALE = 1e200
"""Of longer vectors sums are equal, or one is nothing beside the other, as they are of this one."""


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
    scale = min(scale, _LARGEST_SCALE)
    xp = namespace(rows)
    along = rows @ principal_directions(xp, rows)
    sums = xp.concat([log_sums(xp, sign * along, scale=scale) for sign in (1.0, -1.0)])
    return math.exp(float(xp.min(sums)) - float(xp.max(sums)))


def principal_directions(xp: Any, rows: Array) -> Array:  # noqa: ANN401
    """Return the eigenvectors of ``X'X`` as columns, those of no vector included."""
    return xp.linalg.eigh(rows.T @ rows)[1]


def log_sums(xp: Any, exponents: Array, *, scale: float) -> Array:  # noqa: ANN401
    """Return the log of the sum of exponentials by column, of ``scale`` times the exponents."""
    largest = xp.max(exponents, axis=0)
    # What is more than 700 below the greatest adds nothing, and may be beyond float64 times scale.
    below = xp.clip(exponents - largest, -_LARGEST_EXPONENT / scale, 0.0) * scale
    return largest * scale + xp.log(xp.sum(xp.exp(below), axis=0))


def jackknife_partition_isotropy(
    embeddings: Array,
    *,
    groups: ArrayLike | None = None,
    n_parts: int = 100,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    """Return the partition isotropy of some texts with its interval, by leaving documents out.

    The directions are those of all texts; they turn with the documents, too, but the partition
    functions hardly feel it.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, of at least four documents.
    groups, n_parts, level, seed
        As in `jackknife_spectral_figures`.

    Returns
    -------
    Interval
        ``value`` (as `partition_isotropy`), ``low`` and ``high`` (by Student's t, from 0 to 1) and
        ``n``.

    Raises
    ------
    InputError
        If a value is NaN or infinite, there are fewer than four documents, the lengths differ, or a
        setting is out of range.

    References
    ----------
    See `jackknife_spectral_figures`; the tests simulate the coverage.

    Examples
    --------
    >>> import numpy as np
    >>> jackknife_partition_isotropy(np.tile([[0.6, 0.8]], (9, 1))).value.__round__(6)
    0.135335
    """
    rows, scale = scaled_on_cpu(embeddings)
    scale = min(scale, _LARGEST_SCALE)
    plan = jackknife_plan(groups, n_rows=len(rows), n_parts=n_parts, level=level, seed=seed)
    along = rows @ principal_directions(np, rows)
    exponents = np.concatenate([along, -along], axis=1)
    largest = exponents.max(axis=0)
    # Below -700 the exponential is 0 anyhow; clipped before the scale, which might overflow.
    terms = np.exp(np.clip(exponents - largest, -700 / scale, 0) * scale)
    with np.errstate(divide="ignore"):
        logs = np.log((~plan.rows_out()).astype(np.float64) @ terms) + largest * scale
    without = np.exp(logs.min(axis=1) - logs.max(axis=1))
    return plan.interval(partition_isotropy(embeddings), without, least=0.0, most=1.0)


def jackknife_dimension_figures(
    embeddings: Array,
    *,
    groups: ArrayLike | None = None,
    n_parts: int = 100,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return what the loudest dimension holds with intervals, by leaving documents out.

    Which dimension is the loudest may differ from one leave-out to the next.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows, of at least four documents.
    groups, n_parts, level, seed
        As in `jackknife_spectral_figures`.

    Returns
    -------
    dict of str to Interval
        ``top_dimension_variance_share``: the largest share of the variance. And
        ``top_dimension_cosine_share``: the largest part of the mean cosine over the sum of all
        parts' magnitudes, which is its share where no part is negative; not there where all parts
        are 0. Both from ``1 / dim`` to 1.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3) or do not differ, with all documents
        or without one, there are fewer than four documents, the lengths differ, or a setting is out
        of range.

    References
    ----------
    See `dimension_shares` and `jackknife_spectral_figures`; the tests simulate the coverage. How
    many dimensions are outliers has no interval: a number of dimensions beyond a bound jumps.

    Examples
    --------
    >>> import numpy as np
    >>> found = jackknife_dimension_figures(np.eye(8))
    >>> found["top_dimension_variance_share"].value.__round__(6)
    0.125
    """
    rows = rows_on_cpu(embeddings)
    plan = jackknife_plan(groups, n_rows=len(rows), n_parts=n_parts, level=level, seed=seed)
    whole = dimension_shares(rows)
    mean = rows.mean(axis=0)
    apart = rows - mean
    n_left = (len(rows) - plan.sums(np.ones((len(rows), 1))))[:, 0]
    # The deviations add up to 0, so those that are kept add up to minus those that are not.
    shift = -plan.sums(apart) / n_left[:, None]
    squares = (apart**2).sum(axis=0) - plan.sums(apart**2) - n_left[:, None] * shift**2
    without = _shares(squares, mean + shift, n_left[:, None])
    least = 1 / rows.shape[1]
    return {
        f"top_dimension_{name}_share": plan.interval(
            float(_largest_share(values)), _largest_share(others), least=least, most=1.0
        )
        for name, values, others in zip(("variance", "cosine"), whole, without, strict=True)
        if np.abs(values).sum() > NO_LIKENESS
    }


def _shares(
    squares: NDArray[np.float64], mean: NDArray[np.float64], n: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return `dimension_shares` of each set from its sums of squares around its mean."""
    total = squares.sum(axis=1, keepdims=True)
    if (total <= 1e-12).any() or (n < 2).any():
        raise InputError(
            "without one of the documents the rows do not differ, so that dimensions have no share "
            "of their variance: give more documents."
        )
    return squares / total, mean**2 - squares / (n * (n - 1))


def _largest_share(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    magnitude = np.abs(shares)
    total = np.maximum(magnitude.sum(axis=-1), NO_LIKENESS)
    return np.asarray(magnitude.max(axis=-1) / total)
