"""Shards: Parquet files that are written whole, named by their content, and never changed.

The name holds the sha256 of the file, so that a reader knows a damaged shard from a sound one, byte
for byte, and two processes that write the same shard do each other no harm. Pages carry checksums
besides, for readers other than this one and for the keys, which are read on their own.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from semshift_nb.encoders.encoding import Encoding
from semshift_nb.files import write_whole
from semshift_nb.names import count

ENDING = ".parquet"
KEY = pa.binary(16)
# Rows read at once: a text or two out of a full shard should not cost the whole of it.
_ROW_GROUP = 1024


class DamagedError(Exception):
    """A shard is not what was written; the message says how that was seen."""


def write_shard(folder: Path, keys: Sequence[bytes], encoding: Encoding) -> None:
    """Write a shard and move it into place."""
    n_texts, dim = encoding.vectors.shape
    numbers = pa.array(np.ascontiguousarray(encoding.vectors).reshape(-1))
    columns = {
        "key": pa.array(keys, KEY),
        "vector": pa.FixedSizeListArray.from_arrays(numbers, dim),
        "n_tokens": pa.array(encoding.n_tokens),
        "truncated": pa.array(encoding.truncated),
    }
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.table(columns),
        sink,
        compression="none",  # vectors do not shrink
        use_dictionary=False,
        row_group_size=min(n_texts, _ROW_GROUP),
        write_page_checksum=True,
    )
    content = sink.getvalue()
    path = folder / f"{hashlib.sha256(content).hexdigest()}{ENDING}"
    write_whole(path, lambda temporary: temporary.write_bytes(content))


def read_keys(path: Path) -> pa.Array:
    """Read the keys of a shard, and nothing else.

    Returns
    -------
    pyarrow.FixedSizeBinaryArray of shape (n_rows,)
        Keys in the order of the rows.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            keys = file.read(columns=["key"])["key"].combine_chunks()
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException, KeyError, ValueError, MemoryError) as error:
        # Arrow reports both with OSError; only the operating system's have a number.
        if isinstance(error, OSError) and error.errno:
            raise
        raise DamagedError(_first_line(error)) from error
    if keys.type != KEY:
        raise DamagedError(f"its keys are {keys.type}")
    return keys


def read_rows(path: Path, rows: NDArray[np.intp], dim: int) -> Encoding:
    """Read some rows of a shard, after making sure that it is sound.

    Parameters
    ----------
    path : Path
        The shard.
    rows : ndarray of shape (n_rows,)
        Which rows.
    dim : int
        Numbers that a vector must have.
    """
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != path.name.removesuffix(ENDING):
        raise DamagedError("its bytes do not match the sha256 in its name")
    with pq.ParquetFile(pa.BufferReader(content), page_checksum_verification=True) as file:
        groups, places = np.unique(rows // _ROW_GROUP, return_inverse=True)
        table = file.read_row_groups(groups.tolist(), columns=["vector", "n_tokens", "truncated"])
    vectors = table["vector"].combine_chunks()
    if vectors.type.list_size != dim:
        raise DamagedError(
            f"its vectors have {count(vectors.type.list_size, 'number')}, expected {dim}"
        )
    columns = Encoding(
        vectors.flatten().to_numpy(zero_copy_only=False).reshape(-1, dim),
        table["n_tokens"].to_numpy(),
        table["truncated"].to_numpy(),
    )
    return columns.take(places * _ROW_GROUP + rows % _ROW_GROUP)


def _first_line(error: BaseException) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
