"""The intrinsic dimension of a set of embeddings, from the two nearest neighbours of each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.measures.arrays import Array, namespace, on_host, scaled_rows
from semshift_nb.measures.neighbours.neighbours import Others, nearest_others

_LEAST_TEXTS = 20
"""The estimate scatters by about 1 / sqrt(n) of itself: of fewer, by a quarter and more."""

_ROUNDING = 1e-9
"""Log ratios that are no larger than this are rounding: the two distances are equal."""

_KEPT = 0.9
"""Share of the ratios that are fitted; the paper leaves the greatest tenth out."""


def two_nn_dimension(embeddings: Array) -> float:
    """Return on how many dimensions the embeddings lie locally, by the TwoNN estimator.

    Where the density hardly changes within the reach of the second neighbour, the ratio of the
    distances to the second and to the first is distributed as ``1 - ratio^-d`` on d dimensions,
    whatever the density. The slope of that line is the figure.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length, at least 20 different ones, for the estimate scatters by about
        ``1 / sqrt(n)`` of itself. A copy of another row says nothing of the dimension and is left
        out. float16 and whole numbers are converted to float64 exactly.

    Returns
    -------
    float
        Above 0. Neither a turn of the space, nor scale, nor another order of the rows changes it;
        the number of texts does, for it looks at the scale at which the nearest ones lie. Sentences
        have some 10 to 30; a space collapsed onto a curve has 1.

    Raises
    ------
    InputError
        If a value is NaN or infinite, there are fewer than 20 different rows, or every row is as
        far from its second neighbour as from its first.

    References
    ----------
    Facco et al. 2017, Estimating the intrinsic dimension of datasets by a minimal neighborhood
    information, with their linear fit through the origin and 10 % left out. Known failure: above
    about 20 dimensions it says too little unless there are exponentially many texts, for every row
    is then near the edge; and texts that differ in a word make a dimension of their own.

    Examples
    --------
    >>> import numpy as np
    >>> angles = np.random.default_rng(0).random(500) * 2 * np.pi
    >>> round(two_nn_dimension(np.column_stack([np.cos(angles), np.sin(angles)])), 1)
    1.0
    """
    others, _ = distinct_neighbours(embeddings, 2)
    distances = on_host(others.distances)
    return float(slope_of_ratios(np.log(distances[:, 1] / distances[:, 0])))


def distinct_neighbours(embeddings: Array, k: int) -> tuple[Others, NDArray[np.int64]]:
    """Return the nearest others of each row among those that differ, and where these stood.

    Parameters
    ----------
    embeddings : array of shape (n_texts, dim)
        Vectors of any length.
    k : int
        How many others; all there are where these are fewer.

    Returns
    -------
    Others
        Of each different row, in their order; none at distance 0.
    ndarray of shape (n_rows,)
        The positions of these rows in ``embeddings``: of copies, that of the first.
    """
    rows, _ = scaled_rows(embeddings)
    n_rows: int = rows.shape[0]
    places = np.arange(n_rows)
    others = nearest_others(rows, min(k, n_rows - 1))
    nearest = on_host(others.distances).min(axis=1, initial=np.inf)
    if not nearest.all():
        places = _first_of_equals(rows, nearest == 0)
    if len(places) < _LEAST_TEXTS:
        raise InputError(
            f"{len(places)} of {n_rows} rows are different, expected at least {_LEAST_TEXTS}: the "
            "estimate scatters by about 1 / sqrt(n) of itself."
        )
    if len(places) < n_rows:
        kept = namespace(rows).asarray(places, device=rows.device)
        others = nearest_others(namespace(rows).take(rows, kept, axis=0), min(k, len(places) - 1))
    return others, places


def slope_of_ratios(logs: NDArray[np.float64], weights: NDArray[np.float64] | None = None) -> Any:  # noqa: ANN401
    """Return the slope of ``-log(1 - F)`` on the log ratios of distances, through the origin.

    Parameters
    ----------
    logs : ndarray of shape (n_rows,)
        Log of the second distance over the first.
    weights : ndarray of shape (..., n_rows), optional
        How often each row counts; by default once.

    Returns
    -------
    ndarray of shape (...)
        The slope: the dimension.
    """
    order = np.argsort(logs)
    x = logs[order]
    counts = np.ones(len(x)) if weights is None else weights[..., order]
    shares = np.cumsum(counts, axis=-1) / counts.sum(axis=-1, keepdims=True)
    used = np.where(shares <= _KEPT + 1e-12, counts, 0.0)
    y = -np.log1p(-np.minimum(shares, _KEPT + 1e-9))
    spread = (used * x**2).sum(axis=-1)
    if not np.all(spread > _ROUNDING**2 * used.sum(axis=-1)):
        raise InputError(
            "every row is as far from its second neighbour as from its first, so that the ratio of "
            "the two tells no dimension (orthogonal or evenly spaced rows do that)."
        )
    return (used * x * y).sum(axis=-1) / spread


def _first_of_equals(rows: Array, twins: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return the positions of the rows that have no copy, and of the first of those that have."""
    xp = namespace(rows)
    places = np.flatnonzero(twins)
    chosen = xp.take(rows, xp.asarray(places, device=rows.device), axis=0)
    values = on_host(chosen)
    first = np.unique(values, axis=0, return_index=True)[1]
    return np.sort(np.concatenate([np.flatnonzero(~twins), places[first]]))
