"""Which lengths a study asks for, and texts that grow to them."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import names
from semshift_nb.analyses.passages import draw_distractors
from semshift_nb.analyses.token_counts import Counter, beginnings_reach
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.errors import InputError
from semshift_nb.validation import check_whole, is_whole

ARMS = ("cut", "natural", "repeat", "sequential", "random")

_SHORTEST = 3
_LOOKED_AT = 2000

DOCUMENTS, ANCHORS, DISTRACTORS, NATURAL, CORPUS = range(5)
"""What the streams of random numbers are for."""

_ENOUGH = 20
"""So many documents make a length worth measuring, and so does a fifth of a small corpus."""


@dataclass(frozen=True)
class Lengths:
    """The ladder of tokens, the ways to make texts, how many, and the seed of all draws."""

    lengths: tuple[int, ...]
    arms: tuple[str, ...]
    n_documents: int | None
    seed: int

    def rng(self, purpose: int) -> np.random.Generator:
        """Return a stream of its own for each purpose: no draw moves another."""
        return np.random.default_rng([self.seed, purpose])

    def enough(self, n_documents: int) -> int:
        """Return how many documents of a corpus must reach a length for it to be measured."""
        wanted = n_documents if self.n_documents is None else self.n_documents
        return max(2, min(_ENOUGH, math.ceil(n_documents / 5), wanted))


def check_lengths(
    lengths: Sequence[int], arms: Sequence[str], *, n_documents: int | None, seed: int
) -> Lengths:
    """Check what was asked for; lengths come back in ascending order."""
    if not lengths or not all(is_whole(n, least=_SHORTEST) for n in lengths):
        raise InputError(
            f"lengths is {tuple(lengths)}, expected whole numbers of tokens from {_SHORTEST} on "
            "(special tokens count), such as (16, 128, 500)."
        )
    if not arms or any(arm not in ARMS for arm in arms):
        raise InputError(f"arms is {tuple(arms)}, expected some of {', '.join(ARMS)}.")
    if n_documents is not None and not is_whole(n_documents, least=2):
        raise InputError(f"n_documents is {n_documents}, expected at least 2, or None for all.")
    check_whole(seed, "seed", least=0)
    ascending = tuple(sorted({int(n) for n in lengths}))
    return Lengths(ascending, tuple(dict.fromkeys(arms)), n_documents, int(seed))


def considered(corpus: Corpus, wanted: Lengths) -> Corpus:
    """Return the part of a corpus that is looked at: all of it unless few of very many are wanted.

    To find 30 long documents among a million, a few thousand need to be split and counted.
    """
    if wanted.n_documents is None:
        return corpus
    most = max(_LOOKED_AT, 20 * wanted.n_documents)
    if len(corpus) <= most:
        return corpus
    drawn = np.sort(wanted.rng(CORPUS).choice(len(corpus), most, replace=False))
    return Corpus(corpus.name, corpus.documents.iloc[drawn])


_SPARE = 1.15
"""How much longer than estimated a text is made at first: counting it once is then enough."""


@dataclass(frozen=True, eq=False)
class BuiltTexts:
    """BuiltTexts, the rows of the sentences each is made of, and the rows of their documents."""

    texts: list[str]
    parts: list[NDArray[np.intp]]
    documents: NDArray[np.intp]
    note: str

    def take(self, keep: NDArray[np.bool_], note: str) -> "BuiltTexts":
        """Return some of the texts with another note."""
        chosen = np.flatnonzero(keep).tolist()
        texts, parts = [self.texts[i] for i in chosen], [self.parts[i] for i in chosen]
        return BuiltTexts(texts, parts, self.documents[keep], note)


@dataclass(frozen=True, eq=False)
class Start:
    """The documents that texts are grown from, and the sentences of each."""

    documents: NDArray[np.intp]
    spans: list[range]
    anchors: NDArray[np.intp]
    top: int
    characters_per_token: float
    n_reaching: dict[int, int]


def start(corpus: Corpus, wanted: Lengths, count: Counter) -> Start | str:
    """Choose documents and anchors, or say why there are none.

    The documents are those that reach the longest length that enough of a corpus do, so that they
    are the same at every length; where not even the shortest is reached, all that have a sentence.
    """
    texts = corpus.documents["text"].tolist()
    spans = sentence_spans(corpus)
    tokens = beginnings_reach(count, texts, wanted.lengths[-1])
    n_reaching = {length: int((tokens >= length).sum()) for length in wanted.lengths}
    top = _top(n_reaching, wanted.enough(len(texts)))
    usable = np.flatnonzero((tokens >= top) & np.array([len(span) > 0 for span in spans]))
    if len(usable) < 2:
        return (
            f"{names.count(len(usable), 'document has', 'documents have')} a sentence, expected at "
            "least 2"
        )
    if wanted.n_documents is not None and wanted.n_documents < len(usable):
        drawn = wanted.rng(DOCUMENTS).choice(usable, wanted.n_documents, replace=False)
        usable = np.sort(drawn)
    ratio = _characters_per_token(texts, tokens, wanted.lengths[-1])
    chosen = [spans[i] for i in usable.tolist()]
    anchors = _anchors(corpus.sentences, chosen, room=_SPARE * ratio * top, wanted=wanted)
    return Start(usable, chosen, anchors, top, ratio, n_reaching)


def sentence_spans(corpus: Corpus) -> list[range]:
    """Return the rows of each document's sentences, which stand one after the other."""
    sizes = corpus.sentences.groupby("doc_id", sort=False).size()
    of_document = sizes.reindex(corpus.documents["doc_id"], fill_value=0)
    ends = of_document.cumsum().tolist()
    return [range(end - size, end) for end, size in zip(ends, of_document, strict=True)]


