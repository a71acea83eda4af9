"""Tables of texts out of files and folders."""

import json
import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from semshift_nb.corpora.corpus import COLUMNS
from semshift_nb.csv_rows import check_separator, read_table
from semshift_nb.errors import InputError, option
from semshift_nb.plain_text import check_regular, read_text, refuse_other_kinds
from semshift_nb.validation import shortened

T = TypeVar("T")
Reader = Callable[[Path], pd.DataFrame]

_BEIR_FILE = "corpus.jsonl"
_SEPARATED = {".csv": ",", ".tsv": "\t"}
_ANY_OTHER = "save it as one of these or use a DataFrame"
_ADVICE = {
    ".json": "write it anew with pandas.read_json(path).to_json('new.jsonl', orient='records', "
    "lines=True)",
    ".xlsx": "save it from the spreadsheet program as csv in UTF-8",
    ".xls": "save it from the spreadsheet program as csv in UTF-8",
    ".gz": "unpack it with gunzip",
    ".zip": "unpack it with unzip",
}


def read_path(path: Path, sep: str | None = None) -> pd.DataFrame:
    """Read texts from a file or a folder; ``sep`` stands between the cells of a csv file."""
    try:
        if path.is_dir():
            beir = path / _BEIR_FILE
            reader = read_jsonl if os.path.lexists(beir) else read_folder
            return without_separator(reader, sep)(beir if reader is read_jsonl else path)
        return find_reader(path, _READERS, sep)(path)
    except OSError as error:
        raise unreadable(path, error) from error


def find_reader(path: Path, readers: dict[str, Reader], sep: str | None) -> Reader:
    """Return what reads a file that ends so."""
    ending = path.suffix.lower()
    if ending not in readers:
        raise InputError(
            f"{path} is no folder and ends with {path.suffix!r}, but only "
            f"{', '.join(readers)} can be read: {_ADVICE.get(ending, _ANY_OTHER)}."
        )
    if ending in _SEPARATED:
        given = _SEPARATED[ending] if sep is None else check_separator(sep)
        return partial(read_csv, sep=given)
    return without_separator(readers[ending], sep)


def unreadable(path: Path, error: OSError) -> InputError:
    """Return the error that says why the system does not give a file."""
    return InputError(
        f"{error.filename or path} cannot be read ({error.strerror or error}): check path and "
        "permissions."
    )


def without_separator(reader: T, sep: str | None) -> T:
    """Return what reads something that has no separators, or refuse the one that was given."""
    if sep is not None:
        raise InputError(
            f"{option('sep')} is {sep!r}, but only {' and '.join(_SEPARATED)} files have "
            "separators: leave it out."
        )
    return reader


def read_csv(path: Path, sep: str = ",") -> pd.DataFrame:
    """Read a file of separated cells with a line of column names."""
    names, rows = read_table(read_text(path), str(path), sep)
    # object: the names may repeat, and no cell may be taken for a missing one.
    return pd.DataFrame([row.cells for row in rows], columns=names, dtype=object)


def read_jsonl(path: Path, *, only_known: bool = True) -> pd.DataFrame:
    """Read a file with one JSON object a line; the index of the table are the lines."""
    # Not splitlines: a JSON string may hold U+2028 and its like.
    lines = enumerate(read_text(path).split("\n"), start=1)
    records = {number: _record(line, number, path) for number, line in lines if line.strip()}
    if not records:
        raise InputError(f'{path} is empty: it needs a line {{"text": ...}} for each document.')
    keys = list(dict.fromkeys(key for record in records.values() for key in record))
    if only_known and "text" in keys:
        keys = [key for key in keys if key in COLUMNS]
        _refuse_without_text(records, path)
    # object: the string columns of pandas 3 cannot hold a lone surrogate, and JSON can.
    columns = {key: [record.get(key) for record in records.values()] for key in keys}
    return pd.DataFrame(columns, index=list(records), dtype=object)


