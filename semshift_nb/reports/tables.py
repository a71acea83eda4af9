"""Tables by their ending, and text: whole on disk or not there.

Every table reads back equal: numbers to the last digit, texts to the letter (lone surrogates apart,
which nothing can hold), what is missing as missing. pandas' own csv and JSON promise neither.
"""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from errno import EINVAL, ENAMETOOLONG
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.files import explained, remove_stale, write_whole
from semshift_nb.unicode import well_formed

_LONGEST_NAME, _LONGEST_PATH = 255, 4095
"""Bytes; what the file systems in use take."""

_QUOTED = re.compile(r'[",\r\n]')
_FORMULA = re.compile(r"[=+\-@\t\r]")
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}
"""What JSON may hold, but readers that go by Python's splitlines take for the end of a line."""


def check_ending(path: Path) -> Path:
    """Check that a path says what kind of table it is to be."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            f"cannot tell what kind of table {str(path)!r:.300} is to be; "
            f"end its name with one of {', '.join(ENDINGS)}"
        )
    if os.path.isdir(path):  # noqa: PTH112 - Path's own fails on names that are too long
        raise InputError(f"{str(path)!r} is a folder; name a file to write the table to")
    return path


def check_target(path: Path, *others: str | Path) -> Path:
    """Check that a table can be written to a path, before the work that makes the table.

    ``others`` are files that are read or written as well, and must not be replaced.
    """
    try:
        _refuse_place(check_ending(path))
    except OSError as error:
        raise InputError(
            f"no table can be written to {str(path)!r:.300} ({error.strerror or error}); choose "
            "another place"
        ) from None
    for other in others:
        if _is_same(path, Path(other)):
            raise InputError(
                f"{str(path)!r} would be written over what is read or written there; choose "
                "another name"
            )
    return path


def _refuse_place(path: Path) -> None:
    """Raise what the system would say, if no file could stand there."""
    if "\0" in str(path):
        raise OSError(EINVAL, "a path holds no zero byte")
    missing = [part for part in (path, *path.parents) if not os.path.lexists(part)]
    longest = max((len(os.fsencode(part.name)) for part in missing), default=0)
    if longest > _LONGEST_NAME or len(os.fsencode(path.absolute())) > _LONGEST_PATH:
        raise OSError(ENAMETOOLONG, f"no file system takes a name of {longest} bytes")
    if path not in missing and not path.is_file():
        raise OSError(EINVAL, "there is something that is no file")
    with tempfile.TemporaryFile(dir=next(part for part in path.parents if part not in missing)):
        pass


def _is_same(path: Path, other: Path) -> bool:
    """Say whether a path is another one, or a file that a BEIR folder is read from."""
    files = (other, other / "corpus.jsonl", other / "queries.jsonl")
    return any(os.path.realpath(path) == os.path.realpath(file) for file in files)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the form its path's ending names, whole or not at all.

    From csv it reads back equal with ``pandas.read_csv(path, keep_default_na=False)``, without
    which pandas takes texts such as "NA" for missing.
    """
    write = ENDINGS[check_ending(path).suffix.lower()]
    names = [str(name) for name in table.columns]
    repeated = [name for name in names if names.count(name) > 1]
    if repeated:
        raise SemshiftError(f"a table with two columns {repeated[0]!r} cannot be written")
    _write(path, lambda temporary: write(_clean(table), temporary))


def n_formulas(table: pd.DataFrame) -> int:
    """Count the texts that a spreadsheet program would run as formulas."""
    return sum(
        isinstance(cell, str) and _FORMULA.match(cell) is not None
        for name in table.columns
        for cell in table[name].tolist()
    )


def _clean(table: pd.DataFrame) -> pd.DataFrame:
    """Replace lone surrogates, for which no file has letters."""
    texts = [name for name in table.columns if table[name].dtype == object]
    mended = {
        name: pd.Series(
            [well_formed(cell) if isinstance(cell, str) else cell for cell in table[name]],
            index=table.index,
            dtype=object,
        )
        for name in texts
    }
    return table.assign(**mended) if mended else table


def _write_parquet(table: pd.DataFrame, path: Path) -> None:
    try:
        table.to_parquet(path, index=False)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise SemshiftError(
            f"Parquet cannot hold this table ({error}): let --out end with .jsonl, which can"
        ) from error


def _write_csv(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.writelines(_csv_lines(table))


def _csv_lines(table: pd.DataFrame) -> Iterator[str]:
    yield ",".join(map(_csv_text, map(str, table.columns))) + "\n"
    # A line with nothing in it is no row to most readers.
    missing = '""' if table.shape[1] == 1 else ""
    for row in zip(*_columns(table), strict=True):
        yield ",".join(missing if cell is None else _csv_text(cell) for cell in row) + "\n"


def _csv_text(cell: object) -> str:
    if not isinstance(cell, str):
        return _csv_text(json.dumps(cell)) if isinstance(cell, list | dict) else repr(cell)
    return f'"{cell.replace(chr(34), chr(34) * 2)}"' if not cell or _QUOTED.search(cell) else cell


def _write_json(table: pd.DataFrame, path: Path) -> None:
    records = _records(table)
    path.write_text(json.dumps(records, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _write_jsonl(table: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        for record in _records(table):
            line = json.dumps(record, ensure_ascii=False)
            file.write(line.translate(_LINE_ENDS) + "\n")


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*_columns(table), strict=True)]


def _columns(table: pd.DataFrame) -> list[list[Any]]:
    """Return the cells as Python's own, None for what is missing."""
    return [[_plain(cell) for cell in table[name].tolist()] for name in table.columns]


def _plain(cell: Any) -> Any:  # noqa: ANN401 - a cell holds anything
    if isinstance(cell, np.ndarray | np.generic):
        cell = cell.tolist()
    if isinstance(cell, list | tuple):
        return [_plain(part) for part in cell]
    if isinstance(cell, dict):
        return {str(name): _plain(part) for name, part in cell.items()}
    if isinstance(cell, str):
        return well_formed(cell)
    if cell is None or pd.isna(cell):
        return None
    return cell if isinstance(cell, bool | int | float) else str(cell)


ENDINGS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    ".parquet": _write_parquet,
    ".csv": _write_csv,
    ".json": _write_json,
    ".jsonl": _write_jsonl,
}


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    data = text.encode("utf-8", errors="backslashreplace")
    _write(path, lambda temporary: temporary.write_bytes(data))


def _write(path: Path, write: Callable[[Path], object]) -> None:
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        remove_stale(path.parent)
        write_whole(path, write)
