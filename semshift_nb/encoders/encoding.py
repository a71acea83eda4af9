"""What encoding gives back, and what it raises where a text has no direction."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.encoders.token_counts import TokenCounts
from semshift_nb.errors import SemshiftError
from semshift_nb.validation import shortened

# Of a squared length. Adding up thousands of squares in float32 errs by a tenth of it.
_UNIT_TOLERANCE = 1e-4


def unit_rows(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scale rows to unit length; zero rows stay zero, and what is not finite stays so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    rows: NDArray[np.float32] = np.zeros_like(vectors)
    np.divide(vectors, norms, out=rows, where=norms != 0)
    return rows


@dataclass(frozen=True, eq=False)
class Encoding:
    """Vectors of some texts, with what each text cost to read.

    Attributes
    ----------
    vectors : ndarray of shape (n_texts, dim), float32
        Rows of unit length, unless asked for as the model gives them; zero where a text has no
        direction.
    tokens : TokenCounts
        What the model read of each text; ``n_tokens``, ``truncated`` and ``unknown`` are its.

    Examples
    --------
    >>> Encoding(np.ones((1, 1), np.float32), TokenCounts.blank(1)).n_tokens
    array([0])
    """

    vectors: NDArray[np.float32]
    tokens: TokenCounts

    @property
    def n_tokens(self) -> NDArray[np.int64]:
        """Tokens of each text before any truncation, special ones included."""
        return self.tokens.n_tokens

    @property
    def truncated(self) -> NDArray[np.bool_]:
        """Whether the model saw only the beginning of each text."""
        return self.tokens.truncated

    @property
    def unknown(self) -> NDArray[np.float64]:
        """The share of each text's tokens that the model does not know."""
        return self.tokens.unknown

    @property
    def has_direction(self) -> NDArray[np.bool_]:
        """Which texts point somewhere, of shape (n_texts,); the others have a zero vector."""
        there: NDArray[np.bool_] = self._squared_lengths != 0
        return there

    @property
    def is_finite(self) -> NDArray[np.bool_]:
        """Which vectors are numbers throughout, of shape (n_texts,)."""
        finite: NDArray[np.bool_] = np.isfinite(self._squared_lengths)
        return finite

    @property
    def is_unit(self) -> NDArray[np.bool_]:
        """Which vectors have length 1 to the precision of float32, of shape (n_texts,)."""
        unit: NDArray[np.bool_] = np.abs(self._squared_lengths - 1) < _UNIT_TOLERANCE
        return unit

    @property
    def _squared_lengths(self) -> NDArray[np.float32]:
        # Without a second array of the vectors' size.
        lengths: NDArray[np.float32] = np.einsum("ij,ij->i", self.vectors, self.vectors)
        return lengths

    def take(self, rows: slice | NDArray[np.intp]) -> "Encoding":
        """Return the encoding of some of the texts, in the order asked for.

        Parameters
        ----------
        rows : slice or ndarray of shape (n_rows,)
            Positions; a position may occur more than once.

        Returns
        -------
        Encoding
            One row for each position.

        Raises
        ------
        IndexError
            If a position lies outside the texts.

        Examples
        --------
        >>> Encoding.blank(1, 3).take(np.array([0, 0])).n_tokens
        array([0, 0])
        """
        return Encoding(self.vectors[rows], self.tokens.take(rows))

    def put(self, rows: NDArray[np.intp], other: "Encoding") -> None:
        """Overwrite some rows in place.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,)
            Positions.
        other : Encoding
            One row for each of them.

        Raises
        ------
        IndexError
            If a position lies outside the texts.

        Examples
        --------
        >>> two = Encoding.blank(2, 1)
        >>> two.put(np.array([1]), Encoding(np.ones((1, 1)), TokenCounts.blank(1)))
        >>> two.has_direction
        array([False,  True])
        """
        self.vectors[rows] = other.vectors
        self.tokens.put(rows, other.tokens)

    @classmethod
    def blank(cls, n_texts: int, dim: int) -> "Encoding":
        """Return an encoding to be filled in.

        Parameters
        ----------
        n_texts, dim : int
            Its shape.

        Returns
        -------
        Encoding
            Zeros.

        Examples
        --------
        >>> Encoding.blank(2, 3).vectors.shape
        (2, 3)
        """
        return cls(np.zeros((n_texts, dim), dtype=np.float32), TokenCounts.blank(n_texts))


class NoDirectionError(SemshiftError):
    """Some texts have a zero vector, which points nowhere and cannot be made a unit row.

    Parameters
    ----------
    positions : sequence of int
        Where these texts stand in the list that was handed in.

    Examples
    --------
    >>> NoDirectionError([2]).positions
    (2,)
    """

    def __init__(self, positions: Sequence[int]) -> None:
        self.positions = tuple(int(position) for position in positions)
        super().__init__(
            f"{len(self.positions)} of the texts have a zero vector, at "
            f"{list_positions(positions)}; a text needs at least one token with a meaning of its "
            "own to have a direction. Leave these texts out (their positions are in .positions); "
            "the others are kept where there is a store."
        )


def may_be_kept(encoding: Encoding, *, unit: bool) -> NDArray[np.bool_]:
    """Say which rows are sound: those of unit length, or of any finite length above 0."""
    return encoding.is_unit if unit else encoding.is_finite & encoding.has_direction


def list_positions(positions: Sequence[int]) -> str:
    """Name positions for a message, at most ten of them."""
    return f"positions {shortened(positions)}"
