"""Vectors in a column of a Parquet file: lists of numbers, all of one length."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from semshift_nb.encoders.vector_files.arrays import FoundArray
from semshift_nb.errors import InputError
from semshift_nb.names import count

_READ_BYTES = 2**20
"""Bytes of a column that are fetched at a time, so that a large row group is not read whole."""


def find_in_parquet(path: Path) -> list[FoundArray]:
    """Return the columns of lists; ``shape`` has the length of the first list of each."""
    try:
        with _open(path) as file:
            n_rows = file.metadata.num_rows
            fields = [field for field in file.schema_arrow if _is_list(field.type)]
            firsts = [next(_lists(file, field.name, 1), None) for field in fields]
    except (pa.ArrowException, UnicodeDecodeError, TypeError) as error:
        raise _unreadable(path, error) from error
    return [
        FoundArray(
            name=field.name,
            shape=(n_rows, _length(first)),
            dtype=_named(field.type.value_type),
            is_number=_is_number(field.type.value_type),
            read=partial(_read, path, field.name, _length(first)),
        )
        for field, first in zip(fields, firsts, strict=True)
    ]


def has_texts(path: Path) -> bool:
    """Say whether a Parquet file has a column ``text``, as a corpus has."""
    try:
        return "text" in pq.read_schema(path).names
    except (pa.ArrowException, UnicodeDecodeError, TypeError) as error:
        raise _unreadable(path, error) from error


def _read(path: Path, column: str, dim: int, n_rows: int) -> Iterator[NDArray[Any]]:
    start = 0
    try:
        with _open(path) as file:
            for lists in _lists(file, column, n_rows):
                yield _matrix(lists, dim, start, f"column {column!r} of {path}")
                start += len(lists)
    except (pa.ArrowException, UnicodeDecodeError, TypeError) as error:
        raise InputError(
            f"{path} cannot be read after row {start} ({error}); copy or write it again."
        ) from error


def _matrix(lists: Any, dim: int, start: int, name: str) -> NDArray[Any]:  # noqa: ANN401
    """Return lists as the rows of a matrix, or name those that do not fit."""
    lengths = np.asarray(pc.fill_null(pc.list_value_length(lists), -1))
    wrong = np.flatnonzero(lengths != dim)
    if len(wrong):
        row = int(wrong[0])
        held = "no list" if lengths[row] < 0 else f"a list of {count(lengths[row], 'number')}"
        raise InputError(
            f"{name}: row {start + row} holds {held}, expected {dim} as in row 0 ({len(wrong)} of "
            f"the {len(lists)} rows from {start} on are of another length). Leave these rows out, "
            "or encode their texts again."
        )
    numbers = lists.flatten()
    if numbers.null_count:
        row = int(np.flatnonzero(np.asarray(numbers.is_null()))[0]) // dim
        raise InputError(
            f"{name}: row {start + row} holds a missing number ({numbers.null_count} in the "
            f"{count(len(lists), 'row')} from {start} on). Leave such rows out, or encode their "
            "texts again."
        )
    return np.asarray(numbers).reshape(len(lists), dim)


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path} cannot be read as a Parquet file ({error}); copy or write it again.")


def _open(path: Path) -> pq.ParquetFile:
    return pq.ParquetFile(path, buffer_size=_READ_BYTES, pre_buffer=False)


def _lists(file: pq.ParquetFile, column: str, n_rows: int) -> Iterator[Any]:
    for batch in file.iter_batches(n_rows, columns=[column], use_threads=False):
        if len(batch):
            yield batch.column(0)


def _length(first: Any) -> int:  # noqa: ANN401 - an array of pyarrow, or None of an empty file
    length = None if first is None else pc.list_value_length(first)[0].as_py()
    return length or 0


def _named(kind: Any) -> str:  # noqa: ANN401
    """Name a type of numbers as NumPy does."""
    return str(np.dtype(kind.to_pandas_dtype())) if _is_number(kind) else str(kind)


def _is_list(kind: Any) -> bool:  # noqa: ANN401
    return bool(
        pa.types.is_list(kind)
        or pa.types.is_large_list(kind)
        or (pa.types.is_fixed_size_list(kind))
    )


def _is_number(kind: Any) -> bool:  # noqa: ANN401
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind))
