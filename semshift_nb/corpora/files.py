"""Tables of texts out of files and folders."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from semshift_nb.corpora.corpus import COLUMNS
from semshift_nb.errors import InputError

_BEIR_FILE = "corpus.jsonl"


def read_path(path: Path) -> pd.DataFrame:
    """Read texts from a file or a folder."""
    try:
        if path.is_dir():
            beir = path / _BEIR_FILE
            return read_jsonl(beir) if beir.is_file() else read_folder(path)
        reader = _READERS.get(path.suffix.lower())
        if reader is None:
            raise InputError(
                f"{path} is no folder and ends with {path.suffix!r}, but only "
                f"{', '.join(_READERS)} can be read: save it as one of these or use a DataFrame."
            )
        return reader(path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}): check path and permissions."
        ) from error


def read_text(path: Path) -> str:
    """Read a file of UTF-8 text, with or without a byte-order mark."""
    data = path.read_bytes()
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(
            f"{path} is encoded in UTF-16, but UTF-8 was expected: save it again as UTF-8."
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder counts behind the byte-order mark.
        position = error.start + len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))
        line = data.count(b"\n", 0, position) + 1
        raise InputError(
            f"{path} is not UTF-8: byte 0x{data[position]:02x} at position {position} (line "
            f"{line}) fits no character. Save it again as UTF-8, or read it with its own encoding "
            "(for example pandas.read_csv(path, encoding='cp1252')) and hand in the DataFrame."
        ) from None


def read_csv(path: Path) -> pd.DataFrame:
    """Read a comma-separated file with a line of column names."""
    try:
        # Without a header pandas compares every row with the first. Given one, it takes a surplus
        # first cell for a row's name and shifts the others, without a word.
        rows = pd.read_csv(io.StringIO(read_text(path)), header=None, dtype=str, na_filter=False)
    except pd.errors.EmptyDataError:
        raise InputError(
            f"{path} is empty: it needs a line of column names, 'text' among them, "
            "and a line for each document."
        ) from None
    except pd.errors.ParserError as error:
        raise InputError(
            f"{path} is not a table ({str(error).strip()}): put texts that hold commas, quotes or "
            "line ends in double quotes."
        ) from error
    return pd.DataFrame(rows.iloc[1:].to_numpy(), columns=rows.iloc[0].str.strip().tolist())


def read_jsonl(path: Path, *, only_known: bool = True) -> pd.DataFrame:
    """Read a file with one JSON object a line."""
    # Not splitlines: a JSON string may hold U+2028 and its like.
    lines = enumerate(read_text(path).split("\n"), start=1)
    records = [_record(line, number, path) for number, line in lines if line.strip()]
    if not records:
        raise InputError(f'{path} is empty: it needs a line {{"text": ...}} for each document.')
    keys = dict.fromkeys(key for record in records for key in record)
    known = [key for key in keys if key in COLUMNS] if only_known and "text" in keys else list(keys)
    # object: the string columns of pandas 3 cannot hold a lone surrogate, and JSON can.
    return pd.DataFrame(
        {key: pd.Series([record.get(key) for record in records], dtype=object) for key in known}
    )


def read_parquet(path: Path, *, only_known: bool = True) -> pd.DataFrame:
    """Read a parquet file."""
    with path.open("rb") as file:
        try:
            return _columns(pq.ParquetFile(file), only_known=only_known)
        # Arrow says OSError of damaged pages too.
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise InputError(
                f"{path} is damaged or no parquet file ({error!s:.200}): write or fetch it again."
            ) from error


def read_folder(path: Path) -> pd.DataFrame:
    """Read the .txt files of a folder and of the folders in it."""
    files = sorted(file for file in path.rglob("*") if _is_text_file(file))
    if not files:
        raise InputError(
            f"{path} holds no .txt file and no {_BEIR_FILE}: put in a .txt file for each document."
        )
    ids = [file.relative_to(path).with_suffix("").as_posix() for file in files]
    titles = [file.stem for file in files]
    return pd.DataFrame({"doc_id": ids, "title": titles, "text": [read_text(f) for f in files]})


def _columns(file: pq.ParquetFile, *, only_known: bool) -> pd.DataFrame:
    names = file.schema_arrow.names
    known = [name for name in names if name in COLUMNS] if only_known and "text" in names else names
    # Without pandas' own remarks, which would make an index of a column.
    frame: pd.DataFrame = file.read(columns=known).to_pandas(ignore_metadata=True)
    return frame


def _is_text_file(file: Path) -> bool:
    return file.suffix.lower() == ".txt" and not file.name.startswith(".") and file.is_file()


def _record(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"{path}, line {number}, is not JSON ({error}): {line.strip()!r:.80}. Every line must "
            'be one object, such as {"text": "..."}.'
        ) from None
    if not isinstance(record, dict):
        raise InputError(
            f"{path}, line {number}, holds {type(record).__name__}, but an object such as "
            '{"text": "..."} was expected.'
        )
    if "_id" in record:
        record.setdefault("doc_id", record.pop("_id"))
    return record


_READERS: dict[str, Callable[[Path], pd.DataFrame]] = {
    ".csv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
}
