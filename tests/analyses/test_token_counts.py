"""Beginnings of texts: shorter, and nothing else to the model."""

import numpy as np
import pytest

from semshift_nb.analyses.token_counts import beginnings
from semshift_nb.corpora import load_corpus

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
