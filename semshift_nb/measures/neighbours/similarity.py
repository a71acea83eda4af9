"""How alike vectors are, by four rules; always the higher the more alike."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from semshift_nb.measures.arrays import Array, blocks, finite_rows, namespace

_NUMBERS_AT_ONCE = 2**22
"""Differences held at a time: some 32 MiB."""


class Rule(NamedTuple):
    """A similarity, or what orders rows as it does.

    ``scores`` sets each of n queries beside each of m rows, of shape (n, m); ``pairs`` sets each
    query beside c rows of its own, which come in shape (n, c, dim), one by one, so that equal rows
    have equal scores; ``size`` says from the longest rows of both how large a score can be.
    """

    scores: Callable[[Any, Array, Array], Array]
    pairs: Callable[[Any, Array, Array], Array]
    size: Callable[[Any, Array, Array], float]


def _products(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401, ARG001
    return queries @ rows.T


def _pair_products(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401
    return xp.sum(rows * queries[:, None, :], axis=-1)


def _product_size(xp: Any, queries: Array, rows: Array) -> float:  # noqa: ANN401
    return _longest(xp, queries) * _longest(xp, rows)


def _nearness(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401
    """Order as the distance does: half of its square, less what a query has in common with all."""
    return queries @ rows.T - xp.vecdot(rows, rows) / 2


def _pair_nearness(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401
    return -xp.sum((rows - queries[:, None, :]) ** 2, axis=-1)


def _nearness_size(xp: Any, queries: Array, rows: Array) -> float:  # noqa: ANN401
    return max(_longest(xp, queries), _longest(xp, rows)) ** 2


def _city_blocks(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401
    step = max(1, _NUMBERS_AT_ONCE // rows.shape[1])
    parts = list(blocks(rows.shape[0], rows=step))
    return xp.stack(
        [
            xp.concat([-xp.sum(xp.abs(rows[part, :] - queries[i, :]), axis=-1) for part in parts])
            for i in range(queries.shape[0])
        ]
    )


def _pair_city_blocks(xp: Any, queries: Array, rows: Array) -> Array:  # noqa: ANN401
    return -xp.sum(xp.abs(rows - queries[:, None, :]), axis=-1)


def _city_block_size(xp: Any, queries: Array, rows: Array) -> float:  # noqa: ANN401
    return max(float(xp.max(xp.sum(xp.abs(each), axis=-1))) for each in (queries, rows))


def _longest(xp: Any, rows: Array) -> float:  # noqa: ANN401
    return float(xp.max(xp.linalg.vector_norm(rows, axis=-1)))


_DOT = Rule(_products, _pair_products, _product_size)
#: Rules by name; the cosine is the product of unit rows.
RULES = {
    "cosine": _DOT,
    "dot": _DOT,
    "euclidean": Rule(_nearness, _pair_nearness, _nearness_size),
    "manhattan": Rule(_city_blocks, _pair_city_blocks, _city_block_size),
}


def of_one_size(queries: Array, library: Array) -> tuple[Array, Array]:
    """Return rows of any length in float64, divided by one power of two; it keeps every order."""
    xp = namespace(queries, library)
    asked, rows = finite_rows(queries, name="queries", min_rows=0), finite_rows(library)
    largest = max(float(xp.max(xp.abs(each))) for each in (asked, rows) if each.shape[0])
    if largest:
        scale = 2.0 ** (math.frexp(largest)[1] - 1)
        asked, rows = asked / scale, rows / scale
    return asked, rows
