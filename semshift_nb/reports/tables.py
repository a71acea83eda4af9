"""Files that are either whole or not there: tables by their ending, text, and bytes."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from semshift_nb.errors import InputError, SemshiftError

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
    write_whole(path, lambda temporary: write(table, temporary))


def write_text(path: Path, text: str) -> None:
    """Write text as UTF-8, whole or not at all."""
    data = text.encode("utf-8", errors="backslashreplace")
    write_whole(path, lambda temporary: temporary.write_bytes(data))


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let a function write a temporary file beside a path, then move it into place."""
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = _temporary_beside(path)
        write(temporary)
        _flush_to_disk(temporary)
        temporary.replace(path)
    except OSError as error:
        raise SemshiftError(
            f"cannot write {str(path)!r}: {error.strerror or error}; "
            "free some space there, or choose another place to write to"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _temporary_beside(path: Path) -> Path:
    handle, name = tempfile.mkstemp(
        prefix=f".{path.stem[:40]}-", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    # mkstemp makes files only their owner may read; a result is for whoever may read the folder.
    umask = os.umask(0)
    os.umask(umask)
    Path(name).chmod(0o666 & ~umask)
    return Path(name)


def _flush_to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
