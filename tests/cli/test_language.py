"""``--language`` of every command that reads texts, and of every notebook."""

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from typer.testing import CliRunner

from semshift_nb.cli import app
from semshift_nb.errors import InputError
from semshift_nb.reports.parameters import read_parameters

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
GERMAN = "Nimm z. B. den Zug um acht. Er ist, vgl. S. 3, selten voll."


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    pd.DataFrame({"doc_id": ["a", "b"], "text": [GERMAN, GERMAN]}).to_json(
        "mine.jsonl", orient="records", lines=True
    )
    beir = tmp_path / "beir"
    (beir / "qrels").mkdir(parents=True)
    (beir / "corpus.jsonl").write_text(
        (tmp_path / "mine.jsonl").read_text().replace("doc_id", "_id")
    )
    (beir / "queries.jsonl").write_text(json.dumps({"_id": "q", "text": "Zug"}))
    (beir / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    return tmp_path


COMMANDS = {
    "shift": ["mine.jsonl", "--out", "t.jsonl"],
    "split": ["mine.jsonl", "--out", "t.jsonl"],
    "geometry": ["mine.jsonl", "--out", "t.jsonl", "--of", "sentences"],
    "check": ["mine.jsonl"],
    "retrieval": ["beir", "--out", "t.jsonl"],
    "remedies": ["mine.jsonl", "--out", "t.jsonl"],
    "why": ["mine.jsonl", "Zug", "--document", "a", "--out", "t.jsonl"],
    "report": ["--corpus", "mine.jsonl", "--notebook", "01", "--out", "run"],
}


@pytest.mark.parametrize("command", COMMANDS)
def test_an_unknown_language_is_refused_with_the_list(command: str) -> None:
    done = CliRunner().invoke(
        app, [command, *COMMANDS[command], "--model", "static", "--language", "xx"]
    )
    assert isinstance(done.exception, InputError)
    assert re.search(r"got 'xx'.* aa .* de .* zu", str(done.exception))
    assert not Path("t.jsonl").exists()


@pytest.mark.parametrize(
    ("command", "counted"),
    [
        ("shift", lambda table: table["n_sentences"].tolist()),
        ("split", lambda table: table.groupby("doc_id")["n_sentences"].sum().tolist()),
        ("geometry", lambda table: [table["n"].iloc[0] // 2] * 2),
    ],
)
def test_a_language_reaches_the_sentences(command: str, counted) -> None:
    found = {}
    for language in ("de", "fi"):
        arguments = [command, *COMMANDS[command], "--model", "static", "--language", language]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code in (0, 1), done.output
        found[language] = counted(pd.read_json("t.jsonl", lines=True))
    assert found["de"] == [2, 2]
    assert found["fi"] != [2, 2]


def test_vectors_have_no_language(here: Path) -> None:
    import numpy as np

    np.save("v.npy", np.eye(4, dtype=np.float32))
    done = CliRunner().invoke(app, ["geometry", "v.npy", "--out", "t.csv", "--language", "de"])
    assert "--language has no meaning for a file of vectors" in str(done.exception)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_notebook_hands_its_language_to_every_corpus_that_can_be_chosen(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    (asked,) = (cell for cell in cells if "parameters" in cell.metadata.get("tags", []))
    names = {parameter.name: parameter.default for parameter in read_parameters(asked.source)}
    assert names["language"] == ""
    loaded = re.findall(
        r"load_(?:corpus|retrieval)\((\w*(?:corpus|_set))\b(.*?)\)",
        "\n".join(c.source for c in cells),
    )
    chosen = {name for name in names if name.endswith(("corpus", "retrieval_set"))}
    assert {name for name, _ in loaded} == chosen
    assert all("language=language" in rest for _, rest in loaded)
