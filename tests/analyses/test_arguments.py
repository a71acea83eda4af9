"""Analyses are given their texts and encoders by name, or say what was expected."""

import inspect

import pandas as pd
import pytest

from semshift_nb import analyses, load_corpus
from semshift_nb.corpora import Corpus, known_item
from semshift_nb.errors import InputError

TEXTS = ["The river rose. Then it fell.", "Prices fell. Nobody bought.", "A dog barked at night."]


def test_names_paths_lists_and_frames_are_what_they_name(static, tmp_path):
    expected = analyses.document_shift(load_corpus(pd.DataFrame({"text": TEXTS})), static)
    file = tmp_path / "own.csv"
    pd.DataFrame({"text": TEXTS}).to_csv(file, index=False)
    for texts in (TEXTS, pd.Series(TEXTS), pd.DataFrame({"text": TEXTS}), file, str(file)):
        found = analyses.document_shift(texts, "static")
        pd.testing.assert_frame_equal(found, expected)
    named = analyses.sentence_shift("news", "static")
    pd.testing.assert_frame_equal(named, analyses.sentence_shift(load_corpus("news"), static))


def test_every_analysis_that_takes_texts_or_encoders_takes_them_by_name():
    taken = {"corpus", "corpora", "encoder", "encoders", "dataset"}
    functions = {
        name: function
        for name, function in vars(analyses).items()
        if inspect.isfunction(function) and taken & set(inspect.signature(function).parameters)
    }
    assert len(functions) > 25
    strict = {name for name, function in functions.items() if not hasattr(function, "__wrapped__")}
    # Called once a document by those who have both, and of a table's figures.
    assert strict - {"why_not_found", "found_first"} == {
        *("neighbours_of", "published_near_zero", "dead_dimensions"),
    }


def test_why_a_document_is_not_found_is_asked_of_a_corpus_as_well(static):
    question = {"query": "barking at night", "document": "2", "k": 1}
    asked = analyses.why_not_found(TEXTS, "static", **question)
    expected = analyses.why_not_found(Corpus.from_texts(TEXTS), static, **question)
    pd.testing.assert_frame_equal(asked.causes, expected.causes)


def test_what_says_nothing_is_refused_in_a_line(static):
    news = load_corpus("news", n_documents=3)
    with pytest.raises(InputError, match=r"expected a corpus.* Are two arguments the wrong way"):
        analyses.document_shift(static, news)
    with pytest.raises(InputError, match=r"make queries of its sentences with known_item\.?$"):
        analyses.retrieval(news, static)
    with pytest.raises(InputError, match="encoder is NoneType None: expected an encoder"):
        analyses.retrieval(known_item(news), None)
    with pytest.raises(InputError, match="there is no corpus 'newz'"):
        analyses.document_shift("newz", static)
