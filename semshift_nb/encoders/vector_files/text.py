"""Vectors in text: columns or lists of csv, lists of JSON Lines, word2vec's format."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.csv_rows import Row, check_separator, read_rows
from semshift_nb.encoders.vector_files.arrays import FoundArray
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.plain_text import check_regular, read_text, refuse_other_kinds
from semshift_nb.validation import shortened

Numbered = Iterator[tuple[int, Any]]
"""Lines by their number in the file, from 1 on, and what stands in each that will be a vector."""

_DTYPE = "float64"
_LIST = re.compile(
    r"\s*(?:(?:np\.)?(?:array|tensor)\()?[\[(](.*?)[\])](?:,\s*dtype=[\w.]+)?\)?\s*", re.DOTALL
)
_SCALAR = re.compile(r"np\.\w+\(([^()]*)\)")
_NAMED = re.compile(r"(.*?)[ _.\-]?(\d+)")
_HEAD = re.compile(r"\s*(\d+)\s+(\d+)\s*")
_FEW, _MANY = 3, 8
_TEXT = "text"


def find_in_jsonl(path: Path) -> list[FoundArray]:
    """Return the lists of numbers of a file with a JSON object, or one list, on each line."""
    first = next(_json_lines(path), (0, None))[1]
    named: dict[str, Any] = first if isinstance(first, dict) else {"": first}
    lists = {name: cell for name, cell in named.items() if _is_numbers(cell)}
    n = sum(1 for _ in _lines(path)) if lists else 0
    return [
        _found(name, n, len(cell), _reader(path, _members(path, name), len(cell)))
        for name, cell in lists.items()
    ]


def find_in_csv(path: Path, sep: str | None = None) -> list[FoundArray]:
    """Return the columns of lists of a csv file, and its columns of numbers that are numbered."""
    mark = separator(path, sep)
    head = list(islice(read_rows(read_text(path), str(path), mark), _FEW))
    if not head:
        return []
    names, start = _columns(head)
    body = head[start:]
    columns = {} if not body else _lists(names, body[0]) or _numbered(names, body, path)
    n = sum(1 for _ in read_rows(read_text(path), str(path), mark)) - start if columns else 0
    return [
        _found(name, n, dim, _reader(path, _cells(path, mark, start, places, len(names)), dim))
        for name, (places, dim) in columns.items()
    ]


def find_in_word2vec(path: Path) -> list[FoundArray]:
    """Return the vectors of a text file whose first line is their number and dimensions."""
    first = next(_lines(path), (0, ""))[1]
    head = _HEAD.fullmatch(first)
    if head is None:
        raise InputError(
            f"{path} begins with {first!r:.60}, but in word2vec's format the first line is the "
            f"number of vectors and of their dimensions{_without_head(path, first)}."
        )
    n, dim = int(head[1]), int(head[2])

    def parts() -> Numbered:
        for line, text in islice(_lines(path), 1, None):
            yield line, text.rsplit(maxsplit=dim)[-dim:] if dim else []

    return [_found("", n, dim, _reader(path, parts, dim))]


def is_word2vec(path: Path) -> bool:
    """Say whether a text file is of vectors, with a first line of word2vec's or without."""
    try:
        first, second = (line for _, line in islice(_lines(path), 2))
    except (ValueError, OSError):
        return False
    head = _HEAD.fullmatch(first)
    words = (second if head else first).split()
    dim = int(head[2]) if head else len(words) - 1
    return dim >= _FEW * (1 if head else _FEW) and all(map(_is_number, words[-dim:]))


def separator(path: Path, sep: str | None) -> str:
    """Return what stands between the cells of a csv file."""
    if sep is not None:
        return check_separator(sep)
    return "\t" if path.suffix.lower() == ".tsv" else ","


def has_text_column(path: Path, sep: str | None = None) -> bool:
    """Say whether a csv or JSON Lines file has a column ``text``, as a corpus has."""
    if path.suffix.lower() == ".jsonl":
        first = next(_json_lines(path), (0, None))[1]
        return isinstance(first, dict) and _TEXT in first
    rows = read_rows(read_text(path), str(path), separator(path, sep))
    return _TEXT in [cell.strip() for cell in next(rows, Row(1, [], "")).cells]


def _found(name: str, n: int, dim: int, read: Callable[[int], Iterator[Any]]) -> FoundArray:
    return FoundArray(name, (n, dim), _DTYPE, is_number=True, read=read)


def _reader(
    path: Path, parts: Callable[[], Numbered], dim: int
) -> Callable[[int], Iterator[NDArray[np.float64]]]:
    """Return a reader of what stands in lines, which must be ``dim`` numbers in each."""

    def read(n_rows: int) -> Iterator[NDArray[np.float64]]:
        lines = parts()
        while batch := list(islice(lines, n_rows)):
            yield np.array([_vector(path, line, part, dim) for line, part in batch])

    return read


def _vector(path: Path, line: int, part: Any, dim: int) -> list[float]:  # noqa: ANN401
    numbers = _parsed(part) if isinstance(part, str) else part
    cut = ' (the "..." stands for numbers that were never written)' * ("..." in str(part))
    if not isinstance(numbers, list) or len(numbers) != dim:
        is_list = isinstance(numbers, list)
        held = count(len(numbers or ()), "number") if is_list else "no list of numbers"
        raise InputError(
            f"{path}, line {line}, holds {held}, expected {dim} as in the first{cut}. Leave the "
            "line out, or encode its text again."
        )
    try:
        return [float(number) for number in numbers]
    except (TypeError, ValueError):
        wrong = next(number for number in numbers if not _is_number(number))
        raise InputError(
            f"{path}, line {line}, holds {wrong!r:.40}, expected a number{cut}. Leave the line "
            "out, or encode its text again."
        ) from None


