"""hub: against local dataset folders, with the network shut."""

import builtins
import socket
import time
from pathlib import Path

import datasets
import huggingface_hub
import pandas as pd
import pytest

from semshift_nb.corpora import load_corpus
from semshift_nb.corpora.hub import read_hub
from semshift_nb.errors import InputError, SemshiftError, at_the_command_line

ROWS = {"doc_id": ["a", "b"], "text": ["One. Two.", ""], "label": [0, 1], "other": [0.5, 1.5]}


@pytest.fixture(autouse=True)
def attempts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[object]:
    """Shut the network, and write down who tries it."""
    made: list[object] = []

    def refuse(*arguments: object) -> None:
        made.append(arguments)
        raise OSError("the network is shut")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return made


def check(corpus_folder: Path) -> None:
    corpus = load_corpus(f"hub:{corpus_folder}", language="en")
    assert corpus.name == corpus_folder.name
    assert corpus.documents.columns.tolist() == ["doc_id", "title", "text", "language", "label"]
    assert corpus.documents["doc_id"].tolist() == ["a", "b"]
    assert corpus.documents["label"].tolist() == [0, 1]
    assert corpus.sentences["text"].tolist() == ["One.", "Two."]


@pytest.mark.parametrize("ending", ["parquet", "jsonl", "csv"])
def test_a_folder_of_data_files(tmp_path: Path, ending: str) -> None:
    folder = tmp_path / "set"
    folder.mkdir()
    dataset = datasets.Dataset.from_dict({**ROWS, "text": ["One. Two.", " "]})
    writer = {"parquet": "to_parquet", "jsonl": "to_json", "csv": "to_csv"}[ending]
    getattr(dataset, writer)(str(folder / f"train.{ending}"))
    check(folder)


def test_a_folder_written_by_save_to_disk(tmp_path: Path) -> None:
    dataset = datasets.Dataset.from_dict(ROWS)
    dataset.save_to_disk(str(tmp_path / "one"))
    check(tmp_path / "one")
    both = datasets.DatasetDict({"test": dataset.select([1]), "train": dataset})
    both.save_to_disk(str(tmp_path / "both"))
    check(tmp_path / "both")
    datasets.DatasetDict({"test": dataset}).save_to_disk(str(tmp_path / "test_only"))
    check(tmp_path / "test_only")


def test_splits_without_train(tmp_path: Path) -> None:
    dataset = datasets.Dataset.from_dict(ROWS)
    datasets.DatasetDict({"dev": dataset, "test": dataset}).save_to_disk(str(tmp_path / "d"))
    with pytest.raises(InputError, match="splits 'dev', 'test', none of them 'train'"):
        load_corpus(f"hub:{tmp_path / 'd'}")


def test_no_text_column(tmp_path: Path) -> None:
    datasets.Dataset.from_dict({"body": ["a"]}).save_to_disk(str(tmp_path / "d"))
    with pytest.raises(InputError, match="must have a column 'text', but its columns are 'body'"):
        load_corpus(f"hub:{tmp_path / 'd'}")


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with pytest.raises(InputError, match="cannot be loaded"):
        load_corpus(f"hub:{tmp_path / 'd'}")


def test_a_name_of_the_hub_is_refused_without_a_try(attempts: list[object]) -> None:
    with pytest.raises(
        InputError,
        match=r'nothing is downloaded .* write load_corpus\(..., allow=\("download",\)\)',
    ):
        load_corpus("hub:some-user/some-set")
    with at_the_command_line(), pytest.raises(InputError, match="or add --allow download"):
        load_corpus("hub:some-user/some-set")
    assert not attempts


def test_a_name_of_the_hub_is_tried_when_that_is_allowed(
    attempts: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(SemshiftError, match="dataset 'some-user/some-set' could not be fetched"):
        load_corpus("hub:some-user/some-set", allow=("download",))
    assert attempts


def test_a_dataset_in_the_cache_needs_neither_permission_nor_network(
    attempts: list[object], tmp_path: Path
) -> None:
    (tmp_path / "some_set").mkdir()
    pd.DataFrame(ROWS).to_json(tmp_path / "some_set/train.jsonl", orient="records", lines=True)
    datasets.load_dataset(str(tmp_path / "some_set"))
    (made,) = datasets.config.HF_DATASETS_CACHE.glob("some_set")
    made.rename(made.with_name("some-user___some_set"))  # where it lies when it was downloaded
    corpus = load_corpus("hub:some-user/some_set")
    assert corpus.name == "some_set"
    assert corpus.documents["doc_id"].tolist() == ["a", "b"]
    assert not attempts


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: object) -> object:
        if name == "datasets":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(InputError, match=r'pip install "semshift-nb\[hub\]"'):
        read_hub("x")


def test_pandas_reads_what_datasets_wrote(tmp_path: Path) -> None:
    pd.DataFrame(ROWS).to_parquet(tmp_path / "train.parquet")
    check(tmp_path)
