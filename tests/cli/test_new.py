"""``semshift new``: what it writes runs, and nothing is written over."""

import nbformat
import pandas as pd
from typer.testing import CliRunner

from semshift_nb.cli import app


def new(*arguments):
    return CliRunner().invoke(app, ["new", *map(str, arguments)])


def test_a_notebook_and_texts_that_it_runs_on(tmp_path, monkeypatch):
    done = new(tmp_path / "mine")
    assert done.exit_code == 0
    monkeypatch.chdir(tmp_path / "mine")
    notebook = nbformat.read("first_look.ipynb", as_version=4)
    nbformat.validate(notebook)
    (tagged,) = (cell for cell in notebook.cells if cell.metadata.get("tags") == ["parameters"])
    assert tagged.source.count("=") == 2
    assert len(pd.read_csv("texts.csv")) == 6
    names: dict[str, object] = {}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = cell.source.replace('"minilm"', '"static"')
            exec(compile(source, "first_look", "exec"), names)
    assert names["shift"]["semantic_shift"].notna().all()
    assert set(names["card"]["corpus"]) == {"texts"}


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "texts.csv").write_text("text\nmine\n")
    done = new(tmp_path)
    assert "texts.csv is there already" in str(done.exception)
    assert (tmp_path / "texts.csv").read_text() == "text\nmine\n"
    assert not (tmp_path / "first_look.ipynb").exists()
