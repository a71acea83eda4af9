"""A text laid out in pieces without a gap: its sentences, and parts of those that are too long."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from semshift_nb.analyses._token_lengths import TokenLengths
from semshift_nb.corpora.sentences import check_language, sentence_spans
from semshift_nb.errors import InputError

# Where a sentence that is too long is cut, the best first: lines, clauses, words.
_CLAUSE_ENDS = ".;:!?,\u3002\uff1b\uff1a\uff01\uff1f\uff0c\u3001"  # and their Chinese forms
_BREAKS = tuple(map(re.compile, (r"\n\s*", rf"(?<=[{_CLAUSE_ENDS}])\s*", r"\s+")))


class Piece(NamedTuple):
    """A stretch of the text: its sentence, and the white space up to the next."""

    start: int
    end: int
    sentence: int


def pieces_of_text(text: str, language: str) -> list[Piece]:
    """Lay out the sentences of a text; white space before the first belongs to it."""
    starts = [start for start, _ in sentence_spans(text, check_language(language))]
    if not text:
        return []
    edges = [0, *starts[1:], len(text)]
    return [Piece(start, end, number) for number, (start, end) in enumerate(pairwise(edges))]


def pieces_of_sentences(sentences: Iterable[object], separator: str) -> tuple[str, list[Piece]]:
    """Join sentences to a text, and lay them out."""
    checked = [check_sentence(sentence, number) for number, sentence in enumerate(sentences)]
    pieces, start = [], 0
    for number, sentence in enumerate(checked):
        gap = len(separator) if number + 1 < len(checked) else 0
        end = start + len(sentence) + gap
        pieces.append(Piece(start, end, number))
        start = end
    return separator.join(checked), pieces


def check_sentence(sentence: object, number: int) -> str:
    """Return a sentence, or say what else came."""
    if not isinstance(sentence, str):
        raise InputError(
            f"split takes a text or a list of sentences, but sentence {number} is "
            f"{type(sentence).__name__} ({sentence!r:.60}): hand in strings."
        )
    return sentence


def fitting(text: str, pieces: Sequence[Piece], lengths: TokenLengths, most: float) -> list[Piece]:
    """Cut pieces of more than ``most`` tokens in two, and in two again, until all fit."""
    fine = list(pieces)
    while True:
        too_long = lengths.exceed([text[piece.start : piece.end] for piece in fine], most)
        if not too_long.any():
            return fine
        fine = [
            part
            for piece, cut in zip(fine, too_long.tolist(), strict=True)
            for part in (_halves(text, piece, most) if cut else (piece,))
        ]


def _halves(text: str, piece: Piece, most: float) -> tuple[Piece, Piece]:
    size = piece.end - piece.start
    if size == 1:
        raise InputError(
            f"max_tokens leaves room for {most:g} tokens, special ones included, but the character "
            f"{text[piece.start]!r} alone has more: allow more tokens."
        )
    middle = _break_near_middle(text[piece.start : piece.end]) + piece.start
    return piece._replace(end=middle), piece._replace(start=middle)


def _break_near_middle(text: str) -> int:
    """Return where to cut: of the best kind of break in the middle half the most central one."""
    low, high = len(text) // 4, len(text) - len(text) // 4
    for kind in _BREAKS:
        ends = [found.end() for found in kind.finditer(text, low, high)]
        ends = [end for end in ends if 0 < end < len(text)]
        if ends:
            return min(ends, key=lambda end: abs(2 * end - len(text)))
    return len(text) // 2
