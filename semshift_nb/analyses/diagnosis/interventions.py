"""Interventions: change one thing about a document or a query, and search again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from semshift_nb import measures
from semshift_nb.analyses.diagnosis.causes import (
    CAPACITY,
    CROWDED,
    CUT_OFF,
    DILUTED,
    JUDGED,
    LENGTH,
    LEXICAL,
    POSITION,
    TRUNCATED,
    Goal,
    Outcome,
)
from semshift_nb.analyses.diagnosis.parts import DocumentParts, Part, document_parts, windows
from semshift_nb.analyses.diagnosis.ranks import (
    Case,
    Places,
    Rows,
    SearchedSet,
    Vector,
    cosines,
    exact_rows,
)
from semshift_nb.analyses.diagnosis.words import Vocabulary, nearly_identical, without_words
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.results import joined
from semshift_nb.analyses.splitting.chunks import text_of
from semshift_nb.analyses.splitting.segments import segment_texts
from semshift_nb.encoders import Encoder
from semshift_nb.names import count

_NEIGHBOURS = 10
"""Neighbours that say how crowded it is around a document."""

MOST_COMPARED = 20_000
"""Documents that are compared with each other: of more it would take longer than all the rest."""

_SHORTEST, _AS_LONG = 16, 1.5
"""The fewest tokens that texts are cut to, and how many times as long is another length."""

_PROMPTS = {
    "e5": "query: ",
    "bge": "Represent this sentence for searching relevant passages: ",
    "arctic": "Represent this sentence for searching relevant passages: ",
    "mxbai": "Represent this sentence for searching relevant passages: ",
    "nomic": "search_query: ",
}
"""What families of models were trained with before queries."""


class Situation(NamedTuple):
    """A case as the search left it: scores of all documents, and what ranks above the right one.

    ``winners`` are the first k documents above it, ``rivals`` those of them that are not relevant.
    """

    case: Case
    scores: Vector
    left_out: tuple[int, ...]
    winners: list[int]
    rivals: list[int]


class _Made(NamedTuple):
    """Vectors of texts that were made for the interventions."""

    rows: dict[str, Vector]

    @classmethod
    def of(cls, encoder: Encoder, texts: Sequence[str], role: str) -> "_Made":
        once = list(dict.fromkeys(texts))
        return cls(dict(zip(once, exact_rows(encode_all(encoder, once, role=role)), strict=True)))


@dataclass(frozen=True, eq=False)
class Interventions:
    """All that is tried on some cases; what has to be read for it is read in one call a role."""

    searched: SearchedSet
    cases: Sequence[Case]
    k: int
    also: Sequence[int] = ()

    def outcomes(self, case: Case) -> list[Outcome]:
        """Return what each intervention led to."""
        situation = self._situations[case]
        return [test(situation) for test in self._tests]

    @property
    def _tests(self) -> list[Callable[[Situation], Outcome]]:
        return [
            self._judged_wrongly,
            self._capacity,
            self._cut_off,
            self._truncated,
            self._position,
            self._diluted,
            self._crowded,
            self._lexical,
            self._length,
        ]

    @cached_property
    def _situations(self) -> dict[Case, Situation]:
        return {case: self._situation(case) for case in self.cases}

    def _situation(self, case: Case) -> Situation:
        searched = self.searched
        scores = cosines(searched.rows, searched.query_rows[case.query])
        left_out = searched.left_out(case.query)
        above = searched.order(scores, without=left_out)[: min(self.k, (case.rank or 1) - 1)]
        winners = above.tolist()
        relevant = set(searched.relevant[case.query]) | {case.document}
        rivals = [row for row in winners if row not in relevant]
        return Situation(case, scores, left_out, winners, rivals)

    def _query_text(self, case: Case) -> str:
        return str(self.searched.dataset.queries["text"].iloc[case.query])

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words of all documents."""
        return Vocabulary(self.searched.dataset.texts)

    @cached_property
    def parts(self) -> dict[int, DocumentParts]:
        """The parts of the documents in question, of those that win over them, and of ``also``."""
        winners = {row for one in self._situations.values() for row in one.winners}
        wanted = {case.document for case in self.cases} | winners | set(self.also)
        return document_parts(self.searched, sorted(wanted))

    # --- on the document

    def _replaced(self, situation: Situation, score: float) -> int | None:
        """Return the rank of the right document with another score."""
        return self.searched.rank(
            situation.scores, situation.case.document, score=score, without=situation.left_out
        )

    def _alike(self, situation: Situation, score: float, others: Mapping[int, float]) -> int | None:
        """Return the same rank where the winners have the better of two scores, too."""
        scores = situation.scores.copy()
        for row, other in others.items():
            scores[row] = max(scores[row], other)
        return self._replaced(situation._replace(scores=scores), score)

    def _best(self, case: Case, document: int, *, beyond: bool = False) -> Part | None:
        """Return the part of a document that is most like the query."""
        return self.parts[document].best(self.searched.query_rows[case.query], beyond=beyond)

    def _alone(self, cause: str, situation: Situation, best: Part, *, beyond: bool) -> Outcome:
        """Read the best part alone, of the right document and then of the winners, too."""
        case = situation.case
        unread = ", which the model does not read," if beyond else ""
        found = {row: self._best(case, row, beyond=beyond) for row in situation.winners}
        others = {row: part.cosine for row, part in found.items() if part}
        return Outcome(
            cause,
            f"{self._named(case, best)}{unread} alone",
            self._replaced(situation, best.cosine),
            alike=self._alike(situation, best.cosine, others),
        )

    def _truncated(self, situation: Situation) -> Outcome:
        document, documents = situation.case.document, self.searched.found.documents
        best = self._best(situation.case, document, beyond=True)
        if best is not None:
            return self._alone(TRUNCATED, situation, best, beyond=True)
        read = f"the model reads all {count(int(documents.n_tokens[document]), 'token')} of it"
        reason = "no sentence begins beyond the limit" if documents.truncated[document] else read
        return Outcome(TRUNCATED, "what the model does not read, alone", None, reason)

    def _diluted(self, situation: Situation) -> Outcome:
        document = situation.case.document
        best = self._best(situation.case, document)
        if best is not None and self.parts[document].n_sentences > 1:
            return self._alone(DILUTED, situation, best, beyond=False)
        return Outcome(DILUTED, "its best part alone", None, self._too_few(document))

    def _named(self, case: Case, part: Part) -> str:
        first, last = part.sentences[0] + 1, part.sentences[-1] + 1
        several = f"sentences {first} to {last}" if last > first else f"sentence {first}"
        return f"{several} of {self.parts[case.document].n_sentences}"

    def _too_few(self, document: int) -> str:
        return f"the document has {count(self.parts[document].n_sentences, 'sentence')}"

    def _front(self, query: int, document: int) -> tuple[int, str] | None:
        """Return the sentence that answers best, and the text with it in front; None if it is."""
        parts = self.parts[document]
        best = parts.best(self.searched.query_rows[query], beyond=False, sentences_only=True)
        if best is None or best.sentences[0] == 0:
            return None
        return best.sentences[0], parts.moved_to_front(best.sentences[0])

    def _position(self, situation: Situation) -> Outcome:
        case, tested = situation.case, "its best sentence moved to the front"
        front = self._front(case.query, case.document)
        if front is None:
            several = self.parts[case.document].n_sentences > 1
            there = "the best sentence stands at the front"
            return Outcome(
                POSITION, tested, None, there if several else self._too_few(case.document)
            )
        n = self.parts[case.document].n_sentences
        score = self._moved_score(case.query, self._fronts_made, front[1])
        return Outcome(
            POSITION,
            f"sentence {front[0] + 1} of {n} moved to the front",
            self._replaced(situation, score),
            alike=self._moved_alike(situation, score),
        )

    def _moved_score(self, query: int, made: _Made, text: str) -> float:
        return float(cosines(made.rows[text][None], self.searched.query_rows[query])[0])

    @cached_property
    def _fronts_made(self) -> _Made:
        fronts = [self._front(case.query, case.document) for case in self.cases]
        texts = [front[1] for front in fronts if front]
        return _Made.of(self.searched.encoder, texts, "document")

    def _moved_alike(self, situation: Situation, score: float) -> int | None:
        """Move the winners' best sentences, too; None where moving mends nothing anyway."""
        case = situation.case
        if case not in self._worth_comparing:
            return None
        fronts = {row: self._front(case.query, row) for row in situation.winners}
        others = {
            row: self._moved_score(case.query, self._winners_fronts_made, front[1])
            for row, front in fronts.items()
            if front
        }
        return self._alike(situation, score, others)

    @cached_property
    def _worth_comparing(self) -> set[Case]:
        """The cases that a moved sentence mends: of the others no winner has to be read again."""
        found = set()
        for case in self.cases:
            front = self._front(case.query, case.document)
            if front and case.rank:
                score = self._moved_score(case.query, self._fronts_made, front[1])
                rank = self._replaced(self._situations[case], score)
                found |= {case} if Goal.of(case.rank, self.k).reached(rank) else set()
        return found

    @cached_property
    def _winners_fronts_made(self) -> _Made:
        fronts = [
            self._front(case.query, row)
            for case in self._worth_comparing
            for row in self._situations[case].winners
        ]
        texts = [front[1] for front in fronts if front]
        return _Made.of(self.searched.encoder, texts, "document")

    # --- on the query

    def _asked(self, situation: Situation, query: Vector) -> int | None:
        """Return the rank of the right document for another query."""
        scores = cosines(self.searched.rows, query)
        without = situation.left_out
        return self.searched.rank(scores, situation.case.document, without=without)

    def _lexical(self, situation: Situation) -> Outcome:
        words = self._misleading(situation)
        tested = "the query without the words that only the winners have"
        if not words:
            reason = joined(self._why_no_words(situation), self._by_words(situation))
            return Outcome(LEXICAL, tested, None, reason)
        rest = without_words(self._query_text(situation.case), words)
        tested = f"the query without {', '.join(words)}"
        if not self.vocabulary.telling(rest):
            return Outcome(LEXICAL, tested, None, "nothing telling is left of the query")
        rank = self._asked(situation, self._queries_made.rows[rest])
        return Outcome(LEXICAL, tested, rank, self._by_words(situation))

    def bm25_rank(self, query: int, document: int) -> int | None:
        """Return where BM25 ranks a document; None where no word is shared, or without BM25."""
        text = str(self.searched.dataset.queries["text"].iloc[query])
        scores = self.vocabulary.bm25(text)
        left_out = self.searched.left_out(query)
        return None if scores is None else self.searched.rank(scores, document, without=left_out)

    def _by_words(self, situation: Situation) -> str:
        rank = self.bm25_rank(situation.case.query, situation.case.document)
        return f"BM25 ranks it {rank:,}" if rank else ""

    def _misleading(self, situation: Situation) -> list[str]:
        """Return words of the query that most winners have and the right document has not."""
        own = self.vocabulary.words[situation.case.document]
        rivals = [self.vocabulary.words[row] for row in situation.rivals]
        return [
            word
            for word in self.vocabulary.telling(self._query_text(situation.case))
            if word not in own and 2 * sum(word in words for words in rivals) > len(rivals)
        ]

    def _why_no_words(self, situation: Situation) -> str:
        if not situation.rivals:
            return "all documents above it are relevant, too"
        query = self._query_text(situation.case)
        own = self.vocabulary.shared(query, situation.case.document)
        if np.isnan(own):
            return "the query has no telling word"
        others = np.mean([self.vocabulary.shared(query, row) for row in situation.rivals])
        return (
            f"no word of the query is in most winners and not in the document (it has {own:.0%} "
            f"of the query's telling words, the winners {others:.0%})"
        )

    def _cut_off(self, situation: Situation) -> Outcome:
        case = situation.case
        text = self._query_text(case)
        if self.searched.found.queries.truncated[case.query]:
            vectors = [self._queries_made.rows[part] for part in self._query_windows[text]]
            mean = np.mean(vectors, axis=0)
            tested = f"the query read to its end in {count(len(vectors), 'part')}"
            length = float(np.linalg.norm(mean))
            return Outcome(CUT_OFF, tested, self._asked(situation, mean / max(length, 1e-30)))
        prompt = self._missing_prompt
        if prompt:
            tested = f"the query after {prompt!r}"
            row = self._queries_made.rows[prompt + text]
            return Outcome(CUT_OFF, tested, self._asked(situation, row))
        reason = "the model reads the whole query, and is not known to miss a prompt"
        return Outcome(CUT_OFF, "the query as the model wants it", None, reason)

    @property
    def _missing_prompt(self) -> str:
        if any(self.searched.encoder.prompts.values()):
            return ""
        name = self.searched.encoder.name.casefold()
        return next((prompt for family, prompt in _PROMPTS.items() if family in name), "")

    @cached_property
    def _query_windows(self) -> dict[str, list[str]]:
        """Return the parts, each as long as the model reads, of queries that are longer."""
        encoder, queries = self.searched.encoder, self.searched.found.queries
        long = sorted({case.query for case in self.cases if queries.truncated[case.query]})
        asked = self.searched.dataset.queries["text"].iloc[long].tolist()
        laid_out = segment_texts([(text, "en") for text in asked], encoder, max_tokens=None)
        return {
            text: [text_of(one, part) for part in windows(one, 0, encoder.max_length)]
            for text, one in zip(asked, laid_out, strict=True)
        }

    @cached_property
    def _queries_made(self) -> _Made:
        texts = [part for parts in self._query_windows.values() for part in parts]
        for case in self.cases:
            text = self._query_text(case)
            texts += [self._missing_prompt + text] * bool(self._missing_prompt)
            words = self._misleading(self._situations[case])
            texts += [without_words(text, words)] * bool(words)
        return _Made.of(self.searched.encoder, texts, "query")

    # --- on all documents, or on the judgements

    def _crowded(self, situation: Situation) -> Outcome:
        tested = "all documents by CSLS, which allows for hubs"
        if self._reduction is None:
            n = count(len(self.searched.ids), "document")
            reason = f"{n}, and 3 to {MOST_COMPARED:,} with a direction can be compared"
            return Outcome(CROWDED, tested, None, reason)
        scores = self.crowded_scores(situation.case.query)
        rank = self.searched.rank(scores, situation.case.document, without=situation.left_out)
        return Outcome(CROWDED, tested, rank)

    @cached_property
    def _reduction(self) -> tuple[Places, measures.HubnessReduction] | None:
        there = np.flatnonzero(self.searched.rows.any(axis=1))
        if not 3 <= len(there) <= MOST_COMPARED:
            return None
        k = min(_NEIGHBOURS, len(there) - 1)
        return there, measures.fit_csls(self.searched.rows[there], k=k)

    def crowded_scores(self, query: int) -> Vector:
        """Return the similarity of each document after hubness reduction."""
        scores = np.full(len(self.searched.rows), -np.inf)
        vector = self.searched.query_rows[[query]]
        if self._reduction is not None and vector.any():
            there, reduction = self._reduction
            scores[there] = reduction(vector)[0]
        return scores

    def _length(self, situation: Situation) -> Outcome:
        tested = "all documents cut to the same length"
        length, reason = self._common_length(situation)
        if length is None:
            return Outcome(LENGTH, tested, None, reason)
        scores = cosines(self.cut_rows(length), self.searched.query_rows[situation.case.query])
        rank = self.searched.rank(scores, situation.case.document, without=situation.left_out)
        return Outcome(LENGTH, f"all documents cut to {length} tokens", rank)

    def _common_length(self, situation: Situation) -> tuple[int | None, str]:
        """Return the largest power of two within the right document and the usual winner."""
        if not situation.rivals:
            return None, "all documents above it are relevant, too"
        n_read = np.minimum(
            self.searched.found.documents.n_tokens, self.searched.encoder.max_length or np.inf
        )
        own, others = n_read[situation.case.document], np.median(n_read[situation.rivals])
        low, high = min(own, others), max(own, others)
        if high < _AS_LONG * low or high <= _SHORTEST:
            told = f"{own:.0f} and {others:.0f} tokens are read"
            return None, f"it is about as long as the winners ({told})"
        return max(2 ** int(np.log2(max(low, 1))), _SHORTEST), ""

    def cut_rows(self, length: int) -> Rows:
        """Return the vectors of all documents cut to so many tokens."""
        if length not in self._cut:
            view = self.searched.encoder.at_length(length)
            self._cut[length] = exact_rows(encode_all(view, self.searched.dataset.texts))
        return self._cut[length]

    @cached_property
    def _cut(self) -> dict[int, Rows]:
        return {}

    def _capacity(self, situation: Situation) -> Outcome:
        case, tested = situation.case, "the other relevant documents taken out"
        others = [row for row in self.searched.relevant[case.query] if row != case.document]
        if len(others) < self.k:
            n = len(others) + 1
            relevant = count(n, "document is", "documents are")
            return Outcome(CAPACITY, tested, None, f"{relevant} relevant, for {self.k} places")
        without = [*situation.left_out, *others]
        rank = self.searched.rank(situation.scores, case.document, without=without)
        return Outcome(CAPACITY, f"the other {len(others)} relevant documents taken out", rank)

    def _judged_wrongly(self, situation: Situation) -> Outcome:
        tested = "a winner with the same text counted as right"
        texts = self.searched.dataset.texts
        own = texts[situation.case.document]
        same = [row for row in situation.rivals if nearly_identical(texts[row], own)]
        if not same:
            reason = "no winner is nearly identical to it"
            return Outcome(JUDGED, tested, None, reason)
        doc_id = self.searched.ids[same[0]]
        rank = situation.winners.index(same[0]) + 1
        return Outcome(JUDGED, f"{doc_id!r}, which has the same text, counted as right", rank)
