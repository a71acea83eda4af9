"""The zero of a function of a temperature that lies nearest to 1."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.optimize import brentq

from semshift_nb.errors import InputError

STEPS_PER_DOUBLING = 4
"""How closely the range is looked through: a factor of 1.19 from one temperature to the next."""

_PRECISION = 1e-3
"""Of the logarithm of the temperature: a tenth of a percent."""


def nearest_root(
    gap: Callable[[float], float], *, between: tuple[float, float]
) -> tuple[float | None, dict[float, float]]:
    """Look outward from 1 in both directions for a change of sign, then for the zero within it.

    Returns the zero, None where there is none, and everything that was looked at. A function that
    returns exactly 0 (near enough, to its own mind) ends the search there. Two zeros closer
    together than the steps are not seen.
    """
    low, high = (math.log(end) for end in check_range(between))
    looked: dict[float, float] = {}

    @cache
    def at(place: float) -> float:
        tau = math.exp(place)
        looked[tau] = gap(tau)
        return looked[tau]

    if at(0.0) == 0:
        return 1.0, looked
    before = {high: 0.0, low: 0.0}
    while any(before[end] != end for end in before):
        brackets = []
        for end, place in before.items():
            if place == end:
                continue
            step = math.copysign(math.log(2) / STEPS_PER_DOUBLING, end)
            there = place + step if abs(place + step) < abs(end) - 1e-9 else end
            if np.sign(at(there)) != np.sign(at(place)):
                brackets.append((place, there))
            before[end] = there
        if brackets:
            roots = [float(brentq(at, *bracket, xtol=_PRECISION)) for bracket in brackets]
            return math.exp(min(roots, key=abs)), looked
    return None, looked


def check_range(between: tuple[float, float]) -> tuple[float, float]:
    """Return the range, which has 1 inside it."""
    low, high = between
    if not 0 < low < 1 < high < math.inf:
        raise InputError(
            f"between is {between}, expected two temperatures, one below 1 and one above it."
        )
    return low, high
