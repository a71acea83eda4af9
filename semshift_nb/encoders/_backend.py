"""What an encoder needs of a model; ``_transformer`` and ``_static`` provide it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders._blocks import Setting
from semshift_nb.encoders._encoding import Encoding
from semshift_nb.encoders.attention import TextAttention
from semshift_nb.encoders.tokens import InputEmbeddings, TokenStates

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

    def unit(self) -> "Batch":
        """Give the same texts with rows of unit length.

        Returns
        -------
        Batch
            A row that was zero stays so.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        Called by the encoders.
        """
        return Batch(self.rows, replace(self.encoding, vectors=unit_rows(self.encoding.vectors)))


@dataclass(frozen=True)
class Look:
    """Where in a model to look, and how tokens become one vector there.

    Attributes
    ----------
    layer : int or None
        After how many layers; None for the model's whole output.
    pooling : str or None
        How; None for the model's own way.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> Look(3, "cls").label("cls"), Look(None, None).label("mean")
    (' layer 3 (cls)', '')
    """

    layer: int | None = None
    pooling: str | None = None

    def label(self, pooling: str) -> str:
        """Say what is looked at, after the model's name.

        Parameters
        ----------
        pooling : str
            The pooling that it comes to.

        Returns
        -------
        str
            Empty for a model as it is.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        See the class.
        """
        if self.layer is not None:
            return f" layer {self.layer} ({pooling})"
        return "" if self.pooling is None else f" ({pooling})"


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

    @property
    def look(self) -> Look: ...

    @property
    def layers(self) -> range: ...

    @property
    def head(self) -> tuple[str, ...]: ...

    @property
    def poolings(self) -> tuple[str, ...]: ...

    def prompt(self, role: str) -> str: ...

    def embed(self, texts: Sequence[str], role: str) -> Iterator[Batch]: ...

    def raw(self, texts: Sequence[str], role: str) -> Iterator[Batch]: ...

    def raw_looks(
        self, texts: Sequence[str], role: str, looks: Sequence[Look]
    ) -> Iterator[list[Batch]]: ...

    def attend(self, texts: Sequence[str], role: str) -> Iterator[TextAttention]: ...

    def token_ids(self, texts: Sequence[str], role: str) -> list[NDArray[np.int64]]: ...

    def token_states(
        self, texts: Sequence[str], role: str, layers: Sequence[int]
    ) -> TokenStates: ...

    def input_embeddings(self) -> InputEmbeddings: ...

    def at_length(self, max_length: int | None) -> "Backend": ...

    def at_look(self, look: Look) -> "Backend": ...

    def tempered(self, setting: Setting) -> "Backend": ...

    def random_twin(self, seed: int) -> tuple["Backend", str]: ...


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
