"""Vectors on their way to disk, a shard at a time."""

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.store.damage import DamagedError, check_folder, set_aside, warn
from semshift_nb.encoders.store.key import DESCRIPTION, StoreKey, read_description
from semshift_nb.encoders.store.shards import write_shard
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.files import remove_stale, write_whole

# What a killed run loses at most.
SHARD_ROWS = 4096
SHARD_SECONDS = 20.0


class Writer:
    """Collect rows and write them out, shard by shard."""

    def __init__(self, folder: Path, space: StoreKey) -> None:
        self._folder, self._space = folder, space
        self._keys: list[bytes] = []
        self._rows: list[Encoding] = []
        self._since = time.monotonic()
        self._prepared = False
        self._failed = False

    def add(self, keys: Sequence[bytes], encoding: Encoding) -> None:
        """Take some rows; they are on disk a shard later."""
        self._keys.extend(keys)
        self._rows.append(encoding)
        late = time.monotonic() - self._since >= SHARD_SECONDS
        if late or len(self._keys) >= SHARD_ROWS:
            self.flush()

    def flush(self) -> None:
        """Write out what was taken."""
        keys, rows = self._keys, self._rows
        self._keys, self._rows, self._since = [], [], time.monotonic()
        if self._failed or not keys:
            return
        try:
            self._prepare()
            write_shard(self._folder, keys, join(rows))
        except OSError as error:
            self._failed = True
            self._report(error)

    def _prepare(self) -> None:
        if not self._prepared:
            self._clear()
            self._folder.mkdir(parents=True, exist_ok=True)
            remove_stale(self._folder)
            self._describe()
            self._prepared = True

    def _clear(self) -> None:
        """Make room for the space where something else has its name."""
        try:
            check_folder(self._folder)
        except DamagedError as error:
            set_aside(self._folder, error, "made anew")

    def _describe(self) -> None:
        path = self._folder / DESCRIPTION
        if os.path.lexists(path):
            try:
                if read_description(self._folder) == self._space:
                    return
            except DamagedError as error:
                set_aside(path, error, "written again")
        content = self._space.to_json().encode()
        write_whole(path, lambda temporary: temporary.write_bytes(content))

    def _report(self, error: OSError) -> None:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "make room there" if full else "make it writable"
        warn(
            f"the vectors are returned but not kept: {self._folder} cannot be written "
            f"({error.strerror or error}). To keep them, {remedy}, or set SEMSHIFT_STORE or store= "
            "to another folder."
        )


def join(parts: Sequence[Encoding]) -> Encoding:
    """Put encodings one under another."""
    vectors = np.concatenate([part.vectors for part in parts])
    return Encoding(vectors, TokenCounts.joined([part.tokens for part in parts]))


@contextmanager
def writing(folder: Path, space: StoreKey) -> Iterator[Writer]:
    """Open a writer and leave nothing in it, whatever happens in between."""
    writer = Writer(folder, space)
    try:
        yield writer
    finally:
        writer.flush()
