"""How evenly embeddings fill the sphere: mean cosine and uniformity."""

import math
from typing import Any

from semshift_nb.measures._arrays import Array, blocks, namespace, unit_rows
from semshift_nb.measures._potentials import check_sharpness, log_potentials
from semshift_nb.measures.concentration import mean_pairwise_distance


def mean_cosine(embeddings: Array) -> float:
    """Return the mean cosine over all pairs of embeddings.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.

    Returns
    -------
    float
        ``1 - MPD``, from ``-1 / (n - 1)`` (they cancel out) to 1 (all in one place); about 0 for
        directions drawn evenly from the sphere. Precision as `mean_pairwise_distance`.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or there are fewer than two.

    References
    ----------
    Ethayarajh 2019 (average cosine similarity as anisotropy); Li et al. 2020 (BERT-flow).

    Examples
    --------
    >>> import numpy as np
    >>> mean_cosine(np.eye(5))
    0.0
    """
    return 1 - mean_pairwise_distance(embeddings)


def uniformity(embeddings: Array, *, t: float = 2.0) -> float:
    """Return how evenly embeddings fill the sphere, by the Gaussian potential of their pairs.

    Where the mean distance weighs all pairs alike, this looks at the close ones: a space of tight
    clusters has a large mean distance and a poor uniformity.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Unit rows.
    t : float, default 2.0
        Sharpness of the potential; the paper's is 2.

    Returns
    -------
    float
        ``log mean_{i != j} exp(-t |x_i - x_j|^2)``, from ``-4 t`` to 0 (all in one place); lower
        is more even, and orthogonal rows have ``-2 t``. Worked out in float64 and in blocks, so
        that n vectors never need n^2 numbers at once.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), there are fewer than two, or ``t`` is
        not a positive number.

    References
    ----------
    Wang & Isola 2020, equation of the uniformity loss, over pairs of different texts.

    Examples
    --------
    >>> import numpy as np
    >>> uniformity(np.eye(5))
    -4.0
    """
    check_sharpness(t)
    rows = unit_rows(embeddings, min_rows=2)
    xp = namespace(rows)
    n: int = rows.shape[0]
    parts = [_log_sum_exp(xp, log_potentials(rows, block, t=t)) for block in blocks(n)]
    return float(_log_sum_exp(xp, xp.stack(parts))) - math.log(n * (n - 1))


def _log_sum_exp(xp: Any, exponents: Array) -> Any:  # noqa: ANN401
    """Return the logarithm of the sum of exponentials, which themselves may underflow."""
    largest = xp.max(exponents)
    return largest + xp.log(xp.sum(xp.exp(exponents - largest)))