def read_parquet(path: Path, *, only_known: bool = True) -> pd.DataFrame:
    """Read a parquet file."""
    check_regular(path)
    with path.open("rb") as file:
        head = file.read(64)
        if not head.startswith(b"PAR1"):
            refuse_other_kinds(path, head)
        try:
            return _columns(pq.ParquetFile(file), only_known=only_known)
        # Arrow says OSError of damaged pages too.
        except (pa.ArrowException, OSError, ValueError, TypeError) as error:
            raise InputError(
                f"{path} is damaged or no parquet file ({error!s:.200}): write or fetch it again."
            ) from error


def read_folder(path: Path) -> pd.DataFrame:
    """Read the .txt files of a folder and of the folders in it; a dot in front hides a name."""
    files = sorted(_text_files(path))
    if not files:
        raise InputError(
            f"{path} holds no .txt file and no {_BEIR_FILE}: put in a .txt file for each document."
        )
    ids = [file.relative_to(path).with_suffix("").as_posix() for file in files]
    titles = [file.stem for file in files]
    return pd.DataFrame({"doc_id": ids, "title": titles, "text": [read_text(f) for f in files]})


def _read_one_text(path: Path) -> pd.DataFrame:
    return pd.DataFrame({"text": [read_text(path)]})


def _text_files(root: Path) -> Iterator[Path]:
    """Yield the .txt files below a folder, but no hidden ones; links are followed, each once."""
    folders, seen = [root], dict[Path, Path]()
    while folders:
        folder = folders.pop()
        first = seen.setdefault(folder.resolve(), folder)
        if first != folder:
            raise InputError(
                f"{folder} and {first} are the same folder, one of them by a link: take the link "
                "away, or the texts are read twice."
            )
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
        folders += [entry for entry in entries if entry.is_dir()]
        yield from (e for e in entries if e.suffix.lower() == ".txt" and not e.is_dir())


def _columns(file: pq.ParquetFile, *, only_known: bool) -> pd.DataFrame:
    names = file.schema_arrow.names
    known = [name for name in names if name in COLUMNS] if only_known and "text" in names else names
    # Without pandas' own remarks, which would make an index of a column, and may be damaged.
    table = file.read(columns=known).replace_schema_metadata()
    table.validate(full=True)  # or text that is no UTF-8 would be found when it is used
    frame: pd.DataFrame = table.to_pandas(ignore_metadata=True)
    return frame


def _record(line: str, number: int, path: Path) -> dict[str, Any]:
    try:
        record = json.loads(line, object_pairs_hook=_without_repeats)
    except (ValueError, RecursionError) as error:
        hint = " (An array of objects becomes lines by taking its brackets and commas away.)"
        raise InputError(
            f"{path}, line {number}, is not JSON ({error}): {line.strip()!r:.80}. Every line must "
            f'be one object, such as {{"text": "..."}}.{hint * line.lstrip().startswith("[")}'
        ) from None
    if not isinstance(record, dict):
        raise InputError(
            f"{path}, line {number}, holds {type(record).__name__}, but an object such as "
            '{"text": "..."} was expected.'
        )
    if "_id" in record:
        record.setdefault("doc_id", record.pop("_id"))
    return record


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of JSON, unless it says twice what a corpus takes once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next((name for name in COLUMNS if names.count(name) > 1), None)
        if repeated:
            raise ValueError(f"{repeated!r} is there {names.count(repeated)} times")
    return found


def _refuse_without_text(records: dict[int, dict[str, Any]], path: Path) -> None:
    lines = [line for line, record in records.items() if not isinstance(record.get("text"), str)]
    if lines:
        cell = records[lines[0]].get("text")
        fault = "is missing" if cell is None else f"is no string ({cell!r:.60})"
        raise InputError(
            f"{path}, line {lines[0]}: the text {fault}; {len(lines)} of {len(records)} lines are "
            f"so ({shortened(lines)}). Fill in or leave out these lines."
        )


_READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": read_jsonl,
    ".parquet": read_parquet,
    ".txt": _read_one_text,
}