def build_texts(
    corpus: Corpus, begun: Start, arm: str, *, wanted: Lengths, count: Counter
) -> BuiltTexts:
    """Grow the texts of one arm to the longest length it can be asked for."""
    length = begun.top if arm in ("cut", "sequential") else wanted.lengths[-1]
    if length == 0:
        return BuiltTexts([], [], begun.documents[:0], "")
    rows = _rows(arm, begun, length, n_rows=len(corpus.sentences), wanted=wanted)
    pieces = corpus.sentences["text"].tolist()

    def joined(place: int, parts: NDArray[np.intp]) -> str:
        if arm != "cut":
            return " ".join(pieces[i] for i in parts.tolist())
        # As it stands in the document, title lines and line breaks included.
        text: str = corpus.documents["text"].iloc[begun.documents[place]]
        return text[: corpus.sentences["end"].iloc[parts[-1]]]

    texts, parts, tokens = _grow(
        rows,
        joined,
        pieces,
        length=length,
        characters=begun.characters_per_token * length,
        count=count,
    )
    return BuiltTexts(texts, parts, begun.documents, "").take(*_long_enough(tokens, length))


def _long_enough(tokens: NDArray[np.int64], length: int) -> tuple[NDArray[np.bool_], str]:
    """Return which texts reached a length, with a note on those that did not."""
    keep = tokens >= length
    n_short = int((~keep).sum())
    left_out = names.count(
        n_short,
        f"text could not be grown to {length} tokens and was left out",
        f"texts could not be grown to {length} tokens and were left out",
    )
    return keep, left_out if n_short else ""


def _grow(
    rows: Sequence[NDArray[np.intp]],
    joined: Callable[[int, NDArray[np.intp]], str],
    pieces: Sequence[str],
    *,
    length: int,
    characters: float,
    count: Counter,
) -> tuple[list[str], list[NDArray[np.intp]], NDArray[np.int64]]:
    """Take sentences from each list of rows until the text they make has ``length`` tokens."""
    sizes = [np.cumsum([len(pieces[i]) + 1 for i in part.tolist()]) for part in rows]
    goals = np.full(len(rows), _SPARE * characters)
    n_parts = np.zeros(len(rows), dtype=np.intp)
    tokens = np.zeros(len(rows), dtype=np.int64)
    texts = [""] * len(rows)
    pending = list(range(len(rows)))
    while pending:
        for i in pending:
            enough = int(np.searchsorted(sizes[i], goals[i])) + 1
            n_parts[i] = min(max(enough, n_parts[i] + 1), len(rows[i]))
            texts[i] = joined(i, rows[i][: n_parts[i]])
        tokens[pending] = count([texts[i] for i in pending])
        pending = [i for i in pending if tokens[i] < length and n_parts[i] < len(rows[i])]
        for i in pending:
            goals[i] *= _SPARE * length / max(tokens[i], 1)
    return texts, [part[:n] for part, n in zip(rows, n_parts, strict=True)], tokens


def _rows(
    arm: str, begun: Start, length: int, *, n_rows: int, wanted: Lengths
) -> list[NDArray[np.intp]]:
    """Return the rows of sentences that each text may be grown from, in order.

    As a sentence has a token at least, ``length`` of them suffice.
    """
    anchors = begun.anchors
    if arm == "repeat":
        return [np.full(length, anchor, dtype=np.intp) for anchor in anchors]
    if arm == "random":
        n_distractors = min(n_rows - 1, wanted.lengths[-1])
        distractors = draw_distractors(
            wanted.rng(DISTRACTORS), anchors, n_rows=n_rows, n_distractors=n_distractors
        )
        return list(np.concatenate([anchors[:, None], distractors], axis=1))
    first = [span.start for span in begun.spans] if arm == "cut" else anchors.tolist()
    return [
        np.arange(row, min(span.stop, row + length), dtype=np.intp)
        for row, span in zip(first, begun.spans, strict=True)
    ]


def _anchors(
    sentences: pd.DataFrame, spans: Sequence[range], *, room: float, wanted: Lengths
) -> NDArray[np.intp]:
    """Draw a sentence of each document that has ``room`` characters from its start to the end.

    Where there is none, it is the first that is no crumb, and where all are, the first.
    """
    rng = wanted.rng(ANCHORS)
    sizes = np.array([len(text) for text in sentences["text"]], dtype=np.int64)
    starts, ends = (sentences[name].to_numpy() for name in ("start", "end"))
    anchors = []
    for span in spans:
        rows = np.arange(span.start, span.stop)
        sound = rows[sizes[rows] >= MIN_CHARACTERS]
        roomy = sound[ends[rows[-1]] - starts[sound] >= room]
        draw = rng.random()  # one number for each document, whatever the others' sizes are
        anchors.append(
            roomy[int(draw * len(roomy))] if len(roomy) else (sound if len(sound) else rows)[0]
        )
    return np.array(anchors, dtype=np.intp)


def _top(n_reaching: dict[int, int], enough: int) -> int:
    """Return the longest length that enough documents reach, 0 where there is none."""
    return max((length for length, n in n_reaching.items() if n >= enough), default=0)


def _characters_per_token(texts: Sequence[str], tokens: NDArray[np.int64], n_tokens: int) -> float:
    """Return an estimate from what was counted of each text, which is its beginning."""
    counted = sum(min(len(text), 16 * n_tokens) for text in texts)
    return counted / max(int(tokens.sum()), 1)
