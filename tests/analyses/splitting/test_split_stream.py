"""Sentences in, chunks out: the same as all at once, and never all held."""

from itertools import islice

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb.analyses import split, split_stream
from semshift_nb.corpora import load_corpus
from semshift_nb.errors import InputError


@pytest.fixture(scope="module")
def sentences() -> list[str]:
    return load_corpus("news", n_documents=60).sentences["text"].tolist()[:700]


@pytest.mark.parametrize("options", [{}, {"max_tokens": 80}, {"min_sentences": 3}], ids=str)
def test_chunks_are_those_of_all_sentences_at_once(options, sentences, static):
    whole = split(sentences, static, price=0.4, **options)
    streamed = list(split_stream(iter(sentences), static, price=0.4, **options))
    assert len(whole) > 30
    assert [chunk.text for chunk in streamed] == whole.texts
    for chunk, other in zip(streamed, whole, strict=True):
        assert (chunk.start, chunk.end, chunk.n_tokens) == (other.start, other.end, other.n_tokens)
        assert chunk.sentences == other.sentences
        gains = [np.nan if one.gain is None else one.gain for one in (chunk, other)]
        assert gains[0] == pytest.approx(gains[1], abs=1e-6, nan_ok=True)


def test_the_price_comes_from_the_first_sentences(sentences, static):
    price = split(sentences[:256], static).price
    streamed = list(split_stream(sentences, static, look_ahead=256))
    expected = list(split_stream(sentences, static, look_ahead=256, price=price))
    assert streamed == expected


def test_chunks_come_before_the_stream_ends_and_little_is_read_ahead(sentences, static):
    n_read = 0

    def endless():
        nonlocal n_read
        while True:
            n_read += 1
            yield sentences[n_read % len(sentences)]

    n_given = 0
    for chunk in islice(split_stream(endless(), static, price=0.4, look_ahead=300), 60):
        n_given += len(chunk.sentences)
        assert n_read - n_given < 300 + 3 * 256


def test_a_chunk_is_ended_by_the_look_ahead(static):
    chunks = list(split_stream(["The same again."] * 230, static, price=0.5, look_ahead=50))
    assert [len(chunk.sentences) for chunk in chunks] == [50, 50, 50, 50, 30]


@pytest.mark.filterwarnings("ignore:more than 10% of the tokens")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(max_size=12), max_size=12),
    st.one_of(st.none(), st.integers(3, 9)),
    st.integers(2, 5),
)
def test_no_character_is_lost(static, sentences, max_tokens, look_ahead):
    chunks = list(split_stream(sentences, static, max_tokens=max_tokens, look_ahead=look_ahead))
    assert "".join(chunk.text for chunk in chunks) == " ".join(sentences)
    assert all(max_tokens is None or chunk.n_tokens <= max_tokens for chunk in chunks)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"look_ahead": 1}, "look_ahead is 1"),
        ({"price": "dear"}, "price is 'dear'"),
        ({"min_sentences": 0}, "min_sentences is 0"),
    ],
)
def test_asked_wrongly(options, says, static):
    with pytest.raises(InputError, match=says):
        split_stream(["a"], static, **options)
    with pytest.raises(InputError, match="sentence 1 is int"):
        list(split_stream(["a", 1], static))
