"""How several floors name and count the same thing, which must be one way."""

import math
from collections.abc import Iterable

#: By what vectors are ranked, as sentence-transformers calls it.
SIMILARITIES = ("cosine", "dot", "euclidean", "manhattan")


def temperature_name(tau: float, schedule: str = "constant") -> str:
    """Name a temperature of the attention, as legends, tables and messages do.

    Parameters
    ----------
    tau : float
        The temperature; NaN where there is not one number for all texts.
    schedule : str, default "constant"
        What names it then.

    Returns
    -------
    str

    Examples
    --------
    >>> temperature_name(0.9), temperature_name(float("nan"), "by length")
    ('tau 0.9', 'by length')
    """
    return schedule if math.isnan(tau) else f"tau {tau:g}"


def count(n: int, one: str, several: str = "") -> str:
    """Write how many there are of something.

    Parameters
    ----------
    n : int
        How many.
    one : str
        What it is called when there is one, with its verb where that changes too.
    several : str, default ""
        When there are more, or none; ``one`` in the plural if left out.

    Returns
    -------
    str

    Examples
    --------
    >>> count(1, "query"), count(1200, "query"), count(0, "row is", "rows are")
    ('1 query', '1,200 queries', '0 rows are')
    """
    return f"{n:,} {one if n == 1 else several or _plural(one)}"


def listed(items: Iterable[object]) -> str:
    """List things as one says them: ``127, 223 and 319``."""
    *most, last = [*map(str, items)] or ["none"]
    return f"{', '.join(most)} and {last}" if most else last


def _plural(word: str) -> str:
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
