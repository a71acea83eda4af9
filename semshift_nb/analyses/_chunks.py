"""Chunks of a text, and what is known of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

import numpy as np

from semshift_nb import measures
from semshift_nb.analyses._laid_out import LaidOut
from semshift_nb.analyses._pieces import Piece


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

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    Made by `split`.
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


def chunks_at(laid_out: LaidOut, cuts: Sequence[int]) -> tuple[Chunk, ...]:
    """Make chunks of the pieces between cuts."""
    n_pieces = len(laid_out.pieces)
    if n_pieces == 0:
        return ()
    parts = [range(start, end) for start, end in pairwise([0, *cuts, n_pieces])]
    tokens = laid_out.lengths.count([text_of(laid_out, part) for part in parts]).tolist()
    saved = measures.cut_gains(laid_out.rows, cuts)
    gains = [None, *(float(saved[cut - 1]) for cut in cuts)]
    return tuple(
        _chunk(laid_out, part, n_tokens, gain)
        for part, n_tokens, gain in zip(parts, tokens, gains, strict=True)
    )


def kept_within(max_tokens: int | None, laid_out: LaidOut, cuts: Sequence[int]) -> list[int]:
    """Cut what is too long all the same: some tokenizers make more of a whole than of its parts."""
    kept = list(cuts)
    while max_tokens is not None and laid_out.pieces:
        edges = list(pairwise([0, *kept, len(laid_out.pieces)]))
        counts = laid_out.lengths.count([text_of(laid_out, range(*edge)) for edge in edges])
        more = {(a + b) // 2 for (a, b), n in zip(edges, counts, strict=True) if n > max_tokens}
        if not more:
            break
        kept = sorted({*kept, *more})
    return kept


def text_of(laid_out: LaidOut, part: range) -> str:
    """Return the text of some pieces."""
    return laid_out.text[laid_out.pieces[part[0]].start : laid_out.pieces[part[-1]].end]


def _chunk(laid_out: LaidOut, part: range, n_tokens: int, gain: float | None) -> Chunk:
    pieces = laid_out.pieces[part.start : part.stop]
    places = np.arange(part.start, part.stop)
    rows = laid_out.rows[places[laid_out.directed[places]]]
    figures = (measures.dispersion, measures.semantic_shift, measures.dilution)
    dispersion, shift, dilution = (figure(rows) if len(rows) else 0.0 for figure in figures)
    return Chunk(
        text=text_of(laid_out, part),
        start=pieces[0].start,
        end=pieces[-1].end,
        sentences=_sentences(laid_out.text, pieces),
        n_tokens=n_tokens,
        dispersion=dispersion,
        semantic_shift=shift,
        dilution=dilution,
        gain=gain,
    )


def _sentences(text: str, pieces: Sequence[Piece]) -> tuple[str, ...]:
    """Return the sentences of pieces, parts of one sentence joined again."""
    found = []
    for _, group in groupby(pieces, key=lambda piece: piece.sentence):
        parts = list(group)
        found.append(text[parts[0].start : parts[-1].end].strip())
    return tuple(filter(None, found))
