"""Checks of arguments that every floor makes, and lists of what is wrong in their messages."""

from collections.abc import Callable, Sequence
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from semshift_nb.errors import InputError

_MOST = 2**63 - 1
"""What arrays can count to."""


def is_whole(value: object, *, least: float = -np.inf, most: float = np.inf) -> TypeGuard[int]:
    """Say whether something is a whole number, of Python or of NumPy, within bounds."""
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return whole and least <= value <= most  # type: ignore[operator]


def check_whole(value: object, name: str, *, least: int) -> int:
    """Return a whole number as Python's, or refuse the parameter ``name``."""
    if is_whole(value, least=least, most=_MOST):
        return int(value)
    ends = f"from {least} to {_MOST:,}" if is_whole(value, least=_MOST) else f"from {least} on"
    raise InputError(f"{name} is {value!r:.60}: expected a whole number {ends}.")


def shortened(
    items: Sequence[Any] | NDArray[Any], *, most: int = 10, write: Callable[[Any], str] = str
) -> str:
    """List the first items for a message, with dots where there are more than ``most``."""
    return ", ".join([*map(write, items[:most]), *["..."] * (len(items) > most)])
