"""split: nothing lost, no bound broken, whatever comes in; and turns found where they are."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import AutoTokenizer

import semshift_nb
from semshift_nb import measures
from semshift_nb.analyses import SPLIT_METHODS, Splitting, split, split_corpus
from semshift_nb.corpora import Corpus
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError

CATS = "Cats purr when they are content. A kitten follows its mother. Old cats sleep all day."
STARS = "Stars burn hydrogen for ages. A galaxy holds billions of stars. Telescopes gather light."
BREAD = "Bread needs flour and yeast. The dough must rise twice. Bake it until the crust is brown."
TURNS = "\n".join((CATS, STARS, BREAD))

#: Some of these texts no model here can read, and says so.
UNREAD = pytest.mark.filterwarnings("ignore:more than 10% of the tokens")

HARD = {
    "empty": "",
    "white": " \n\n\t\u3000 ",
    "one": "One sentence only.",
    "equal": "The same thing again. " * 40,
    "no end": "word and another " * 6_000,
    "no space": "a" * 3_000,
    "chinese": "今天天气很好。我们去公园散步。他说《好的》然后走了。股票市场今天大跌。" * 4,
    "chinese without end": "天气" * 800,
    "code": "def f(x):\n    return x + 1\n\n\nclass A:\n    pass\n" * 20,
    "table": "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 60,
    "symbols": "🦉🌊 👩‍👩‍👧 e\u0301 " * 40,
    "half a character": "Half \ud800 of it. The other \udfff half.",
    "line ends": "One.\r\n\r\nTwo.\rThree.\x0bFour.\u2028Five.\n",
    "around": "\n\n  Hello there. Goodbye then.  \n\n",
}


def check_whole(chunks: Splitting, text: str, max_tokens: int | None = None) -> None:
    assert "".join(chunks.texts) == text
    for chunk in chunks:
        assert chunk.text == text[chunk.start : chunk.end]
        assert max_tokens is None or chunk.n_tokens <= max_tokens
    assert all(a.end == b.start for a, b in pairwise(chunks))


@UNREAD
@pytest.mark.parametrize("name", HARD)
@pytest.mark.parametrize("max_tokens", [None, 300, 24, 3])
def test_hard_texts_are_neither_lost_nor_too_long(name, max_tokens, static):
    text = HARD[name] if max_tokens in (None, 300) else HARD[name][:3_000]
    check_whole(split(text, static, max_tokens=max_tokens), text, max_tokens)


@UNREAD
@pytest.mark.parametrize("name", sorted(HARD.keys() - {"no end", "table"}))
@pytest.mark.parametrize("method", SPLIT_METHODS)
def test_hard_texts_by_every_method_with_the_real_model(name, method, encoder):
    chunks = split(HARD[name], encoder, method=method, max_tokens=32, min_sentences=2)
    check_whole(chunks, HARD[name], max_tokens=32)


PARTS = st.sampled_from(
    [".", "!", " ", "\n", "。", "a", "Cats sleep", "word" * 9, "\x00", "é", "猫"]
)


@UNREAD
@settings(max_examples=80, deadline=None)
@given(
    st.one_of(st.text(max_size=120), st.lists(PARTS, max_size=60).map("".join)),
    st.sampled_from(SPLIT_METHODS),
    st.one_of(st.none(), st.integers(3, 40)),
    st.integers(1, 3),
)
def test_no_character_is_lost(static, text, method, max_tokens, min_sentences):
    limits = {"max_tokens": max_tokens, "min_sentences": min_sentences}
    check_whole(split(text, static, method=method, **limits), text, max_tokens)


@UNREAD
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12), st.sampled_from([" ", "", "\n\n"]))
def test_sentences_are_joined_and_all_there(static, sentences, separator):
    chunks = split(sentences, static, separator=separator)
    check_whole(chunks, separator.join(sentences))
    kept = [sentence for chunk in chunks for sentence in chunk.sentences]
    assert kept == [sentence.strip() for sentence in sentences if sentence.strip()]


@UNREAD
def test_tokens_are_those_of_the_models_own_tokenizer(encoder):
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()))
    for text in (TURNS, HARD["no end"][:12_000], HARD["chinese"]):
        for chunk in split(text, encoder, n_chunks=2):
            assert chunk.n_tokens == len(tokenizer(chunk.text, verbose=False)["input_ids"])


def test_tokens_are_those_that_the_encoder_counts(encoder, static):
    for one in (encoder, static, encoder.at_length(32), encoder.at_layer(3)):
        chunks = split(TURNS, one, n_chunks=2)
        counts = one.encode_with_tokens(chunks.texts).n_tokens
        assert [chunk.n_tokens for chunk in chunks] == counts.tolist()


def test_turns_are_found_and_their_gains_are_told(encoder):
    chunks = split(TURNS, encoder)
    assert [chunk.text.strip() for chunk in chunks] == [CATS, STARS, BREAD]
    assert [len(chunk.sentences) for chunk in chunks] == [3, 3, 3]
    rows = encoder.encode([sentence for chunk in chunks for sentence in chunk.sentences])
    assert chunks.price == pytest.approx(measures.fair_price(rows), rel=1e-4)
    gains = measures.cut_gains(rows, [3, 6])
    assert chunks[0].gain is None
    assert [chunk.gain for chunk in chunks[1:]] == pytest.approx(gains[[2, 5]].tolist(), abs=1e-4)
    for chunk, part in zip(chunks, (rows[:3], rows[3:6], rows[6:]), strict=True):
        assert chunk.dispersion == pytest.approx(measures.dispersion(part), abs=1e-4)
        assert chunk.semantic_shift == pytest.approx(measures.semantic_shift(part), abs=1e-4)
        assert chunk.dilution == pytest.approx(measures.dilution(part), abs=1e-4)


def test_a_list_of_sentences_is_split_as_its_text_is(encoder):
    sentences = [sentence for chunk in split(TURNS, encoder) for sentence in chunk.sentences]
    assert [len(chunk.sentences) for chunk in split(iter(sentences), encoder)] == [3, 3, 3]


@pytest.mark.parametrize("method", SPLIT_METHODS)
def test_a_number_of_chunks(method, encoder):
    assert len(split(TURNS, encoder, method=method, n_chunks=3)) == 3


def test_a_price_and_a_threshold(encoder):
    assert len(split(TURNS, encoder, price=100)) == 1
    assert len(split(TURNS, encoder, price=0)) == 9
    assert split(TURNS, encoder, price=0.9).price == 0.9
    for chunk in split(TURNS, encoder, method="shift", price=1.2):
        assert chunk.semantic_shift <= 1.2


def test_where_no_turn_pays_the_result_says_so(encoder):
    assert split(TURNS, encoder).note == ""
    whole = split(CATS, encoder)
    assert len(whole) == 1
    assert whole.note == (
        f"no turn that pays: a cut would have to save {whole.price:.3g} of scatter, and none does"
    )
    bounded = split(CATS, encoder, max_tokens=12)
    assert len(bounded) > 1
    assert bounded.note == whole.note
    assert split(CATS, encoder, price=9).note == split("One sentence.", encoder).note == ""
    table = split_corpus(Corpus.from_texts([CATS, TURNS]), encoder)
    assert table["note"].tolist() == [whole.note, "", "", ""]


def test_granularity_multiplies_the_price_of_the_text(encoder):
    chunks = split(TURNS, encoder)
    sizes = []
    for times in (0.1, 0.5, 1, 2, 9):
        coarser = split(TURNS, encoder, granularity=times)
        assert coarser.price == pytest.approx(times * chunks.price)
        assert coarser.texts == split(TURNS, encoder, price=times * chunks.price).texts
        sizes.append(len(coarser))
    assert sizes == sorted(sizes, reverse=True)
    assert (sizes[0], sizes[-1]) == (9, 1)
    assert len(split(TURNS, encoder, granularity=9, method="shift")) == 1
    table = split_corpus(Corpus.from_texts([TURNS]), encoder, granularity=9)
    assert table["price"].tolist() == pytest.approx([9 * chunks.price])


def test_fixed_chunks_are_filled(encoder):
    chunks = split(TURNS, encoder, method="fixed", max_tokens=30)
    for chunk, after in pairwise(chunks):
        first = encoder.encode_with_tokens([after.sentences[0]]).n_tokens[0] - 2
        assert chunk.n_tokens + first > 30


def test_few_sentences_only_where_the_bound_on_tokens_demands_it(encoder):
    sizes = [len(chunk.sentences) for chunk in split(TURNS, encoder, price=0, min_sentences=2)]
    assert min(sizes) == 2
    tight = split(TURNS, encoder, price=0, min_sentences=4, max_tokens=15)
    check_whole(tight, TURNS, max_tokens=15)


def test_the_table_has_a_row_for_each_chunk(encoder):
    chunks = split(TURNS, encoder)
    table = chunks.table()
    assert table["position"].tolist() == [0, 1, 2]
    assert table["n_sentences"].tolist() == [3, 3, 3]
    assert "".join(table["text"]) == TURNS
    assert np.isnan(table["gain"][0])
    assert list(split("", encoder).table().columns) == list(table.columns)


def test_the_door():
    assert semshift_nb.split is split
    assert "split" in semshift_nb.__all__


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        (None, {}, "takes a text or a list of sentences, but got NoneType"),
        (b"bytes", {}, "but got bytes"),
        (["a", 1], {}, "sentence 1 is int"),
        ("A. B.", {"method": "magic"}, "method is 'magic': expected one of least_dilution"),
        ("A. B.", {"price": "cheap"}, "price is 'cheap'"),
        ("A. B.", {"price": -1}, "price is -1"),
        ("A. B.", {"price": 1, "n_chunks": 2}, "n_chunks and price were both given"),
        ("A. B.", {"price": 1, "method": "fixed"}, "method 'fixed' has no price"),
        ("A. B.", {"granularity": 0}, "granularity is 0: expected a number above 0"),
        ("A. B.", {"granularity": "coarse"}, "granularity is 'coarse'"),
        ("A. B.", {"granularity": 2, "price": 1}, "leave it out where price or n_chunks is given"),
        ("A. B.", {"granularity": 2, "n_chunks": 1}, "leave it out where price or n_chunks"),
        ("A. B.", {"granularity": 2, "method": "fixed"}, "method 'fixed' has no granularity"),
        ("A b. C d.", {"n_chunks": 5}, "5 segments were asked for"),
        ("", {"n_chunks": 1}, "the text is empty"),
        ("A. B.", {"min_sentences": 0}, "min_sentences is 0"),
        ("A. B.", {"max_tokens": 2}, "the model itself adds 2 tokens"),
        ("A. B.", {"max_tokens": 4.5}, "max_tokens is 4.5"),
        ("A. B.", {"language": "English!"}, "language must be a code"),
    ],
)
def test_asked_wrongly(text, options, says, encoder):
    with pytest.raises(InputError, match=says):
        split(text, encoder, **options)
