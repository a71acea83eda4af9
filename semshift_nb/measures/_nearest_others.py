"""The nearest other rows of each row by distance, for vectors of any length."""

from typing import Any, NamedTuple

from semshift_nb.measures._arrays import Array, blocks, namespace
from semshift_nb.measures._top import highest

_SPARE = 8
"""Candidates measured beyond those asked for, since a matrix product rounds."""

_NUMBERS_AT_ONCE = 2**22
"""Scores and candidates of a block: some 32 MiB of each."""


class Others(NamedTuple):
    """Positions and distances of each row's nearest others, of shape (n_rows, k)."""

    places: Array
    distances: Array


def nearest_others(rows: Array, k: int) -> Others:
    """Return the k nearest others of each of more than k rows in float64, the nearest first.

    A matrix product finds the candidates; their distances are worked out from differences, so that
    those of near neighbours keep their digits and equal rows are at distance 0.
    """
    xp = namespace(rows)
    n_rows, dim = rows.shape
    # Around their mean the rows are shorter, and less is lost in the product.
    rows = rows - xp.mean(rows, axis=0)
    halves = xp.vecdot(rows, rows) / 2
    n_candidates = min(k + 1 + _SPARE, n_rows)
    step = max(1, _NUMBERS_AT_ONCE // max(n_rows, n_candidates * dim))
    parts = [
        _of_block(xp, rows, block, halves=halves, k=k, n_candidates=n_candidates)
        for block in blocks(n_rows, rows=step)
    ]
    return Others(*(xp.concat(list(part)) for part in zip(*parts, strict=True)))


def _of_block(
    xp: Any,  # noqa: ANN401
    rows: Array,
    block: slice,
    *,
    halves: Array,
    k: int,
    n_candidates: int,
) -> tuple[Array, Array]:
    queries = rows[block, :]
    candidates = highest(xp, queries @ rows.T - halves, n_candidates)
    flat = xp.take(rows, xp.reshape(candidates, (-1,)), axis=0)
    apart = xp.reshape(flat, (*candidates.shape, rows.shape[1])) - queries[:, None, :]
    distances = xp.linalg.vector_norm(apart, axis=-1)
    own = candidates == xp.arange(block.start, block.stop, device=rows.device)[:, None]
    distances = xp.where(own, xp.full_like(distances, float("inf")), distances)
    order = xp.argsort(distances, axis=1, stable=True)[:, :k]
    return (
        xp.take_along_axis(candidates, order, axis=1),
        xp.take_along_axis(distances, order, axis=1),
    )
