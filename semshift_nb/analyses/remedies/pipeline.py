"""A remedy as steps on the way from texts to a ranking, and what a search by them finds."""

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property, partial
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.remedies.parts import Documents, Parts, whole
from semshift_nb.analyses.remedies.vectors import as_they_are
from semshift_nb.analyses.retrieval.comparison import query_notes
from semshift_nb.analyses.retrieval.search import Ranking
from semshift_nb.analyses.retrieval.words import WordIndex, fuse, rank_by_words
from semshift_nb.analyses.splitting.chunk_retrieval import rank_by_parts
from semshift_nb.corpora import RetrievalSet
from semshift_nb.corpora.sentences import TextWarning, sentence_spans
from semshift_nb.encoders import Encoder, Encoding
from semshift_nb.errors import InputError
from semshift_nb.measures import HubnessReduction


class Stage(IntEnum):
    """Where on the way a step is taken."""

    MODEL = 0
    TEXTS = 1
    VECTORS = 2
    NEIGHBOURS = 3
    WORDS = 4


@dataclass(frozen=True)
class Step:
    """One remedy at one setting.

    ``do`` takes what the stage before gave: (MODEL) the encoder and the set, giving an encoder;
    (TEXTS) documents, giving parts; (VECTORS) vectors of documents, giving a codec; (NEIGHBOURS)
    vectors, giving a similarity; (WORDS) nothing: it is None for words alone and True for fusion.
    """

    remedy: str
    stage: Stage
    do: Any
    setting: str = ""
    #: Whether queries are searched for sentence by sentence.
    by_query_sentence: bool = False


Steps: TypeAlias = tuple[Step, ...]


class Found(NamedTuple):
    """What a search by some steps finds, and the index behind it; no vectors of words alone."""

    ranking: Ranking
    vectors: NDArray[np.float32] | None
    parents: NDArray[np.intp]
    n_bytes: int
    n_read: int
    search_seconds: float


class _Questions(NamedTuple):
    encoding: Encoding
    askers: NDArray[np.intp] | None


_REPEATS = 3
"""Searches that are timed; the fastest counts."""


