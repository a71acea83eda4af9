"""The store: vectors are computed once and kept in a folder."""

import json
import os
import shutil
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pandas as pd
import platformdirs
import pyarrow as pa
import pyarrow.parquet as pq

from semshift_nb.encoders.store.key import StoreKey
from semshift_nb.encoders.store.shard_index import ShardIndex
from semshift_nb.encoders.store.shards import ENDING
from semshift_nb.encoders.store.writer import Writer, writing
from semshift_nb.errors import InputError

_SETTINGS = ["encoder", "role", "max_length", "pooling", "dtype", "temperature"]


class Store:
    """A folder of vectors, one subfolder for each space.

    A space is what vectors must have in common to be the same for the same text: the encoder, the
    role and its prompt, the length, the pooling, the number format and the temperature. Many
    processes may use one store at once, over a network too: shards are written whole, moved into
    place and never changed.

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
            is no limit), pooling, dtype, temperature, n_vectors, dim, n_bytes.

        Examples
        --------
        >>> Store(Path("no-such-folder")).spaces().columns[0]
        'space'
        """
        columns = ["space", *_SETTINGS, "n_vectors", "dim", "n_bytes"]
        rows = [_describe(folder) for folder in self._folders()]
        table = pd.DataFrame(rows, columns=columns)
        whole = dict.fromkeys(["max_length", "dim"], "Int64")
        return table.astype({**whole, "n_vectors": "int64", "n_bytes": "int64"})

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
            there = ", ".join(ids) or "none"
            raise InputError(f"there is no space {space!r} in {self.root}: it holds {there}.")
        shutil.rmtree(self.root / space)
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
        new = ShardIndex(self.root / space.id, space.dim)
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
            return sorted(path.parent for path in self.root.glob("*/space.json"))
        except OSError:
            return []


def default_root() -> Path:
    """Return where vectors are kept unless a caller says otherwise."""
    named = os.environ.get("SEMSHIFT_STORE")
    return Path(named) if named else platformdirs.user_cache_path("semshift-nb") / "store"


def _describe(folder: Path) -> dict[str, Any]:
    try:
        settings = json.loads((folder / "space.json").read_text(encoding="utf8"))
    except (OSError, ValueError):
        settings = {}
    shards = list(folder.glob(f"*{ENDING}"))
    return {
        **{name: settings.get(name) for name in [*_SETTINGS, "dim"]},
        "space": folder.name,
        "n_vectors": sum(_n_rows(path) for path in shards),
        "n_bytes": sum(_size(path) for path in folder.iterdir()),
    }


def _n_rows(path: Path) -> int:
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, pa.ArrowException):  # damaged: noticed and set aside when it is read
        return 0


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # moved into place or set aside by another process meanwhile
        return 0
