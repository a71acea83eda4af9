"""Shards: Parquet files that are written whole, named by their content, and never changed.

The name holds the sha256 of the file, so that a reader knows a damaged shard from a sound one, byte
for byte, and two processes that write the same shard do each other no harm. Pages carry checksums
besides, for readers other than this one and for the keys, which are read on their own. A name can
be forged, though, and a shard be copied from another space: the layout is checked besides, and the
length of each vector that is read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from semshift_nb.encoders.encoding import Encoding, may_be_kept
from semshift_nb.encoders.store.damage import DamagedError, check_file
from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.files import write_whole

ENDING = ".parquet"
KEY = pa.binary(16)
# Rows read at once: a text or two out of a full shard should not cost the whole of it.
_ROW_GROUP = 1024
_SPACE = b"space"
_UNKNOWN = "unknown"
"""Shards of earlier versions have no such column: its numbers are counted when they are needed."""
_FOREIGN = (pa.ArrowException, LookupError, TypeError, ValueError, ArithmeticError, MemoryError)
"""What reading a file that is no shard may raise, besides OSError."""


def write_shard(folder: Path, keys: Sequence[bytes], encoding: Encoding) -> None:
    """Write a shard of the space that the folder is named after, and move it into place."""
    n_texts, dim = encoding.vectors.shape
    numbers = pa.array(np.ascontiguousarray(encoding.vectors).reshape(-1))
    columns = {
        "key": pa.array(keys, KEY),
        "vector": pa.FixedSizeListArray.from_arrays(numbers, dim),
        "n_tokens": pa.array(encoding.n_tokens),
        "truncated": pa.array(encoding.truncated),
        _UNKNOWN: pa.array(encoding.unknown),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns).replace_schema_metadata({_SPACE: folder.name}),
        sink,
        compression="none",  # vectors do not shrink
        use_dictionary=False,
        row_group_size=min(n_texts, _ROW_GROUP),
        write_page_checksum=True,
    )
    content = sink.getvalue()
    path = folder / f"{hashlib.sha256(content).hexdigest()}{ENDING}"
    write_whole(path, lambda temporary: temporary.write_bytes(content))


def count_rows(path: Path, dim: int | None) -> int:
    """Count the rows of a shard without reading them."""
    with _opened(path) as file:
        _check_layout(file, path, dim)
        return int(file.metadata.num_rows)


def read_keys(path: Path, dim: int) -> pa.Array:
    """Read the keys of a shard, and nothing else.

    Returns
    -------
    pyarrow.FixedSizeBinaryArray of shape (n_rows,)
        Keys in the order of the rows.
    """
    with _opened(path) as file:
        _check_layout(file, path, dim)
        table = file.read(columns=["key"])
        _check_complete(table, file.metadata.num_rows)
        return table["key"].combine_chunks()


def read_rows(path: Path, rows: NDArray[np.intp], dim: int, *, unit: bool = True) -> Encoding:
    """Read some rows of a shard, after making sure that it is sound.

    Parameters
    ----------
    path : Path
        The shard.
    rows : ndarray of shape (n_rows,)
        Which rows.
    dim : int
        Numbers that a vector must have.
    unit : bool
        Whether its length must be 1.
    """
    check_file(path)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.name.removesuffix(ENDING):
        raise DamagedError("its bytes do not match the sha256 in its name")
    groups, places = np.unique(rows // _ROW_GROUP, return_inverse=True)
    with _opened(path, content) as file:
        _check_layout(file, path, dim)
        names = [name for name in file.schema_arrow.names if name != "key"]
        table = file.read_row_groups(groups.tolist(), columns=names)
        sizes = [file.metadata.row_group(group).num_rows for group in groups.tolist()]
        _check_complete(table, sum(sizes))
        columns = Encoding(
            _numbers(table["vector"].combine_chunks()).reshape(-1, dim),
            TokenCounts(
                table["n_tokens"].to_numpy(), table["truncated"].to_numpy(), _unknown(table)
            ),
        )
        encoding = columns.take(places * _ROW_GROUP + rows % _ROW_GROUP)
    _check_rows(encoding, unit=unit)
    return encoding


@contextmanager
def _opened(path: Path, content: bytes | None = None) -> Iterator[pq.ParquetFile]:
    """Open a shard, or its bytes, and report whatever is wrong with them as damage."""
    try:
        check_file(path)
        source = path if content is None else pa.BufferReader(content)
        with pq.ParquetFile(source, page_checksum_verification=True) as file:
            yield file
    except OSError as error:
        # Arrow reports damage with OSError too; only the operating system's have a number.
        if error.errno or isinstance(error, FileNotFoundError):
            raise
        raise DamagedError(_first_line(error)) from error
    except _FOREIGN as error:
        raise DamagedError(_first_line(error)) from error


def _check_layout(file: pq.ParquetFile, path: Path, dim: int | None) -> None:
    """Compare a shard's columns, space and row groups to what is written here."""
    schema = file.schema_arrow
    layout = {
        "key": KEY,
        "vector": None if dim is None else pa.list_(pa.float32(), dim),
        "n_tokens": pa.int64(),
        "truncated": pa.bool_(),
        _UNKNOWN: pa.float64(),
    }
    if _UNKNOWN not in schema.names:
        del layout[_UNKNOWN]
    if schema.names != list(layout):
        raise DamagedError(f"its columns are {str(schema.names)[:200]}, expected {list(layout)}")
    for name, expected in layout.items():
        found = schema.field(name).type
        if expected is not None and found != expected:
            raise DamagedError(f"its column {name!r} is {str(found)[:200]}, expected {expected}")
    # Shards of earlier versions do not tell their space.
    space = (schema.metadata or {}).get(_SPACE, path.parent.name.encode())
    if space != path.parent.name.encode():
        raise DamagedError(f"it belongs to another space, {space.decode(errors='replace')[:32]}")
    _check_sizes(file.metadata, path.stat().st_size, dim or 1)


