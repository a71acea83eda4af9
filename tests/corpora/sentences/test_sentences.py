# ruff: noqa: RUF001 - full-width signs are what Chinese text is written with.
"""Sentences: golden cases made by hand, and what must hold of any text."""

import pytest
import regex
import sentencex
from hypothesis import example, given, settings
from hypothesis import strategies as st

from semshift_nb.corpora import split_sentences
from semshift_nb.corpora.sentences import sentence_spans
from semshift_nb.errors import InputError, SemshiftError

ENGLISH = [
    ["Dr. Smith arrived at 3.15 p.m.", "He left."],
    ["The U.S. economy grew 3.5 percent.", "Nobody noticed."],
    ["She said, “Stop. Wait!”", "Then she ran."],
    ["J. R. R. Tolkien wrote it.", "See e.g. chapter 2."],
    ["It works (see Fig. 2).", "Why?", "Because!"],
    ["Wait... what?", "Yes."],
    ['He asked "Why?" and left.', "Done."],
    ["Visit example.com today.", "Thanks."],
    ["Apple Inc. was founded in 1976.", "It is large."],
    ["Hi 👋🏽!", "Bye 😀."],
    ["one word"],
]
CHINESE = [
    ["《红楼梦》是中国古典小说。", "作者是曹雪芹！", "你读过吗？"],
    ["他说：“你好。我走了。”", "然后离开了。"],
    ["圆周率约等于3.14159。", "它是无理数。"],
    ["「你好。」", "她说。"],
    ["他问：“你去吗？”", "我说：“去！”"],
    ["我读了《你好，再见》这本书。", "很好看……"],
    ["他（她？）来了。", "再见"],
]

# Everything that has made a splitter stumble, beside any character at all.
SIGNS = [
    ". ",
    "! ",
    "? ",
    "。",
    "！",
    "“",
    "”",
    '"',
    "'",
    "(",
    ")",
    "《",
    "》",
    "!",
    "‼\ufe0f",
    "`",
]
WORDS = ["Dr. ", "e.g. ", "3.14", "é", "👋🏽", "مرحبا", "\x00", "\ud800", "\u202e", "\u200b"]
LINES = [
    "1. ",
    "2. ",
    "\nA: b",
    "\n- c",
    "\n```\n",
    "\u0301",
    "\u200d",
    "👩‍👧",
    "Tab. 2",
    "「あ。」と",
]
SPACES = ["\n\n", "\r\n\r\n", "\n \n", "\u2029", "\u2028", "\x85", "\u3000", "\xa0", "\x1c"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *LINES, *SPACES])
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=30).map("".join)
LANGUAGES = st.sampled_from(["en", "zh", "de", "ar", "ja", "hi", "fr", "ru", "yue", "zh-Hans"])


@pytest.mark.parametrize("sentences", ENGLISH, ids=lambda sentences: sentences[0])
def test_english(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences), "en")["text"].tolist() == sentences


@pytest.mark.parametrize("sentences", CHINESE, ids=lambda sentences: sentences[0])
def test_chinese(sentences: list[str]) -> None:
    assert split_sentences("".join(sentences), "zh")["text"].tolist() == sentences


def test_a_blank_line_ends_a_sentence() -> None:
    assert split_sentences("第一章\n\n天亮了。", "zh")["text"].tolist() == ["第一章", "天亮了。"]
    assert split_sentences("Title\n \nText.", "en")["text"].tolist() == ["Title", "Text."]


def test_the_table() -> None:
    table = split_sentences("  One here.\n\nTwo.", "en")
    assert table.columns.tolist() == ["position", "start", "end", "text"]
    assert table.to_numpy().tolist() == [[0, 2, 11, "One here."], [1, 13, 17, "Two."]]


