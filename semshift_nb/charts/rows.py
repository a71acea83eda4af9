"""What every chart asks of the table it is given."""

import json
from collections.abc import Iterable
from typing import Any

import pandas as pd

from semshift_nb.errors import InputError

MAX_ROWS = 5_000
_HOVER_CHARACTERS = 200


def chart_data(
    table: pd.DataFrame, columns: Iterable[str], *, digits: int = 4, max_rows: int = MAX_ROWS
) -> pd.DataFrame:
    """Keep the columns that a chart draws, rounded: what is stored in a notebook stays readable."""
    wanted = list(columns)
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise InputError(
            f"the table has no column {', '.join(missing)} (it has {', '.join(table.columns)}); "
            f"this chart draws {', '.join(wanted)}."
        )
    if len(table) > max_rows:
        raise InputError(
            f"a chart of {len(table):,} rows was asked for and {max_rows:,} is the most that stays "
            "quick to draw and to open; aggregate or sample the table first."
        )
    return table[wanted].round(digits)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Write a table as rows of plain JSON, what is missing as null."""
    rows: list[dict[str, Any]] = json.loads(table.to_json(orient="records", double_precision=10))
    return rows


def hover_text(texts: "pd.Series[str]") -> "pd.Series[str]":
    """Shorten texts to what a tooltip can hold; an ellipsis says that there is more."""
    return texts.map(
        lambda text: text if len(text) <= _HOVER_CHARACTERS else text[:_HOVER_CHARACTERS] + " …"
    )
