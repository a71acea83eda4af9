"""The rules on ends, by golden cases in seven languages made by hand."""

from pathlib import Path

import pytest
import sentencex

from semshift_nb.corpora.sentences import sentence_spans

GOLDEN = Path(__file__).with_name("golden.txt").read_text("utf-8")
CASES = {
    block.split("\n", 1)[0]: block.split("\n", 1)[1].strip().split("\n")
    for block in GOLDEN.split("\n# ")[1:]
}


@pytest.mark.parametrize("language", CASES)
def test_golden_cases(language: str) -> None:
    assert len(CASES[language]) >= 20
    for case in CASES[language]:
        lines = case.replace("⏎", "\n")
        text = lines.replace("|", "")
        found = [text[start:end] for start, end in sentence_spans(text, language)]
        assert found == [sentence.strip() for sentence in lines.split("|")]


def test_they_are_cases_that_sentencex_alone_has_wrong() -> None:
    wrong = dict.fromkeys(CASES, 0)
    for language, cases in CASES.items():
        for case in cases:
            text = case.replace("⏎", "\n").replace("|", "")
            alone = [piece.strip() for piece in sentencex.segment(language, text)]
            wrong[language] += alone != [
                part.strip() for part in case.replace("⏎", "\n").split("|")
            ]
    # A version of sentencex that has them right would make the rules superfluous.
    assert min(wrong.values()) >= 4, wrong


@pytest.mark.parametrize(
    "text",
    [
        "He paid 4,000. Then he left.",
        "Door 1. Door 2.",
        "It was no fig. She ate it.",
        "They met at seven. I. Berlin spoke.",
        "Plan B is in the app. I like it.",
        "Nobody was home. 'Tis a pity.",
    ],
)
def test_what_only_looks_like_a_number_or_a_reference_ends(text: str) -> None:
    assert len(sentence_spans(text, "en")) == 2


def test_rules_go_by_the_text_where_the_language_is_not_known_to_be_another() -> None:
    text = "他来了。2011年他走了。「はい。」と言った。"
    assert [text[a:b] for a, b in sentence_spans(text, "en")] == [
        "他来了。",
        "2011年他走了。",
        "「はい。」と言った。",
    ]
