"""split, for sentences that come one after another and are never all held."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.splitting.chunks import Chunk, chunks_at, kept_within
from semshift_nb.analyses.splitting.segments import SegmentedText, check_sentence, segment_text
from semshift_nb.analyses.splitting.split import (
    check_granularity,
    check_options,
    fair_price_of,
)
from semshift_nb.encoders import Encoder, TokenCounts
from semshift_nb.measures import LeastDilutionWalk
from semshift_nb.validation import check_whole

_BATCH = 256
"""Sentences that are read and encoded at a time."""

_SETTLE_EVERY = 16
"""Looking for settled cuts costs about as much as some sentences do."""


@by_name
def split_stream(
    sentences: Iterable[str],
    encoder: Encoder,
    *,
    price: float | str = "auto",
    granularity: float = 1.0,
    min_sentences: int = 1,
    max_tokens: int | None = None,
    look_ahead: int = 512,
    separator: str = " ",
) -> Iterator[Chunk]:
    """Cut a stream of sentences where its meaning turns, and give each chunk when it is settled.

    A chunk is given as soon as no sentence to come could change where it ends; on real text that is
    some dozens of sentences later. So the chunks are those that `split` makes of all sentences at
    the same price, as long as no chunk has to be ended by ``look_ahead``.

    Parameters
    ----------
    sentences : iterable of str
        They are read 256 at a time.
    encoder : Encoder
        What turns sentences into vectors. One with a store keeps the vectors there; see
        ``Encoder.without_store``.
    price : float or "auto"
        As for `split`; worked out from the first ``look_ahead`` sentences, and kept.
    granularity : float
        As for `split`.
    min_sentences, max_tokens : int, optional
        As for `split`.
    look_ahead : int
        The most sentences after which a chunk is ended: it bounds how long one waits, how long a
        chunk can be, and the memory.
    separator : str
        What stands between sentences in the text.

    Yields
    ------
    Chunk
        In order; offsets count from the beginning of the stream, and the texts joined are the
        sentences joined by ``separator``.

    Raises
    ------
    InputError
        As `split` does, and if ``look_ahead`` is below 2.

    Examples
    --------
    >>> from semshift_nb import load_encoder
    >>> encoder = load_encoder("static", store=None)
    >>> next(split_stream(["Cats purr.", "Kittens mew."], encoder, price=9)).text
    'Cats purr. Kittens mew.'
    """
    amount = check_options("least_dilution", None, price)
    times = check_granularity(granularity, method="least_dilution", may_choose=amount is None)
    fewest = check_whole(min_sentences, "min_sentences", least=1)
    check_whole(look_ahead, "look_ahead", least=2)

    def parts() -> Iterator[SegmentedText]:
        for batch in _batches(sentences, separator):
            yield segment_text(batch, encoder, max_tokens=max_tokens, language="en", separator="")

    return _chunks(parts(), amount, times, fewest, max_tokens, look_ahead)


def _batches(sentences: Iterable[str], separator: str) -> Iterator[list[str]]:
    """Yield sentences, each with the separator behind it but the last of all."""
    numbered = (check_sentence(one, number) for number, one in enumerate(sentences))
    batch = list(islice(numbered, _BATCH))
    while batch:
        following = list(islice(numbered, _BATCH))
        ends = [separator] * (len(batch) - 1) + [separator if following else ""]
        yield [sentence + end for sentence, end in zip(batch, ends, strict=True)]
        batch = following


def _chunks(
    parts: Iterator[SegmentedText],
    price: float | None,
    granularity: float,
    min_size: int,
    max_tokens: int | None,
    look_ahead: int,
) -> Iterator[Chunk]:
    first = _first_parts(parts, look_ahead if price is None else 1)
    if first is None:
        return
    if price is None:
        price = fair_price_of(first.rows[:look_ahead], granularity)
    most = np.inf if max_tokens is None else max_tokens - first.lengths.n_special
    walk = LeastDilutionWalk(first.rows.shape[1], price, min_size, most)
    held = _Held(first, max_tokens)
    place = 0
    while True:
        while place < held.n_pieces:
            walk.push(held.row(place), held.weight(place))
            place += 1
            if place % _SETTLE_EVERY == 0 or place >= held.first + look_ahead:
                yield from held.release(walk.settle(look_ahead))
        following = next(parts, None)
        if following is None:
            break
        held.add(following)
    yield from held.release([*walk.cuts(), held.n_pieces])


def _first_parts(parts: Iterator[SegmentedText], n_pieces: int) -> SegmentedText | None:
    """Read on until there are so many pieces."""
    first = next(parts, None)
    while first is not None and len(first.pieces) < n_pieces:
        following = next(parts, None)
        if following is None:
            break
        first = _joined(first, following)
    return first


@dataclass
class _Held:
    """What has been read and not yet been given, and the chunk before it, for the next one's gain.

    Pieces are counted from the beginning of the stream: ``first`` is the first that is not given.
    """

    segmented: SegmentedText
    max_tokens: int | None
    first: int = 0
    _dropped: int = 0
    _characters: int = 0

    @property
    def n_pieces(self) -> int:
        return self._dropped + len(self.segmented.pieces)

    def row(self, place: int) -> NDArray[np.float64]:
        row = self.segmented.rows[place - self._dropped].astype(np.float64)
        return np.asarray(row / np.linalg.norm(row))

    def weight(self, place: int) -> float:
        return float(self.segmented.weights[place - self._dropped])

    def add(self, following: SegmentedText) -> None:
        self.segmented = _joined(self.segmented, following)

    def release(self, cuts: list[int]) -> Iterator[Chunk]:
        """Give the chunks that end at these places."""
        for cut in cuts:
            if cut > self.first:
                yield from self._give(cut)

    def _give(self, cut: int) -> Iterator[Chunk]:
        part = _slice(self.segmented, 0, cut - self._dropped)
        before = [self.first - self._dropped] if self.first > self._dropped else []
        inner = kept_within(self.max_tokens, part, before)
        chunks = chunks_at(part, inner)[len(before) :]
        for chunk in chunks:
            yield replace(
                chunk, start=chunk.start + self._characters, end=chunk.end + self._characters
            )
        # The last chunk stays, for the gain of the cut after it.
        last = [0, *inner][-1]
        self._characters += self.segmented.pieces[last].start
        self.segmented = _slice(self.segmented, last, len(self.segmented.pieces))
        self._dropped += last
        self.first = cut


def _slice(segmented: SegmentedText, start: int, end: int) -> SegmentedText:
    """Return some of the pieces, with the text that they are in."""
    pieces = segmented.pieces[start:end]
    offset = pieces[0].start
    return SegmentedText(
        segmented.text[offset : pieces[-1].end],
        [one._replace(start=one.start - offset, end=one.end - offset) for one in pieces],
        segmented.rows[start:end],
        segmented.has_direction[start:end],
        segmented.weights[start:end],
        segmented.tokens.take(slice(start, end)),
        segmented.lengths,
    )


def _joined(one: SegmentedText, other: SegmentedText) -> SegmentedText:
    """Put what was read next behind what is held."""
    offset, number = len(one.text), one.pieces[-1].sentence + 1
    moved = [
        piece._replace(
            start=piece.start + offset, end=piece.end + offset, sentence=piece.sentence + number
        )
        for piece in other.pieces
    ]
    return SegmentedText(
        one.text + other.text,
        one.pieces + moved,
        np.concatenate([one.rows, other.rows]),
        np.concatenate([one.has_direction, other.has_direction]),
        np.concatenate([one.weights, other.weights]),
        TokenCounts.joined([one.tokens, other.tokens]),
        one.lengths,
    )
