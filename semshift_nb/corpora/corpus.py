"""A corpus: documents, and on demand their sentences."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from semshift_nb.corpora.sentences import (
    DEFAULT_LANGUAGE,
    languages_of,
    sentence_spans,
    warn_of_texts,
)
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.unicode import well_formed
from semshift_nb.validation import shortened

COLUMNS = ("doc_id", "title", "text", "language", "label")
TITLE_LENGTH = 60
_SHOWN = 20
_EXACT = 2**53


def check_documents(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a table of texts and complete what it leaves out."""
    _check_columns(table, source)
    texts = _texts(table["text"].tolist(), source)
    documents = {
        "doc_id": _doc_ids(_cells(table, "doc_id"), source),
        "title": _titles(_cells(table, "title"), texts),
        "text": texts,
        "language": languages_of(_cells(table, "language"), source),
    }
    if "label" in table.columns:
        documents["label"] = _labels(_cells(table, "label"), source)
    return pd.DataFrame(documents)


def short_beginning(text: str) -> str:
    r"""Return the first words of a text, to serve as its title."""
    words = " ".join(text[: 4 * TITLE_LENGTH].split())
    if len(words) <= TITLE_LENGTH:
        return words
    # A text without spaces, Chinese for one, is cut between characters instead of words.
    cut = words[:TITLE_LENGTH].rsplit(" ", 1)[0] if " " in words[:TITLE_LENGTH] else words
    return cut[: TITLE_LENGTH - 1].rstrip(" ,;:.-") + "…"


def _check_columns(table: pd.DataFrame, source: str) -> None:
    columns = [str(column) for column in table.columns]
    shown = shortened(columns, most=_SHOWN, write=lambda column: f"{column!r:.60}") or "none"
    if "text" not in columns:
        raise InputError(
            f"{source} has no column 'text'; it has {shown}: name one column 'text', the one that "
            "holds the texts."
        )
    repeated = [column for column in COLUMNS if columns.count(column) > 1]
    if repeated:
        raise InputError(
            f"{source} has several columns {repeated[0]!r}; it has {shown}: let one have that name."
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
        raise InputError(
            f"{complaint}: {len(rows)} of {len(cells)}, counted from 0 at {shortened(rows)} (the "
            f"first is {cells[rows[0]]!r:.60}). Fill in or leave out these rows."
        )


def _doc_ids(cells: Sequence[Any], source: str) -> list[str]:
    if all(cell is None for cell in cells):
        return [str(row) for row in range(len(cells))]
    _refuse_rows(cells, _is_missing, f"{source} has rows whose doc_id is missing")
    ids = pd.Index([well_formed(str(cell)) for cell in cells])
    repeated = ids[ids.duplicated()].unique().tolist()
    if repeated:
        shown = shortened(repeated, most=5, write=repr)
        raise InputError(
            f"{source} has {len(repeated)} doc_id values that occur more than once ({shown}): give "
            "every document an id of its own, or leave the column out to have them numbered."
        )
    return ids.tolist()


def _titles(cells: Sequence[Any], texts: Sequence[str]) -> list[str]:
    given = ("" if cell is None else " ".join(well_formed(str(cell)).split()) for cell in cells)
    return [title or short_beginning(text) for title, text in zip(given, texts, strict=True)]


def _labels(cells: Sequence[Any], source: str) -> list[Any]:
    """Return labels of one kind, as every table needs them: as they came, or else all as text."""
    kinds = {_kind(cell) for cell in cells if cell is not None}
    if kinds in ({"text"}, {"bool"}) or (kinds and kinds <= {"whole", "number"}):
        return [well_formed(cell) if isinstance(cell, str) else cell for cell in cells]
    try:
        return [None if cell is None else well_formed(_as_text(cell)) for cell in cells]
    except (RecursionError, ValueError, TypeError) as error:
        raise InputError(
            f"{source} has a label that cannot be written as text ({error})."
        ) from None


def _kind(cell: object) -> str:
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, int):
        return "whole" if abs(cell) <= _EXACT else "other"
    return {str: "text", float: "number"}.get(type(cell), "other")


def _as_text(label: object) -> str:
    if isinstance(label, str) or not isinstance(
        label, bool | int | float | list | dict | np.ndarray
    ):
        return str(label)
    plain = label.tolist() if isinstance(label, np.ndarray) else label
    return json.dumps(plain, ensure_ascii=False, default=_plain)


