"""Passages lie in one document each, and read as it does."""

import pytest

from semshift_nb.analyses.passages import passage_members, passage_starts, passages_at


@pytest.mark.parametrize(
    ("n", "starts"),
    [
        (1, list(range(13))),
        (2, [0, 1, 2, *range(5, 12)]),
        (4, [0, *range(5, 10)]),
        (9, []),
        (99, []),
    ],
)
def test_a_passage_begins_where_enough_sentences_of_its_document_follow(small, n, starts):
    """Documents of 4, 0, 1 and 8 sentences: rows 0 to 3, 4, and 5 to 12."""
    assert passage_starts(small.sentences, n).tolist() == starts


def test_a_passage_is_the_text_of_its_sentences_as_it_stands(small):
    firsts = passage_starts(small.sentences, 3)[[0, -1]]
    table = passages_at(small, firsts, 3)
    assert table["title"].tolist() == ["four", "eight"]
    assert table["start_position"].tolist() == [0, 5]
    assert table["text"].tolist() == [
        "The cat sat on the mat. Dogs bark at night. Prices rose again in spring.",
        "The sun came out at last. Birds sang in the trees. Wine was poured for everyone.",
    ]
    assert passage_members(firsts, 3).tolist() == [0, 1, 2, 10, 11, 12]
    assert passages_at(small, firsts[:0], 3).columns.tolist() == table.columns.tolist()
