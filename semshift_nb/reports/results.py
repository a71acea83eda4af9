"""What a notebook found: figures as long-form rows, claims with their verdicts."""

import json
import math
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import pandas as pd

from semshift_nb.errors import InputError
from semshift_nb.reports.tables import write_table, write_text

ROW_TYPES = {
    "notebook": "string",
    "group": "string",
    "metric": "string",
    "value": "float64",
    "ci_low": "float64",
    "ci_high": "float64",
    "n": "Int64",
    "unit": "string",
    "truncated_share": "float64",
    "unknown_share": "float64",
    "status": "string",
    "reason": "string",
}
MEASURED = "measured"
NOT_MEASURED = "not measured"
VERDICT_WORDS = {True: "holds", False: "does not hold", None: "undecided"}
"""The words of a verdict, wherever one is told."""

_NUMBERS = ("value", "ci_low", "ci_high", "truncated_share", "unknown_share")
BELONGS = "belongs"

Condition: TypeAlias = str | int | float | bool
"""A value of a column that tells figures apart."""


class Belongs(NamedTuple):
    """What a figure belongs to: the name its table was added under, and its row's conditions.

    In the long form both are one string, ``group``, because tables of all shapes share it; beside
    the rows they stay what they were.
    """

    name: str
    conditions: dict[str, Condition]

    @property
    def place(self) -> str:
        """The conditions in one line."""
        return ", ".join(f"{key}={plain(value)}" for key, value in self.conditions.items())

    @property
    def group(self) -> str:
        """Name and conditions as the long form has them."""
        return f"{self.name}: {self.place}" if self.conditions else self.name


Row: TypeAlias = dict[str, Any]
"""A figure: the columns of the long form, and for ``group`` what it belongs to."""


class Results:
    """Figures and claims of one notebook, kept as files beside it.

    Parameters
    ----------
    notebook : str
        The notebook's name without its ending: ``"01_semantic_shift"``.
    out : str, default=""
        The folder to write to; the empty string, which is what a reader in JupyterLab has, keeps
        everything in memory.

    Raises
    ------
    InputError
        If the name could not be a file's name.

    Examples
    --------
    >>> results = Results("01_semantic_shift")
    >>> results.add(pd.DataFrame({"metric": ["MPD"], "value": [0.93], "n": [600]}), group="texts")
    >>> results.claim("Texts of one sentence spread", True, figure="MPD 0.93", required=True)
    >>> list(results.table()["verdict"])
    ['holds']
    >>> results.finish()
    """

    def __init__(self, notebook: str, *, out: str = "") -> None:
        if not notebook or Path(notebook).name != notebook or "\0" in notebook:
            raise InputError(
                f"a notebook's name is a plain name such as '01_semantic_shift', not {notebook!r}"
            )
        self._notebook = notebook
        self._out = out
        self._rows: list[Row] = []
        self._claims: list[dict[str, object]] = []

    def add(self, table: pd.DataFrame, *, group: str) -> None:
        """Keep the figures of a metric table.

        Parameters
        ----------
        table : DataFrame
            Columns ``metric`` and ``value``; ``ci_low``, ``ci_high``, ``n``, ``unit``,
            ``truncated_share``, ``unknown_share``, ``status`` and ``reason`` if there; every other
            column tells the rows of the group apart.
        group : str
            What the figures belong to. A row's group is this name, then the values of the other
            columns: ``"concatenation: mode=repeat, k=4"``.

        Raises
        ------
        InputError
            If a column is missing, a figure is no number, the name is empty or holds a colon, or
            a row is there already.

        Examples
        --------
        >>> table = pd.DataFrame({"mode": ["repeat"], "metric": ["MPD"], "value": [float("nan")]})
        >>> Results("02_concatenation").add(table, group="concatenation")
        """
        missing = {"metric", "value"} - set(table.columns)
        if missing:
            raise InputError(
                f"figures of {group!r} need the columns metric and value; "
                f"{', '.join(sorted(missing))} is missing from {list(table.columns)}"
            )
        if not group or ":" in group:
            raise InputError(f"a group needs a name without a colon, not {group!r}")
        rows = [self._row(record, group) for record in table.to_dict(orient="records")]
        self._refuse_twice(rows)
        self._rows.extend(rows)

    def claim(
        self,
        statement: str,
        held: bool | None,  # noqa: FBT001 - claim("...", x < y, figure=...) reads as it is meant
        *,
        figure: str,
        required: bool = False,
        asked: bool = True,
    ) -> None:
        """Keep a claim and what was found about it.

        Parameters
        ----------
        statement : str
            The claim, as a sentence.
        held : bool or None
            Whether it held; None when the data at hand cannot decide it.
        figure : str
            The figure that decides it, rounded for reading.
        required : bool, default=False
            Whether ``finish`` fails when the claim does not hold.
        asked : bool, default=True
            Whether the claim is made at all: what was published of one model says nothing of
            another, which does not fail where it differs.

        Raises
        ------
        InputError
            If ``held`` is neither true, false nor None, or the statement was made before.

        Examples
        --------
        >>> Results("01_semantic_shift").claim("Meaning moves", None, figure="no document")
        """
        # NumPy's and pandas' booleans answer to bool(); a float or a string would too, by accident.
        if held is not None and type(held).__name__ not in {"bool", "bool_"}:
            raise InputError(
                f"a claim holds (True), does not (False) or is undecided (None), not {held!r}"
            )
        if any(statement == claim["statement"] for claim in self._claims):
            raise InputError(f"the claim {statement!r} was made before; state each claim once")
        if not asked:
            return
        verdict = VERDICT_WORDS[None if held is None else bool(held)]
        self._claims.append(
            {"statement": statement, "verdict": verdict, "figure": figure, "required": required}
        )

    def table(self) -> pd.DataFrame:
        """Show the claims with their verdicts.

        Returns
        -------
        DataFrame
            Columns ``claim``, ``verdict`` ("holds", "does not hold" or "undecided"), ``figure``.

        Examples
        --------
        >>> len(Results("01_semantic_shift").table())
        0
        """
        columns = ["statement", "verdict", "figure"]
        table = pd.DataFrame(self._claims, columns=columns, dtype="string")
        return table.rename(columns={"statement": "claim"})

    def finish(self) -> None:
        """Write what was found, then fail if a required claim does not hold.

        With ``out`` the folder receives ``<notebook>.metrics.parquet`` (one row a figure) and
        ``<notebook>.claims.json``, each whole or not at all.

        Raises
        ------
        AssertionError
            If a required claim does not hold; each is named with its figure.
        SemshiftError
            If the folder cannot be written to.

        Examples
        --------
        >>> Results("01_semantic_shift").finish()
        """
        if self._out:
            stem = Path(self._out) / self._notebook
            write_table(rows_frame(self._rows), Path(f"{stem}.metrics.parquet"))
            write_text(Path(f"{stem}.claims.json"), json.dumps(self._claims, indent=1))
        broken = [
            f"{claim['statement']} ({claim['figure']})"
            for claim in self._claims
            if claim["required"] and claim["verdict"] == VERDICT_WORDS[False]
        ]
        if broken:
            raise AssertionError("does not hold: " + "; ".join(broken))

    def _row(self, record: Mapping[Hashable, Any], group: str) -> Row:
        cells = {str(key): value for key, value in record.items()}
        conditions = {
            key: _condition(value)
            for key, value in cells.items()
            if key not in ROW_TYPES and not _absent(value)
        }
        numbers = {name: _number(cells.get(name), name) for name in _NUMBERS}
        n = _number(cells.get("n"), "n")
        status, reason = _state(cells, numbers["value"])
        return {
            "notebook": self._notebook,
            BELONGS: Belongs(group, conditions),
            "metric": str(cells["metric"]),
            **numbers,
            "n": None if n is None else int(n),
            "unit": _text(cells.get("unit")),
            "status": status,
            "reason": reason,
        }

    def _refuse_twice(self, rows: list[Row]) -> None:
        seen = {(row[BELONGS].group, row["metric"]) for row in self._rows}
        for row in rows:
            key = group, metric = (row[BELONGS].group, row["metric"])
            if key in seen:
                raise InputError(
                    f"two figures are called {metric!r} in {group!r}; "
                    "add the column that tells them apart, or use another group"
                )
            seen.add(key)


