"""A text laid out in pieces that have vectors and token counts: all that a splitter works on."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses._encoded import encode_all
from semshift_nb.analyses._pieces import Piece, fitting, pieces_of_sentences, pieces_of_text
from semshift_nb.analyses._token_lengths import TokenLengths
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError


@dataclass(frozen=True, eq=False)
class LaidOut:
    """Pieces of a text with what is known of each.

    ``rows`` are unit rows; a piece without direction, such as one of white space only, has that of
    the piece before it, so that nothing is gained by parting them, and ``directed`` says which.
    ``weights`` are tokens without the special ones.
    """

    text: str
    pieces: list[Piece]
    rows: NDArray[np.float32]
    directed: NDArray[np.bool_]
    weights: NDArray[np.float64]
    lengths: TokenLengths


def lay_out(
    text_or_sentences: object,
    encoder: Encoder,
    *,
    max_tokens: int | None,
    language: str,
    separator: str,
) -> LaidOut:
    """Find the pieces of a text, none longer than the model reads, and encode them."""
    if isinstance(text_or_sentences, str):
        text, pieces = text_or_sentences, pieces_of_text(text_or_sentences, language)
    elif isinstance(text_or_sentences, bytes) or not isinstance(text_or_sentences, Iterable):
        raise InputError(
            f"split takes a text or a list of sentences, but got "
            f"{type(text_or_sentences).__name__}: decode or convert it first."
        )
    else:
        text, pieces = pieces_of_sentences(text_or_sentences, separator)
    lengths = TokenLengths(encoder)
    check_max_tokens(max_tokens, lengths)
    most = min(max_tokens or np.inf, encoder.max_length or np.inf, lengths.limit)
    pieces = fitting(text, pieces, lengths, most)
    tiles = [text[piece.start : piece.end] for piece in pieces]
    rows, directed = vectors_of(encoder, [tile.strip() for tile in tiles])
    weights = (lengths.count(tiles) - lengths.n_special).astype(np.float64)
    return LaidOut(text, pieces, rows, directed, weights, lengths)


def check_max_tokens(max_tokens: object, lengths: TokenLengths) -> None:
    """Refuse a bound that leaves no room for a single token."""
    if max_tokens is None:
        return
    if isinstance(max_tokens, bool) or not isinstance(max_tokens, int | np.integer):
        raise InputError(f"max_tokens is {max_tokens!r:.60}: expected a whole number.")
    if max_tokens <= lengths.n_special:
        raise InputError(
            f"max_tokens is {max_tokens}, but the model itself adds {lengths.n_special} tokens to "
            f"every text: allow at least {lengths.n_special + 1}, and sensibly some dozens."
        )


def vectors_of(
    encoder: Encoder, sentences: list[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Encode sentences; give those without words or direction that of their neighbours."""
    worded = np.array([bool(sentence) for sentence in sentences], dtype=np.bool_)
    encoded = encode_all(encoder, [sentence for sentence in sentences if sentence])
    rows = np.zeros((len(sentences), encoder.dim), dtype=np.float32)
    rows[worded] = encoded.vectors
    directed = worded.copy()
    directed[worded] = encoded.directed
    return _filled(rows, directed), directed


def _filled(rows: NDArray[np.float32], directed: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give each row without direction that of the one before it, or the first there is."""
    if directed.all():
        return rows
    if not directed.any():
        rows[:, 0] = 1
        return rows
    latest = np.maximum.accumulate(np.where(directed, np.arange(len(rows)), -1))
    latest[latest < 0] = int(directed.argmax())
    return np.asarray(rows[latest])