@settings(max_examples=300, deadline=None)
@given(TEXTS, LANGUAGES)
@example("z.B. \u2029 A. B", "de")  # sentencex 1.0.32 panics over a space of three bytes
def test_every_character_lies_in_exactly_one_sentence(text: str, language: str) -> None:
    spans = sentence_spans(text, language)
    covered = [place for start, end in spans for place in range(start, end)]
    assert len(covered) == len(set(covered))
    assert covered == sorted(covered)
    assert set(range(len(text))) - set(covered) <= {i for i, c in enumerate(text) if c.isspace()}
    assert all(text[start:end].strip() == text[start:end] != "" for start, end in spans)


@settings(max_examples=300, deadline=None)
@given(TEXTS, LANGUAGES)
@example("Hi!\u200d\u0301 You.", "en")
@example("No‼\ufe0f Yes.", "en")
def test_no_visible_character_is_divided(text: str, language: str) -> None:
    owner = {i: n for n, (a, b) in enumerate(sentence_spans(text, language)) for i in range(a, b)}
    for cluster in regex.finditer(r"\X", text):
        assert len({owner[i] for i in range(*cluster.span()) if i in owner}) <= 1, cluster


@pytest.mark.parametrize("unit", ["a", "中", "中文，", "word ", "《停！》", "“他"])
def test_the_work_grows_with_the_text_and_not_with_its_square(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed: list[int] = []
    segment = sentencex.segment

    def counting(language: str, text: str) -> list[str]:
        handed.append(len(text))
        return list(segment(language, text))

    monkeypatch.setattr(sentencex, "segment", counting)
    text = (unit * 100_000)[:100_000].strip()
    assert sentence_spans(text, "zh") == [(0, len(text))]
    # Looked at through windows of 16, 32 and 64 thousand, of which the last goes on.
    assert sum(handed) <= 2.5 * len(text)
    assert max(handed) <= 65_536


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_the_table_quotes_the_text(text: str) -> None:
    table = split_sentences(text, "en")
    rows = zip(table["start"], table["end"], table["text"], strict=True)
    assert all(text[start:end] == quoted for start, end, quoted in rows)


@pytest.mark.parametrize("gap", ["\n\n", "\r\n\r\n", "\n\n\n", "\n\n  ", " "])
def test_offsets_hold_in_long_texts(gap: str) -> None:
    # sentencex 1.0.32 loses a blank line about every 10,000 bytes.
    text = gap.join(["Dr. Wu went there. It was nice."] * 800)
    table = split_sentences(text, "en")
    assert table["text"].tolist() == ["Dr. Wu went there.", "It was nice."] * 800
    assert [text[s:e] for s, e in zip(table["start"], table["end"], strict=True)] == list(
        table["text"]
    )


@pytest.mark.parametrize(
    ("unit", "language", "n_each"),
    [("“Hello. No,” he said. ", "en", 1), ("他说：“你好。”然后走了。", "zh", 2)],
)
def test_twenty_thousand_sentences(unit: str, language: str, n_each: int) -> None:
    # One paragraph; in Chinese it took sentencex alone twenty seconds and more.
    assert len(sentence_spans(unit * (20_000 // n_each), language)) == 20_000


@pytest.mark.parametrize("unit", ["a", "word ", "中", "😀", "\u200f", "“"])
def test_a_sentence_of_fifty_thousand_characters(unit: str) -> None:
    text = (unit * 50_000)[:50_000].strip()
    assert sentence_spans(text, "en") == [(0, len(text))]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t", "\u3000\u2029"])
def test_no_words_no_sentence(text: str) -> None:
    table = split_sentences(text, "en")
    assert table.empty
    assert table.dtypes[["position", "start", "end"]].tolist() == ["int64"] * 3


def test_a_text_that_is_no_string() -> None:
    with pytest.raises(InputError, match="takes one string, but got bytes"):
        split_sentences(b"One.", "en")


def test_a_splitter_that_loses_text_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentencex, "segment", lambda language, text: [text[:-1]])
    with pytest.raises(SemshiftError, match=r"lost text \(1 characters\) .* 'One\.'"):
        sentence_spans("One.", "en")
