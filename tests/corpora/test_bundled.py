# ruff: noqa: RUF001 - dashes and quotes as Wikipedia writes them.
"""The bundled corpora: as many as expected, and clean."""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from pydoc_data.topics import topics

import pytest

from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.corpora.bundled import topic_prose
from semshift_nb.errors import InputError
from semshift_nb.files import gensim_file


@pytest.fixture(scope="module")
def wikipedia() -> Corpus:
    return load_corpus("wikipedia")


def paragraphs(corpus: Corpus) -> list[str]:
    return [part for text in corpus.documents["text"] for part in text.split("\n\n")]


def test_wikipedia_has_its_articles(wikipedia: Corpus) -> None:
    titles = wikipedia.documents["title"].tolist()
    assert len(wikipedia) == 96
    assert titles[:4] == ["Anarchism", "Autism", "Albedo", "A"]
    assert {"Abraham Lincoln", "Algorithm", "Apollo 11", "Alkali metal"} <= set(titles)
    # The pages' own numbers: 12 is Anarchism, 307 Abraham Lincoln on the English Wikipedia.
    ids = dict(zip(wikipedia.documents["title"], wikipedia.documents["doc_id"], strict=True))
    assert (ids["Anarchism"], ids["Abraham Lincoln"]) == ("12", "307")


def test_wikipedia_has_no_redirects_and_no_disambiguation(wikipedia: Corpus) -> None:
    titles = wikipedia.documents["title"]
    assert not titles.str.contains("disambiguation", case=False).any()
    assert not {"Alien", "Ada", "Aa River", "AccessibleComputing"} & set(titles)
    assert not wikipedia.documents["text"].str.contains("may (?:also )?refer to:").any()


LEFTOVERS = {
    "markup": r"\[\[|\]\]|\{\{|\}\}|\{\||\|\}|'''?(?!s)|={2,}|</?[a-z]|__\w|&\w+;|&#",
    "bars": r"\|",
    "addresses": r"https?:|www\.",
    "images": r"(?i)\b(?:file|image|category)[:|]|thumb\||\b\d+px\b",
    "lists": r"(?m)^\s*[*#:;•]",
    "empty brackets": r"\(\s*[,;:]|[,;:]\s*\)|\(\s*\)|\[\s*\]|\( | \)",
    "doubled punctuation": r",,|;;|, ,|;,|,;",
    "note marks": r"\[\d+\]",
    "spaces": r" {2,}|\t|\xa0|\n{3,}|(?m:^ | $)",
    "unseen marks": r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\ufeff\u00ad\ue000-\uf8ff]",
    "continuations": r"(?m)^[a-z]",
    "pointers": r"(?m)^(?:See also|Main article|Further information)\b.{0,80}$",
}


@pytest.mark.parametrize("pattern", LEFTOVERS.values(), ids=LEFTOVERS.keys())
def test_wikipedia_is_clean(wikipedia: Corpus, pattern: str) -> None:
    found = [
        text[max(0, match.start() - 40) : match.end() + 40]
        for text in wikipedia.documents["text"]
        for match in re.finditer(pattern, text)
    ]
    assert found == []


def test_wikipedia_is_made_of_whole_sentences(wikipedia: Corpus) -> None:
    ends = re.compile(r"[.!?…][\"'”’»)\]]*$")
    assert [part for part in paragraphs(wikipedia) if not ends.search(part)] == []
    crumbs = {"References", "See also", "External links", "Further reading", "History", "Notes"}
    assert not crumbs & {part.strip(" .") for part in paragraphs(wikipedia)}
    words = wikipedia.sentences["text"].str.split().str.len()
    assert (words <= 2).mean() < 0.001
    assert words.median() > 15


def test_wikipedia_keeps_the_prose(wikipedia: Corpus) -> None:
    texts = dict(zip(wikipedia.documents["title"], wikipedia.documents["text"], strict=True))
    assert texts["Abraham Lincoln"].startswith(
        "Abraham Lincoln (February 12, 1809 – April 15, 1865) was the 16th President of the United "
        "States, serving from March 1861 until his assassination in April 1865."
    )
    assert "With an area of 2,381,741 km², Algeria is" in texts["Algeria"]
    assert len(wikipedia.sentences) > 15_000


def test_news() -> None:
    corpus = load_corpus("news")
    assert len(corpus) == 300
    assert (
        corpus.documents["title"][0] == "Hundreds of people have been forced to vacate their homes…"
    )
    assert corpus.documents["text"].str.len().min() > 200


def test_reviews() -> None:
    corpus = load_corpus("reviews")
    assert corpus.documents["label"].value_counts().to_dict() == {"neg": 100, "pos": 100}
    assert corpus.documents["text"][0] == "simplistic , silly and tedious ."
    # The file is in cp1252.
    assert corpus.documents["text"].str.contains("amélie's audrey tautou").sum() == 1


def test_python_docs() -> None:
    corpus = load_corpus("python-docs")
    assert corpus.documents["title"].tolist() == sorted(topics)
    assert corpus.documents["text"].str.len().min() > 50
    crumbs = r">>>|::=|\*{4}|-{4}|={4}|\+--|New in version [\d.]+\.$|\s\[\d+\]|  |\n\n\n"
    assert not corpus.documents["text"].str.contains(crumbs).any()


def test_a_topic() -> None:
    source = """The title
*********

A *short* paragraph about "*args" is hard-
wrapped [1], as follows:

   stmt ::= "x"

   >>> x
   1

* A built-
  in bullet.  It stays.

New in version 3.5.

+---+
| a |
+---+

-[ Footnotes ]-

[1] A note."""
    assert topic_prose(source) == "A built-in bullet. It stays."


def test_without_gensim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r'pip install "semshift-nb\[offline\]"'):
        load_corpus("wikipedia")


def test_gensim_without_its_test_data() -> None:
    with pytest.raises(InputError, match=r"no_such_file, which is not there: install gensim"):
        gensim_file("no_such_file")


def test_gensim_is_not_imported(tmp_path: Path) -> None:
    code = (
        "import sys; from semshift_nb.corpora import load_corpus; load_corpus('wikipedia'); "
        "sys.exit('gensim' in sys.modules or 'torch' in sys.modules or 'datasets' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path)
