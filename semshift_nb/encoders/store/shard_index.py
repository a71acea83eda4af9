"""Where a space's vectors lie: kept in memory, and brought up to date with the folder."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.store.damage import DamagedError, check_folder, set_aside, warn
from semshift_nb.encoders.store.shards import ENDING, KEY, read_keys, read_rows

_REMEDY = "its texts are encoded again"


class ShardIndex:
    """The keys of all shards of one space."""

    def __init__(self, folder: Path, dim: int, *, unit: bool) -> None:
        self._folder = folder
        self._dim = dim
        self._unit = unit
        self._keys: dict[str, pa.Array] = {}

    def fetch(self, keys: Sequence[bytes], into: Encoding) -> NDArray[np.bool_]:
        """Read the rows that the space has.

        Parameters
        ----------
        keys : sequence of bytes of shape (n_texts,)
            Wanted; all different.
        into : Encoding
            Filled in place where a row was found.

        Returns
        -------
        ndarray of shape (n_texts,)
            Which rows were found.
        """
        self._refresh()
        found = np.zeros(len(keys), dtype=np.bool_)
        n_shards = None
        while n_shards != len(self._keys):  # another shard may have what a damaged one lost
            n_shards = len(self._keys)
            for name, (rows, wanted) in self._matches(keys, ~found).items():
                encoding = self._read(name, rows)
                if encoding is not None:
                    into.put(wanted, encoding)
                    found[wanted] = True
        return found

    def _matches(
        self, keys: Sequence[bytes], open_: NDArray[np.bool_]
    ) -> dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]]:
        names = list(self._keys)
        if not names or not keys:
            return {}
        stored = pa.chunked_array([self._keys[name] for name in names], KEY)
        hits = pc.fill_null(pc.index_in(stored, value_set=pa.array(keys, KEY)), -1).to_numpy()
        places = np.flatnonzero((hits >= 0) & open_[hits])
        # Two processes may both have encoded a text: one of its rows is enough.
        wanted, first = np.unique(hits[places], return_index=True)
        places = places[first]
        starts = np.cumsum([0, *(len(self._keys[name]) for name in names)])
        shards = np.searchsorted(starts, places, side="right") - 1
        return {
            names[shard]: (places[shards == shard] - starts[shard], wanted[shards == shard])
            for shard in np.unique(shards)
        }

    def _refresh(self) -> None:
        try:
            check_folder(self._folder)
            present = {path.name for path in self._folder.iterdir() if path.suffix == ENDING}
        except (FileNotFoundError, NotADirectoryError):
            present = set()
        except DamagedError as error:
            set_aside(self._folder, error, _REMEDY)
            present = set()
        except OSError as error:
            warn(f"the store at {self._folder} cannot be read ({error.strerror})")
            present = set()
        for name in self._keys.keys() - present:
            del self._keys[name]
        for name in sorted(present - self._keys.keys()):
            self._learn(name)

    def _learn(self, name: str) -> None:
        try:
            self._keys[name] = read_keys(self._folder / name, self._dim)
        except FileNotFoundError:  # deleted between listing and reading
            return
        except (OSError, DamagedError) as error:
            self._give_up(name, error)

    def _read(self, name: str, rows: NDArray[np.intp]) -> Encoding | None:
        try:
            return read_rows(self._folder / name, rows, self._dim, unit=self._unit)
        except (OSError, DamagedError) as error:
            del self._keys[name]
            if not isinstance(error, FileNotFoundError):
                self._give_up(name, error)
            return None

    def _give_up(self, name: str, error: Exception) -> None:
        path = self._folder / name
        if isinstance(error, DamagedError):
            set_aside(path, error, _REMEDY)
        else:
            warn(f"{path} cannot be read ({error}); {_REMEDY}")
