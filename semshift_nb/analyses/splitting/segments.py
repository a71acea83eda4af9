"""A text laid out in pieces that have vectors and token counts: all that a splitter works on."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.token_counts import TokenLengths
from semshift_nb.corpora.sentences import check_language, sentence_spans
from semshift_nb.corpora.sentences.blocks import machine_data
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.errors import InputError, option
from semshift_nb.names import count
from semshift_nb.validation import is_whole

# Where a sentence that is too long is cut, the best first: paragraphs, clauses, commas, words; a
# line may have been wrapped anywhere, and is no better than a space.
_MARKS = (
    "\u2026\u3002\uff1b\uff1a\uff01\uff1f\u061b\u061f\u0964"  # of scripts without spaces, and so on
)
_COMMAS = "\uff0c\u3001\u060c"
_CLOSERS = "[\"'\u201d\u2019\u300d\u300f\uff09\u300b\u00bb)\\]]*"
_BREAKS = tuple(
    map(
        re.compile,
        (
            r"\n\s*\n\s*",
            rf"(?:[.;:!?]{_CLOSERS}(?=\s)|[{_MARKS}]{_CLOSERS})\s*",
            rf"(?:,(?=\s)|[{_COMMAS}])\s*",
            r"\s+",
        ),
    )
)
_CLUSTER = regex.compile(r"\X")
_MARKED = regex.compile(r".\p{M}*", regex.DOTALL)
_MOST_SIGNS, _MOST_MARKS = 32, 8
"""Code points of the longest visible character; beyond it there is a heap, which may be cut."""


class Segment(NamedTuple):
    """A stretch of the text: its sentence, and the white space up to the next.

    Data meant for machines are a piece of their own, which is never cut: no part of it says more.
    """

    start: int
    end: int
    sentence: int
    is_data: bool = False


def segments_of_text(text: str, language: str) -> list[Segment]:
    """Lay out the sentences of a text; white space before the first belongs to it."""
    starts = [start for start, _ in sentence_spans(text, check_language(language))]
    if not text:
        return []
    edges = [0, *starts[1:], len(text)]
    return [Segment(start, end, number) for number, (start, end) in enumerate(pairwise(edges))]


def segments_of_sentences(sentences: Iterable[object], separator: str) -> tuple[str, list[Segment]]:
    """Join sentences to a text, and lay them out."""
    checked = [check_sentence(sentence, number) for number, sentence in enumerate(sentences)]
    pieces, start = [], 0
    for number, sentence in enumerate(checked):
        gap = len(separator) if number + 1 < len(checked) else 0
        end = start + len(sentence) + gap
        pieces.append(Segment(start, end, number))
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


def split_oversized(
    text: str, pieces: Sequence[Segment], lengths: TokenLengths, most: float
) -> list[Segment]:
    """Cut pieces of more than ``most`` tokens in two, and in two again, until all but data fit."""
    fine = list(pieces)
    while True:
        too_long = lengths.exceed([text[piece.start : piece.end] for piece in fine], most)
        too_long &= ~np.array([piece.is_data for piece in fine], dtype=np.bool_)
        if not too_long.any():
            return fine
        fine = [
            part
            for piece, cut in zip(fine, too_long.tolist(), strict=True)
            for part in (_parts(text, piece, most) if cut else (piece,))
        ]


def _parts(text: str, piece: Segment, most: float) -> list[Segment]:
    """Part machine data from prose, or prose in two."""
    content = text[piece.start : piece.end]
    data = machine_data(content)
    if data:
        starts = {one.start for one in data}
        edges = sorted({0, len(content), *starts, *(one.end for one in data)})
        return [
            Segment(piece.start + start, piece.start + end, piece.sentence, start in starts)
            for start, end in pairwise(edges)
        ]
    middle = piece.start + _break_near_middle(content, most)
    return [piece._replace(end=middle), piece._replace(start=middle)]


def _break_near_middle(text: str, most: float) -> int:
    """Return where to cut: of the best kind of break in the middle half the most central one."""
    whole = _character_ends(text)
    if not whole:
        raise InputError(
            f"{option('max_tokens')} leaves room for {most:g} tokens, special ones included, but "
            f"the character {text!r} alone has more: allow more tokens."
        )
    low, high = len(text) // 4, len(text) - len(text) // 4
    for kind in _BREAKS:
        ends = [end for found in kind.finditer(text, low, high) if (end := found.end()) in whole]
        if ends:
            return min(ends, key=lambda end: abs(2 * end - len(text)))
    return min(whole, key=lambda end: (abs(2 * end - len(text)), end))


def _character_ends(text: str) -> set[int] | range:
    """Return where visible characters end within a text: no emoji of several signs is cut."""
    if text.isascii() and "\r" not in text:
        return range(1, len(text))
    ends: set[int] = set()
    for cluster in _CLUSTER.finditer(text):
        is_heap = len(cluster[0]) > (_MOST_MARKS if _MARKED.fullmatch(cluster[0]) else _MOST_SIGNS)
        ends.update(range(cluster.start() + 1, cluster.end() + 1) if is_heap else (cluster.end(),))
    return ends - {len(text)}


@dataclass(frozen=True, eq=False)
class SegmentedText:
    """Pieces of a text with what is known of each.

    ``rows`` are unit rows; a piece without direction, such as one of white space only, has that of
    the piece before it, so that nothing is gained by parting them; ``has_direction`` says which.
    ``weights`` are tokens without the special ones, ``tokens`` what the model read of each piece.
    """

    text: str
    pieces: list[Segment]
    rows: NDArray[np.float32]
    has_direction: NDArray[np.bool_]
    weights: NDArray[np.float64]
    tokens: TokenCounts
    lengths: TokenLengths


class _Outline(NamedTuple):
    """A text in pieces, before these are encoded."""

    text: str
    pieces: list[Segment]
    weights: NDArray[np.float64]

    @property
    def sentences(self) -> list[str]:
        return [self.text[piece.start : piece.end].strip() for piece in self.pieces]


#: Sentences of several documents that are encoded in one go: full batches, a few MB of vectors.
_AT_ONCE = 4_096


def segment_text(
    text_or_sentences: object,
    encoder: Encoder,
    *,
    max_tokens: int | None,
    language: str,
    separator: str,
) -> SegmentedText:
    """Find the pieces of a text, none longer than the model reads, and encode them."""
    if isinstance(text_or_sentences, str):
        text, pieces = text_or_sentences, segments_of_text(text_or_sentences, language)
    elif isinstance(text_or_sentences, bytes) or not isinstance(text_or_sentences, Iterable):
        raise InputError(
            f"split takes a text or a list of sentences, but got "
            f"{type(text_or_sentences).__name__}: decode or convert it first."
        )
    else:
        text, pieces = segments_of_sentences(text_or_sentences, separator)
    lengths = TokenLengths(encoder)
    outline = _outline(text, pieces, encoder, lengths, max_tokens)
    (segmented,) = _encoded([outline], encoder, lengths)
    return segmented


def segment_texts(
    texts: Iterable[tuple[str, str]], encoder: Encoder, *, max_tokens: int | None
) -> Iterator[SegmentedText]:
    """Do so for many texts, each with its language; some thousand sentences are encoded at once."""
    lengths = TokenLengths(encoder)
    waiting: list[_Outline] = []
    n_waiting = 0
    for text, language in texts:
        pieces = segments_of_text(text, language)
        waiting.append(_outline(text, pieces, encoder, lengths, max_tokens))
        n_waiting += len(waiting[-1].pieces)
        if n_waiting >= _AT_ONCE:
            yield from _encoded(waiting, encoder, lengths)
            waiting, n_waiting = [], 0
    yield from _encoded(waiting, encoder, lengths)


def _outline(
    text: str,
    pieces: list[Segment],
    encoder: Encoder,
    lengths: TokenLengths,
    max_tokens: int | None,
) -> _Outline:
    check_max_tokens(max_tokens, lengths)
    most = min(max_tokens or np.inf, encoder.max_length or np.inf, lengths.limit)
    pieces = split_oversized(text, pieces, lengths, most)
    tokens = lengths.count([text[piece.start : piece.end] for piece in pieces])
    # Data that are longer fill a chunk, for they cannot share one.
    tokens = np.where([piece.is_data for piece in pieces], np.minimum(tokens, most), tokens)
    return _Outline(text, pieces, (tokens - lengths.n_special).astype(np.float64))


def _encoded(
    outlines: Sequence[_Outline], encoder: Encoder, lengths: TokenLengths
) -> Iterator[SegmentedText]:
    """Encode the pieces of some texts in one call."""
    sentences = [sentence for outline in outlines for sentence in outline.sentences]
    encoded = _encode(encoder, sentences)
    edges = np.cumsum([0, *(len(outline.pieces) for outline in outlines)]).tolist()
    for (text, pieces, weights), (start, end) in zip(outlines, pairwise(edges), strict=True):
        own = encoded.take(slice(start, end))
        filled = _filled(own.vectors, own.has_direction)
        yield SegmentedText(text, pieces, filled, own.has_direction, weights, own.tokens, lengths)


def check_max_tokens(max_tokens: object, lengths: TokenLengths) -> None:
    """Refuse a bound that leaves no room for a single token."""
    if max_tokens is None:
        return
    if not is_whole(max_tokens, most=2**63 - 1):
        raise InputError(f"{option('max_tokens')} is {max_tokens!r:.60}: expected a whole number.")
    if max_tokens <= lengths.n_special:
        raise InputError(
            f"{option('max_tokens')} is {max_tokens}, but the model itself adds "
            f"{count(lengths.n_special, 'token')} to every text: allow at least "
            f"{lengths.n_special + 1}, and sensibly some dozens."
        )


def vectors_of(
    encoder: Encoder, sentences: list[str]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Encode sentences; give those without words or direction that of their neighbours."""
    encoded = _encode(encoder, sentences)
    return _filled(encoded.vectors, encoded.has_direction), encoded.has_direction


def _encode(encoder: Encoder, sentences: list[str]) -> Encoding:
    """Encode sentences; what has no words is not read, and has no direction."""
    worded = np.flatnonzero([bool(sentence) for sentence in sentences])
    encoding = Encoding.blank(len(sentences), encoder.dim)
    encoding.put(worded, encode_all(encoder, [sentence for sentence in sentences if sentence]))
    return encoding


def _filled(rows: NDArray[np.float32], has_direction: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Give each row without direction that of the one before it, or the first there is."""
    if has_direction.all():
        return rows
    if not has_direction.any():
        return np.eye(1, rows.shape[1], dtype=np.float32).repeat(len(rows), axis=0)
    latest = np.maximum.accumulate(np.where(has_direction, np.arange(len(rows)), -1))
    latest[latest < 0] = int(has_direction.argmax())
    return np.asarray(rows[latest])
