"""The store: vectors are computed once and kept in a folder."""

import os
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import platformdirs

from semshift_nb.encoders.store.damage import DamagedError, check_folder
from semshift_nb.encoders.store.key import DESCRIPTION, StoreKey, read_description
from semshift_nb.encoders.store.shard_index import ShardIndex
from semshift_nb.encoders.store.shards import ENDING, count_rows
from semshift_nb.encoders.store.writer import Writer, writing
from semshift_nb.errors import InputError
from semshift_nb.unicode import printable

_SETTINGS = ["encoder", "role", "max_length", "pooling", "dtype", "temperature"]


class Store:
    """A folder of vectors, one subfolder for each space.

    A space is what vectors must have in common to be the same for the same text: the encoder, the
    role and its prompt, the length, the pooling, the number format, the temperature, and whether
    they are of unit length. Many processes may use one store at once, over a network too: shards
    are written whole, moved into place and never changed.

    Parameters
    ----------
    root : Path
        The folder; it is made when the first vectors are kept.

    Examples
    --------
    >>> Store(Path("no-such-folder")).spaces().empty
    True
    """

    def __init__(self, root: Path) -> None:
        self.root = Path(root).expanduser()
        self._indexes: dict[str, ShardIndex] = {}

    def __repr__(self) -> str:
        return f"Store({str(self.root)!r})"

    def spaces(self) -> pd.DataFrame:
        """List what is kept.

        Returns
        -------
        DataFrame
            One row for each space: space (its id), encoder, role, max_length (missing where there
            is no limit), pooling, dtype, temperature, n_vectors, dim, n_bytes. Of a space whose
            description is damaged the settings are missing; damaged shards have no vectors.

        Examples
        --------
        >>> Store(Path("no-such-folder")).spaces().columns[0]
        'space'
        """
        columns = ["space", *_SETTINGS, "n_vectors", "dim", "n_bytes"]
        rows = [_look_at(folder).row for folder in self._folders()]
        table = pd.DataFrame(rows, columns=columns)
        whole = dict.fromkeys(["max_length", "dim"], "Int64")
        return table.astype({**whole, "n_vectors": "int64", "n_bytes": "int64"})

    def damage(self) -> dict[str, list[str]]:
        """Tell what is damaged, which is set aside and made again as soon as it is needed.

        Returns
        -------
        dict of str to list of str
            What is wrong with each space that is not sound, by its id.

        Examples
        --------
        >>> Store(Path("no-such-folder")).damage()
        {}
        """
        found = {folder.name: _look_at(folder).damage for folder in self._folders()}
        return {space: damage for space, damage in found.items() if damage}

    def delete(self, space: str) -> None:
        """Delete a space and all its vectors.

        Parameters
        ----------
        space : str
            Its id, as ``spaces`` lists it.

        Raises
        ------
        InputError
            If there is no such space.
        OSError
            If the folder cannot be removed.

        Examples
        --------
        >>> Store(Path("no-such-folder")).delete("0")
        Traceback (most recent call last):
        semshift_nb.errors.InputError: there is no space '0' in no-such-folder: it holds none.
        """
        ids = [folder.name for folder in self._folders()]
        if space not in ids:
            there = printable(", ".join(ids)) or "none"
            raise InputError(f"there is no space {space!r} in {self.root}: it holds {there}.")
        folder = self.root / space
        if folder.is_symlink():  # what it leads to is not the store's
            folder.unlink()
        else:
            shutil.rmtree(folder)
        self._indexes.pop(space, None)

    def index(self, space: StoreKey) -> ShardIndex:
        """Return what is known of a space, for reading.

        Parameters
        ----------
        space : StoreKey
            The space.

        Returns
        -------
        ShardIndex
            Kept in memory between calls.
        """
        new = ShardIndex(self.root / space.id, space.dim, unit=space.unit)
        return self._indexes.setdefault(space.id, new)

    def writing(self, space: StoreKey) -> AbstractContextManager[Writer]:
        """Open a space for writing.

        Parameters
        ----------
        space : StoreKey
            The space.

        Returns
        -------
        context manager of Writer
            What was given to it is on disk when it is left.
        """
        return writing(self.root / space.id, space)

    def _folders(self) -> list[Path]:
        try:
            return sorted(path for path in self.root.iterdir() if _is_space(path))
        except OSError:
            return []


def default_root() -> Path:
    """Return where vectors are kept unless a caller says otherwise."""
    named = os.environ.get("SEMSHIFT_STORE")
    return Path(named) if named else platformdirs.user_cache_path("semshift-nb") / "store"


@dataclass(frozen=True)
class _Space:
    """A row of the table of spaces, and what is wrong with the space."""

    row: dict[str, object]
    damage: list[str]


def _is_space(folder: Path) -> bool:
    """Whether a folder, or a link in the place of one, holds a description or shards."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError:
        return False
    whole = not folder.name.endswith(".corrupt")
    return whole and (DESCRIPTION in names or any(name.endswith(ENDING) for name in names))


def _look_at(folder: Path) -> _Space:
    try:
        check_folder(folder)
    except DamagedError as error:
        return _Space(_row(folder.name, None, 0, 0), [str(error)])
    damage, described, n_vectors = [], None, 0
    try:
        described = read_description(folder)
    except DamagedError as error:
        damage.append(f"{DESCRIPTION}: {error}")
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            n_vectors += count_rows(path, described.dim if described else None)
        except FileNotFoundError:  # set aside by another process meanwhile
            continue
        except (OSError, DamagedError) as error:
            damage.append(f"{path.name}: {error}")
    n_bytes = sum(_size(path) for path in folder.iterdir())
    return _Space(_row(folder.name, described, n_vectors, n_bytes), damage)


def _row(space: str, described: StoreKey | None, n_vectors: int, n_bytes: int) -> dict[str, object]:
    settings = {name: getattr(described, name, None) for name in [*_SETTINGS, "dim"]}
    if described is not None and not described.unit:
        settings["pooling"] = f"{described.pooling}, not brought to unit length"
    return {**settings, "space": space, "n_vectors": n_vectors, "n_bytes": n_bytes}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # moved into place or set aside by another process meanwhile
        return 0
