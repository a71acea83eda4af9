"""What an encoder needs of a model; ``_transformer`` and ``_static`` provide it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._blocks import Setting
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders.attention import TextAttention

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, eq=False)
class Batch:
    """Some texts that went through the model together.

    Attributes
    ----------
    rows : ndarray of shape (n_batch,)
        Where these texts stand in the list that was handed in.
    encoding : Encoding
        One row for each of them; a zero row where the model gave no direction.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> nothing = Encoding(np.zeros((0, 1), np.float32), np.zeros(0, np.int64), np.zeros(0, bool))
    >>> len(Batch(np.zeros(0, np.intp), nothing).rows)
    0
    """

    rows: NDArray[np.intp]
    encoding: Encoding


class Backend(Protocol):
    """A model that turns texts into unit rows, batch by batch."""

    @property
    def dim(self) -> int: ...

    @property
    def max_length(self) -> int | None: ...

    @property
    def pooling(self) -> str: ...

    @property
    def dtype(self) -> str: ...

    @property
    def device(self) -> str: ...

    @property
    def models(self) -> "tuple[PreTrainedModel, ...]": ...

    def prompt(self, role: str) -> str: ...

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]: ...

    def attend(self, texts: Sequence[str], role: str) -> Iterator[TextAttention]: ...

    def at_length(self, max_length: int | None) -> "Backend": ...

    def tempered(self, setting: Setting) -> "Backend": ...


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length, leaving zero rows at zero.

    Parameters
    ----------
    vectors : ndarray of shape (n_texts, dim)
        Any rows; one that is not finite stays so.

    Returns
    -------
    ndarray of shape (n_texts, dim), float32
        Rows of length 1, or 0 where the row was zero.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: NDArray[np.float32] = np.zeros_like(vectors)
    np.divide(vectors, norms, out=rows, where=norms != 0)
    return rows