def rows_frame(rows: list[Row]) -> pd.DataFrame:
    """Put long-form rows into a table whose column types do not depend on its content.

    What each belongs to goes along in ``attrs``, which a parquet file keeps beside its columns.
    """
    belongs = [row[BELONGS] for row in rows]
    told = [row | {"group": each.group} for row, each in zip(rows, belongs, strict=True)]
    table = pd.DataFrame({name: [row[name] for row in told] for name in ROW_TYPES})
    table.attrs[BELONGS] = belongs
    return table.astype(ROW_TYPES)


def belongings(table: pd.DataFrame) -> list[Belongs]:
    """Give what each long-form row belongs to."""
    kept = table.attrs.get(BELONGS, ())
    if len(kept) == len(table):
        return [Belongs(name, conditions) for name, conditions in kept]
    # A run of an earlier version kept nothing but the string: its conditions stay one.
    named = (str(group).partition(": ") for group in table["group"])
    return [Belongs(name, {"": place} if place else {}) for name, _, place in named]


def _state(cells: Mapping[str, Any], value: float | None) -> tuple[str, str | None]:
    """Give a figure's status and reason: a figure without a number always has a reason."""
    reason = _text(cells.get("reason"))
    if value is not None:
        return _text(cells.get("status")) or MEASURED, reason
    return NOT_MEASURED, reason or f"no finite number came out ({cells['value']})"


def _number(value: object, name: str) -> float | None:
    if _absent(value):
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise InputError(f"{name} must be a number, not {value!r}") from None
    return number if math.isfinite(number) else None


def _text(value: object) -> str | None:
    return None if _absent(value) or value == "" else str(value)


def _condition(value: object) -> Condition:
    """Keep a grouping value as what it is, if a file can hold it."""
    return value if isinstance(value, str | int | float) else str(value)


def plain(value: Condition) -> str:
    """Write a grouping value as a reader would: a whole float as an integer."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _absent(value: object) -> bool:
    return value is None or bool(pd.isna(value))  # type: ignore[call-overload]
