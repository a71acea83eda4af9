"""Chunks of a text, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

import numpy as np

from semshift_nb import measures
from semshift_nb.analyses.splitting.segments import Segment, SegmentedText
from semshift_nb.errors import InputError
from semshift_nb.measures.shift import TextShift


@dataclass(frozen=True)
class Chunk:
    """A stretch of a text that belongs together.

    Attributes
    ----------
    text : str
        ``original[start:end]``; the chunks' texts joined are the original.
    start, end : int
        Code-point offsets.
    sentences : tuple of str
        Its sentences without the white space around them; a sentence that had to be cut is there in
        parts.
    n_tokens : int
        Tokens of the text as the encoder reads it, special tokens included.
    dispersion, semantic_shift, dilution : float
        `dispersion`, `semantic_shift` and `dilution` of its sentences.
    gain : float or None
        The scatter that the cut before it saves: what joining it to the chunk before would cost.
        None for the first.
    """

    text: str
    start: int
    end: int
    sentences: tuple[str, ...]
    n_tokens: int
    dispersion: float
    semantic_shift: float
    dilution: float
    gain: float | None


class ChunkCache:
    """Chunks of one text that are made once: who moves a slider asks for the same ones again."""

    def __init__(self, segmented: SegmentedText) -> None:
        self._segmented = segmented
        self._made: dict[range, Chunk] = {}

    def of(self, parts: Sequence[range]) -> list[Chunk]:
        """Give a chunk, without a gain, of each of these ranges of pieces."""
        new = [part for part in dict.fromkeys(parts) if part not in self._made]
        if new:
            self._made.update(zip(new, chunks_of(self._segmented, new), strict=True))
        return [self._made[part] for part in parts]


def chunks_at(
    segmented: SegmentedText, cuts: Sequence[int], known: ChunkCache | None = None
) -> tuple[Chunk, ...]:
    """Make chunks of the pieces between cuts."""
    n_pieces = len(segmented.pieces)
    if n_pieces == 0:
        return ()
    saved = measures.cut_gains(segmented.rows, cuts)
    gains = [None, *(float(saved[cut - 1]) for cut in cuts)]
    parts = parts_at(n_pieces, cuts)
    made = chunks_of(segmented, parts) if known is None else known.of(parts)
    return tuple(replace(chunk, gain=gain) for chunk, gain in zip(made, gains, strict=True))


def chunks_of(segmented: SegmentedText, parts: Sequence[range]) -> list[Chunk]:
    """Make a chunk, without a gain, of each of these ranges of pieces, wherever they lie."""
    tokens = segmented.lengths.count([text_of(segmented, part) for part in parts]).tolist()
    return [_chunk(segmented, part, n_tokens) for part, n_tokens in zip(parts, tokens, strict=True)]


def parts_at(n_pieces: int, cuts: Sequence[int]) -> list[range]:
    """Return the ranges of pieces between cuts; none of them is empty."""
    parts = [range(start, end) for start, end in pairwise([0, *cuts, n_pieces])]
    if not all(parts):
        raise InputError(
            f"cuts are {list(cuts)!r:.60}: expected places from 1 to {n_pieces - 1} in ascending "
            "order, each the number of sentences before it."
        )
    return parts


def kept_within(
    max_tokens: int | None,
    segmented: SegmentedText,
    cuts: Sequence[int],
    known: ChunkCache | None = None,
) -> list[int]:
    """Cut what is too long all the same: some tokenizers make more of a whole than of its parts."""
    kept = list(cuts)
    while max_tokens is not None and segmented.pieces:
        parts = parts_at(len(segmented.pieces), kept)
        counts = _n_tokens(segmented, parts, known)
        more = {
            (part.start + part.stop) // 2
            for part, n_tokens in zip(parts, counts, strict=True)
            if n_tokens > max_tokens and len(part) > 1
        }
        if not more:
            break
        kept = sorted({*kept, *more})
    return kept


def text_of(segmented: SegmentedText, part: range) -> str:
    """Return the text of some pieces."""
    return segmented.text[segmented.pieces[part[0]].start : segmented.pieces[part[-1]].end]


def _n_tokens(
    segmented: SegmentedText, parts: Sequence[range], known: ChunkCache | None
) -> Sequence[int]:
    if known is not None:
        return [chunk.n_tokens for chunk in known.of(parts)]
    counts: list[int] = segmented.lengths.count(
        [text_of(segmented, part) for part in parts]
    ).tolist()
    return counts


def _chunk(segmented: SegmentedText, part: range, n_tokens: int) -> Chunk:
    pieces = segmented.pieces[part.start : part.stop]
    places = np.arange(part.start, part.stop)
    rows = segmented.rows[places[segmented.has_direction[places]]]
    shift = TextShift(rows) if len(rows) else None
    return Chunk(
        text=text_of(segmented, part),
        start=pieces[0].start,
        end=pieces[-1].end,
        sentences=_sentences(segmented.text, pieces),
        n_tokens=n_tokens,
        dispersion=shift.dispersion if shift else 0.0,
        semantic_shift=shift.semantic_shift if shift else 0.0,
        dilution=shift.dilution if shift else 0.0,
        gain=None,
    )


def _sentences(text: str, pieces: Sequence[Segment]) -> tuple[str, ...]:
    """Return the sentences of pieces, parts of one sentence joined again."""
    found = []
    for _, group in groupby(pieces, key=lambda piece: piece.sentence):
        parts = list(group)
        found.append(text[parts[0].start : parts[-1].end].strip())
    return tuple(filter(None, found))
