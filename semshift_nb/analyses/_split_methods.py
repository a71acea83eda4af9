"""The rules by which a text can be cut, each with what it may be told."""

from collections.abc import Callable
from typing import NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.least_dilution import check_price

SPLIT_METHODS = ("least_dilution", "shift", "percentile", "windowed_percentile", "fixed")

USUAL_TOKENS = 256
"""Tokens of a fixed chunk where neither the caller nor the encoder has a limit."""

Rows: TypeAlias = NDArray[np.float32]


class Wish(NamedTuple):
    """What was asked for; ``n_chunks`` and ``price`` exclude each other."""

    method: str
    weights: NDArray[np.float64]
    usual_weight: float  # what fixed chunks are filled to where no bound was given
    n_chunks: int | None = None
    price: float | None = None  # None for the one that the text suggests
    min_size: int = 1
    max_weight: float | None = None


class _Bounds(TypedDict):
    min_size: int
    weights: NDArray[np.float64] | None
    max_weight: float | None


class Found(NamedTuple):
    """Cuts, and the price or threshold that led to them, if one did."""

    cuts: list[int]
    price: float | None


def check_wish(method: object, n_chunks: object, price: object) -> float | None:
    """Return the price, None for "auto"; refuse what does not go together."""
    if method not in SPLIT_METHODS:
        raise InputError(f"method is {method!r:.60}: expected one of {', '.join(SPLIT_METHODS)}.")
    if isinstance(price, str) and price == "auto":
        return None
    if n_chunks is not None:
        raise InputError("n_chunks and price were both given: one follows from the other.")
    if method not in ("least_dilution", "shift"):
        raise InputError(f"method {method!r} has no price: leave it out.")
    return check_price(price)


def check_fewest(min_sentences: object) -> int:
    """Return the fewest sentences of a chunk, or say why there is no such number."""
    is_whole = isinstance(min_sentences, int | np.integer) and not isinstance(min_sentences, bool)
    if not is_whole or min_sentences < 1:  # type: ignore[operator]
        raise InputError(
            f"min_sentences is {min_sentences!r:.60}: expected a whole number from 1 on."
        )
    return int(min_sentences)  # type: ignore[call-overload, no-any-return]


def find_cuts(rows: Rows, wish: Wish) -> Found:
    """Cut by the method asked for, within the bounds on size."""
    if len(rows) == 0:
        if wish.n_chunks is not None:
            raise InputError(f"n_chunks is {wish.n_chunks}, but the text is empty: leave it out.")
        return Found([], None)
    if wish.method == "least_dilution":
        return _least_dilution(rows, wish)
    found = _OTHERS[wish.method](rows, wish)
    return found._replace(cuts=measures.bounded_cuts(found.cuts, len(rows), **_bounds(wish)))


def _bounds(wish: Wish) -> _Bounds:
    weights = None if wish.max_weight is None else wish.weights
    return {"min_size": wish.min_size, "weights": weights, "max_weight": wish.max_weight}


def _least_dilution(rows: Rows, wish: Wish) -> Found:
    if wish.n_chunks is not None:
        cuts = measures.least_dilution_cuts(rows, n_segments=wish.n_chunks, **_bounds(wish))
        return Found(cuts, None)
    price = measures.fair_price(rows) if wish.price is None else wish.price
    return Found(measures.least_dilution_cuts(rows, price=price, **_bounds(wish)), price)


def _shift(rows: Rows, wish: Wish) -> Found:
    if wish.price is not None:
        return Found(measures.shift_cuts(rows, threshold=wish.price), wish.price)
    number = wish.n_chunks
    if number is None:  # as many as the other method that looks at the whole text
        fair = measures.least_dilution_cuts(rows, price=measures.fair_price(rows))
        number = len(fair) + 1
    return Found(measures.shift_cuts(rows, n_segments=number), None)


def _percentile(rows: Rows, wish: Wish) -> Found:
    return Found(measures.percentile_cuts(rows, n_segments=wish.n_chunks), None)


def _windowed_percentile(rows: Rows, wish: Wish) -> Found:
    return Found(measures.percentile_cuts(rows, window=3, n_segments=wish.n_chunks), None)


def _fixed(rows: Rows, wish: Wish) -> Found:
    if wish.n_chunks is not None:
        return Found(measures.even_cuts(len(rows), wish.n_chunks), None)
    most = wish.usual_weight if wish.max_weight is None else wish.max_weight
    most = max(most, float(wish.weights.max()))
    return Found(measures.bounded_cuts([], len(rows), weights=wish.weights, max_weight=most), None)


_OTHERS: dict[str, Callable[[Rows, Wish], Found]] = {
    "shift": _shift,
    "percentile": _percentile,
    "windowed_percentile": _windowed_percentile,
    "fixed": _fixed,
}
