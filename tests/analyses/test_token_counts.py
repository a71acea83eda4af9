"""Tokens counted at little cost: beginnings, lengths, documents that are long enough."""

import numpy as np
import pytest

from semshift_nb.analyses.token_counts import (
    TokenLengths,
    beginnings,
    beginnings_reach,
    long_documents,
    token_counter,
)
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError

TEXTS = [
    "one two three " * 500,
    "Donaudampfschifffahrtsgesellschaft " * 90,
    "a\tb\nc\u00a0d " * 400,
    "。".join(["语义漂移会稀释句子的向量"] * 200),
    "🙂" * 900,
    "short",
    "",
]


@pytest.mark.parametrize("max_length", [3, 16, 128])
def test_the_model_reads_the_same_tokens(encoder, max_length):
    cut = encoder.at_length(max_length)
    for text, part in zip(TEXTS, beginnings(TEXTS, cut), strict=True):
        assert text.startswith(part)
        same = np.array_equal(cut.token_ids([text])[0], cut.token_ids([part])[0])
        assert same, text[:20]


def test_long_texts_become_short_and_others_stay(encoder):
    articles = load_corpus("wikipedia").documents["text"].tolist()[:8]
    parts = beginnings(articles, encoder.at_length(32))
    assert max(map(len, parts)) < 400 < min(map(len, articles))
    unbroken = "x" * 5000
    assert beginnings([unbroken, "short"], encoder.at_length(32)) == [unbroken, "short"]


def test_an_encoder_without_a_limit_reads_all(static):
    assert beginnings(TEXTS, static.at_length(None)) == TEXTS


def test_counts_are_those_of_the_encoding(encoder):
    """Beyond its 512 positions as well, and of the empty text the special tokens alone."""
    texts = ["one two", "", "word " * 700]
    lengths = TokenLengths(encoder)
    assert lengths.count(texts).tolist() == [4, 2, 702]
    assert lengths.n_special == 2
    assert lengths.exceed(texts, 3).tolist() == [True, False, True]
    assert token_counter([encoder])(texts).tolist() == [4, 2, 702]


def test_of_long_texts_the_beginning_decides_where_it_suffices(static):
    asked = []

    def count(texts):
        asked.append(texts)
        return np.array([len(text.split()) for text in texts])

    found = beginnings_reach(count, ["a " * 90, "b" * 400 + " b", "c c"], 10)
    assert found.tolist() == [80, 2, 2]
    assert [len(texts) for texts in asked] == [3, 1]


def test_documents_are_drawn_that_reach_the_longest_length(static):
    sizes = (3, 40, 5, 45, 50, 12)
    corpus = Corpus.from_texts(["word " * size for size in sizes])
    found = long_documents(corpus, static, [4, 40], n_documents=3, seed=0)
    assert sorted(found.rows) == [1, 3, 4]
    assert (found.lengths, found.unreached, found.note) == ([4, 40], {}, "")
    few = long_documents(corpus, static, [4, 48, 60], n_documents=5, seed=0)
    assert few.lengths == [4]
    assert few.unreached[48] == "1 of 6 documents have 48 tokens (the longest has 52)"
    with pytest.raises(InputError, match="got 0 lengths"):
        long_documents(corpus, static, [], n_documents=3, seed=0)
