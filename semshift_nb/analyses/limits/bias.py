"""What fools an encoder: how often a text with the answer wins against one without."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders, encode_all, encoder_columns
from semshift_nb.analyses.limits.probes import (
    BIASES,
    NO_BIAS,
    POSITIONS,
    Probe,
    TextPair,
    bias_pair,
    draw_probes,
    position_pair,
    short_of,
)
from semshift_nb.analyses.results import interval_row, joined, unmeasured
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, TokenCounts
from semshift_nb.errors import InputError
from semshift_nb.names import listed
from semshift_nb.validation import check_whole, is_whole, shown

WIN_RATE, CHANGE = "win_rate", "win_rate_change"
DILUTION, POSITION, TRUNCATION = "dilution", "position", "truncation"
ALL, READ, CUT_OFF = "all", "read", "cut off"

_ENCODER = ["corpus", "encoder", "tau", "schedule"]
_FIGURE = [
    *["value", "ci_low", "ci_high", "n", "unit", "truncated_share", "unknown_share"],
    *["status", "reason"],
]
_BIAS_COLUMNS = [*_ENCODER, "bias", "n_sentences", "metric", "against", *_FIGURE]
_POSITION_COLUMNS = [*_ENCODER, "n_sentences", "position", "answer", "metric", *_FIGURE]
_EQUAL = 1e-6
"""Cosines that differ by less are equal: the same tokens come out so in batches of other shapes."""


class Outcomes(NamedTuple):
    """One pair a question: 1 where the answer won, 0.5 where neither did, 0 where the foil did.

    ``read`` says where the model saw all of the sentence with the answer, ``tokens`` what it read
    of the texts that hold it; NaN in ``wins`` where a text has no direction.
    """

    wins: NDArray[np.float64]
    read: NDArray[np.bool_]
    tokens: TokenCounts


@by_name
def bias_probes(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    biases: Sequence[str] = BIASES,
    n_questions: int = 100,
    n_sentences: int = 6,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how often a text with the answer wins against one without that has a bias for it.

    A question is the first two thirds of a sentence, its answer the last third. The text that
    answers holds the sentence among others, of other documents; the other text, the foil, holds
    none of the answer, and is

    - *none*: equal, but for the sentence's neighbour in its place, which is on the same matter;
    - *shorter*: that neighbour alone;
    - *earlier*: the neighbour first and the others after it, while the answer comes last;
    - *literal*: half of the question word for word among the others, while the answering text has
      the answer and the neighbour, but not the words of the question;
    - *repetitive*: half of the question before each of its sentences;
    - *all*: half of the question twice and nothing else, while the answer comes last.

    Parameters
    ----------
    corpus : Corpus
        Whose sentences.
    encoders : Encoder or sequence of Encoder
        All are asked the same.
    biases : sequence of str
        Which, besides *none*, from which each change is measured; all if left out.
    n_questions : int, default 100
        At most so many, one a document.
    n_sentences : int, default 6
        Sentences of a text, from 2 on.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        Long-form rows: ``corpus``, ``encoder``, ``tau``, ``schedule``, ``bias``, ``n_sentences``,
        ``metric`` (``win_rate``, where a draw counts half, and ``win_rate_change`` from *none* on
        the same questions), ``against``, ``value``, ``ci_low`` and ``ci_high`` (95 %, over
        questions), ``n``, ``unit``, ``truncated_share`` and ``unknown_share`` of the
        answering texts, ``status`` and ``reason``.

    Raises
    ------
    InputError
        If there is no encoder, a bias is unknown, or a setting is out of range.

    References
    ----------
    Fayyaz et al. 2025, "Collapse of dense retrievers", arXiv 2503.05037 (ColDeR), whose pairs come
    of annotated relations; these come of any sentences, and so the foil is on the same matter by
    its place alone.
    """
    readers = as_encoders(encoders)
    wanted = _check_some(biases, BIASES, "biases")
    n_sentences = check_whole(n_sentences, "n_sentences", least=2)
    probes, note = _drawn(corpus, n_questions, n_sentences, seed)
    chance = _Resampling(n_resamples, seed)
    lacking = short_of(probes, n_sentences)
    kinds = [NO_BIAS, *wanted]
    asked = [] if lacking else probes
    pairs = [[bias_pair(probe, bias, n_sentences) for probe in asked] for bias in kinds]
    rows: list[dict[str, object]] = []
    for encoder in readers:
        labels = {"corpus": corpus.name, **encoder_columns(encoder), "n_sentences": n_sentences}
        found = dict(zip(kinds, _outcomes(asked, pairs, encoder), strict=True))
        rows.extend({**labels, **row} for row in _bias_rows(found, chance, note, lacking))
    return pd.DataFrame(rows, columns=_BIAS_COLUMNS)


