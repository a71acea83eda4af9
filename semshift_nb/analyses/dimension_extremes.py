"""What a dimension is about: the texts at its two ends."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb.errors import InputError

LOWEST, HIGHEST = "lowest", "highest"


def dimension_extremes(
    texts: Sequence[str], vectors: NDArray[np.floating[Any]], dimension: int, n: int = 5
) -> pd.DataFrame:
    """Return the texts with the lowest and with the highest values in one dimension.

    Parameters
    ----------
    texts : sequence of str
        One for each vector.
    vectors : ndarray of shape (n_texts, dim)
        Their vectors.
    dimension : int
        Which dimension, from 0.
    n : int, default 5
        Texts at each end; of fewer than ``2 * n`` texts some stand at both.

    Returns
    -------
    DataFrame
        ``end`` ("lowest" or "highest"), ``rank`` (from 1, the most extreme first), ``position`` of
        the text among ``texts`` (of equal values the earlier one comes first), ``value`` and
        ``text``.

    Raises
    ------
    InputError
        If the numbers of texts and vectors differ, there is no such dimension, or ``n`` is below 1.

    Examples
    --------
    >>> vectors = np.array([[0.6, 0.8], [1.0, 0.0], [-0.6, 0.8]])
    >>> dimension_extremes(["a", "b", "c"], vectors, 0, 1)["text"].tolist()
    ['c', 'b']
    """
    if vectors.ndim != 2 or len(texts) != len(vectors):
        raise InputError(
            f"{len(texts)} texts and vectors of shape {vectors.shape}, expected a row for each."
        )
    if not 0 <= dimension < vectors.shape[1] or n < 1:
        raise InputError(
            f"dimension is {dimension} and n {n}, expected 0 to {vectors.shape[1] - 1} and 1 or "
            "more."
        )
    values = vectors[:, dimension]
    ends = {
        LOWEST: np.argsort(values, kind="stable")[:n],
        HIGHEST: np.argsort(-values, kind="stable")[:n],
    }
    return pd.DataFrame(
        [
            (end, rank, row, float(values[row]), texts[row])
            for end, rows in ends.items()
            for rank, row in enumerate(rows.tolist(), start=1)
        ],
        columns=["end", "rank", "position", "value", "text"],
    )
