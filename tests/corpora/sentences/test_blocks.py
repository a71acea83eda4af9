# ruff: noqa: RUF001 - full-width signs are what Chinese and Japanese are written with.
"""Blocks: code, machine data, and lines that are turns, items or verses, or only wrapped."""

import base64
import random
import textwrap

import pytest

from semshift_nb.corpora.sentences import sentence_spans
from semshift_nb.corpora.sentences.blocks import CODE, PROSE, blocks, line_starts, machine_data


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, "en")]


DATA = base64.b64encode(random.Random(1).randbytes(6_000)).decode()
PROSE_TEXT = (
    "The harbour, which had been dug by hand in the years after the flood, was never deep enough "
    "for the ships that the town had hoped to see, so that most of its trade went to the south, "
    "where a river kept the channel open without any help from those who lived beside it."
)


@pytest.mark.parametrize(
    "lines",
    [
        ["Ann: where is the ladder", "Tom: in the shed", "Ann: is it locked", "Tom: never was"],
        ["[00:01] so we start", "[00:04] with the roof", "[00:09] and then the walls"],
        ["- where is it", "- in the shed"],
        ["1. flour", "2. butter", "3. salt"],
        ["What is the wind", "What is the rain", "Nothing is lost", "All comes again"],
        ["ok so what now", "no idea", "call her then", "she wont answer"],
        ["甲：在哪里", "乙：在家", "甲：好"],
        ["窗外有风", "屋里有灯", "无人说话"],
        ["is it late?", "no it is not", "is he here", "who knows?"],
    ],
    ids=lambda lines: lines[0],
)
def test_turns_items_and_verses_are_sentences(lines: list[str]) -> None:
    assert sentences("\n".join(lines)) == lines


@pytest.mark.parametrize("width", [32, 48, 60, 72, 80, 100])
def test_wrapped_prose_is_not_cut_at_its_lines(width: int) -> None:
    wrapped = textwrap.fill(PROSE_TEXT, width)
    assert sentences(wrapped) == [wrapped]
    assert sentences(wrapped.rstrip(".")) == [wrapped.rstrip(".")]


def test_wrapped_chinese_is_not_cut_at_its_lines() -> None:
    text = "他在河边走了很久，" * 20 + "最后回家了。"
    wrapped = "\n".join(textwrap.wrap(text, 30))
    assert sentences(wrapped) == [wrapped]


def test_a_subtitle_is_one_sentence_with_its_number_and_its_times() -> None:
    cues = [
        f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{text}"
        for n, text in enumerate(["where were you", "at the shop\nbut it had closed"])
    ]
    assert sentences("\n\n".join(cues)) == cues


def test_a_clause_on_a_line_of_its_own_goes_on() -> None:
    text = "The council met today,\nafter a long debate,\nand put off the vote."
    assert sentences(text) == [text]
    assert line_starts("Only one line: this") == []


def test_code_between_fences_is_one_unit_whatever_is_in_it() -> None:
    code = '```python\nx = "One. Two."\n\n\ny = 2\n```'
    assert sentences(f"Look here. See this:\n{code}\nDone. Good.") == [
        "Look here.", "See this:", code, "Done.", "Good.",
    ]  # fmt: skip
    assert [block.kind for block in blocks(f"A.\n\n  {code}\n\nB.")] == [PROSE, CODE, PROSE]
    assert sentences("```\nNever closed. So prose.") == ["```\nNever closed.", "So prose."]


def test_machine_data_are_found_and_never_cut() -> None:
    uri = f"data:image/png;base64,{DATA}"
    svg = "data:image/svg+xml;utf8,%3Csvg.%20xmlns!%3E" + "a.b!c?d" * 40
    lines = "\n".join(textwrap.wrap(DATA, 76))
    for data in (uri, svg, DATA, lines):
        text = f"Here it is: {data}\nThat was it. Done."
        (found,) = machine_data(text)
        assert data.startswith(text[found.start : found.end])
        assert found.end - found.start > len(data) - 3
        assert [s for s in sentences(text) if data[:50] in s] == [
            f"Here it is: {data}\nThat was it."
        ]


@pytest.mark.parametrize(
    "text", ["a" * 3_000, "Donaudampfschiff" * 20, "/usr/lib/x1Y" * 10, "word " * 99]
)
def test_what_is_only_long_is_no_machine_data(text: str) -> None:
    assert machine_data(text) == []
