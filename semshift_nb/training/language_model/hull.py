"""Whether there is a direction in which a vector is unlikely after every context (Theorem 2)."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from semshift_nb.errors import SemshiftError


def hull_margin(states: NDArray[np.floating]) -> float:
    """Return how far the best direction keeps from all hidden states.

    A word vector that runs along a direction in which its product with every hidden state is
    negative grows ever less likely; there is such a direction if and only if 0 lies outside the
    convex hull of the hidden states.

    Parameters
    ----------
    states : ndarray of shape (n_states, dim)
        Hidden states of contexts.

    Returns
    -------
    float
        The most, over vectors v with entries from -1 to 1, of the least product ``-h_i v``: above 0
        where there is such a direction, 0 where 0 lies in the hull.

    References
    ----------
    Gao et al. 2019, Representation degeneration problem, Theorem 2.

    Examples
    --------
    >>> hull_margin(np.array([[1.0, 1.0], [1.0, -1.0]])), hull_margin(np.array([[1.0], [-1.0]]))
    (1.0, 0.0)
    """
    n_states, dim = states.shape
    # The variables are v and t; the greatest t with h_i v + t <= 0 for every i.
    found = linprog(
        np.append(np.zeros(dim), -1.0),
        A_ub=np.column_stack([states.astype(np.float64), np.ones(n_states)]),
        b_ub=np.zeros(n_states),
        bounds=[(-1.0, 1.0)] * dim + [(0.0, None)],
        method="highs",
    )
    if not found.success:
        raise SemshiftError(f"the linear program of the hull was not solved: {found.message}")
    return max(-float(found.fun), 0.0) + 0.0  # never -0
