"""Transforms applied to what an encoder gives."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.encoding import Encoding, unit_rows
from semshift_nb.errors import InputError, SemshiftError


class Transform(Protocol):
    """Turns rows into other rows, each by itself; ``measures.fit_whitening`` makes one, say.

    Attributes
    ----------
    name : str
        What it is called in tables, such as ``"whitened"``.
    key : str
        A hash of all that decides its result.

    Examples
    --------
    >>> import numpy as np
    >>> class FirstTwo:
    ...     name, key = "first two", "first 2"
    ...     def __call__(self, vectors):
    ...         return vectors[:, :2]
    >>> from semshift_nb.encoders import load_encoder
    >>> load_encoder("static", store=None).after(FirstTwo()).encode(["a river"]).shape
    (1, 2)
    """

    @property
    def name(self) -> str:
        """What it is called in tables."""
        ...

    @property
    def key(self) -> str:
        """A hash of all that decides its result."""
        ...

    def __call__(self, vectors: Any, /) -> Any:  # noqa: ANN401 - arrays of any namespace
        """Turn unit rows into rows of whatever length."""
        ...


def check_transform(transform: Transform) -> Transform:
    """Return a transform, or say what else came."""
    given: object = transform  # whatever the types say
    named = [getattr(transform, attribute, None) for attribute in ("name", "key")]
    if not (callable(given) and all(isinstance(each, str) and each for each in named)):
        raise InputError(
            "after takes a transform of rows with a name and a key, but got "
            f"{type(transform).__name__}: take one of measures, such as fit_whitening(vectors)."
        )
    return transform


def apply(transform: Transform, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Apply a transform.

    Parameters
    ----------
    transform : Transform
        What to do.
    vectors : ndarray of shape (n_texts, dim)
        Unit rows.

    Returns
    -------
    ndarray of shape (n_texts, new_dim), float32
        Rows of whatever length.
    """
    given = np.asarray(transform(vectors))
    if given.ndim != 2 or len(given) != len(vectors) or given.dtype.kind not in "fiu":
        raise SemshiftError(
            f"the transform {transform.name!r} gave {given.dtype} of shape {given.shape} for rows "
            f"of shape {vectors.shape}: expected numbers of shape ({len(vectors)}, dim)."
        )
    rows: NDArray[np.float32] = given.astype(np.float32)
    return rows


def transformed(transform: Transform, encoding: Encoding, *, unit: bool = True) -> Encoding:
    """Apply a transform to texts that have a direction; what has none gets none from it."""
    vectors, there = encoding.vectors, np.flatnonzero(encoding.has_direction)
    finish = unit_rows if unit else np.asarray
    if len(there) == len(vectors) > 0:
        return replace(encoding, vectors=finish(apply(transform, vectors)))
    rows = np.zeros((len(vectors), dim_after(vectors.shape[1], [transform])), dtype=np.float32)
    if len(there):
        rows[there] = finish(apply(transform, vectors[there]))
    return replace(encoding, vectors=rows)


def dim_after(dim: int, transforms: Sequence[Transform]) -> int:
    """Say how many numbers a vector has in the end; a transform that does not fit refuses."""
    rows = unit_rows(np.random.default_rng(0).standard_normal((2, dim)).astype(np.float32))
    for transform in transforms:
        rows = unit_rows(apply(transform, rows))
    return int(rows.shape[1])
