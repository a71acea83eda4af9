"""Search by words: BM25's formula worked out by hand, and ranks fused by hand."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from semshift_nb.analyses.retrieval.search import Ranking
from semshift_nb.analyses.retrieval.words import WordIndex, fuse, rank_by_words, words_of
from semshift_nb.corpora import Corpus, RetrievalSet
from semshift_nb.encoders import TokenCounts

TEXTS = {
    "d": "The river rises; the river falls.",
    "b": "A bank of the river",
    "c": "Prices rise at the bank, and rise again and again",
    "a": "",
    "e": "天空 is blue",
}


def asked(*queries: str, relevant: str = "d") -> RetrievalSet:
    corpus = Corpus("hand", pd.DataFrame({"doc_id": list(TEXTS), "text": TEXTS.values()}))
    ids = [str(number) for number in range(len(queries))]
    judged = pd.DataFrame({"query_id": ids, "doc_id": relevant, "relevance": 1})
    table = pd.DataFrame({"query_id": ids, "text": queries})
    return RetrievalSet(corpus, table, judged, "hand")


def bm25(query: str, text: str) -> float:
    """Robertson's sum with Lucene's idf, k1 = 1.5, b = 0.75."""
    texts = [words_of(one) for one in TEXTS.values()]
    mean = sum(map(len, texts)) / len(texts)
    counts, total = Counter(words_of(text)), 0.0
    for word in words_of(query):
        df = sum(word in one for one in texts)
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        tf = counts[word]
        total += idf * tf / (tf + 1.5 * (1 - 0.75 + 0.75 * len(words_of(text)) / mean))
    return total


@pytest.mark.parametrize(
    "query", ["the river", "RISE at the bank?", "天", "rise rise", "river river bank"]
)
def test_scores_are_those_of_the_formula(query):
    index = WordIndex.of(list(TEXTS.values()))
    wanted = [bm25(query, text) for text in TEXTS.values()]
    np.testing.assert_allclose(index.scores(query), wanted, atol=1e-9)
    order = sorted(
        (name for name in TEXTS if bm25(query, TEXTS[name]) > 0),
        key=lambda name: (-bm25(query, TEXTS[name]), name),
    )
    found = rank_by_words(asked(query)).rows[0]
    assert [list(TEXTS)[row] for row in found if row >= 0] == order


def test_words_are_folded_and_chinese_characters_stand_alone():
    assert words_of("Straße, O'Neill 3.5 天空") == ["strasse", "o", "neill", "3", "5", "天", "空"]


def test_what_shares_no_word_is_not_found():
    assert (rank_by_words(asked("zebra", "...")).rows == -1).all()
    nothing = WordIndex.of(["", "?"])
    assert nothing.scores("river").tolist() == [0.0, 0.0]
    assert nothing.n_bytes == 0


def test_reciprocal_ranks_are_added_and_ties_fall_by_id():
    """d: 1/61 + 1/62, b: 1/62 + 1/61, a tie: b is first by id; c: 1/63; a and e: 1/64 each once."""
    none = TokenCounts.blank(5)
    first = Ranking(np.array([[0, 1, 2, 3, -1]]), none)
    second = Ranking(np.array([[1, 0, -1, 4, -1]]), none)
    found = fuse(asked("q"), [first, second]).rows[0]
    assert [list(TEXTS)[row] for row in found] == ["b", "d", "c", "a", "e"]