@by_name
def position_probes(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    lengths: Sequence[int] = (1, 4, 16),
    positions: Sequence[str] = POSITIONS,
    n_questions: int = 100,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how often an answer is found by where it stands in a text, and how long the text is.

    The questions are those of `bias_probes`, and the foil is always the sentence's neighbour alone.
    What is lost is told apart on the same questions:

    - *dilution*: the sentence first in a text of so many, less the sentence alone; it is read;
    - *position*: last less first in texts of the same sentences, where the model reads the last;
    - *truncation*: the same where the answer lies beyond what the model reads.

    Parameters
    ----------
    corpus : Corpus
        Whose sentences.
    encoders : Encoder or sequence of Encoder
        All are asked the same.
    lengths : sequence of int, default (1, 4, 16)
        Sentences of a text.
    positions : sequence of {"first", "middle", "last"}
        Where the answer stands.
    n_questions : int, default 100
        At most so many, one a document.
    n_resamples : int, default 1000
        Resamples of the intervals.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    DataFrame
        Long-form rows: ``corpus``, ``encoder``, ``tau``, ``schedule``, ``n_sentences``,
        ``position``, ``answer`` (``all`` questions, or those whose answer was ``read`` or ``cut
        off``), ``metric`` (``win_rate``, ``dilution``, ``position``, ``truncation``), ``value``,
        ``ci_low`` and ``ci_high`` (95 %, over questions), ``n``, ``unit``, ``truncated_share`` and
        ``unknown_share`` of the answering texts, ``status`` and ``reason``.

    Raises
    ------
    InputError
        If there is no encoder, a position is unknown, or a setting is out of range.

    References
    ----------
    ColDeR, arXiv 2503.05037.
    """
    readers = as_encoders(encoders)
    places = _check_some(positions, POSITIONS, "positions")
    sizes = _check_lengths(lengths)
    probes, note = _drawn(corpus, n_questions, sizes[-1], seed)
    chance = _Resampling(n_resamples, seed)
    lacking = {size: short_of(probes, size) for size in sizes}
    cells = [(size, place) for size in sizes for place in (places if size > 1 else POSITIONS[:1])]
    pairs = [
        [position_pair(probe, place, n) for probe in ([] if lacking[n] else probes)]
        for n, place in cells
    ]
    rows: list[dict[str, object]] = []
    for encoder in readers:
        labels = {"corpus": corpus.name, **encoder_columns(encoder)}
        found = dict(zip(cells, _outcomes(probes, pairs, encoder), strict=True))
        rows.extend({**labels, **row} for row in _position_rows(found, chance, note, lacking))
    return pd.DataFrame(rows, columns=_POSITION_COLUMNS)


_SHARE = "share of questions"


class _Resampling(NamedTuple):
    n_resamples: int
    seed: int

    def row(self, values: NDArray[np.float64], note: str, nothing: str) -> dict[str, object]:
        """Return the mean of what there is, with its interval, or why there is nothing."""
        if not len(values):
            return unmeasured(nothing)
        known = values[~np.isnan(values)]
        n_lost = len(values) - len(known)
        lost = f"{n_lost} of {len(values)} questions have texts without a direction"
        return interval_row(
            lambda: _mean(known),
            lambda: measures.bootstrap_mean(known, n_resamples=self.n_resamples, seed=self.seed),
            n=len(known),
            note=joined(note, lost if n_lost else ""),
        )


def _mean(values: NDArray[np.float64]) -> float:
    if not len(values):
        raise InputError("there is no question")
    return float(values.mean())


def _bias_rows(
    found: dict[str, Outcomes], chance: _Resampling, note: str, lacking: str
) -> Iterator[dict[str, object]]:
    for bias, own in found.items():
        labels = {"bias": bias, "unit": _SHARE, **own.tokens.shares()}
        figure = chance.row(own.wins, note, lacking)
        yield {**labels, "metric": WIN_RATE, "against": "", **figure}
        if bias != NO_BIAS:
            change = chance.row(own.wins - found[NO_BIAS].wins, note, lacking)
            yield {**labels, "metric": CHANGE, "against": NO_BIAS, **change}


_UNSEEN = {
    ALL: "",
    READ: "the model reads none of these answers",
    CUT_OFF: "no answer lies beyond what the model reads",
}


def _position_rows(
    found: dict[tuple[int, str], Outcomes], chance: _Resampling, note: str, lacking: dict[int, str]
) -> Iterator[dict[str, object]]:
    for (size, place), own in found.items():
        labels = {"n_sentences": size, "position": place, "unit": _SHARE}
        for metric, answer, among, against in _compared(found, size, place):
            wins = own.wins[among] - (0 if against is None else against.wins[among])
            figure = chance.row(wins, note, lacking[size] or _UNSEEN[answer])
            shares = own.tokens.take(among).shares()
            yield {**labels, "answer": answer, "metric": metric, **figure, **shares}


def _compared(
    found: dict[tuple[int, str], Outcomes], size: int, place: str
) -> Iterator[tuple[str, str, NDArray[np.intp], Outcomes | None]]:
    """Yield what is told of a cell, on which of its questions, and less what of which other."""
    first = POSITIONS[0]
    own = found[size, place]
    yield WIN_RATE, ALL, np.arange(len(own.wins)), None
    if own.read.any() and not own.read.all():
        yield WIN_RATE, READ, np.flatnonzero(own.read), None
        yield WIN_RATE, CUT_OFF, np.flatnonzero(~own.read), None
    if place == first and size > 1 and (1, first) in found:
        yield DILUTION, READ, np.flatnonzero(own.read), found[1, first]
    if place == POSITIONS[-1] and (size, first) in found:
        before = found[size, first]
        yield POSITION, READ, np.flatnonzero(own.read & before.read), before
        yield TRUNCATION, CUT_OFF, np.flatnonzero(~own.read & before.read), before


def _outcomes(probes: list[Probe], pairs: list[list[TextPair]], encoder: Encoder) -> list[Outcomes]:
    """Encode every text once, and say for each list of pairs which of the two won."""
    listed_pairs = [pair for of_kind in pairs for pair in of_kind]
    texts = list(dict.fromkeys(text for pair in listed_pairs for text in pair[:2]))
    place_of = {text: place for place, text in enumerate(texts)}
    documents = encode_all(encoder, texts)
    questions = encode_all(encoder, [probe.question for probe in probes], role="query")
    ends = _read_ends(texts, documents.tokens.truncated, encoder)
    found = []
    for of_kind in pairs:
        own = np.array([place_of[pair.answering] for pair in of_kind], dtype=np.intp)
        foils = np.array([place_of[pair.foil] for pair in of_kind], dtype=np.intp)
        asked = questions.take(slice(len(of_kind)))  # all of them, or no text could be made
        gap = _dots(asked.vectors, documents.vectors[own] - documents.vectors[foils])
        wins = np.where(np.abs(gap) < _EQUAL, 0.5, gap > 0)
        there = asked.has_direction & documents.has_direction[own] & documents.has_direction[foils]
        read = ends[own] >= np.array([pair.answer_end for pair in of_kind], dtype=np.intp)
        found.append(Outcomes(np.where(there, wins, np.nan), read, documents.tokens.take(own)))
    return found


def _dots(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.einsum("ij,ij->i", left.astype(np.float64), right.astype(np.float64)))


def _read_ends(
    texts: list[str], truncated: NDArray[np.bool_], encoder: Encoder
) -> NDArray[np.float64]:
    """Return up to which character the model sees each text."""
    ends = np.full(len(texts), np.inf)
    cut = np.flatnonzero(truncated)
    if len(cut):
        spans = encoder.token_spans([texts[place] for place in cut.tolist()])
        ends[cut] = [own[:, 1].max(initial=0) for own in spans]
    return ends


def _drawn(
    corpus: Corpus, n_questions: int, n_sentences: int, seed: int
) -> tuple[list[Probe], str]:
    return draw_probes(
        corpus,
        n_questions=check_whole(n_questions, "n_questions", least=2),
        n_others=n_sentences - 1,
        seed=check_whole(seed, "seed", least=0),
    )


def _check_some(asked: Sequence[str], known: Sequence[str], name: str) -> list[str]:
    wanted = [asked] if isinstance(asked, str) else list(asked)
    if not wanted or any(each not in known for each in wanted):
        raise InputError(f"{name} is {shown(asked)}, expected some of {listed(known)}.")
    return list(dict.fromkeys(wanted))


def _check_lengths(lengths: Sequence[int]) -> list[int]:
    asked = [lengths] if is_whole(lengths) else list(lengths)
    if not asked or not all(is_whole(size, least=1) for size in asked):
        raise InputError(
            f"lengths is {shown(lengths)}, expected whole numbers of sentences, such as (1, 4, 16)."
        )
    return sorted({int(size) for size in asked})
