# ruff: noqa: RUF001 - full-width signs are what Chinese is written with.
"""Where a sentence is cut that is too long, and what is never cut."""

import base64
import random
import textwrap

import numpy as np
import pandas as pd
import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb.analyses import split, split_corpus
from semshift_nb.analyses.splitting.segments import Segment, split_oversized
from semshift_nb.corpora import Corpus, TextWarning
from semshift_nb.errors import InputError

DATA = base64.b64encode(random.Random(2).randbytes(9_000)).decode()


class ByCharacter:
    """Counts one token a code point, so that the bound is seen by eye."""

    def exceed(self, texts, most):
        return np.array([len(text) > most for text in texts], dtype=np.bool_)


def cut(text, most):
    return [
        text[piece.start : piece.end]
        for piece in split_oversized(text, [Segment(0, len(text), 0)], ByCharacter(), most)
    ]


@pytest.mark.parametrize(
    "parts",
    [
        ["a clause, then more words; and\n\n", "another clause, at the end; of it all"],
        ["red and green, and blue or\nwhite; ", "the rest, of the colours\nthat there are"],
        ["one two three four five, ", "six\nseven eight nine ten"],
        ["one two three\nfour five ", "six seven eight\nnine ten"],
        ["the price of 1,000.50 euro ", "and the price of 2,000.50 euro"],
        ["他来到河边，看见一只小船；", "船上没有人，水很静，风也停了"],
        ["وصل الرجل إلى البيت، ثم جلس؛ ", "وكان الباب مفتوحا، والنور مضاء"],
    ],
)
def test_paragraphs_before_clauses_before_commas_before_words(parts):
    text = "".join(parts)
    assert cut(text, most=max(map(len, parts))) == parts


def test_a_clause_is_preferred_to_the_wrap_of_a_line(static):
    text = textwrap.fill(
        "The ferry, which had been out of use since the storm in March, was brought back to the "
        "slip and painted; the crew asked for a new rope, a second lamp and a list of the hours at "
        "which the bridge would be open to them",
        60,
    )
    first, second = split(text, static, max_tokens=36, price=0).texts
    assert first.rstrip().endswith("painted;")
    assert first + second == text


CLUSTERS = st.sampled_from(
    [
        "👩\u200d👩\u200d👧\u200d👦",
        "e\u0301",
        "🏳\ufe0f\u200d🌈",
        "👍🏽",
        "🇩🇪",
        "각",
        "नि",
        "\r\n",
        "x",
        " ",
        ", ",
        "字",
        "\u0301",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.lists(CLUSTERS, max_size=90).map("".join), st.integers(32, 40))
def test_no_visible_character_is_cut(text, most):
    pieces = cut(text, most) if text else []
    assert "".join(pieces) == text
    edges = set(np.cumsum([len(piece) for piece in pieces]).tolist())
    ends = {
        place
        for cluster in regex.finditer(r"\X", text)
        for place in ([cluster.end()] if len(cluster[0]) <= 8 else range(*cluster.span()))
    }
    assert edges <= ends | {len(text)}


def test_a_character_that_does_not_fit_is_named_and_a_heap_of_marks_is_cut():
    with pytest.raises(InputError, match=r"the character '👩.* alone has more"):
        cut("👩\u200d👩\u200d👧\u200d👦" * 3, most=5)
    assert "".join(cut("e" + "\u0301" * 500, most=9)) == "e" + "\u0301" * 500


def test_machine_data_stay_whole_and_are_told(static):
    text = f"The plan is here. See data:image/png;base64,{DATA} for it, and say. Done now."
    with pytest.warns(TextWarning, match=r"1 document holds .*'b' \(a data URI or base64, 12,"):
        table = split_corpus(
            Corpus("two", pd.DataFrame({"doc_id": ["a", "b"], "text": ["Nothing. Go on.", text]})),
            static,
            max_tokens=24,
        )
    own = table[table["doc_id"] == "b"]
    assert "".join(own["text"]) == text
    holding = own[own["text"].str.contains("base64")]
    assert len(holding) == 1
    assert holding["text"].iloc[0].endswith(DATA)
    assert (own.drop(holding.index)["n_tokens"] <= 24).all()
    with pytest.warns(TextWarning, match="'the text'"):
        assert "".join(split(text, static, method="fixed", max_tokens=24).texts) == text
