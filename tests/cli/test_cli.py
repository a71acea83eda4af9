"""The command line: what it prints, where, and with which exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import typer
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from typer.testing import CliRunner

from semshift_nb import __version__, load_corpus, load_encoder
from semshift_nb.analyses import document_shift
from semshift_nb.cli import app
from semshift_nb.doctor import examine
from semshift_nb.encoders import Store
from semshift_nb.errors import InputError
from tests.encoders.material import tiny_model

pytestmark = pytest.mark.slow

CALL = "from semshift_nb.cli import main; main()"


def semshift(*arguments: str, cwd: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", CALL, *arguments],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    return Store(tmp_path / "store")


def test_help_and_version_import_nothing_slow(tmp_path: Path) -> None:
    slow = "{'torch', 'pandas', 'papermill', 'transformers', 'IPython'}"
    code = f"import sys, semshift_nb.cli; print({slow} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
    assert semshift("--version", cwd=tmp_path).stdout == f"semshift {__version__}\n"
    for arguments in ((), ("--help",)):
        done = semshift(*arguments, cwd=tmp_path)
        assert done.returncode == 0
        for name in typer.main.get_command(app).commands:
            assert name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["retrieve"], "No such command"),
        (["report", "--jobs", "0"], "greater than or equal to 1"),
        (["report", "--resume"], "--resume needs the earlier run's folder"),
        (["report", "-p", "n"], "--param takes name=value"),
        (["report", "-p", "n=1", "-p", "n=2"], "'n' is given twice"),
        (["report", "--corpus", "news", "-p", "corpus=news"], "'corpus' is given twice"),
        (["report", "--notebook", "77"], "there is no notebook '77'"),
        (["report", "--corpus", "nowhere.csv"], "nowhere.csv"),
        (["shift", "news"], "--out"),
        (["shift", "news", "--out", "table.xlsx"], "end its name with one of .parquet"),
        (["shift", "nowhere.csv", "--out", "table.csv"], "nowhere.csv"),
        (["shift", "news", "--out", "/proc/table.csv"], "no table can be written to '/proc/table"),
        (["shift", "reviews", "--model", "no/such", "--out", "table.csv"], "no/such"),
        (["store", "delete", "abc"], "there is no space 'abc'"),
    ],
)
def test_asked_wrongly(arguments: list[str], says: str, tmp_path: Path) -> None:
    done = semshift(*arguments, cwd=tmp_path, SEMSHIFT_STORE=str(tmp_path / "store"))
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


FULL = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
"""


