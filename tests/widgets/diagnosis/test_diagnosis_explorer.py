"""The explorer's state and widgets, driven as the browser drives them."""

import pandas as pd
import pytest

from semshift_nb.analyses import found_first, missed_documents, why_not_found
from semshift_nb.corpora import Corpus, known_item, load_corpus
from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError
from semshift_widgets import DiagnosisExplorer

pytestmark = pytest.mark.slow
ATTACK = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder("static", store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def news():
    return known_item(load_corpus("news", n_documents=30), per_document=2)


@pytest.fixture
def explorer(news, encoder):
    return DiagnosisExplorer(news, encoder, k=3)


@pytest.fixture
def view(explorer):
    assert explorer.widget is explorer.widget
    return explorer._view


def test_the_first_miss_is_open_with_the_figures_of_the_analysis(explorer, news, encoder):
    miss = missed_documents(news, encoder, k=3).iloc[0]
    told = why_not_found(news, encoder, miss["query_id"], miss["doc_id"], k=3)
    pd.testing.assert_frame_equal(explorer.table(), told.causes)
    assert explorer.chart().title == f"From rank {told.rank}"


def test_another_miss_is_chosen_and_shown(explorer, view):
    view.missed.value = 1
    miss = explorer._state.missed.iloc[1]
    assert view.query.value == miss["query"]
    assert f"{miss['doc_id']} ranks {miss['rank']}" in view.status.value
    marked = [label for label, _ in view.ranking.options if label.startswith("▶")]
    assert len(marked) == 1
    assert {row["cause"] for row in view.view.datasets["causes"]} <= set(explorer.table()["cause"])


def test_a_query_is_typed_and_the_expected_document_named(explorer, view, news, encoder):
    view.query.value = "rain in the north"
    view.search.click()
    first = found_first(news, encoder, "rain in the north", k=3)
    assert [doc_id for _, doc_id in view.ranking.options] == first["doc_id"].tolist()
    assert view.causes.layout.display == "none"
    view.ranking.value = first["doc_id"][1]
    assert "Why it ranks there" in view.won.value
    view.expected.value = news.corpus.documents["doc_id"].iloc[-1]
    view.explain.click()
    told = why_not_found(news, encoder, "rain in the north", view.expected.value, k=3)
    pd.testing.assert_frame_equal(explorer.table(), told.causes)
    assert view.causes.layout.display == ""
    view.expected.value = first["doc_id"][0]  # another document for the same words
    view.explain.click()
    assert explorer._state.found.query == "rain in the north"
    assert f"{first['doc_id'][0]} ranks 1" in view.status.value


def test_what_cannot_be_asked_is_told_in_its_place(view):
    view.query.value = "  "
    view.search.click()
    assert "expected a text" in view.status.value
    view.query.value = "rain"
    view.search.click()
    view.expected.value = ATTACK
    view.explain.click()
    assert "there is no document" in view.status.value
    assert "<script" not in view.status.value


def test_a_corpus_without_judgements_waits_for_a_query(encoder):
    corpus = Corpus.from_texts([f"Cats sleep. {ATTACK}", "Dogs bark."], titles=[ATTACK, "dogs"])
    explorer = DiagnosisExplorer(corpus, encoder, k=1)
    view = explorer._view
    assert view.missed.layout.display == "none"
    with pytest.raises(InputError, match="no document is in question"):
        explorer.chart()
    explorer.ask("dogs", "0")
    view._show()
    assert explorer.table()["rank_before"].iloc[0] == 2
    for part in (view.causes, view.sentences, view.won, view.status):
        assert "<script" not in part.value