def _check_sizes(metadata: pq.FileMetaData, n_bytes: int, dim: int) -> None:
    """Compare a shard's row groups to what is written, and to what its bytes can hold."""
    n_rows = metadata.num_rows
    if not 0 < n_rows <= n_bytes // (KEY.byte_width + 4 * dim):
        raise DamagedError(f"it claims {n_rows} rows in {n_bytes} bytes")
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    if sizes != [min(_ROW_GROUP, n_rows - start) for start in range(0, n_rows, _ROW_GROUP)]:
        raise DamagedError(f"its row groups have {str(sizes)[:80]} rows, expected {_ROW_GROUP}")


def _check_complete(table: pa.Table, n_rows: int) -> None:
    """Refuse columns that lack what their file claims."""
    for name, column in zip(table.column_names, table.columns, strict=True):
        if column.null_count or len(column) != n_rows:
            n_found = len(column) - column.null_count
            raise DamagedError(f"its column {name!r} has {n_found} of {n_rows} values")


def _numbers(vectors: pa.FixedSizeListArray) -> NDArray[np.float32]:
    numbers = vectors.flatten()
    if numbers.null_count:
        raise DamagedError(f"its vectors lack {numbers.null_count} of {len(numbers)} numbers")
    flat: NDArray[np.float32] = numbers.to_numpy(zero_copy_only=False)
    return flat


def _unknown(table: pa.Table) -> NDArray[np.float64]:
    if _UNKNOWN not in table.column_names:
        return np.full(table.num_rows, np.nan)
    column: NDArray[np.float64] = table[_UNKNOWN].to_numpy()
    return column


def _check_rows(encoding: Encoding, *, unit: bool) -> None:
    """Refuse rows that would never have been kept."""
    sound = may_be_kept(encoding, unit=unit)
    if not sound.all():
        length = np.linalg.norm(encoding.vectors[int(np.argmin(sound))].astype(np.float64))
        expected = "1" if unit else "a finite one above 0"
        raise DamagedError(f"a vector in it has length {length:.6g}, expected {expected}")
    if (encoding.n_tokens < 0).any():
        raise DamagedError(f"a text in it has {encoding.n_tokens.min()} tokens")
    if ((encoding.unknown < 0) | (encoding.unknown > 1)).any():
        raise DamagedError("a share of unknown tokens in it is not from 0 to 1")


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0][:200]