def test_what_ran_and_failed_is_one_line_and_status_1(tmp_path: Path) -> None:
    """A limit on the size of files stands for a full disk."""
    (tmp_path / "mine.csv").write_text("text\nMeaning moves. It does.\n")
    arguments = ["shift", "mine.csv", "--model", "static", "--out", "t.csv"]
    done = subprocess.run(
        [sys.executable, "-c", FULL + CALL, *arguments],
        cwd=tmp_path,
        env={**os.environ, "SEMSHIFT_STORE": str(tmp_path / "store")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("semshift: cannot write 't.csv'")
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "t.csv").exists()


def test_labels_of_any_kind_are_written_and_formulas_told(tmp_path: Path, store: Store) -> None:
    source = tmp_path / "mine.jsonl"
    labels = [1, "winter", ["a", 2]]
    rows = [{"text": "=SUM(A1)\rIt froze.", "title": "=1", "label": label} for label in labels]
    source.write_text("\n".join(map(json.dumps, rows)))
    for ending in (".parquet", ".csv"):
        out = tmp_path / f"t{ending}"
        arguments = ["shift", str(source), "--model", "static", "--out", str(out)]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        read = pd.read_parquet if ending == ".parquet" else pd.read_csv
        assert read(out)["label"].tolist() == ["1", "winter", '["a", 2]']
        assert ("3 texts in it would be run" in done.stderr) == (ending == ".csv")
    with pytest.raises(InputError, match="would be written over what is read"):
        raise CliRunner().invoke(app, ["shift", str(source), "--out", str(source)]).exception


def test_shift_writes_the_table_of_the_analysis(tmp_path: Path, store: Store) -> None:
    source = tmp_path / "mine.csv"
    texts = ["Cats sleep. Dogs bark. Stars burn.", "", "One sentence only."]
    pd.DataFrame({"text": texts, "title": ["a\x1b[31m", "b", "c"]}).to_csv(source, index=False)
    out = tmp_path / "table.parquet"
    done = semshift("shift", str(source), "--model", "static", "--out", str(out), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("3 documents, 2 measured")
    assert done.stdout.splitlines()[-1] == "table.parquet"
    assert "\x1b" not in done.stdout
    wanted = document_shift(load_corpus(source), load_encoder("static", store=None))
    found = pd.read_parquet(out)
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, atol=1e-6)


def test_store_lists_and_deletes(store: Store) -> None:
    runner = CliRunner()
    assert "no vectors yet" in runner.invoke(app, ["store"]).stdout
    encoder = load_encoder("static", store=store)
    encoder.encode(["a", "b", "c"])
    (space,) = store.spaces()["space"]
    for arguments in (["store"], ["store", "list"]):
        listing = runner.invoke(app, arguments).stdout
        assert space in listing
        assert "static" in listing
    assert runner.invoke(app, ["store", "delete", space], input="n\n").exit_code == 1
    assert len(store.spaces()) == 1
    assert "3 vectors of static" in runner.invoke(app, ["store", "delete", space], input="y").stdout
    assert store.spaces().empty
    encoder.encode(["a"])
    assert runner.invoke(app, ["store", "delete", space, "--yes"]).exit_code == 0
    assert store.spaces().empty


def test_report_prints_progress_then_the_page(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    for name, code in (("01_a", "print(n)"), ("02_b", "raise OSError('[red]no[/red]')")):
        cells = [
            new_markdown_cell(f"# {name}"),
            new_code_cell("n = 1  # 1..9\nout = ''", metadata={"tags": ["parameters"]}),
            new_code_cell(code),
        ]
        nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / f"{name}.ipynb")
    done = semshift("report", "--notebook", "1", "-p", "n=3", "--out", "good", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "good/index.html\n")
    executed = nbformat.read(tmp_path / "good" / "01_a.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "3\n"

    done = semshift("report", "--notebook", "2", cwd=tmp_path)
    assert done.returncode == 1
    (page,) = (tmp_path / "runs").glob("*/index.html")
    assert done.stdout == f"{page.relative_to(tmp_path)}\n"
    assert "02_b  failed" in done.stderr
    assert done.stderr.splitlines()[-1] == "02_b: OSError: [red]no[/red]"


def test_doctor_finds_everything_here(store: Store) -> None:
    findings = {finding.what: finding for finding in examine()}
    assert [f"{f.what}: {f.found}" for f in findings.values() if not f.well] == []
    assert "became 384 numbers" in findings["model"].found
    assert "wikipedia (" in findings["corpora"].found
    assert findings["kernel"].found.startswith("started one: ")


def test_doctor_says_what_to_type(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("a file where the folder should be")
    store = str(tmp_path / "store")
    done = semshift("doctor", cwd=tmp_path, SEMSHIFT_STORE=store, COLUMNS="200")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    (at,) = [number for number, line in enumerate(lines) if line.startswith("missing")]
    assert lines[at].split()[1] == "store"
    assert lines[at + 1].split(maxsplit=1)[1].startswith("export SEMSHIFT_STORE=")


def test_prompts_and_a_guessed_pooling_are_told(tmp_path: Path, store: Store) -> None:
    folder = tiny_model(tmp_path / "model")
    (folder / "modules.json").unlink()
    (tmp_path / "own.jsonl").write_text('{"text": "One goes. Two stay."}\n', "utf8")
    given = ["shift", str(tmp_path / "own.jsonl"), "--model", str(folder)]
    prompt = ["--document-prompt", "passage: "]
    done = CliRunner().invoke(app, [*given, *prompt, "--out", str(tmp_path / "t.csv")])
    assert done.exit_code == 0, done.output
    assert "model does not say how it pools its tokens: mean is a guess" in done.stderr
    assert "before each document: 'passage: '" in done.stderr
    kept = [json.loads(path.read_text("utf8")) for path in store.root.glob("*/space.json")]
    assert {space["prompt"] for space in kept} == {"passage: "}
