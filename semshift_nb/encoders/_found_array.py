"""An array that a file was found to hold, and how rows are read out of the middle of a file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

Reader = Callable[[int], Iterator[NDArray[Any]]]
"""Takes a number of rows and yields batches of at most so many."""


@dataclass(frozen=True, eq=False)
class FoundArray:
    """One array of a file: what it is called, its shape, its numbers, and how rows are read."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    is_number: bool
    read: Reader

    @property
    def is_matrix(self) -> bool:
        """Whether its rows can be vectors."""
        return self.is_number and len(self.shape) == 2 and self.shape[1] > 0

    @property
    def described(self) -> str:
        """How messages name it."""
        shape = f"{self.dtype} of shape {self.shape}"
        return f"{self.name!r} ({shape})" if self.name else shape


@dataclass(frozen=True)
class Layout:
    """How an array lies in a file: as in memory, from ``offset`` on."""

    offset: int
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    by_column: bool

    @property
    def is_number(self) -> bool:
        """Whether it holds real numbers, floating-point or whole."""
        return self.dtype.kind in "fiu"


def reader(path: Path, layout: Layout) -> Reader:
    """Return a reader of rows that lie in a file as they are in memory.

    They are read, not mapped: the pages of a map count as the process's memory until the system
    takes them back.
    """
    rows_of = _by_column if layout.by_column else _by_row

    def read(n_rows: int) -> Iterator[NDArray[Any]]:
        with path.open("rb") as file:
            for start in range(0, layout.shape[0], n_rows):
                n = min(n_rows, layout.shape[0] - start)
                yield native(rows_of(file, layout, start, n))

    return read


def native(batch: NDArray[Any]) -> NDArray[Any]:
    """Return numbers in this machine's order of bytes."""
    return batch.astype(batch.dtype.newbyteorder("="), copy=False)


def _by_row(file: BinaryIO, layout: Layout, start: int, n: int) -> NDArray[Any]:
    dim = layout.shape[1]
    file.seek(layout.offset + start * dim * layout.dtype.itemsize)
    numbers = np.fromfile(file, layout.dtype, n * dim)
    return numbers[: len(numbers) // dim * dim].reshape(-1, dim)


def _by_column(file: BinaryIO, layout: Layout, start: int, n: int) -> NDArray[Any]:
    n_vectors, dim = layout.shape
    columns = np.empty((dim, n), layout.dtype)
    for column in range(dim):
        file.seek(layout.offset + (column * n_vectors + start) * layout.dtype.itemsize)
        numbers = np.fromfile(file, layout.dtype, n)
        if len(numbers) < n:
            return columns[:, :0].T
        columns[column] = numbers
    return np.ascontiguousarray(columns.T)
