"""Texts of the length that their author gave them: documents, paragraphs and sentences."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.length.text_growth import NATURAL, BuiltTexts, Lengths, sentence_spans
from semshift_nb.analyses.token_counts import Counter
from semshift_nb.corpora import Corpus

KINDS = ("document", "paragraph", "sentence")

_PARAGRAPH = re.compile(r"\S.*?(?=\n\s*\n|\Z)", re.DOTALL)
_ROUNDS = 4
"""How often a document is asked for another text where the estimate of the first was wrong."""


@dataclass(frozen=True, eq=False)
class _Units:
    """The units of one document: where each stands, its kind, and its tokens as estimated."""

    spans: NDArray[np.int64]
    kinds: NDArray[np.intp]
    tokens: NDArray[np.float64]


@dataclass
class _Search:
    """Where a text for one document and one bucket is looked for, and what was found."""

    document: int
    bucket: tuple[int, int]
    candidates: list[int]
    found: int | None = None


def buckets(wanted: Lengths) -> dict[int, tuple[int, int]]:
    """Return the bounds of each bucket by its upper edge, both inclusive."""
    lower = [1, *(length + 1 for length in wanted.lengths[:-1])]
    return {high: (low, high) for low, high in zip(lower, wanted.lengths, strict=True)}


def natural_texts(corpus: Corpus, wanted: Lengths, count: Counter) -> dict[int, BuiltTexts | str]:
    """Return the texts of each bucket, by its upper edge, or why there are none.

    A document gives a bucket one text at most: itself where it fits, else one of its paragraphs,
    else one of its sentences. All buckets that are measured get the same number of texts, and as
    far as may be from the same documents, for figures that depend on the number to be comparable.
    """
    rng = wanted.rng(NATURAL)
    texts = corpus.documents["text"].tolist()
    spans = sentence_spans(corpus)
    units = [_units(corpus, text, span) for text, span in zip(texts, spans, strict=True)]
    _estimate(units, texts, count)
    searches = [
        _Search(i, bucket, _candidates(found, bucket, rng))
        for i, found in enumerate(units)
        for bucket in buckets(wanted).values()
    ]
    _look(searches, units, texts, count)
    order = rng.permutation(len(texts))
    found = {
        length: {
            s.document: s.found for s in searches if s.bucket == bucket and s.found is not None
        }
        for length, bucket in buckets(wanted).items()
    }
    enough = wanted.enough(len(texts))
    sizes = [len(of_length) for of_length in found.values() if len(of_length) >= enough]
    n_each = min([*sizes, wanted.n_documents or len(texts)])
    return {
        length: _chosen(corpus, units, of_length, spans=spans, order=order, n=n_each)
        if len(of_length) >= enough
        else _too_few(len(of_length), buckets(wanted)[length], len(texts), enough)
        for length, of_length in found.items()
    }


def _units(corpus: Corpus, text: str, sentences: range) -> _Units:
    """Return a document's units; of units that are the same text, only the largest kind."""
    kind_of = {}
    rows = corpus.sentences.iloc[sentences.start : sentences.stop]
    for start, end in zip(rows["start"], rows["end"], strict=True):
        kind_of[start, end] = 2
    for paragraph in _PARAGRAPH.finditer(text):
        kind_of[paragraph.start(), paragraph.start() + len(paragraph[0].rstrip())] = 1
    core = text.strip()
    if core:
        begin = text.index(core)
        kind_of[begin, begin + len(core)] = 0
    spans = np.array(list(kind_of), dtype=np.int64).reshape(-1, 2)
    kinds = np.array(list(kind_of.values()), dtype=np.intp)
    return _Units(spans, kinds, np.zeros(len(kinds)))


def _estimate(units: list[_Units], texts: list[str], count: Counter) -> None:
    """Fill in the tokens of each unit, from the characters a token has in its document."""
    # Two special tokens and a beginning of 2,000 characters: an estimate, and cheap.
    beginnings = [text[:2000] for text in texts]
    tokens = np.maximum(count(beginnings) - 2, 1)
    for unit, beginning, n in zip(units, beginnings, tokens.tolist(), strict=True):
        sizes = unit.spans[:, 1] - unit.spans[:, 0]
        unit.tokens[:] = sizes * n / max(len(beginning.strip()), 1) + 2


def _candidates(units: _Units, bucket: tuple[int, int], rng: np.random.Generator) -> list[int]:
    """Return some units that seem to lie in a bucket: the largest kind first, else at random."""
    # A random number for every unit, in the bucket or not: one bucket's draw moves no other's.
    order = np.argsort(units.kinds + rng.random(len(units.kinds)))
    low, high = bucket
    within = (units.tokens >= low) & (units.tokens <= high)
    return [int(i) for i in order[within[order]][:_ROUNDS]]


def _look(searches: list[_Search], units: list[_Units], texts: list[str], count: Counter) -> None:
    """Count the candidates, all searches at once, until each found one or has no more."""
    for place in range(_ROUNDS):
        pending = [s for s in searches if s.found is None and place < len(s.candidates)]
        if not pending:
            return
        chosen = [search.candidates[place] for search in pending]
        tokens = count(
            [
                _text(texts, units, search.document, unit)
                for search, unit in zip(pending, chosen, strict=True)
            ]
        )
        for search, unit, n in zip(pending, chosen, tokens.tolist(), strict=True):
            if search.bucket[0] <= n <= search.bucket[1]:
                search.found = unit


def _text(texts: list[str], units: list[_Units], document: int, unit: int) -> str:
    start, end = units[document].spans[unit].tolist()
    return texts[document][start:end]


def _chosen(
    corpus: Corpus,
    units: list[_Units],
    found: dict[int, int],
    *,
    spans: list[range],
    order: NDArray[np.int64],
    n: int,
) -> BuiltTexts:
    """Return the texts of a bucket from the first n documents, in the corpus's order."""
    documents = sorted([i for i in order.tolist() if i in found][:n])
    texts = corpus.documents["text"].tolist()
    starts = corpus.sentences["start"].to_numpy()
    parts = []
    for i in documents:
        begin, end = units[i].spans[found[i]].tolist()
        rows = np.arange(spans[i].start, spans[i].stop)
        parts.append(rows[(starts[rows] >= begin) & (starts[rows] < end)])
    kinds = np.bincount([units[i].kinds[found[i]] for i in documents], minlength=len(KINDS))
    note = ", ".join(
        f"{k} {kind}{'s' if k > 1 else ''}" for k, kind in zip(kinds, KINDS, strict=True) if k
    )
    chosen = [_text(texts, units, i, found[i]) for i in documents]
    return BuiltTexts(chosen, parts, np.array(documents, dtype=np.intp), note)


def _too_few(n_found: int, bucket: tuple[int, int], n_documents: int, enough: int) -> str:
    return (
        f"{n_found} of {n_documents} documents hold a document, paragraph or sentence of "
        f"{bucket[0]} to {bucket[1]} tokens, expected at least {enough}"
    )
