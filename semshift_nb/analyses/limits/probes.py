"""Pairs of texts, one with the answer and one without, out of the sentences of a corpus."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb.analyses.retrieval.words import word_ends
from semshift_nb.corpora import Corpus
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.names import count

NO_BIAS = "none"
BIASES = ("shorter", "earlier", "literal", "repetitive", "all")
POSITIONS = ("first", "middle", "last")

_LEAST_WORDS = 6
"""Of a sentence that is parted in three: beginning, middle and end have two words at least."""


class Probe(NamedTuple):
    """A question, the sentence that answers it, and what stands around in a text.

    The question is the first two thirds of a sentence, the answer its last third: whoever asks
    knows how the sentence begins. ``subject`` is half of the question, word for word; ``beside``
    the sentence next to it in its document, on the same matter and without the answer; ``others``
    are sentences of other documents.
    """

    doc_id: str
    question: str
    sentence: str
    subject: str
    answer: str
    beside: str
    others: tuple[str, ...]


class TextPair(NamedTuple):
    """A text that answers a question, and one that does not; where the answer ends in the first."""

    answering: str
    foil: str
    answer_end: int


def draw_probes(
    corpus: Corpus, *, n_questions: int, n_others: int, seed: int
) -> tuple[list[Probe], str]:
    """Draw one sentence of each of so many documents; say so where there are fewer.

    A sentence has `MIN_CHARACTERS` and six words, and a neighbour of as many characters. What
    stands around is drawn anew for each, so that a longer text holds the shorter one's sentences.
    """
    sound = corpus.sentences
    sound = sound[[len(text) >= MIN_CHARACTERS for text in sound["text"]]]
    asked = _askable(sound)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(asked))
    drawn = asked.iloc[order].drop_duplicates("doc_id").head(n_questions)
    documents = sound["doc_id"].to_numpy(dtype=object)
    texts = sound["text"].to_numpy(dtype=object)
    probes = []
    for doc_id, text, beside in zip(drawn["doc_id"], drawn["text"], drawn["beside"], strict=True):
        there = np.flatnonzero(documents != doc_id)
        chosen = rng.choice(there, min(n_others, len(there)), replace=False)
        probes.append(_probe(doc_id, text, beside, tuple(texts[chosen].tolist())))
    n = len(probes)
    few = f"{n} of {n_questions} questions: no other document has two sentences to ask by"
    return probes, few if n < n_questions else ""


def _askable(sound: pd.DataFrame) -> pd.DataFrame:
    """Return the sentences that can be parted and have a neighbour, the next or else the last."""
    follows = sound.groupby("doc_id", sort=False)["text"].shift(-1)
    beside = follows.fillna(sound.groupby("doc_id", sort=False)["text"].shift(1))
    enough = np.array([len(word_ends(text)) >= _LEAST_WORDS for text in sound["text"]], dtype=bool)
    there: pd.DataFrame = sound.assign(beside=beside)[beside.notna() & enough]
    return there


def _probe(doc_id: str, sentence: str, beside: str, others: tuple[str, ...]) -> Probe:
    ends = word_ends(sentence)
    third, two_thirds = ends[len(ends) // 3 - 1], ends[2 * len(ends) // 3 - 1]
    return Probe(
        doc_id,
        sentence[:two_thirds],
        sentence,
        sentence[:third],
        sentence[two_thirds:].strip(),
        beside,
        others,
    )


def short_of(probes: list[Probe], n_sentences: int) -> str:
    """Say why no text of so many sentences can be made, or nothing where all can."""
    if not probes:
        return (
            f"no document has a sentence of {_LEAST_WORDS} words beside another of "
            f"{MIN_CHARACTERS} characters"
        )
    n_others = min(len(probe.others) for probe in probes)
    if n_others < n_sentences - 1:
        return (
            f"a text of {count(n_sentences, 'sentence')} needs {n_sentences - 1} of other "
            f"documents; there are {n_others}"
        )
    return ""


def bias_pair(probe: Probe, bias: str, n_sentences: int) -> TextPair:
    """Make the two texts of one bias; all have ``n_sentences`` unless the bias is to be short.

    In all but *literal* the answering text holds the whole sentence. There it holds the answer with
    what stands beside it and no word of the question but by chance; the foil asks the question.
    """
    around = list(probe.others[: n_sentences - 1])
    middle = len(around) // 2
    if bias == "literal":
        spare = around.pop() if around else ""
        answering = _placed(around, [probe.answer, probe.beside], len(around) // 2)
        foil = _placed(around, [probe.subject, spare], len(around) // 2).text
        return TextPair(answering.text, foil, answering.end)
    place = len(around) if bias in ("earlier", "all") else middle
    answering = _placed(around, [probe.sentence], place)
    foils = {
        NO_BIAS: lambda: _placed(around, [probe.beside], middle).text,
        "shorter": lambda: probe.beside,
        "earlier": lambda: _placed(around, [probe.beside], 0).text,
        "repetitive": lambda: " ".join(
            f"{probe.subject} {text}" for text in [probe.beside, *around]
        ),
        "all": lambda: f"{probe.subject} {probe.subject}",
    }
    return TextPair(answering.text, foils[bias](), answering.end)


def position_pair(probe: Probe, position: str, n_sentences: int) -> TextPair:
    """Put the sentence into a text of so many, against the one beside it alone."""
    around = list(probe.others[: n_sentences - 1])
    place = {"first": 0, "middle": len(around) // 2, "last": len(around)}[position]
    answering = _placed(around, [probe.sentence], place)
    return TextPair(answering.text, probe.beside, answering.end)


class _Placed(NamedTuple):
    text: str
    end: int


def _placed(around: list[str], own: list[str], place: int) -> _Placed:
    """Put sentences among others; ``end`` is where the first of them ends."""
    text = " ".join([*around[:place], *own, *around[place:]])
    before = sum(len(sentence) + 1 for sentence in around[:place])
    return _Placed(text, before + len(own[0]))
