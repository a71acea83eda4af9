"""Files that are either whole or not there, for every floor that keeps something on disk."""

import importlib.util
import os
import re
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from semshift_nb.errors import InputError, SemshiftError, option

_TEMPORARY = ".tmp-"
_TEMPORARY_NAME = re.compile(re.escape(_TEMPORARY) + "[0-9a-f]{32}")
# A killed run leaves a temporary file behind; writing one takes seconds, never an hour.
_STALE_SECONDS = 3600
_KINDS = {
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFDIR: "a folder",
}


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


def check_path(path: str | Path, *, written: bool = False) -> Path:
    """Return a path with its ``~`` resolved, or refuse one that nothing can be kept under.

    Parameters
    ----------
    path : str or Path
        As it was typed; it need not be there.
    written : bool, default=False
        Whether something is to be written there: then its name must be UTF-8.

    Returns
    -------
    Path

    Raises
    ------
    InputError
        If a name in it is too long, its folders go in a circle or may not be looked into.
    """
    found = Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails on unknown users
    try:
        if written:
            str(found).encode()
        found.stat()
    except (FileNotFoundError, NotADirectoryError):
        return found
    except UnicodeEncodeError:
        reason = "its name is not UTF-8"
    except ValueError:
        reason = "a null character in it"
    except OSError as error:
        reason = str(error.strerror)
    else:
        return found
    raise InputError(f"the path {str(path)!r:.80} cannot be used ({reason}): choose another one.")


def kind_of(path: Path) -> str | None:
    """Name what stands at a path, through links, where it is no file; None where it is one."""
    mode = path.stat().st_mode
    return None if stat.S_ISREG(mode) else _KINDS.get(stat.S_IFMT(mode), "no file")


def is_temporary(path: Path) -> bool:
    """Whether `write_whole` made a file, and was killed before it had moved it into place."""
    real = path.is_file() and not path.is_symlink()
    return real and _TEMPORARY_NAME.fullmatch(path.name) is not None


def remove_stale(folder: Path) -> None:
    """Remove what killed runs left behind in a folder; what others put there stays."""
    for path in folder.glob(f"{_TEMPORARY}*"):
        try:
            if is_temporary(path) and time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
        except FileNotFoundError:  # another process was quicker
            continue


LOCK = ".lock"
"""The file by which a folder is held."""


@contextmanager
def held(folder: Path, *, work: str) -> Iterator[None]:
    """Keep a second piece of work out of a folder; the hold ends with the process, however it ends.

    Raises
    ------
    InputError
        If another process holds it.
    SemshiftError
        If the folder cannot be made or written.
    """
    import fcntl  # of POSIX alone, where everything else here runs elsewhere, too

    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise SemshiftError(
            f"cannot write to {folder}: {error.strerror}; choose another folder with "
            f"{option('out')}"
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise InputError(f"another {work} is writing to {folder}; wait for it to end") from None
    try:
        yield
    finally:
        os.close(handle)


def _sync_folder(folder: Path) -> None:
    # Without this a power cut could forget the new name; Windows syncs names by itself.
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def gensim_file(name: str) -> Path:
    """Find a file of gensim's test data without importing gensim."""
    # find_spec of a top-level name runs no code; importing gensim would take a second.
    spec = importlib.util.find_spec("gensim")
    if spec is None or not spec.submodule_search_locations:
        raise InputError(
            "this corpus lies in the package gensim, which is not installed: type "
            'pip install "semshift-nb[offline]", or load a file of your own.'
        )
    path = Path(spec.submodule_search_locations[0]) / "test" / "test_data" / name
    if not path.is_file():
        raise InputError(
            f"this corpus is the file {path}, which is not there: install gensim from its wheel "
            "again (pip install --force-reinstall --no-deps gensim)."
        )
    return path
