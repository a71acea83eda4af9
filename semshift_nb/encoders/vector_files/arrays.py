"""Matrices in NumPy's files: .npy, and .npz, which is a zip file of them."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from semshift_nb.encoders.vector_files.other_formats import SPARSE, advice
from semshift_nb.errors import InputError

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


_ENDING = ".npy"
_LOCAL_HEAD = 30
"""Bytes of a member's head in a zip file, before its name."""


def find_in_npy(path: Path) -> list[FoundArray]:
    """Return the array of a .npy file."""
    with path.open("rb") as file:
        layout = _layout(file, f"{path}")
    return [_found("", layout, reader(path, layout))]


def find_in_npz(path: Path) -> list[FoundArray]:
    """Return the arrays of a .npz file, compressed or not."""
    try:
        with zipfile.ZipFile(path) as archive:
            if {"format.npy", "shape.npy", "data.npy"} <= set(archive.namelist()):
                raise InputError(advice(path, SPARSE))
            members = [info for info in archive.infolist() if info.filename.endswith(_ENDING)]
            return [_member(path, archive, info) for info in members]
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
        raise InputError(
            f"{path} cannot be read as an .npz file ({error}); expected what numpy.savez writes."
        ) from error


def _member(path: Path, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> FoundArray:
    with archive.open(info) as file:
        layout = _layout(file, f"{info.filename} in {path}")
    name = info.filename.removesuffix(_ENDING)
    if info.compress_type != zipfile.ZIP_STORED:
        return _found(name, layout, _unpacking(path, info.filename, layout))
    with path.open("rb") as file:
        file.seek(info.header_offset)
        head = file.read(_LOCAL_HEAD)
    # The two last fields of a head are the lengths of the name and of what else stands before data.
    before = _LOCAL_HEAD + sum(np.frombuffer(head[26:30], "<u2").tolist())
    placed = Layout(
        layout.offset + info.header_offset + before, layout.shape, layout.dtype, layout.by_column
    )
    return _found(name, placed, reader(path, placed))


def _unpacking(path: Path, member: str, layout: Layout) -> Reader:
    """Return a reader that unpacks as it goes; columns lie too far apart for that."""

    def read(n_rows: int) -> Iterator[NDArray[Any]]:
        try:
            with zipfile.ZipFile(path) as archive, archive.open(member) as file:
                if layout.by_column:
                    whole = native(np.lib.format.read_array(file, allow_pickle=False))
                    yield from (whole[i : i + n_rows] for i in range(0, len(whole), n_rows))
                    return
                file.read(layout.offset)
                size = layout.shape[1] * layout.dtype.itemsize
                while content := file.read(n_rows * size):
                    n = len(content) // size
                    numbers = np.frombuffer(content, layout.dtype, n * layout.shape[1])
                    yield native(numbers.reshape(n, -1))
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise InputError(
                f"{member} in {path} is damaged ({error}); copy or write it again."
            ) from error

    return read


def _layout(file: IO[bytes], name: str) -> Layout:
    """Read the head of an array; ``offset`` is where the numbers begin."""
    try:
        version = np.lib.format.read_magic(file)
        known = np.lib.format
        head = known.read_array_header_1_0 if version == (1, 0) else known.read_array_header_2_0
        shape, by_column, dtype = head(file)
    except (ValueError, EOFError) as error:
        raise InputError(
            f"{name} cannot be read as an .npy file ({error}); expected what numpy.save writes."
        ) from error
    return Layout(file.tell(), shape, dtype, by_column and len(shape) == 2)


def _found(name: str, layout: Layout, read: Reader) -> FoundArray:
    return FoundArray(
        name, layout.shape, str(layout.dtype.newbyteorder("=")), layout.is_number, read
    )


_FLOATS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
_WHOLE = {
    f"{kind[0].upper()}{n}": f"{kind}{n}" for kind in ("int", "uint") for n in (8, 16, 32, 64)
}
_DTYPES = _FLOATS | _WHOLE


def find_in_safetensors(path: Path) -> list[FoundArray]:
    """Return the arrays of a .safetensors file."""
    try:
        with safe_open(path, "np") as file:
            return [_found_tensor(path, name, file.get_slice(name)) for name in file.keys()]  # noqa: SIM118
    except SafetensorError as error:
        raise InputError(
            f"{path} cannot be read as a .safetensors file ({error}); copy or write it again."
        ) from error


def _found_tensor(path: Path, name: str, part: Any) -> FoundArray:  # noqa: ANN401 - it has no public type
    dtype, shape = part.get_dtype(), tuple(part.get_shape())
    read = _reader(path, name, shape, plain=dtype != "BF16")
    return FoundArray(name, shape, _DTYPES.get(dtype, dtype), dtype in _DTYPES, read)


def _reader(path: Path, name: str, shape: tuple[int, ...], *, plain: bool) -> Reader:
    def read(n_rows: int) -> Iterator[NDArray[Any]]:
        for start in range(0, shape[0], n_rows):
            # The library maps the file: opened anew for each batch, the pages read before are gone.
            with safe_open(path, "np" if plain else "pt") as file:
                batch = file.get_slice(name)[start : min(start + n_rows, shape[0])]
                # NumPy knows no bfloat16; torch does, and float32 holds it exactly.
                yield np.array(batch) if plain else batch.float().numpy()

    return read
