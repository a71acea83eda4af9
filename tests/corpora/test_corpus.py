"""Corpus: what it completes, what it refuses, and what stays of bad text."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb.corpora import Corpus, split_sentences
from semshift_nb.errors import InputError


def corpus_of(**columns: list[object]) -> Corpus:
    return Corpus("c", pd.DataFrame({k: pd.Series(v, dtype=object) for k, v in columns.items()}))


def test_what_is_left_out_is_completed() -> None:
    corpus = corpus_of(text=["Hello there.", ""], other=[1, 2])
    assert corpus.documents.to_dict("list") == {
        "doc_id": ["0", "1"],
        "title": ["Hello there.", ""],
        "text": ["Hello there.", ""],
        "language": ["en", "en"],
    }


def test_what_is_given_is_kept() -> None:
    given_columns = {
        "doc_id": [7, "b"],
        "title": ["T", None],
        "text": ["你好。再见。", "One. Two."],
        "language": ["zh", None],
        "label": [1, None],
    }
    corpus = corpus_of(**given_columns)
    assert corpus.documents["doc_id"].tolist() == ["7", "b"]
    assert corpus.documents["title"].tolist() == ["T", "One. Two."]
    assert corpus.documents["language"].tolist() == ["zh", "en"]
    assert corpus.documents["label"].tolist()[0] == 1
    assert corpus.sentences["text"].tolist() == ["你好。", "再见。", "One.", "Two."]
    assert corpus.sentences["doc_id"].tolist() == ["7", "7", "b", "b"]
    assert corpus.sentences["position"].tolist() == [0, 1, 0, 1]


def test_long_titles_are_cut_between_words() -> None:
    latin, chinese = corpus_of(text=["word, " * 50, "字" * 100]).documents["title"]
    assert latin == "word, " * 9 + "word…"
    assert chinese == "字" * 59 + "…"


def test_the_callers_table_is_left_alone() -> None:
    table = pd.DataFrame({"text": ["a"]})
    corpus = Corpus("c", table)
    corpus.documents.loc[0, "text"] = "b"
    assert table.columns.tolist() == ["text"]
    assert table["text"][0] == "a"


def test_it_says_what_it_is() -> None:
    corpus = Corpus.from_texts(["a", "b"])
    assert repr(corpus) == "<Corpus 'texts' of 2 documents>"
    assert len(corpus) == 2


def test_from_texts() -> None:
    corpus = Corpus.from_texts(["你好。"], titles=["问候"], language="zh", name="n")
    assert corpus.name == "n"
    assert corpus.documents.iloc[0].tolist() == ["0", "问候", "你好。", "zh"]


BAD = {
    "no rows": ({"text": []}, "corpus 'c' has no documents"),
    "no text": ({"body": ["a"], "id": [1]}, r"no column 'text'; it has 'body', 'id'"),
    "null text": ({"text": ["a", None, np.nan, pd.NA]}, r"text is missing: 3 of 4.* at 1, 2, 3"),
    "not text": ({"text": ["a", 3.5]}, r"text is no string: 1 of 2.* at 1 \(the first is 3.5\)"),
    "bytes": ({"text": [b"a"]}, "text is no string"),
    "null id": ({"text": ["a", "b"], "doc_id": ["x", None]}, "doc_id is missing: 1 of 2"),
    "repeated ids": (
        {"text": list("abcd"), "doc_id": ["x", "x", "y", "y"]},
        r"2 doc_id values that occur more than once \('x', 'y'\)",
    ),
    "ids alike as strings": ({"text": ["a", "b"], "doc_id": [1, "1"]}, r"once \('1'\)"),
    "no language": ({"text": ["a"], "language": ["German!"]}, "code such as 'en'.* got 'German!'"),
    "list as language": ({"text": ["a"], "language": [["en"]]}, "code such as 'en'"),
}


@pytest.mark.parametrize(("columns", "message"), BAD.values(), ids=BAD.keys())
def test_refused(columns: dict[str, list[object]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        corpus_of(**columns)


def test_a_column_that_is_there_twice() -> None:
    table = pd.DataFrame([["a", "b"]], columns=["text", "text"])
    with pytest.raises(InputError, match="several columns 'text'"):
        Corpus("c", table)


def test_from_texts_refuses() -> None:
    with pytest.raises(InputError, match=r"write \[text\]"):
        Corpus.from_texts("one text")
    with pytest.raises(InputError, match="2 texts but 1 titles"):
        Corpus.from_texts(["a", "b"], titles=["t"])
    with pytest.raises(InputError, match="has no documents"):
        Corpus.from_texts([])


def test_halves_of_characters_are_replaced_in_place() -> None:
    corpus = corpus_of(text=["A\ud800b. C."], doc_id=["\udfff"], title=["\ud800"], label=["\udc00"])
    assert corpus.documents.iloc[0].tolist() == ["\ufffd", "\ufffd", "A\ufffdb. C.", "en", "\ufffd"]
    assert corpus.sentences["start"].tolist() == [0, 5]


@pytest.mark.filterwarnings("ignore::semshift_nb.corpora.TextWarning")  # some look like no English
@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(codec=None)), min_size=1, max_size=5))
def test_any_texts_make_a_corpus(texts: list[str]) -> None:
    corpus = Corpus.from_texts(texts)
    assert len(corpus) == len(texts)
    assert corpus.documents["text"].str.len().tolist() == [len(text) for text in texts]
    # Whatever came in can be written down.
    corpus.documents.to_parquet("/dev/null")
    for row, text in enumerate(corpus.documents["text"]):
        mine = corpus.sentences[corpus.sentences["doc_id"] == str(row)]
        alone = split_sentences(text, "en")
        assert mine["text"].tolist() == alone["text"].tolist()
        assert mine["start"].tolist() == alone["start"].tolist()


def test_documents_without_words_stay_and_have_no_sentences() -> None:
    corpus = Corpus.from_texts(["", "word", " \n"])
    assert len(corpus) == 3
    assert corpus.sentences["doc_id"].tolist() == ["1"]
    nothing = Corpus.from_texts([""]).sentences
    assert nothing.columns.tolist() == ["doc_id", "position", "start", "end", "text"]
    assert nothing["start"].dtype == "int64"


def test_the_fingerprint_tells_corpora_apart() -> None:
    base = corpus_of(text=["ab", "c"], doc_id=["x", "y"], language=["en", "en"])
    same = Corpus("other name", base.documents.assign(title="other title"))
    others = [
        corpus_of(text=["a", "bc"], doc_id=["x", "y"]),
        corpus_of(text=["ab", "c"], doc_id=["x", "z"]),
        corpus_of(text=["ab", "c"], doc_id=["x", "y"], language=["en", "de"]),
        corpus_of(text=["c", "ab"], doc_id=["y", "x"]),
        corpus_of(text=["ab"], doc_id=["x"]),
    ]
    assert same.fingerprint == base.fingerprint
    assert len(base.fingerprint) == 64
    assert len({base.fingerprint, *(other.fingerprint for other in others)}) == 6


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        (["a", None, "b\ud800"], ["a", None, "b\ufffd"]),
        ([1, 2], [1, 2]),
        ([True, False], [True, False]),
        ([1, 2.5], [1.0, 2.5]),
        ([1, "winter", None], ["1", "winter", None]),
        ([True, 1], ["true", "1"]),
        ([["é", 2], {"a": None}], ['["é", 2]', '{"a": null}']),
        ([np.array(["x"]), ["y"]], ['["x"]', '["y"]']),
        ([2**70, 1], [str(2**70), "1"]),
        ([dt.date(2026, 1, 2), None], ["2026-01-02", None]),
    ],
)
def test_labels_are_of_one_kind_so_that_every_table_holds_them(labels, kept):
    table = pd.DataFrame({"text": ["a"] * len(labels)})
    table["label"] = pd.Series(labels, dtype=object)
    found = Corpus("c", table).documents["label"].tolist()
    assert [None if pd.isna(label) else label for label in found] == kept
    assert {type(label) for label in found} <= {type(label) for label in kept} | {float}
