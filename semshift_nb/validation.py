"""Checks of arguments that every floor makes, and lists of what is wrong in their messages."""

import math
from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError, option
from semshift_nb.names import SIMILARITIES

_MOST = 2**63 - 1
"""What arrays can count to."""


def is_whole(value: object, *, least: float = -np.inf, most: float = np.inf) -> TypeGuard[int]:
    """Say whether something is a whole number, of Python or of NumPy, within bounds."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and least <= value <= most  # type: ignore[operator]


def is_real(value: object, *, least: float = -np.inf, most: float = np.inf) -> TypeGuard[float]:
    """Say whether something is a finite number, of Python or of NumPy, within bounds."""
    if is_whole(value):
        return least <= value <= most and abs(int(value)) <= _LARGEST
    if not isinstance(value, float | np.floating):
        return False
    number = float(value)  # bounds may be beyond what a short number of NumPy holds
    return math.isfinite(number) and least <= number <= most


_LARGEST = int(np.finfo(np.float64).max)


def check_whole(value: object, name: str, *, least: int, most: int = _MOST) -> int:
    """Return a whole number as Python's, or refuse the parameter ``name``."""
    if is_whole(value, least=least, most=most):
        return int(value)
    bounded = most < _MOST or is_whole(value, least=_MOST)
    ends = f"from {least} to {most:,}" if bounded else f"from {least} on"
    raise InputError(f"{name} is {shown(value)}: expected a whole number {ends}.")


def check_flag(value: object, name: str) -> bool:
    """Return True or False, or refuse the parameter ``name``: of a text both would be true."""
    if not isinstance(value, bool | np.bool_):
        raise InputError(f"{name} is {shown(value)}: expected True or False.")
    return bool(value)


def check_similarity(value: object) -> str:
    """Return by what vectors are ranked, or list what there is."""
    if not isinstance(value, str) or value not in SIMILARITIES:
        raise InputError(
            f"{option('similarity')} is {shown(value)}: expected one of {', '.join(SIMILARITIES)}."
        )
    return value


def shown(value: object) -> str:
    """Write a value for a message, cut short; numbers of thousands of digits have no text."""
    try:
        return f"{value!r:.60}"
    except ValueError:
        return f"of type {type(value).__name__} and too long to write"


def shortened(
    items: Sequence[Any] | NDArray[Any], *, most: int = 10, write: Callable[[Any], str] = str
) -> str:
    """List the first items for a message, with dots where there are more than ``most``."""
    return ", ".join([*map(write, items[:most]), *["..."] * (len(items) > most)])
