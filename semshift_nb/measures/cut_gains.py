"""What a cut saves, and what the scatter of a segmentation comes to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from semshift_nb.measures._arrays import Array
from semshift_nb.measures._gains import gains_at
from semshift_nb.measures._segments import check_cuts, rows_of_text, segment_sums, sizes_of


def cut_gains(embeddings: Array, cuts: Sequence[int]) -> NDArray[np.float64]:
    """Return, for every place in a text, how much scatter a cut there saves.

    Where there is a cut it is what joining the segments beside it would cost; elsewhere what one
    more cut would save.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    cuts : sequence of int
        Where segments after the first begin.

    Returns
    -------
    ndarray of shape (n_sentences - 1,)
        Element ``i`` belongs to a cut at ``i + 1``, before that sentence. At least 0.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or the cuts are none.

    Examples
    --------
    >>> rows = np.eye(2)[[0, 0, 1, 1]]
    >>> cut_gains(rows, [2]).round(6).tolist()
    [0.0, 2.0, 0.0]
    """
    rows = rows_of_text(embeddings)
    checked = check_cuts(cuts, len(rows))
    return gains_at(rows, checked, range(1, len(rows)))


def total_scatter(embeddings: Array, cuts: Sequence[int]) -> float:
    """Return the scatter of all segments of a text: what the least-dilution cuts make least.

    Parameters
    ----------
    embeddings : array of shape (n_sentences, dim)
        Unit rows, in the order of the text.
    cuts : sequence of int
        Where segments after the first begin.

    Returns
    -------
    float
        ``sum (k - |S|^2 / k)`` over segments of k sentences with sum S; from 0 to ``n_sentences``.

    Raises
    ------
    InputError
        If the rows are not finite unit vectors (within 1e-3), or the cuts are none.

    References
    ----------
    Semantic shift, arXiv 2603.21437: it is ``sum (k - 1) Disp(k)``.

    Examples
    --------
    >>> total_scatter(np.eye(2)[[0, 0, 1, 1]], []), total_scatter(np.eye(2)[[0, 0, 1, 1]], [2])
    (2.0, 0.0)
    """
    rows = rows_of_text(embeddings)
    sizes = np.array(sizes_of(check_cuts(cuts, len(rows)), len(rows)))
    sums = segment_sums(rows, sizes)
    return max(len(rows) - float(np.sum(np.einsum("ij,ij->i", sums, sums) / sizes)), 0.0)
