"""Tables by their ending, and text: whole on disk or not there."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from semshift_nb.errors import InputError
from semshift_nb.files import explained, write_whole

ENDINGS: dict[str, Callable[[pd.DataFrame, Path], object]] = {
    ".parquet": lambda table, path: table.to_parquet(path, index=False),
    ".csv": lambda table, path: table.to_csv(path, index=False, errors="backslashreplace"),
    ".json": lambda table, path: table.to_json(path, orient="records", indent=1),
    ".jsonl": lambda table, path: table.to_json(
        path, orient="records", lines=True, force_ascii=False
    ),
}


def check_ending(path: Path) -> Path:
    """Check that a table can be written to a path, before the work that makes the table."""
    if path.suffix.lower() not in ENDINGS:
        raise InputError(
            f"cannot tell what kind of table {str(path)!r} is to be; "
            f"end its name with one of {', '.join(ENDINGS)}"
        )
    if path.is_dir():
        raise InputError(f"{str(path)!r} is a folder; name a file to write the table to")
    return path


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table in the form its path's ending names, whole or not at all."""
    write = ENDINGS[check_ending(path).suffix.lower()]
    _write(path, lambda temporary: write(table, temporary))


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    data = text.encode("utf-8", errors="backslashreplace")
    _write(path, lambda temporary: temporary.write_bytes(data))


def _write(path: Path, write: Callable[[Path], object]) -> None:
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, write)
