"""Hubness reduction: similarities that allow for how crowded it is around a text.

Only the library says how crowded it is, so that an index can be made before any query is known.
"""

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, blocks, check_matrix, on_host, rows_on_cpu, unit_rows
from semshift_nb.measures.neighbours.neighbours import other_neighbours
from semshift_nb.names import count
from semshift_nb.validation import is_whole, shown

Rows: TypeAlias = NDArray[np.float64]
Method: TypeAlias = Literal["csls", "local scaling", "mutual proximity"]

_LEAST = 1e-6
"""A distance below it is rounding: of a text with k copies the k-th neighbour is as near as this.
So is a standard deviation of distances that are all the same."""

_DIGITS = 12
"""Cosines are rounded to so many, for a matrix product gives equal rows different last digits."""


@dataclass(frozen=True, eq=False)
class HubnessReduction:
    """A library whose neighbourhoods are known: call it with queries to get similarities.

    Attributes
    ----------
    method : {"csls", "local scaling", "mutual proximity"}
        Which formula.
    k : int or None
        How many neighbours say how crowded it is; None where all texts do.
    library : ndarray of shape (n_library, dim)
        Unit rows.
    crowding : ndarray of shape (n_library, 1 or 2)
        What the formula needs of each text of the library: the mean cosine to its k nearest others;
        the distance to the k-th; or mean and standard deviation of the distances to all others.
    """

    method: Method
    k: int | None
    library: Rows = field(repr=False)
    crowding: Rows = field(repr=False)

    def __call__(self, queries: Array) -> Rows:
        """Return how similar each query is to each text of the library.

        Parameters
        ----------
        queries : array of shape (n_queries, dim)
            Unit rows from the same encoder.

        Returns
        -------
        ndarray of shape (n_queries, n_library)
            The higher, the nearer. Equal texts have equal similarities.
        """
        check_matrix(queries, name="queries", min_rows=0)
        if queries.shape[1] != self.library.shape[1]:
            raise InputError(
                f"queries have {count(queries.shape[1], 'dimension')} and the library "
                f"{self.library.shape[1]}: they must come from the same encoder."
            )
        rows = on_host(unit_rows(queries, name="queries", min_rows=0))
        cosines = np.round(rows @ self.library.T, _DIGITS)
        if self.method == "csls":
            return 2 * cosines - _mean_of_highest(cosines, self.k or 1) - self.crowding[:, 0]
        if self.method == "local scaling":
            nearest = np.partition(1 - cosines, (self.k or 1) - 1, axis=1)[:, [(self.k or 1) - 1]]
            scales = np.maximum(_euclidean(nearest), _LEAST) * self.crowding[:, 0]
            return np.asarray(-(_euclidean(1 - cosines) ** 2) / scales)
        mean, deviation = _moments(rows, self.library)
        of_query = log_ndtr((mean - (1 - cosines)) / deviation)
        return np.asarray(
            of_query + log_ndtr((self.crowding[:, 0] - (1 - cosines)) / self.crowding[:, 1])
        )


def fit_csls(library: Array, *, k: int = 10) -> HubnessReduction:
    """Return cross-domain similarity local scaling over a library.

    Its similarity is ``2 cos(q, x) - r(q) - r(x)``, where r is the mean cosine to the k nearest
    texts of the library, itself left out; from -4 to 4.

    Parameters
    ----------
    library : array of shape (n_library, dim)
        Unit rows, at least two.
    k : int, default 10
        How many neighbours, from 1 to ``n_library - 1``.

    Returns
    -------
    HubnessReduction

    Raises
    ------
    InputError
        If there are fewer than two rows, they are not finite unit vectors (within 1e-3), or ``k``
        is out of range.

    References
    ----------
    Conneau et al. 2018, Word translation without parallel data: there r(x) is taken over the
    queries, which an index does not know.

    Examples
    --------
    >>> import numpy as np
    >>> library = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    >>> fit_csls(library, k=1)(np.array([[0.8, 0.6]])).round(2)
    array([[ 0.04,  0.16, -0.56]])
    """
    rows, nearest = _nearest(library, k)
    return HubnessReduction("csls", int(k), rows, nearest.mean(axis=1)[:, None])


