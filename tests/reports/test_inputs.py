"""A parameter's last word says what it names: a corpus, a model, a retrieval set."""

import pandas as pd
import pytest

from semshift_nb.errors import InputError, at_the_command_line
from semshift_nb.reports.inputs import absolute, identify
from tests.encoders.material import tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture
def folder(tmp_path, monkeypatch):
    pd.DataFrame({"text": ["One. Two.", "Three."]}).to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "news").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["corpus", "searched_corpus", "control_model", "retrieval_set"])
def test_a_path_holds_from_every_working_directory(folder, name):
    assert absolute(name, "own.csv") == str(folder / "own.csv")
    assert absolute(name, "nothing.csv") == "nothing.csv"
    assert absolute(name, "") == ""


def test_a_bundled_name_is_no_path_and_other_parameters_are_left_alone(folder):
    assert absolute("searched_corpus", "news") == "news"
    assert absolute("retrieval_set", "news") == str(folder / "news")
    assert absolute("mode", "own.csv") == "own.csv"
    assert absolute("settings", "own.csv") == "own.csv"


def test_every_corpus_and_model_is_told_whatever_its_parameter_is_called(folder):
    found = identify([{"corpus": "news", "searched_corpus": "own.csv", "control_model": "static"}])
    assert found["corpus"]["own.csv"]["n_documents"] == 2
    assert set(found["corpus"]) == {"news", "own.csv"}
    assert set(found["model"]) == {"static"}


def test_a_language_is_that_of_every_corpus(folder):
    english, german = (
        identify([{"corpus": "own.csv", "language": code}])["corpus"]["own.csv"]["fingerprint"]
        for code in ("", "de")
    )
    assert english != german
    with pytest.raises(InputError, match=r"got 'xx'.* aa .* zu"):
        identify([{"corpus": "own.csv", "language": "xx"}])


def test_a_corpus_that_is_not_there_is_refused_before_anything_runs(folder):
    with pytest.raises(InputError, match="there is no corpus 'nowhere'"):
        identify([{"searched_corpus": "nowhere"}])


@pytest.mark.parametrize("name", ["searched_corpus", "control_model", "retrieval_set"])
def test_nothing_is_fetched_without_permission_and_all_before_anything_runs(name, folder):
    source = {"searched_corpus": "hub:any/thing", "retrieval_set": "mteb:SciFact"}
    advice = "nothing is downloaded unless you say so: name a folder, or add --allow download"
    with at_the_command_line(), pytest.raises(InputError, match=advice):
        identify([{name: source.get(name, "any/thing")}])


def test_a_guessed_pooling_prompts_and_the_similarity_are_told_of_a_model(folder):
    prompts = {"query": "query: "}
    prompted = str(tiny_model(folder / "prompted", prompts=prompts, similarity="dot"))
    guessed = tiny_model(folder / "guessed")
    (guessed / "modules.json").unlink()
    found = identify([{"model": prompted}, {"control_model": str(guessed)}])["model"]
    assert found[prompted]["prompts"] == {"query": "query: ", "document": ""}
    assert [found[name]["pooling_guessed"] for name in (prompted, str(guessed))] == [False, True]
    assert found[str(guessed)]["pooling"] == "mean"
    assert [found[name]["similarity"] for name in (prompted, str(guessed))] == ["dot", "cosine"]
