"""hub: against local dataset folders, with the network shut."""

import builtins
import socket
from pathlib import Path

import datasets
import pandas as pd
import pytest

from semshift_nb.corpora import load_corpus
from semshift_nb.corpora.load import read_hub
from semshift_nb.errors import InputError, SemshiftError

ROWS = {"doc_id": ["a", "b"], "text": ["One. Two.", ""], "label": [0, 1], "other": [0.5, 1.5]}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object) -> None:
        raise OSError("the network is shut")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()


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


def test_a_name_of_the_hub_without_network() -> None:
    with pytest.raises(SemshiftError, match="dataset 'some-user/some-set' could not be fetched"):
        read_hub("some-user/some-set")


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
