"""Files of vectors, read a batch of rows at a time."""

from collections.abc import Callable, Iterator
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
from semshift_nb.encoders.vector_files.parquet import find_in_parquet, has_texts
from semshift_nb.errors import InputError, option
from semshift_nb.files import check_path
from semshift_nb.validation import shortened

_FINDERS: dict[str, Callable[[Path], list[FoundArray]]] = {
    ".npy": find_in_npy,
    ".npz": find_in_npz,
    ".parquet": find_in_parquet,
    ".safetensors": find_in_safetensors,
}


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
        if n_read != self.n_vectors:
            raise InputError(
                f"{self.path} ends after {n_read} of {self.n_vectors} vectors: it was cut off; "
                "copy or write it again."
            )


def open_vectors(path: str | Path, *, array: str | None = None) -> VectorFile:
    """Open a file of vectors to read it in batches.

    Nothing but its head is read now. A batch is read into memory of its own, not mapped, so that
    what was read does not pile up; only a compressed .npz in column order must be read whole.

    Parameters
    ----------
    path : str or Path
        One of

        - .npy: a matrix, one row a vector;
        - .npz or .safetensors: one matrix among arrays of other shapes, or the one that ``array``
          names;
        - .parquet: a column of lists of numbers, of fixed size or not, all of one length; the only
          one, or the one that ``array`` names.
    array : str, optional
        Which array or column, where a file holds several.

    Returns
    -------
    VectorFile
        ``n_vectors``, ``dim``, ``dtype`` and ``batches``.

    Raises
    ------
    InputError
        If there is no such file, it cannot be read, holds no matrix of numbers, or several and
        ``array`` does not say which.
    """
    where = check_path(path)
    finder = _FINDERS.get(where.suffix.lower())
    if finder is None or not where.is_file():
        what = "is not there" if finder and not where.exists() else "is no file of vectors"
        raise InputError(
            f"{where} {what}; expected a file that ends with one of {', '.join(_FINDERS)}."
        )
    try:
        found = _choose(where, finder(where), array)
    except OSError as error:
        raise InputError(
            f"{where} cannot be read ({error.strerror or error}): check path and permissions."
        ) from error
    n_vectors, dim = found.shape
    return VectorFile(where, found.name, n_vectors, dim, found.dtype, found.read)


def holds_vectors(path: str | Path) -> bool:
    """Say whether a path is a file of vectors rather than of texts.

    Parameters
    ----------
    path : str or Path
        Any path; it need not be there.

    Returns
    -------
    bool
        Whether it ends as `open_vectors` wants it, and, of Parquet, has a column of lists of
        numbers and none of name ``text``.

    Raises
    ------
    InputError
        If it is a Parquet file that cannot be read.

    Examples
    --------
    >>> holds_vectors("vectors.npy"), holds_vectors("texts.csv")
    (True, False)
    """
    where = check_path(path)
    if where.suffix.lower() != ".parquet":
        return where.suffix.lower() in _FINDERS
    if not where.is_file():
        return False
    return not has_texts(where) and any(found.is_matrix for found in find_in_parquet(where))


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
