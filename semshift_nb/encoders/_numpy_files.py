"""Matrices in NumPy's files: .npy, and .npz, which is a zip file of them."""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._found_array import FoundArray, Layout, Reader, native, reader
from semshift_nb.errors import InputError

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
