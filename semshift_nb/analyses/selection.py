"""One row of a table of figures."""

import pandas as pd

from semshift_nb.analyses._verdict_words import Figure
from semshift_nb.errors import InputError


def select(table: pd.DataFrame, **where: object) -> Figure:
    """Take the one row of a table of figures that a claim is about.

    Parameters
    ----------
    table : DataFrame
        Rows of figures.
    **where : object
        The value that each named column must have.

    Returns
    -------
    Series
        The row.

    Raises
    ------
    InputError
        If a column is missing, or not exactly one row is there.

    Examples
    --------
    >>> table = pd.DataFrame({"k": [2, 4], "value": [0.9, 0.7]})
    >>> float(select(table, k=4)["value"])
    0.7
    """
    missing = [name for name in where if name not in table]
    if missing:
        raise InputError(f"no column {', '.join(missing)}; there are {', '.join(table.columns)}.")
    chosen = table
    for name, value in where.items():
        chosen = chosen[chosen[name] == value]
    if len(chosen) != 1:
        told = ", ".join(f"{name}={value!r}" for name, value in where.items())
        raise InputError(f"{len(chosen)} rows have {told}; a claim is about exactly one.")
    return chosen.iloc[0]
