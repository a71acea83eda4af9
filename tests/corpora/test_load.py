"""load_corpus: which source is meant, languages, and the draw."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semshift_nb.corpora import Corpus, TextWarning, load_corpus
from semshift_nb.errors import InputError

TABLE = pd.DataFrame({"text": [f"Text {n}." for n in range(50)], "language": ["en", "de"] * 25})


def test_a_table() -> None:
    corpus = load_corpus(TABLE)
    assert isinstance(corpus, Corpus)
    assert corpus.documents["language"].tolist() == TABLE["language"].tolist()


def test_a_language_given_is_that_of_all_documents() -> None:
    assert set(load_corpus(TABLE, language="zh").documents["language"]) == {"zh"}
    with pytest.raises(InputError, match=r"code such as 'en'.* got 'english language'"):
        load_corpus(TABLE, language="english language")


def test_an_empty_language_is_what_the_column_says_of_each() -> None:
    assert load_corpus(TABLE, language="").documents["language"].tolist() == ["en", "de"] * 25


def test_an_unknown_language_is_refused_with_the_list() -> None:
    with pytest.raises(InputError, match=r"got 'jp'\. Did you mean 'ja'\? .* aa .* de .* zu"):
        load_corpus(TABLE, language="jp")
    with pytest.raises(InputError, match=r"texts.* got 'xx'"):
        load_corpus(TABLE.assign(language="xx"))


def test_a_bundled_corpus_stays_english() -> None:
    with pytest.warns(TextWarning, match="news is in English: language='zh' is not used"):
        assert set(load_corpus("news", language="zh", n_documents=2).documents["language"]) == {
            "en"
        }
    assert set(load_corpus("news", language="en-GB", n_documents=2).documents["language"]) == {
        "en-GB"
    }


def test_the_draw_keeps_order_ids_and_depends_on_the_seed_alone() -> None:
    drawn = load_corpus(TABLE, n_documents=20).documents
    numbers = drawn["doc_id"].astype(int)
    assert len(drawn) == 20
    assert numbers.is_monotonic_increasing
    assert drawn["text"].tolist() == [f"Text {n}." for n in numbers]
    assert drawn.index.tolist() == list(range(20))
    same = load_corpus(TABLE, n_documents=np.int64(20), seed=0).documents
    other = load_corpus(TABLE, n_documents=20, seed=1).documents
    assert same.equals(drawn)
    assert other["doc_id"].tolist() != drawn["doc_id"].tolist()


def test_the_draw_is_fair() -> None:
    counts = np.zeros(50)
    for seed in range(400):
        counts[load_corpus(TABLE, n_documents=10, seed=seed).documents["doc_id"].astype(int)] += 1
    # Each is drawn 80 times of 400 on average, with a standard deviation of 8.
    assert abs(counts - 80).max() < 40


def test_more_documents_than_there_are_means_all() -> None:
    assert load_corpus(TABLE, n_documents=500).fingerprint == load_corpus(TABLE).fingerprint


@pytest.mark.parametrize(
    "options",
    [{"n_documents": 0}, {"n_documents": 2.0}, {"n_documents": True}, {"seed": -1}, {"seed": None}],
)
def test_numbers_that_are_none(options: dict[str, object]) -> None:
    with pytest.raises(InputError, match="expected a whole number from"):
        load_corpus(TABLE, **options)


def test_a_name_that_is_not_known() -> None:
    with pytest.raises(InputError, match=r"Did you mean 'wikipedia'\? Known are wikipedia, news"):
        load_corpus("wikipedai")
    with pytest.raises(InputError, match=r"nothing at that path\. Known are wikipedia"):
        load_corpus("no/such/file.csv")


@pytest.mark.parametrize("source", ["", "  ", "hub:"])
def test_no_name_at_all(source: str) -> None:
    with pytest.raises(InputError, match="a corpus has a name or a path"):
        load_corpus(source)


@pytest.mark.parametrize("source", ["a text. " * 1000, "a\x00b", "~nobody-here/x.csv"])
def test_what_can_be_no_path(source: str) -> None:
    with pytest.raises(InputError, match="there is no corpus"):
        load_corpus(source)


@pytest.mark.parametrize("source", [["one", "two"], None, 3, b"news"])
def test_what_is_no_source(source: object) -> None:
    with pytest.raises(InputError, match=r"got (list|NoneType|int|bytes).*Corpus\.from_texts"):
        load_corpus(source)


def test_a_name_goes_before_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("Mine.")
    assert len(load_corpus("news")) == 300
    assert load_corpus("./news").documents["text"].tolist() == ["Mine."]
    assert load_corpus(Path("news")).name == "news"
    assert load_corpus(Path("news")).documents["text"].tolist() == ["Mine."]
