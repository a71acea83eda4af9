"""Rows of a csv file, read strictly: what does not add up is refused with its line.

Other readers mend as they go: a quote that is never closed swallows the rows that follow, a row
that is cut short is filled up. Both lose texts without a word.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise, zip_longest
from typing import NamedTuple

from semshift_nb.errors import InputError, option
from semshift_nb.names import count

SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_SPELLED = {"tab": "\t", "\\t": "\t"}
_SHOWN = 60
_MANY_LETTERS = 2
_DIGITS = 18


class Row(NamedTuple):
    """One row: its first line in the file from 1 on, its cells, and how it is written."""

    line: int
    cells: list[str]
    source: str


def check_separator(sep: str) -> str:
    r"""Return the character that separates cells; a tab may be spelled ``tab`` or ``\t``.

    Raises
    ------
    InputError
        If it is not one character, or one that cannot separate.
    """
    character = _SPELLED.get(sep, str(sep))
    if len(character) != 1 or character in '"\r\n':
        raise InputError(
            f"{option('sep')} is {sep!r}, expected the one character that stands between cells, "
            'such as ";" or "tab".'
        )
    return character


def read_rows(text: str, name: str, sep: str = ",") -> Iterator[Row]:
    """Yield the rows of a csv text; lines with nothing in them are left out.

    Raises
    ------
    InputError
        If a quote is not closed or closed too early, or lines end in different ways, so that a
        cell might have lost a part; ``name`` is what the message calls the file.
    """
    position, line, line_end = 0, 1, ""
    while position < len(text):
        start, cells = position, []
        while True:
            match = _cell(sep).match(text, position)
            if match is None:
                raise _misquoted(text, start, position, line, name)
            quoted, plain, end = match.groups()
            cells.append((plain or "") if quoted is None else quoted.replace('""', '"'))
            position = match.end()
            if end != sep:
                break
        line_end = line_end or end
        if quoted is None and end and not _ends_alike(end, line_end):
            raise _line_ends(end, line_end, line + text.count("\n", start, position - 1), name)
        source = text[start : position - len(end)]
        if source:
            yield Row(line, cells, source)
        line += text.count("\r" if line_end == "\r" else "\n", start, position)


def read_table(text: str, name: str, sep: str = ",") -> tuple[list[str], list[Row]]:
    """Return the column names and the rows of a csv text, which has as many cells in each.

    Raises
    ------
    InputError
        If it is empty, has other separators than ``sep``, or a row has more cells or fewer.
    """
    rows = list(read_rows(text, name, sep))
    if not rows:
        raise InputError(
            f"{name} is empty: it needs a line of column names, and a line for each row."
        )
    head, *body = rows
    _refuse_other_separator(head, name, sep)
    names = [cell.strip() for cell in head.cells]
    if len(names) > 1:
        body = [row for row in body if row.source.strip() or len(row.cells) > 1]
    _refuse_ragged(body, names, name, sep)
    _refuse_swallowed(body, name, sep)
    return names, body


@cache
def _cell(sep: str) -> re.Pattern[str]:
    """Match a cell, in quotes or not, and what ends it."""
    mark = re.escape(sep)
    quoted, plain = r'"([^"]*+(?:""[^"]*+)*+)"', rf'([^{mark}"\r\n][^{mark}\r\n]*+)'
    return re.compile(rf"(?:{quoted}|{plain}?)({mark}|\r\r\n|\r\n?|\n|\Z)")


_QUOTED = re.compile(r'"[^"]*+(?:""[^"]*+)*+"')


def _ends_alike(end: str, line_end: str) -> bool:
    """Say whether a line ends as the first does; a carriage return less loses nothing."""
    return end == line_end or (end == "\n" and line_end != "\r")


def _line_ends(end: str, line_end: str, line: int, name: str) -> InputError:
    return InputError(
        f"{name}, line {line}, ends with {end!r}, while the first ends with {line_end!r}: does the "
        "carriage return belong to the text? A text that holds one needs double quotes (in pandas "
        "to_csv(..., quoting=1)); if it does not, let all lines end alike."
    )


def _misquoted(text: str, start: int, position: int, line: int, name: str) -> InputError:
    """Say where a quote went wrong, and why it may have."""
    first = line + text.count("\n", start, position)
    closed = _QUOTED.match(text, position)
    end = len(text) if closed is None else closed.end()
    begins = f"{name}, line {first}: the cell that begins {_short(text[position:])} "
    if closed is None:
        what = "opens a double quote that is never closed, and would swallow all that follows"
    else:
        last = first + text.count("\n", position, end)
        where = f" in line {last}" if last > first else ""
        what = f"has its closing quote{where} before {_short(text[end:])}, where no cell ends"
    if '\\"' in text[position:end]:
        cause = (
            r"It looks as if quotes in texts were written \" (a backslash before them), as MySQL "
            'and JSON do; csv doubles them (""). Read the file with '
            r'pandas.read_csv(path, escapechar="\\", doublequote=False) and keep it with '
            "to_parquet."
        )
    else:
        cause = (
            'A double quote in a text must be doubled (a plank of 6"" was cut) and the text be put '
            "in double quotes; one that opens a text must close it."
        )
    return InputError(f"{begins}{what}. {cause}")


def _short(text: str) -> str:
    line = text.split("\n", 1)[0]
    return repr(line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…")


def _refuse_other_separator(head: Row, name: str, sep: str) -> None:
    """Refuse a file whose first line is one cell, and several by another separator."""
    for other, called in SEPARATORS.items():
        if len(head.cells) == 1 and other != sep and other in head.source:
            spelled = "tab" if other == "\t" else other
            raise InputError(
                f"{name} seems to have {called} between its columns ({_short(head.source)}), "
                f"where {SEPARATORS.get(sep, repr(sep))} were expected: say so with "
                f"{option('sep', value=spelled)}, or save it with commas."
            )


def _refuse_ragged(rows: Sequence[Row], names: Sequence[str], name: str, sep: str) -> None:
    """Refuse rows that have more cells than there are names, or fewer."""
    wrong = [row for row in rows if len(row.cells) != len(names)]
    if not wrong:
        return
    row, n = wrong[0], len(names)
    others = f" ({count(len(wrong), 'row')} of {len(rows):,} are so)" if len(wrong) > 1 else ""
    marks = SEPARATORS.get(sep, repr(sep))
    if all(len(row.cells) == n + 1 for row in rows):
        cause = "Is there no name for the first column (as R writes without row.names=FALSE)?"
    elif len(row.cells) > n:
        spaced = any(cell.lstrip().startswith('"') for cell in row.cells)
        cause = "No blank may stand before the quote that opens a cell. " if spaced else ""
        cause += f"Put texts that hold {marks} in double quotes."
    else:
        cause = (
            "Was it cut off, or does a text hold a line end? Put such texts in double quotes; a "
            f"cell may be empty, but not left out, nor the {marks} before it."
        )
    raise InputError(
        f"{name}, line {row.line}, has {count(len(row.cells), 'cell')}, but the line of column "
        f"names has {n}{others}: {_short(row.source)}. {cause}"
    )


def _refuse_swallowed(rows: Sequence[Row], name: str, sep: str) -> None:
    """Refuse a cell of several lines that look each like a row: its quote closes too late."""
    firsts = {row.cells[0] for row in rows}
    for row, following in zip_longest(rows, rows[1:]):
        _, *inner = row.source.split("\n") if len(row.cells) > 1 else [row.source]
        found = [line.split(sep) for line in inner]
        if not found or any(len(cells) != len(row.cells) for cells in found):
            continue
        ids = [cells[0] for cells in found]
        last = following.cells[0] if following else ""
        if firsts.isdisjoint(ids) and _continues(row.cells[0], ids, last):
            raise InputError(
                f"{name}, line {row.line}: a double quote opens there and closes in line "
                f"{row.line + len(inner)}, but each line from the second on looks like a row of "
                f"its own ({_short(inner[0])}). Double the quotes that belong to texts; if this is "
                "one text, keep it in a .jsonl or .parquet file."
            )


def _continues(first: str, ids: Sequence[str], last: str) -> bool:
    """Say whether cells carry on a series of ids: 7, 8, 9 before 10; a12, a13; A, B."""
    if not all(one.isdecimal() for one in (first, *ids)):
        shapes = {_shape(one) for one in (first, *ids)}
        return len(shapes) == 1 and ("0" in _shape(first) or 0 < len(first) <= _MANY_LETTERS)
    numbers = [int(one[:_DIGITS]) for one in (first, *ids)]
    bound = int(last[:_DIGITS]) if last.isdecimal() else numbers[0] + len(numbers)
    return all(a < b for a, b in pairwise([*numbers, bound]))


def _shape(cell: str) -> str:
    small = re.sub("[a-z]", "a", cell[:_SHOWN])
    return re.sub(r"\d+", "0", re.sub("[A-Z]", "A", small))
