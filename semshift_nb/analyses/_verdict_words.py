"""What verdicts are made of: a figure in words, and figures compared by their intervals."""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from semshift_nb.analyses._figures import MEASURED

if TYPE_CHECKING:
    import pandas as pd

#: One row of a table of figures: value, ci_low, ci_high, n, status and reason.
Figure: TypeAlias = "pd.Series[Any]"


def with_interval(figure: Figure, digits: int) -> str:
    """Write a figure with its interval."""
    value, low, high = (f"{figure[name]:.{digits}f}" for name in ("value", "ci_low", "ci_high"))
    return f"{value} (no interval)" if "nan" in (low, high) else f"{value} [{low}, {high}]"


def in_order(figures: Sequence[Figure]) -> bool | None:
    """Say whether each figure lies above the next by their intervals; None where two overlap."""
    if any(figure["status"] != MEASURED for figure in figures):
        return None
    pairs = list(itertools.pairwise(figures))
    if any(left["ci_high"] < right["ci_low"] for left, right in pairs):
        return False
    if all(left["ci_low"] > right["ci_high"] for left, right in pairs):
        return True
    return None


def change_row(first: Figure, last: Figure, *, along: str) -> dict[str, object]:
    """Return both ends in words, the last less the first, and whether it falls."""
    words = (f"{with_interval(end, 3)} at {along} = {end[along]}" for end in (first, last))
    change = float(last["value"]) - float(first["value"])
    return {"figure": ", ".join(words), "change": change, "falls": in_order([first, last])}