def fit_local_scaling(library: Array, *, k: int = 10) -> HubnessReduction:
    """Return local scaling over a library.

    Its similarity is the logarithm of ``exp(-d(q, x)^2 / (s(q) s(x)))``, where d is the Euclidean
    distance of the unit vectors and s the distance to the k-th nearest text of the library, itself
    left out; 0 or less. A text that has k copies is at no distance of them: s is 1e-6 then, and
    hardly any query finds it.

    Parameters
    ----------
    library : array of shape (n_library, dim)
        Unit rows, at least two.
    k : int, default 10
        Which neighbour, from 1 to ``n_library - 1``.

    Returns
    -------
    HubnessReduction

    Raises
    ------
    InputError
        As `fit_csls`.

    References
    ----------
    Zelnik-Manor & Perona 2005; Schnitzer et al. 2012, Local and global scaling reduce hubs in
    space.
    """
    rows, nearest = _nearest(library, k)
    scales = np.maximum(_euclidean(1 - nearest[:, -1:]), _LEAST)
    return HubnessReduction("local scaling", int(k), rows, scales)


def fit_mutual_proximity(library: Array) -> HubnessReduction:
    """Return mutual proximity over a library.

    Its similarity is the logarithm of the probability that both are further away than this from a
    text drawn at random: ``P(D_q > d) P(D_x > d)``, where d is the cosine distance of q and x and
    D_q and D_x, independent and normal, are the distances of each from the whole library, itself
    left out; 0 or less. All is worked out from the library's first two moments.

    Parameters
    ----------
    library : array of shape (n_library, dim)
        Unit rows, at least two.

    Returns
    -------
    HubnessReduction

    Raises
    ------
    InputError
        If there are fewer than two rows or they are not finite unit vectors (within 1e-3).

    References
    ----------
    Schnitzer et al. 2012, section 4: the Gaussian with independence assumed.
    """
    rows = _at_least_two(library)
    mean, deviation = _moments(rows, rows, own=True)
    return HubnessReduction("mutual proximity", None, rows, np.hstack([mean, deviation]))


def _at_least_two(library: Array) -> Rows:
    check_matrix(library, name="library", min_rows=2)
    return rows_on_cpu(library)


def _nearest(library: Array, k: int) -> tuple[Rows, Rows]:
    """Return the library and each row's cosines with its k nearest others, the nearest first."""
    rows = _at_least_two(library)
    if not is_whole(k, least=1, most=len(rows) - 1):
        raise InputError(
            f"k is {shown(k)}, expected 1 to {len(rows) - 1}, the number of other texts."
        )
    found = other_neighbours(rows, int(k))
    step = max(1, 2**22 // (int(k) * rows.shape[1]))
    cosines = [
        np.einsum("ikd,id->ik", rows[found[part]], rows[part])
        for part in blocks(len(rows), rows=step)
    ]
    return rows, np.round(np.concatenate(cosines), _DIGITS)


def _mean_of_highest(cosines: Rows, k: int) -> Rows:
    n = cosines.shape[1]
    return np.asarray(np.partition(cosines, n - k, axis=1)[:, n - k :].mean(axis=1)[:, None])


def _euclidean(cosine_distances: Rows) -> Rows:
    return np.asarray(np.sqrt(np.maximum(2 * cosine_distances, 0)))


def _moments(rows: Rows, library: Rows, *, own: bool = False) -> tuple[Rows, Rows]:
    """Return mean and standard deviation of each row's cosine distances to the library.

    ``own``: the rows are the library, and none counts its distance 0 to itself.
    """
    n = len(library) - own
    centre = library.mean(axis=0)
    spread = library - centre
    mean = 1 - rows @ centre
    # Around the mean of all, so that no digits are lost where all distances are alike.
    squares = np.einsum("id,de,ie->i", rows, spread.T @ spread, rows, optimize=True)
    if own:
        shifted = mean * len(library) / n
        squares = squares + len(library) * mean**2 - n * shifted**2
        mean = shifted
    deviation = np.sqrt(np.maximum(squares / n, 0))
    return mean[:, None], np.maximum(deviation, _LEAST)[:, None]
