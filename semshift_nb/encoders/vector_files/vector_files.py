"""Files of vectors, read a batch of rows at a time."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from semshift_nb.encoders.vector_files.arrays import (
    FoundArray,
    find_in_npy,
    find_in_npz,
    find_in_safetensors,
)
from semshift_nb.encoders.vector_files.other_formats import advice, is_other_format
from semshift_nb.encoders.vector_files.parquet import find_in_parquet, has_texts
from semshift_nb.encoders.vector_files.text import (
    find_in_csv,
    find_in_jsonl,
    find_in_word2vec,
    has_text_column,
    is_word2vec,
)
from semshift_nb.errors import InputError, option
from semshift_nb.files import check_path
from semshift_nb.plain_text import check_regular
from semshift_nb.validation import shortened

_FINDERS: dict[str, Callable[[Path], list[FoundArray]]] = {
    ".npy": find_in_npy,
    ".npz": find_in_npz,
    ".parquet": find_in_parquet,
    ".safetensors": find_in_safetensors,
    ".csv": find_in_csv,
    ".tsv": find_in_csv,
    ".jsonl": find_in_jsonl,
    ".vec": find_in_word2vec,
    ".txt": find_in_word2vec,
}
_SEPARATED = (".csv", ".tsv")
_MAY_HOLD_TEXTS = (".parquet", ".csv", ".tsv", ".jsonl")


@dataclass(frozen=True, eq=False)
class VectorFile:
    """A matrix in a file, one row a vector; made by ``open_vectors``.

    Parameters
    ----------
    path : Path
        The file.
    array : str
        The name of the matrix in it; empty where a file holds one without a name.
    n_vectors, dim : int
        Its shape.
    dtype : str
        The type of its numbers in the file, such as ``"float16"`` or ``"bfloat16"``.
    """

    path: Path
    array: str
    n_vectors: int
    dim: int
    dtype: str
    _read: Callable[[int], Iterator[NDArray[Any]]]

    def batches(self, n_rows: int = 8192) -> Iterator[NDArray[Any]]:
        """Read the vectors from the first to the last, a batch at a time.

        Parameters
        ----------
        n_rows : int, default 8192
            Rows in a batch; the last may have fewer. No more than about one batch is in memory.

        Returns
        -------
        iterator of ndarray of shape (at most n_rows, dim)
            In the file's own type of numbers, bfloat16 in float32.

        Raises
        ------
        InputError
            If ``n_rows`` is no positive number, or the file turns out to be damaged; of Parquet
            also if the lists are not of one length, or one is missing.
        """
        if n_rows < 1:
            raise InputError(f"n_rows is {n_rows}, expected at least 1.")
        return self._checked(n_rows)

    def _checked(self, n_rows: int) -> Iterator[NDArray[Any]]:
        n_read = 0
        for batch in self._read(n_rows):
            n_read += len(batch)
            yield batch
        if n_read > self.n_vectors:
            raise InputError(
                f"{self.path} holds {n_read} vectors, but its head says {self.n_vectors}: correct "
                "the head, or write the file again."
            )
        if n_read < self.n_vectors:
            raise InputError(
                f"{self.path} ends after {n_read} of {self.n_vectors} vectors: it was cut off; "
                "copy or write it again."
            )


def open_vectors(
    path: str | Path, *, array: str | None = None, sep: str | None = None
) -> VectorFile:
    """Open a file of vectors to read it in batches.

    Nothing but its head is read now; of text the lines are counted. A batch is read into memory of
    its own, not mapped, so that what was read does not pile up; only a compressed .npz in column
    order and the text of a .csv must be read whole. No code that a file may hold is run.

    Parameters
    ----------
    path : str or Path
        One of

        - .npy: a matrix, one row a vector;
        - .npz or .safetensors: one matrix among arrays of other shapes, or the one that ``array``
          names;
        - .parquet or .jsonl: a column of lists of numbers, all of one length; the only one, or the
          one that ``array`` names;
        - .csv or .tsv: a column of lists, or columns of numbers with numbered names (``x0``,
          ``x1``, ..., which are array ``x``) or without names;
        - .vec or .txt: word2vec's format, whose first line is n and dim.
    array : str, optional
        Which array or column, where a file holds several.
    sep : str, optional
        What stands between the cells of a .csv or .tsv file; without it a comma or a tab.

    Returns
    -------
    VectorFile
        ``n_vectors``, ``dim``, ``dtype`` and ``batches``.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, holds no matrix of numbers, or several and
        ``array`` does not say which. Of formats that are not read the message says what turns them
        into one that is.
    """
    where = check_path(path)
    with _told(where):
        if os.path.lexists(where) and is_other_format(where):
            check_regular(where)
            raise InputError(advice(where))
        if where.suffix.lower() not in _FINDERS or not os.path.lexists(where):
            known = where.suffix.lower() in _FINDERS
            raise InputError(
                f"{where} is {'not there' if known else 'no file of vectors'}; expected a file "
                f"that ends with one of {', '.join(_FINDERS)}."
            )
        check_regular(where)
        found = _choose(where, _find(where, sep), array)
    n_vectors, dim = found.shape
    return VectorFile(where, found.name, n_vectors, dim, found.dtype, found.read)


def holds_vectors(path: str | Path, *, sep: str | None = None) -> bool:
    """Say whether a path is a file of vectors rather than of texts.

    Parameters
    ----------
    path : str or Path
        Any path; it need not be there.
    sep : str, optional
        What stands between the cells of a .csv or .tsv file; without it a comma or a tab.

    Returns
    -------
    bool
        Whether it ends as `open_vectors` wants it, or as files of vectors do that it explains; of
        .parquet, .csv, .tsv and .jsonl whether it has vectors and no column of name ``text``, and
        of .txt whether it begins as word2vec's or GloVe's files do.

    Raises
    ------
    InputError
        If it is there and cannot be read.

    Examples
    --------
    >>> holds_vectors("vectors.npy"), holds_vectors("texts.csv")
    (True, False)
    """
    where = check_path(path)
    ending = where.suffix.lower()
    if ending in _MAY_HOLD_TEXTS:
        there = where.is_file()
        return there and not _has_texts(where, sep) and bool(found_vectors(path, sep=sep))
    if ending == ".txt":
        return is_word2vec(where)
    return ending in _FINDERS or (is_other_format(where) and os.path.lexists(where))


def found_vectors(path: str | Path, *, sep: str | None = None) -> list[FoundArray]:
    """Return the matrices in a file that may hold texts as well; of any other path none.

    Raises
    ------
    InputError
        If it is there and cannot be read.
    """
    where = check_path(path)
    if where.suffix.lower() not in _MAY_HOLD_TEXTS or not where.is_file():
        return []
    with _told(where):
        return [found for found in _find(where, sep) if found.is_matrix]


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Say of what the system refuses which file it was."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({error.strerror or error}): check path and permissions."
        ) from error


def _find(path: Path, sep: str | None) -> list[FoundArray]:
    if path.suffix.lower() in _SEPARATED:
        return find_in_csv(path, sep)
    if sep is not None:
        raise InputError(
            f"{option('sep')} is {sep!r}, but only {' and '.join(_SEPARATED)} files have "
            "separators: leave it out."
        )
    return _FINDERS[path.suffix.lower()](path)


def _has_texts(path: Path, sep: str | None) -> bool:
    with _told(path):
        parquet = path.suffix.lower() == ".parquet"
        return has_texts(path) if parquet else has_text_column(path, sep)


def _choose(path: Path, arrays: list[FoundArray], wanted: str | None) -> FoundArray:
    """Return the array that is meant, if it is a matrix of numbers."""
    named = [found for found in arrays if found.name == wanted]
    matrices = [found for found in arrays if found.is_matrix]
    if wanted is not None and not named:
        raise InputError(f"{path} holds no array {wanted!r}, but {_listed(arrays)}.")
    chosen = named or matrices or arrays
    if len(chosen) > 1 and len(matrices) != 1 and wanted is None:
        raise InputError(
            f"{path} holds several arrays: {_listed(arrays)}. Say which are the vectors: "
            f"{option('array', value=chosen[0].name)}."
        )
    if not chosen or not chosen[0].is_matrix:
        raise InputError(
            f"{path} holds {_listed(arrays)}, expected a matrix of numbers of shape (n, dim): one "
            "row a vector, at least one number in each."
        )
    return chosen[0]


def _listed(arrays: list[FoundArray]) -> str:
    return shortened([found.described for found in arrays]) or "no array at all"