def _parsed(cell: str) -> list[str] | None:
    """Split a list in a cell of csv, as Python, NumPy or JSON writes it."""
    inner = _LIST.fullmatch(_SCALAR.sub(r"\1", cell))
    return None if inner is None else inner[1].replace(",", " ").split()


def _is_number(cell: object) -> bool:
    try:
        float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
    return not isinstance(cell, bool)


def _is_numbers(cell: object) -> bool:
    return isinstance(cell, list) and bool(cell) and all(map(_is_number, cell))


def _lines(path: Path) -> Numbered:
    """Yield the lines of a file that are not blank."""
    check_regular(path)
    with path.open("rb") as file:
        refuse_other_kinds(path, file.read(64))
    try:
        with path.open(encoding="utf-8-sig", newline="\n") as lines:
            yield from ((i, line) for i, line in enumerate(lines, 1) if line.strip())
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path} is not UTF-8 ({error.reason} at byte {error.start} of a part): vectors in "
            "text are. Is it a binary file with the ending of another?"
        ) from None


def _json_lines(path: Path) -> Numbered:
    for line, text in _lines(path):
        try:
            yield line, json.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path}, line {line}, is not JSON ({error}).") from None


def _members(path: Path, name: str) -> Callable[[], Numbered]:
    def parts() -> Numbered:
        for line, cell in _json_lines(path):
            yield line, cell.get(name) if isinstance(cell, dict) else cell

    return parts


def _cells(
    path: Path, mark: str, start: int, places: list[int], n_columns: int
) -> Callable[[], Numbered]:
    def parts() -> Numbered:
        for row in islice(read_rows(read_text(path), str(path), mark), start, None):
            if len(row.cells) != n_columns:
                raise InputError(
                    f"{path}, line {row.line}, has {count(len(row.cells), 'cell')}, expected "
                    f"{n_columns} as in the first: write the file again."
                )
            cells = [row.cells[place] for place in places]
            yield row.line, cells[0] if len(cells) == 1 else cells

    return parts


def _columns(head: list[Row]) -> tuple[list[str], int]:
    """Return the names of the columns, and in which row the vectors begin."""
    cells = [cell.strip() for cell in head[0].cells]
    # pandas names the columns of a matrix 0, 1, 2, ..., with an index in front or without.
    counted = [cells[i:] == list(map(str, range(len(cells) - i))) for i in (0, 1)]
    if len(cells) > 1 and not any(counted) and all(map(_is_number, cells[1:])):
        numbered = range(len(cells))
        return [str(i) if _is_number(cells[i]) else "" for i in numbered], 0
    return cells, 1


def _lists(names: list[str], row: Row) -> dict[str, tuple[list[int], int]]:
    found = {}
    for place, (name, cell) in enumerate(zip(names, row.cells, strict=False)):
        numbers = _parsed(cell)
        if numbers and all(map(_is_number, numbers)):
            found[name] = [place], len(numbers)
    return found


def _numbered(names: list[str], body: list[Row], path: Path) -> dict[str, tuple[list[int], int]]:
    """Return the columns of numbers whose names are one word and running numbers."""
    numbers = [i for i, cell in enumerate(body[0].cells[: len(names)]) if _is_number(cell)]
    groups: dict[str, list[int]] = {}
    for place in numbers:
        name = _NAMED.fullmatch(names[place])
        if name is not None:
            groups.setdefault(name[1], []).append(place)
    fewest = _MANY if _TEXT in names else 2
    groups = {
        name: places
        for name, places in groups.items()
        if len(places) >= fewest and _is_running([names[place] for place in places])
    }
    if _TEXT not in names:
        _refuse_unnumbered(path, [names[place] for place in numbers], groups)
        for places in groups.values():
            _refuse_counter(path, names, body, places)
    return {name: (places, len(places)) for name, places in groups.items()}


def _is_running(names: list[str]) -> bool:
    numbers = [int(found[2]) for name in names if (found := _NAMED.fullmatch(name))]
    return all(after == before + 1 for before, after in pairwise(numbers))


def _refuse_unnumbered(path: Path, numbers: list[str], groups: dict[str, list[int]]) -> None:
    if len(numbers) > 1 and not groups:
        raise InputError(
            f"{path} has columns of numbers ({shortened(numbers, most=_FEW, write=repr)}), but "
            "their names are not numbered, as x0, x1, x2 are: leave out the line of names if they "
            "are vectors."
        )


def _refuse_counter(path: Path, names: list[str], body: list[Row], places: list[int]) -> None:
    """Refuse a first column that counts the rows: measured, it would be a dimension."""
    firsts = [row.cells[places[0]] for row in body]
    rest = [cell for row in body for cell in row.cells[places[1] : places[-1] + 1]]
    counts = [str(i) for i in range(len(body))], [str(i) for i in range(1, len(body) + 1)]
    if len(body) > 1 and firsts in counts and not all(cell.isdigit() for cell in rest):
        raise InputError(
            f"{path}: the first column ({names[places[0]]!r}: {', '.join(firsts)}) counts the "
            "rows and is no part of the vectors: leave it out."
        )


def _without_head(path: Path, first: str) -> str:
    """Say how a file of GloVe's, which has no such line, gets one."""
    words = first.split()
    if len(words) <= _FEW or not all(map(_is_number, words[1:])):
        return ""
    new = path.with_name(f"{path.stem}-with-head.vec")
    count = f"awk 'NR==1{{d=NF-1}} END{{print NR, d}}' '{path}' | cat - '{path}' > '{new}'"
    return f". Files of GloVe lack it; put it on top with {count}"
