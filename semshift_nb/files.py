"""Files that are either whole or not there, for every floor that keeps something on disk."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from semshift_nb.errors import SemshiftError

_TEMPORARY = ".tmp-"
# A killed run leaves a temporary file behind; writing one takes seconds, never an hour.
_STALE_SECONDS = 3600


def write_whole(path: Path, write: Callable[[Path], object]) -> None:
    """Let a function write a file under another name, make it safe on disk, move it into place.

    Parameters
    ----------
    path : Path
        Where the file is to stand; a file that is there is replaced.
    write : callable
        Is given a path in the same folder, with no ending, and writes there.

    Raises
    ------
    OSError
        If the disk is full or the folder cannot be written; what stood at ``path`` stands there
        still, and nothing beside it.
    """
    temporary = path.with_name(f"{_TEMPORARY}{uuid.uuid4().hex}")
    try:
        write(temporary)
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say of what the disk refuses which file it was, and what to do.

    Raises
    ------
    SemshiftError
        In place of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise SemshiftError(
            f"cannot write {str(path)!r}: {error.strerror or error}; "
            "free some space there, or choose another place to write to"
        ) from error


def remove_stale(folder: Path) -> None:
    """Remove what killed runs left behind in a folder."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        try:
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except FileNotFoundError:  # another process was quicker
            continue


def _sync_folder(folder: Path) -> None:
    # Without this a power cut could forget the new name; Windows syncs names by itself.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
