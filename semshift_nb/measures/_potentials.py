"""The Gaussian potentials of pairs of embeddings, of which uniformity is the mean."""

import math

from semshift_nb.errors import InputError
from semshift_nb.measures._arrays import Array, namespace


def check_sharpness(t: float) -> None:
    """Refuse a ``t`` that is not a positive number."""
    if not 0 < t < math.inf:
        raise InputError(f"t is {t}, expected a positive number (2 is the paper's).")


def log_potentials(rows: Array, block: slice, *, t: float) -> Array:
    """Return ``-t |x_i - x_j|^2`` for a block of unit rows against all of them.

    The result has shape (n_block, n_rows); where a row meets itself it is minus infinity.
    """
    xp = namespace(rows)
    # Equal rows may come out a rounding error closer than is possible.
    exponents = xp.clip(2 * t * (rows[block, :] @ rows.T - 1), None, 0.0)
    places = xp.arange(block.start, block.stop, device=rows.device)
    exponents[places - block.start, places] = -math.inf
    return exponents
