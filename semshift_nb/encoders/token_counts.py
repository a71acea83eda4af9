"""What a model read of texts: how many tokens, whether to the end, and how many it does not know.

Everything that says ``truncated`` or ``unknown`` of texts takes it from here.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence


def exceeds(
    n_tokens: NDArray[np.int64], limit: NDArray[np.int64] | int | None
) -> NDArray[np.bool_]:
    """Say which texts are truncated: those with more tokens than the model sees; None is no limit.

    Parameters
    ----------
    n_tokens : ndarray of shape (n_texts,)
        Tokens as the model reads them, special tokens and prompt included.
    limit : int or ndarray of shape (n_texts,), optional
        How many of them it sees.
    """
    return np.asarray(n_tokens > (np.inf if limit is None else limit))


@dataclass(frozen=True, eq=False)
class TokenCounts:
    """What a model read of each text.

    Attributes
    ----------
    n_tokens : ndarray of shape (n_texts,), int64
        Tokens of the text as the model reads it, prompt and special tokens included, before any
        truncation.
    truncated : ndarray of shape (n_texts,), bool
        Whether the model saw only the first ``max_length`` of those tokens.
    unknown : ndarray of shape (n_texts,), float64
        The share, 0 to 1, of the tokens that it saw for which its vocabulary has only a sign for
        what is unknown; special tokens do not count, and a text without others has 0. Tokenizers
        that fall back on bytes know everything. NaN where it was not counted.

    Examples
    --------
    >>> TokenCounts(np.array([3]), np.array([False]), np.array([0.5])).shares()
    {'truncated_share': 0.0, 'unknown_share': 0.5}
    """

    n_tokens: NDArray[np.int64]
    truncated: NDArray[np.bool_]
    unknown: NDArray[np.float64]

    def shares(self) -> dict[str, float]:
        """Sum up; each text weighs the same, as it does in a figure that is made of these texts.

        Returns
        -------
        dict of str to float
            ``truncated_share`` of the texts and ``unknown_share``, the texts' mean share of unknown
            tokens; of no text both are 0.
        """
        if not len(self.n_tokens):
            return {"truncated_share": 0.0, "unknown_share": 0.0}
        return {
            "truncated_share": float(self.truncated.mean()),
            "unknown_share": float(self.unknown.mean()),
        }

    def take(self, rows: slice | NDArray[np.intp] | NDArray[np.bool_]) -> "TokenCounts":
        """Return the counts of some of the texts, in the order asked for.

        Parameters
        ----------
        rows : slice or ndarray
            Positions, or one truth value a text.

        Returns
        -------
        TokenCounts
            One row for each.
        """
        return TokenCounts(*(column[rows] for column in _columns(self)))

    def put(self, rows: NDArray[np.intp], other: "TokenCounts") -> None:
        """Overwrite some rows in place.

        Parameters
        ----------
        rows : ndarray of shape (n_rows,)
            Positions.
        other : TokenCounts
            One row for each of them.
        """
        for own, column in zip(_columns(self), _columns(other), strict=True):
            own[rows] = column

    def only(self, there: NDArray[np.bool_]) -> "TokenCounts":
        """Return the same counts with nothing read of the other texts.

        Parameters
        ----------
        there : ndarray of shape (n_texts,), bool
            Of which texts the counts stay.

        Returns
        -------
        TokenCounts
            As many rows, zeros among them.
        """
        nothing = TokenCounts.blank(len(there))
        pairs = zip(_columns(self), _columns(nothing), strict=True)
        return TokenCounts(*(np.where(there, column, zero) for column, zero in pairs))

    @classmethod
    def blank(cls, n_texts: int) -> "TokenCounts":
        """Return counts to be filled in.

        Parameters
        ----------
        n_texts : int
            How many.

        Returns
        -------
        TokenCounts
            Zeros.
        """
        types = (np.int64, np.bool_, np.float64)
        return cls(*(np.zeros(n_texts, dtype=kind) for kind in types))  # type: ignore[arg-type]

    @classmethod
    def joined(cls, parts: "Sequence[TokenCounts]") -> "TokenCounts":
        """Put the counts of some texts after those of others.

        Parameters
        ----------
        parts : sequence of TokenCounts
            At least one.

        Returns
        -------
        TokenCounts
            All rows.
        """
        columns = zip(*map(_columns, parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))


def _columns(counts: TokenCounts) -> list[NDArray[Any]]:
    return [counts.n_tokens, counts.truncated, counts.unknown]
