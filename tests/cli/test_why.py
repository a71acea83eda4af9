"""``semshift why``: what it says, what it writes, and with which exit status."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from semshift_nb import load_encoder
from semshift_nb.analyses import why_not_found
from semshift_nb.cli import app
from semshift_nb.corpora import load_corpus
from semshift_nb.errors import InputError

STORIES = {
    "cats": "Cats sleep all day.",
    "dogs": "Dogs bark at night. The postman is afraid of them.",
    "stars": "Rates rose in May. \x1b[31mThe harbour\x1b[0m was full. Stars burn hydrogen.",
}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    rows = [json.dumps({"_id": name, "text": text}) for name, text in STORIES.items()]
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text("\n".join(rows))
    (folder / "queries.jsonl").write_text(json.dumps({"_id": "q1", "text": "what burns?"}))
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\tstars\t1")
    return folder


def semshift(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["why", *map(str, arguments), "--model", "static"])


def test_it_says_what_the_analysis_says() -> None:
    done = semshift("beir", "what burns?", "--document", "stars", "--k", 1, "--out", "t.parquet")
    assert done.exit_code == 0, done.output
    told = why_not_found(
        load_corpus("beir"), load_encoder("static", store=None), "what burns?", "stars", k=1
    )
    lines = done.stdout.splitlines()
    assert lines[0] == "what burns?"
    assert f"ranks {told.rank}" in lines[1]
    assert lines[-2:] == [told.verdict, "t.parquet"]
    table = pd.read_parquet("t.parquet")
    assert table["rank_after"].astype("Int64").tolist() == told.causes["rank_after"].tolist()
    assert "\x1b" not in done.stdout


def test_judgements_name_the_document_by_the_query_s_id_or_its_words() -> None:
    for query in ("q1", "what burns?"):
        done = semshift("beir", query)
        assert done.exit_code == 0, done.output
        assert "document stars" in done.stdout


def test_without_a_document_it_shows_what_is_found_and_asks() -> None:
    done = semshift("beir", "pets at night", "--out", "t.csv")
    assert done.exit_code == 0, done.output
    assert "name the document that should be found with --document ID" in done.stdout
    assert len(pd.read_csv("t.csv")) == len(STORIES)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["beir", "x", "--document", "none"], "there is no document 'none'"),
        (["nowhere", "x"], "there is no corpus 'nowhere'"),
        (["beir", " "], "the query is ' '"),
        (["beir", "x", "--split", "dev"], "it has 'test'"),
        (["beir", "x", "--out", "t.xlsx"], "end its name with one of"),
    ],
)
def test_what_is_asked_wrongly(arguments: list[str], says: str) -> None:
    done = semshift(*arguments)
    assert isinstance(done.exception, InputError)
    assert says in str(done.exception)
