"""Files of a store that are not what was written: told, set aside, and never lost."""

import errno
import uuid
import warnings
from pathlib import Path

from semshift_nb.files import kind_of
from semshift_nb.unicode import printable


class DamagedError(Exception):
    """A file or folder is not what was written; the message says how that was seen."""


class StoreWarning(UserWarning):
    """The store could not be read or written as it should; no result is affected.

    Examples
    --------
    >>> warnings.filterwarnings("ignore", category=StoreWarning)
    """


def warn(message: str) -> None:
    """Warn in words that a terminal can show, for names and types come from the files."""
    warnings.warn(printable(message), StoreWarning, stacklevel=3)


def check_file(path: Path) -> None:
    """Refuse what may never end when read, or is no file."""
    try:
        kind = kind_of(path)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        kind = "a link in a circle"
    if kind is not None:
        raise DamagedError(f"it is {kind}, not a file")


def check_folder(path: Path) -> None:
    """Refuse a space that is no folder of the store's own; one that is not there yet passes.

    Links are not followed: deleting or mending a space would reach out of the store. The store as a
    whole may be one.
    """
    if path.is_symlink():
        raise DamagedError("it is a link; of a store, only its root may be one")
    if path.exists() and not path.is_dir():
        raise DamagedError(f"it is {kind_of(path) or 'a file'}, not a folder")


def set_aside(path: Path, error: DamagedError, remedy: str) -> None:
    """Rename what is damaged, whatever it is, and say so."""
    # A folder does not give way to another, nor to a file: then it takes a name of its own.
    for ending in ("corrupt", f"{uuid.uuid4().hex}.corrupt"):
        aside = path.with_name(f"{path.name}.{ending}")
        try:
            path.replace(aside)
        except FileNotFoundError:  # another process was quicker
            return
        except OSError as refused:
            where = f"cannot be set aside ({refused.strerror})"
        else:
            where = f"is set aside ({aside.name})"
            break
    warn(f"{path} is damaged: {error}. It {where} and {remedy}")