class Bench:
    """A set and an encoder, and all that several remedies share: each text is encoded once."""

    def __init__(self, dataset: RetrievalSet, encoder: Encoder) -> None:
        self.dataset, self.encoder = dataset, encoder
        self._made: dict[tuple[object, ...], Any] = {}

    def find(self, steps: Steps) -> Found:
        """Search by some steps."""
        by_words = [step for step in steps if step.stage is Stage.WORDS]
        if by_words and by_words[0].do is None:
            return self._found_by_words()
        found = self._found_by_vectors(tuple(step for step in steps if step not in by_words))
        if not by_words:
            return found
        words = self._found_by_words()
        ranking, seconds = _timed(lambda: fuse(self.dataset, [found.ranking, words.ranking]))
        return found._replace(
            ranking=ranking,
            n_bytes=found.n_bytes + words.n_bytes,
            search_seconds=seconds + found.search_seconds + words.search_seconds,
        )

    def encoder_of(self, steps: Steps) -> Encoder:
        """Return the model as these steps have it."""
        encoder = self.encoder
        for step in steps:
            if step.stage is Stage.MODEL:
                key = ("model", step.remedy, step.setting, encoder.fingerprint, encoder.max_length)
                encoder = self.once(key, partial(step.do, encoder, self.dataset))
        return encoder

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the texts as the model reads them."""
        queries = self._questions(self.encoder, by_sentence=False)
        return query_notes(queries.encoding, self._parts((), self.encoder).encoding)

    @cached_property
    def words(self) -> WordIndex:
        """The documents by their words."""
        return WordIndex.of(self.dataset.texts)

    def _found_by_words(self) -> Found:
        def find() -> Found:
            ranking, seconds = _timed(lambda: rank_by_words(self.dataset, self.words))
            return Found(ranking, None, np.zeros(0, np.intp), self.words.n_bytes, 0, seconds)

        found: Found = self.once(("words",), find)
        return found

    def _found_by_vectors(self, steps: Steps) -> Found:
        encoder = self.encoder_of(steps)
        parts = self._parts(steps, encoder)
        asked = self._questions(encoder, by_sentence=any(step.by_query_sentence for step in steps))
        there = parts.encoding.has_direction
        if not there.any():
            raise InputError("no document has a part with a direction.")
        stored, queries = parts.encoding.vectors[there], asked.encoding.vectors
        codec = as_they_are(stored)
        bytes_once = 0
        for step in steps:
            if step.stage is Stage.VECTORS:
                codec = step.do(stored)
                stored, queries = codec.documents(stored), codec.queries(queries)
                bytes_once += codec.bytes_once
        kept = Parts(_put(parts.encoding, there, stored), parts.parents, parts.n_read)
        question = replace(asked.encoding, vectors=queries)
        stored = stored[stored.any(axis=1)]
        similarity, crowding = self._similarity(steps, stored)
        ranking, seconds = _timed(
            lambda: rank_by_parts(
                self.dataset,
                question,
                kept.encoding,
                kept.parents,
                similarity=similarity,
                askers=asked.askers,
            )
        )
        n_bytes = codec.bytes_each * len(stored) + bytes_once + crowding
        parents = kept.parents[kept.encoding.has_direction]
        return Found(ranking, stored, parents, n_bytes, parts.n_read, seconds)

    def _similarity(
        self, steps: Steps, stored: NDArray[np.float32]
    ) -> tuple[HubnessReduction | None, int]:
        """Return what takes the place of the cosine, and the bytes that it needs."""
        for step in steps:
            if step.stage is Stage.NEIGHBOURS:
                reduction: HubnessReduction = step.do(stored)
                return reduction, 4 * reduction.crowding.size
        return None, 0

    def _parts(self, steps: Steps, encoder: Encoder) -> Parts:
        chosen = [step for step in steps if step.stage is Stage.TEXTS]
        make, name = (
            (chosen[0].do, (chosen[0].remedy, chosen[0].setting)) if chosen else (whole, ("", ""))
        )
        documents = self.once(
            ("documents", encoder.fingerprint, encoder.max_length),
            lambda: Documents.of(self.dataset, encoder),
        )
        key = ("parts", *name, encoder.fingerprint, encoder.max_length)
        parts: Parts = self.once(key, lambda: make(documents))
        return parts

    def _questions(self, encoder: Encoder, *, by_sentence: bool) -> _Questions:
        def make() -> _Questions:
            texts = self.dataset.queries["text"].tolist()
            if not by_sentence:
                return _Questions(encode_all(encoder, texts, role="query"), None)
            language = str(self.dataset.corpus.documents["language"].iloc[0])
            spans = (sentence_spans(text, language) for text in texts)
            parts = [
                [text[start:end] for start, end in own] or [text]
                for text, own in zip(texts, spans, strict=True)
            ]
            askers = np.repeat(np.arange(len(parts)), [len(each) for each in parts])
            flat = [part for each in parts for part in each]
            return _Questions(encode_all(encoder, flat, role="query"), askers)

        key = ("queries", by_sentence, encoder.fingerprint, encoder.max_length)
        questions: _Questions = self.once(key, make)
        return questions

    def once(self, key: tuple[object, ...], make: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Make what has this key once."""
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _put(encoding: Encoding, there: NDArray[np.bool_], stored: NDArray[np.float32]) -> Encoding:
    """Put vectors in the place of those that had a direction."""
    vectors = np.zeros((len(there), stored.shape[1]), dtype=np.float32)
    vectors[there] = stored
    return replace(encoding, vectors=vectors)


def _timed(rank: Callable[[], Ranking]) -> tuple[Ranking, float]:
    """Return what is found, and the fastest of some searches for it."""
    found = [rank()]
    return found[0], min(_seconds(rank) for _ in range(_REPEATS))


_SAMPLE = 8
"""The most documents that are encoded anew to learn how long it takes."""


def encode_seconds(bench: Bench, steps: Steps, rows: Sequence[int]) -> float:
    """Measure how long some documents take, from text to vectors, without the store.

    It is measured once for all that differ in what is done to the vectors only.
    """
    read = tuple(step for step in steps if step.stage in (Stage.MODEL, Stage.TEXTS))
    by_words = [step for step in steps if step.stage is Stage.WORDS]
    words = bench.once(("index words",), partial(_index_seconds, bench, rows)) if by_words else 0.0
    if by_words and by_words[0].do is None:
        return float(words)
    key = ("encode", *((step.remedy, step.setting) for step in read))
    return float(words + bench.once(key, partial(_encode_seconds, bench, read, rows)))


def _index_seconds(bench: Bench, rows: Sequence[int]) -> float:
    return _seconds(lambda: WordIndex.of([bench.dataset.texts[row] for row in rows]))


def _encode_seconds(bench: Bench, steps: Steps, rows: Sequence[int]) -> float:
    make = next((step.do for step in steps if step.stage is Stage.TEXTS), whole)
    encoder = bench.encoder_of(steps).without_store()
    documents = Documents.of(bench.dataset, encoder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TextWarning)  # of all texts it has been given already
        # Anew each time, for documents keep what they once were laid out in.
        return min(_seconds(lambda: make(documents.some(rows, encoder))) for _ in range(2))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def sample_of(dataset: RetrievalSet, seed: int) -> list[int]:
    """Draw documents to time, those with words."""
    worded = [row for row, text in enumerate(dataset.texts) if text.strip()]
    size = max(2, min(_SAMPLE, len(worded) // 10))
    drawn: list[int] = np.random.default_rng(seed).permutation(worded)[:size].tolist()
    return drawn
