"""Texts of known segments: what a file may hold, and what is put together from a corpus."""

import json

import pytest

from semshift_nb.corpora import (
    Corpus,
    concatenated_segments,
    load_corpus,
    load_segments,
    wikipedia_sections,
)
from semshift_nb.errors import InputError

LINES = [
    {"_id": "a", "subset": "x", "segments": [["One.", "Two."], ["Three\u2028here."]]},
    {"_id": "b", "segments": [["Four \ud800."]]},
]


def write(path, lines):
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    )
    return path


def test_a_file_is_read_as_it_is(tmp_path):
    table = load_segments(write(tmp_path / "known.jsonl", LINES))
    assert table["doc_id"].tolist() == ["a", "b"]
    assert table["segments"][0] == LINES[0]["segments"]
    assert table["segments"][1] == [["Four \ufffd."]]
    bare = write(tmp_path / "bare.jsonl", [{"segments": [["One."]]}] * 2)
    assert load_segments(bare)["doc_id"].tolist() == ["0", "1"]


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([{"text": "a"}], "has no 'segments' on any line"),
        ([LINES[0], LINES[0]], "several texts with the _id 'a'"),
        ([LINES[0], {"_id": "c"}], "line 2, has segments None"),
        ([{"segments": []}], "expected one or more lists"),
        ([{"segments": [["a"], []]}], "each of one or more sentences"),
        ([{"segments": ["a"]}], "expected one or more lists"),
        ([{"segments": [["a", 3]]}], "has the sentence 3"),
        ([{"segments": [[" "]]}], "expected a string with words"),
        (["{"], "line 1"),
        ([""], "is empty"),
    ],
)
def test_what_a_file_may_not_hold(lines, says, tmp_path):
    with pytest.raises(InputError, match=says):
        load_segments(write(tmp_path / "bad.jsonl", lines))


def test_no_file(tmp_path):
    with pytest.raises(InputError, match=r"there is no file .*none\.jsonl"):
        load_segments(tmp_path / "none.jsonl")
    with pytest.raises(InputError, match=r"is no \.jsonl file"):
        load_segments(tmp_path)


def numbered(n_documents: int, n_sentences: int) -> Corpus:
    texts = [
        " ".join(f"Document {d} says {s}." for s in range(n_sentences)) for d in range(n_documents)
    ]
    return Corpus.from_texts(texts, name="numbered")


def test_stretches_are_consecutive_and_of_different_documents():
    table = concatenated_segments(
        numbered(8, 12), n_texts=5, n_segments=6, n_sentences=(2, 7), seed=3
    )
    assert len(table) == 5
    assert table["doc_id"].is_unique
    for segments in table["segments"]:
        assert len(segments) == 6
        found = [[tuple(map(int, s[9:-1].split(" says "))) for s in one] for one in segments]
        assert len({one[0][0] for one in found}) == 6
        for one in found:
            assert 2 <= len(one) <= 7
            assert one == [(one[0][0], one[0][1] + step) for step in range(len(one))]


def test_the_same_seed_draws_the_same_texts():
    drawn = [
        concatenated_segments(numbered(9, 9), n_texts=3, n_segments=4, seed=seed)
        for seed in (1, 1, 2)
    ]
    assert drawn[0].equals(drawn[1])
    assert not drawn[0].equals(drawn[2])


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_segments": 9}, "8 documents of at least 3"),
        ({"n_texts": 0}, "expected at least one of each"),
        ({"n_sentences": (5, 4)}, "no fewer at most than at least"),
    ],
)
def test_asked_wrongly(options, says):
    with pytest.raises(InputError, match=says):
        concatenated_segments(numbered(8, 4), **{"n_texts": 1, "n_segments": 2, **options})


def test_sections_hold_sentences_of_the_articles_in_their_order():
    table = wikipedia_sections()
    articles = load_corpus("wikipedia").documents.set_index("doc_id")["text"]
    assert len(table) > 40
    for doc_id, segments in zip(table["doc_id"][:12], table["segments"][:12], strict=True):
        assert len(segments) >= 4
        place = 0
        for sentence in (one for segment in segments for one in segment):
            assert sentence in articles[doc_id][place:]
            place = articles[doc_id].index(sentence, place) + len(sentence)
    with pytest.raises(InputError, match="expected 1 or more"):
        wikipedia_sections(min_sections=0)
