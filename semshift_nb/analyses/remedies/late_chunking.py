"""Late chunking: the whole text goes through the model, and its tokens' states are pooled by chunk.

What a text's start and end tokens hold counts with its first and its last chunk, so that a text of
one chunk has the vector that mean pooling gives the whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.splitting.chunk_retrieval import DocumentChunks
from semshift_nb.analyses.splitting.segments import SegmentedText
from semshift_nb.encoders import Encoder, Encoding, TokenCounts
from semshift_nb.encoders.encoding import unit_rows
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import check_whole

_AT_ONCE = 32
"""Windows whose states are held: 32 of 512 tokens of 384 numbers are 25 MB."""

_CLOSE = 1e-4
"""How far the mean of the states may be from the model's own vector."""


class _Window(NamedTuple):
    """Pieces of a document that go through the model together."""

    row: int
    first: int
    stop: int


class _Pooled(NamedTuple):
    """Sums of the states of each piece's tokens, of all documents one after another."""

    sums: NDArray[np.float64]
    counts: NDArray[np.int64]
    n_read: int


def late_chunks(
    documents: Sequence[SegmentedText],
    chunks: DocumentChunks,
    encoder: Encoder,
    *,
    overlap: int | None = None,
) -> tuple[Encoding, int]:
    """Pool the states of whole texts over chunks of them.

    Parameters
    ----------
    documents : sequence of SegmentedText
        The texts.
    chunks : DocumentChunks
        Which pieces of which text each chunk has.
    encoder : Encoder
        A model with attention and mean pooling.
    overlap : int, optional
        How many tokens the windows have in common in which a text is read that is longer than the
        model's; each sentence counts from the window in which it has most company on both sides.
        Without it such a text is refused.

    Returns
    -------
    Encoding
        One row a chunk; zero where none of its tokens was read.
    int
        How many tokens the model read.

    Raises
    ------
    InputError
        If the model has no attention, makes something else of its states than their mean, or a text
        is longer than its window.

    References
    ----------
    Günther et al. 2024, "Late Chunking", arXiv 2409.04701.
    """
    _check_encoder(encoder, documents)
    room = np.inf if encoder.max_length is None else encoder.max_length
    windows = [
        window
        for row, document in enumerate(documents)
        for window in _windows(row, document, room, overlap)
    ]
    sizes = np.array([len(document.pieces) for document in documents], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    pooled = _piece_sums(documents, windows, starts, encoder)
    sums, counts = np.zeros((len(chunks.texts), encoder.dim)), np.zeros(len(chunks.texts), np.int64)
    tokens = TokenCounts.blank(len(chunks.texts))
    for place, (row, part) in enumerate(zip(chunks.parents.tolist(), chunks.ranges, strict=True)):
        own = slice(starts[row] + part.start, starts[row] + part.stop)
        sums[place] = pooled.sums[own].sum(axis=0)
        counts[place] = pooled.counts[own].sum()
        pieces = slice(part.start, part.stop)
        tokens.n_tokens[place] = int(documents[row].weights[pieces].sum())
        tokens.unknown[place] = documents[row].tokens.take(pieces).shares()["unknown_share"]
    vectors = unit_rows((sums / np.maximum(counts, 1)[:, None]).astype(np.float32))
    return Encoding(vectors, replace(tokens, truncated=counts == 0)), pooled.n_read


def _check_encoder(encoder: Encoder, documents: Sequence[SegmentedText]) -> None:
    """Refuse a model whose vectors are no means of its tokens' last states."""
    if encoder.n_layers is None:
        raise InputError(
            f"{encoder.name} has no attention: the tokens of a chunk know nothing of the rest of "
            "its text, and pooled late they are what they are."
        )
    text = next((each.text[:500] for each in documents if each.has_direction.any()), "a river")
    states = encoder.token_states([text], layers=[encoder.layers[-1]]).states[encoder.layers[-1]]
    mean = unit_rows(states.mean(axis=0, keepdims=True))
    own = encoder.encode_with_tokens([text], no_direction="zero").vectors
    if mean.shape != own.shape or not np.allclose(mean, own, atol=_CLOSE):
        raise InputError(
            f"{encoder.name} makes something else of its tokens' states than their mean (its "
            f"pooling is {encoder.pooling!r}), which chunks of them would not follow."
        )


def _windows(
    row: int, document: SegmentedText, room: float, overlap: int | None
) -> Iterator[_Window]:
    """Cover a document's pieces with windows that the model reads whole."""
    n_pieces = len(document.pieces)
    tokens = np.concatenate([[0.0], np.cumsum(document.weights)])
    space = room - document.lengths.n_special
    if tokens[-1] > space and overlap is None:
        raise InputError(
            f"a text has {count(int(tokens[-1]), 'token')} and the model's window is {room:g}: say "
            "how many tokens windows are to have in common (overlap)."
        )
    shared = 0 if overlap is None else check_whole(overlap, "overlap", least=0)
    first = 0
    while first < n_pieces:
        stop = int(np.searchsorted(tokens, tokens[first] + space, side="right")) - 1
        stop = max(min(stop, n_pieces), first + 1)
        yield _Window(row, first, stop)
        back = int(np.searchsorted(tokens, tokens[stop] - shared, side="left"))
        first = n_pieces if stop == n_pieces else min(max(back, first + 1), stop)


def _piece_sums(
    documents: Sequence[SegmentedText],
    windows: Sequence[_Window],
    starts: NDArray[np.int64],
    encoder: Encoder,
) -> _Pooled:
    """Sum the states of each piece's tokens, each piece from the window it is most central in."""
    n_pieces = sum(len(document.pieces) for document in documents)
    sums, counts = np.zeros((n_pieces, encoder.dim)), np.zeros(n_pieces, dtype=np.int64)
    best = np.full(n_pieces, -np.inf)
    n_read, layer, waiting = 0, encoder.layers[-1], iter(windows)
    while some := list(islice(waiting, _AT_ONCE)):
        texts = [_text(documents[window.row], window) for window in some]
        found, spans = encoder.token_states(texts, layers=[layer]), encoder.token_spans(texts)
        edges = np.searchsorted(found.rows, np.arange(len(some) + 1))
        n_read += len(found.rows)
        for place, window in enumerate(some):
            document, own = documents[window.row], slice(edges[place], edges[place + 1])
            pieces = _pieces_of(document, window, spans[place], found.special[own])
            _add(
                (sums, counts, best),
                found.states[layer][own],
                pieces,
                at=starts[window.row],
                central=_centrality(document, window),
                window=window,
            )
    return _Pooled(sums, counts, n_read)


def _text(document: SegmentedText, window: _Window) -> str:
    return document.text[document.pieces[window.first].start : document.pieces[window.stop - 1].end]


def _pieces_of(
    document: SegmentedText,
    window: _Window,
    spans: NDArray[np.int64],
    special: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Return the piece of each token, -1 for none.

    Start tokens and a prompt belong to the first piece of the text, end tokens to its last one.
    """
    ends = np.array([piece.end for piece in document.pieces[window.first : window.stop]])
    offset = document.pieces[window.first].start
    pieces = window.first + np.searchsorted(ends, spans[:, 1] - 1 + offset, side="right")
    foreign = special | (spans[:, 1] <= 0)
    inside = np.flatnonzero(~foreign)
    middle = int(inside[0]) if len(inside) else len(spans)
    leading = np.arange(len(spans)) < middle
    first = 0 if window.first == 0 else -1
    last = window.stop - 1 if window.stop == len(document.pieces) else -1
    return np.asarray(np.where(foreign, np.where(leading, first, last), pieces))


def _centrality(document: SegmentedText, window: _Window) -> NDArray[np.float64]:
    """Return how many tokens of company each piece of a window has, on the side with fewer.

    Where the text itself begins or ends there is nothing to miss.
    """
    weights = document.weights[window.first : window.stop]
    before = np.cumsum(weights) - weights
    after = weights.sum() - before - weights
    if window.first == 0:
        before = np.full_like(before, np.inf)
    if window.stop == len(document.pieces):
        after = np.full_like(after, np.inf)
    return np.asarray(np.minimum(before, after))


def _add(
    kept: tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.float64]],
    states: NDArray[np.float32],
    pieces: NDArray[np.int64],
    *,
    at: int,
    central: NDArray[np.float64],
    window: _Window,
) -> None:
    """Keep a window's sums of those pieces that have had less company so far."""
    sums, counts, best = kept
    own = slice(at + window.first, at + window.stop)
    better = central > best[own]
    mine, n_mine = (
        np.zeros((window.stop - window.first, states.shape[1])),
        np.zeros(len(better), int),
    )
    there = pieces >= 0
    np.add.at(mine, pieces[there] - window.first, states[there])
    np.add.at(n_mine, pieces[there] - window.first, 1)
    sums[own][better], counts[own][better] = mine[better], n_mine[better]
    best[own][better] = central[better]