def _plain(part: object) -> object:
    return part.tolist() if isinstance(part, np.ndarray | np.generic) else str(part)


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """Documents with their texts, and the sentences of these texts.

    Parameters
    ----------
    name : str
        What tables and charts call it.
    documents : DataFrame
        ``text``, and if they are there ``doc_id``, ``title``, ``language`` and ``label``; the rest
        is completed as `check_documents` says.

    Attributes
    ----------
    documents : DataFrame
        One row for each document: ``doc_id`` (unique), ``title``, ``text``, ``language`` and, if
        there is one, ``label``. An empty text is a document too. Labels that are not all of one
        kind (text, numbers, truth values), or are lists or objects, are written as text.

    Raises
    ------
    InputError
        If the documents cannot be used; the message says why.

    Examples
    --------
    >>> corpus = Corpus("greeting", pd.DataFrame({"text": ["Hello. Goodbye."]}))
    >>> corpus.sentences["text"].tolist()
    ['Hello.', 'Goodbye.']
    """

    name: str
    documents: pd.DataFrame

    def __post_init__(self) -> None:
        checked = check_documents(self.documents, f"corpus {self.name!r}")
        object.__setattr__(self, "documents", checked)

    def __repr__(self) -> str:
        return f"<Corpus {self.name!r} of {count(len(self), 'document')}>"

    def __len__(self) -> int:
        return len(self.documents)

    @cached_property
    def sentences(self) -> pd.DataFrame:
        """The sentences of all documents, in order.

        Returns
        -------
        DataFrame
            One row for each sentence: ``doc_id``, ``position`` in the document (0, 1, ...),
            ``start`` and ``end`` (code-point offsets into the document's text) and ``text``, which
            is ``text[start:end]``. A document without words has no row.

        Examples
        --------
        >>> Corpus.from_texts(["One. Two."]).sentences["start"].tolist()
        [0, 5]
        """
        ids, texts, codes = (self.documents[column] for column in ("doc_id", "text", "language"))
        warn_of_texts(zip(ids, texts, codes, strict=True))
        rows = [
            (doc_id, position, start, end, text[start:end])
            for doc_id, text, code in zip(ids, texts, codes, strict=True)
            for position, (start, end) in enumerate(sentence_spans(text, code))
        ]
        table = pd.DataFrame(rows, columns=["doc_id", "position", "start", "end", "text"])
        numbers = dict.fromkeys(("position", "start", "end"), "int64")
        # Without a single row pandas would not know that the ids are text.
        return table.astype({"doc_id": ids.dtype, "text": texts.dtype, **numbers})

    @cached_property
    def fingerprint(self) -> str:
        """What tells the content of this corpus from any other's.

        Returns
        -------
        str
            sha256, in hexadecimal, over ids, languages and texts: equal corpora have equal ones.

        Examples
        --------
        >>> one, same = Corpus.from_texts(["a"]), Corpus.from_texts(["a"], name="other")
        >>> one.fingerprint == same.fingerprint
        True
        """
        digest = hashlib.sha256()
        for column in ("doc_id", "language", "text"):
            for cell in self.documents[column]:
                encoded = cell.encode()
                # The length first: "a", "bc" must not look like "ab", "c".
                digest.update(len(encoded).to_bytes(8, "big") + encoded)
        return digest.hexdigest()

    @classmethod
    def from_texts(
        cls,
        texts: Sequence[str],
        *,
        titles: Sequence[str] | None = None,
        language: str = DEFAULT_LANGUAGE,
        name: str = "texts",
    ) -> "Corpus":
        """Make a corpus of strings.

        Parameters
        ----------
        texts : sequence of str
            One for each document.
        titles : sequence of str, optional
            One for each document; without them the beginnings of the texts serve.
        language : str
            Language code of all texts.
        name : str
            What tables and charts call the corpus.

        Returns
        -------
        Corpus
            With the ids "0", "1", ...

        Raises
        ------
        InputError
            If the texts are one string, none, or no strings; if there are more or fewer titles.

        Examples
        --------
        >>> Corpus.from_texts(["Hello there."], titles=["A greeting"]).documents["title"][0]
        'A greeting'
        """
        if isinstance(texts, str | bytes):
            raise InputError("from_texts takes a list of texts, but got one: write [text].")
        table = pd.DataFrame({"text": pd.Series(list(texts), dtype=object), "language": language})
        if titles is not None:
            if len(titles) != len(table):
                raise InputError(
                    f"from_texts got {count(len(table), 'text')} but {len(titles)} titles: give "
                    "each one."
                )
            table["title"] = pd.Series(list(titles), dtype=object)
        return cls(name, table)
