"""The one gate to a corpus: a table of texts, checked and completed."""

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from semshift_nb.corpora.sentences import check_language
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

COLUMNS = ("doc_id", "title", "text", "language", "label")
DEFAULT_LANGUAGE = "en"
TITLE_LENGTH = 60


def check_documents(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a table of texts and complete what it leaves out.

    Parameters
    ----------
    table : DataFrame
        ``text``, and if they are there ``doc_id``, ``title``, ``language`` and ``label``. Any
        other column is left behind.
    source : str
        What the table is, for messages.

    Returns
    -------
    DataFrame
        A new table with ``doc_id`` (unique; "0", "1", ... if there was none), ``title`` (the
        beginning of the text where there was none), ``text``, ``language`` ("en" where there was
        none) and ``label`` if it was there. Lone surrogates are replaced by U+FFFD.

    Raises
    ------
    InputError
        If there is no row or no ``text``; if a text or an id is missing or of the wrong type; if
        two documents have the same id; if a language is no language code.

    Examples
    --------
    >>> check_documents(pd.DataFrame({"text": ["Hello."]}), "greeting").iloc[0].tolist()
    ['0', 'Hello.', 'Hello.', 'en']
    """
    _check_columns(table, source)
    texts = _texts(table["text"].tolist(), source)
    documents = {
        "doc_id": _doc_ids(_cells(table, "doc_id"), source),
        "title": _titles(_cells(table, "title"), texts),
        "text": texts,
        "language": _languages(_cells(table, "language"), source),
    }
    if "label" in table.columns:
        documents["label"] = [
            well_formed(cell) if isinstance(cell, str) else cell for cell in table["label"].tolist()
        ]
    return pd.DataFrame(documents)


def short_beginning(text: str) -> str:
    r"""Return the first words of a text, to serve as its title.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        At most 60 characters on one line, with an ellipsis where words were left out.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> short_beginning("To be,\nor not to be")
    'To be, or not to be'
    """
    words = " ".join(text[: 4 * TITLE_LENGTH].split())
    if len(words) <= TITLE_LENGTH:
        return words
    # A text without spaces, Chinese for one, is cut between characters instead of words.
    cut = words[:TITLE_LENGTH].rsplit(" ", 1)[0] if " " in words[:TITLE_LENGTH] else words
    return cut[: TITLE_LENGTH - 1].rstrip(" ,;:.-") + "…"


def _check_columns(table: pd.DataFrame, source: str) -> None:
    columns = [str(column) for column in table.columns]
    repeated = [column for column in COLUMNS if columns.count(column) > 1]
    if "text" not in columns or repeated:
        fault = f"has several columns {repeated[0]!r}" if repeated else "has no column 'text'"
        raise InputError(
            f"{source} {fault}; it has {', '.join(map(repr, columns)) or 'none'}: name "
            "one column 'text', the one that holds the texts."
        )
    if table.empty:
        raise InputError(f"{source} has no documents: hand in at least one text.")


def _cells(table: pd.DataFrame, column: str) -> list[Any]:
    if column not in table.columns:
        return [None] * len(table)
    return [None if _is_missing(cell) else cell for cell in table[column].tolist()]


def _is_missing(cell: Any) -> bool:  # noqa: ANN401 - a cell holds anything
    return cell is None or (pd.api.types.is_scalar(cell) and bool(pd.isna(cell)))


def _texts(cells: Sequence[object], source: str) -> list[str]:
    _refuse_rows(cells, _is_missing, f"{source} has rows whose text is missing")
    _refuse_rows(
        cells, lambda cell: not isinstance(cell, str), f"{source} has rows whose text is no string"
    )
    return [well_formed(str(cell)) for cell in cells]


def _refuse_rows(cells: Sequence[object], wrong: Callable[[object], bool], complaint: str) -> None:
    rows = [row for row, cell in enumerate(cells) if wrong(cell)]
    if rows:
        shown = ", ".join(map(str, rows[:10])) + (", ..." if len(rows) > 10 else "")
        raise InputError(
            f"{complaint}: {len(rows)} of {len(cells)}, counted from 0 at {shown} (the first is "
            f"{cells[rows[0]]!r:.60}). Fill in or leave out these rows."
        )


def _doc_ids(cells: Sequence[Any], source: str) -> list[str]:
    if all(cell is None for cell in cells):
        return [str(row) for row in range(len(cells))]
    _refuse_rows(cells, _is_missing, f"{source} has rows whose doc_id is missing")
    ids = pd.Index([well_formed(str(cell)) for cell in cells])
    repeated = ids[ids.duplicated()].unique().tolist()
    if repeated:
        shown = ", ".join(map(repr, repeated[:5])) + (", ..." if len(repeated) > 5 else "")
        raise InputError(
            f"{source} has {len(repeated)} doc_id values that occur more than once ({shown}): give "
            "every document an id of its own, or leave the column out to have them numbered."
        )
    return ids.tolist()


def _titles(cells: Sequence[Any], texts: Sequence[str]) -> list[str]:
    given = ("" if cell is None else " ".join(well_formed(str(cell)).split()) for cell in cells)
    return [title or short_beginning(text) for title, text in zip(given, texts, strict=True)]


def _languages(cells: Sequence[Any], source: str) -> list[str]:
    codes = [cell or DEFAULT_LANGUAGE for cell in cells]
    try:
        return [check_language(code) for code in codes]
    except InputError as error:
        raise InputError(f"{source}: {error}") from None
