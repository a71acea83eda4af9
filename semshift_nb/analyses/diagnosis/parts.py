"""The parts of a document that may answer alone: sentences, chunks, and what is never read."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.diagnosis.ranks import Rows, SearchedSet, Vector, cosines, exact_rows
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.splitting.chunks import parts_at, text_of
from semshift_nb.analyses.splitting.segments import SegmentedText, segment_texts
from semshift_nb.analyses.splitting.split import SplitOptions, find_cuts


class Part(NamedTuple):
    """Which sentences of a document, and the cosine of the query with them alone."""

    sentences: range
    cosine: float


@dataclass(frozen=True, eq=False)
class DocumentParts:
    """A document's sentences, its least-dilution chunks, and windows of what lies beyond the limit.

    ``n_read`` is how many sentences the model reads whole; ``ranges`` says which sentences a part
    has, and ``rows`` its vector.
    """

    laid_out: SegmentedText
    n_read: int
    ranges: list[range]
    rows: Rows

    @property
    def n_sentences(self) -> int:
        """How many sentences there are."""
        return len(self.laid_out.pieces)

    @cached_property
    def is_beyond(self) -> NDArray[np.bool_]:
        """Which parts the model never reads."""
        return np.array([part.start >= self.n_read for part in self.ranges], dtype=np.bool_)

    def best(self, query: Vector, *, beyond: bool, sentences_only: bool = False) -> Part | None:
        """Return the part that is most like the query, read or beyond what is read."""
        found = np.where(self.is_beyond == beyond, cosines(self.rows, query), -np.inf)
        if sentences_only:
            found[self.n_sentences :] = -np.inf
        if not np.isfinite(found).any():
            return None
        place = int(found.argmax())
        return Part(self.ranges[place], float(found[place]))

    def text_of(self, part: range) -> str:
        """Return what some sentences say."""
        return text_of(self.laid_out, part).strip()

    def best_sentence(self, query: Vector) -> tuple[str, float]:
        """Return the sentence most like the query, of all that are read, and its cosine."""
        best = self.best(query, beyond=False, sentences_only=True)
        return (self.text_of(best.sentences), best.cosine) if best else ("", float("nan"))

    def moved_to_front(self, sentence: int) -> str:
        """Return the text with one sentence before all others."""
        pieces, text = self.laid_out.pieces, self.laid_out.text
        said = [text[piece.start : piece.end] for piece in pieces]
        first = said.pop(sentence)
        apart = bool(said) and said[0][-1:].isspace() and not first[-1:].isspace()
        return (first + " " * apart + "".join(said)).rstrip()


def document_parts(searched: SearchedSet, documents: Sequence[int]) -> dict[int, DocumentParts]:
    """Cut documents into their parts, and encode these in one call."""
    encoder, encoding = searched.encoder, searched.found.documents
    texts, languages = searched.dataset.texts, searched.dataset.corpus.documents["language"]
    wanted = [(texts[row], languages.iloc[row]) for row in documents]
    laid_out = list(segment_texts(wanted, encoder, max_tokens=None))
    n_read = [
        _n_read(one, encoder.max_length, truncated=bool(encoding.truncated[row]))
        for one, row in zip(laid_out, documents, strict=True)
    ]
    several = [
        _several(one, n, encoder.max_length) for one, n in zip(laid_out, n_read, strict=True)
    ]
    said = [text_of(one, part) for one, own in zip(laid_out, several, strict=True) for part in own]
    encoded = exact_rows(encode_all(encoder, said))
    edges = np.cumsum([0, *map(len, several)]).tolist()
    return {
        row: DocumentParts(
            one, n, [*_single(one), *own], np.vstack([_sentence_rows(one), encoded[start:end]])
        )
        for row, one, n, own, (start, end) in zip(
            documents, laid_out, n_read, several, pairwise(edges), strict=True
        )
    }


def _single(laid_out: SegmentedText) -> list[range]:
    return [range(i, i + 1) for i in range(len(laid_out.pieces))]


def _sentence_rows(laid_out: SegmentedText) -> Rows:
    rows = laid_out.rows.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(laid_out.has_direction[:, None], rows / np.maximum(lengths, 1e-30), 0.0)


def _n_read(laid_out: SegmentedText, max_length: int | None, *, truncated: bool) -> int:
    """Return how many sentences are read to their end."""
    if not truncated or max_length is None:
        return len(laid_out.pieces)
    room = max_length - laid_out.lengths.n_special
    return max(int((np.cumsum(laid_out.weights) <= room).sum()), 1)


def _several(laid_out: SegmentedText, n_read: int, max_length: int | None) -> list[range]:
    """Return the parts of several sentences: chunks of what is read, windows of what is not."""
    chunks = parts_at(n_read, _cuts(laid_out, n_read)) if n_read else []
    # One chunk of all is the document itself.
    chunks = [part for part in chunks if 1 < len(part) < len(laid_out.pieces)]
    return chunks + [part for part in windows(laid_out, n_read, max_length) if len(part) > 1]


def _cuts(laid_out: SegmentedText, n_read: int) -> list[int]:
    weights = laid_out.weights[:n_read]
    options = SplitOptions("least_dilution", weights, float(weights.sum()))
    return find_cuts(laid_out.rows[:n_read], options).cuts


def windows(laid_out: SegmentedText, n_read: int, max_length: int | None) -> list[range]:
    """Fill windows with the sentences beyond the limit, each as long as the model reads."""
    if max_length is None or n_read >= len(laid_out.pieces):
        return []
    room = max_length - laid_out.lengths.n_special
    edges, filled = [n_read], 0.0
    for place in range(n_read, len(laid_out.pieces)):
        weight = float(laid_out.weights[place])
        if filled and filled + weight > room:
            edges.append(place)
            filled = 0.0
        filled += weight
    return [range(a, b) for a, b in pairwise([*edges, len(laid_out.pieces)])]
