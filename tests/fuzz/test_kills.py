"""Kills at random moments of encoding, splitting and reporting: what goes on ends as if unharmed.

`SEMSHIFT_FUZZ` multiplies the number of kills. A run is killed up to four times, then let through:
its result is that of an analysis in this process, its store is sound, and of what was half written
nothing is left but files that the next run knows as such.
"""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from semshift_nb import analyses, load_corpus, load_encoder
from semshift_nb.encoders import Store
from semshift_nb.files import is_temporary
from semshift_nb.reports.manifest import read_manifest

TIMES = int(os.environ.get("SEMSHIFT_FUZZ", "1"))
KILLS_OF_SPLIT = 5 * TIMES
LONGEST_S = 8  # about what a report here takes
TEXTS = [
    " ".join(f"The {word} of river {n} is the {word} of sea {i}." for i in range(12))
    for n, word in enumerate(["bank", "price", "law", "song", "stone", "storm"] * 20)
]

pytestmark = pytest.mark.slow

# One process imports everything, and each run is a process forked off it: kills then hit the work,
# and not the seconds of importing before it.
WORKER = """
import json, os, random, signal, sys, time
import torch
torch.set_num_threads(1)
import semshift_nb.analyses, semshift_nb.corpora, semshift_nb.reports.tables
from semshift_nb.cli import main
from semshift_nb.encoders.backends import static
from semshift_nb.encoders.store import writer
writer.SHARD_ROWS = 64
folder, n_kills, rng = sys.argv[1], int(sys.argv[2]), random.Random(sys.argv[3])

def start(place):
    child = os.fork()
    if child == 0:
        os.environ["SEMSHIFT_STORE"] = f"{place}/store"
        sys.argv = ["semshift", "split", f"{folder}/own.jsonl", "--model", "static"]
        sys.argv += ["--out", f"{place}/chunks.jsonl"]
        sys.stdout = open(os.devnull, "w")
        try:
            main()
        except SystemExit as end:
            os._exit(end.code or 0)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(9)
    return child

def let_through(place):
    began = time.monotonic()
    assert os.waitpid(start(place), 0)[1] == 0
    return time.monotonic() - began

def killed(place, longest):
    child = start(place)
    time.sleep(rng.uniform(0, longest))
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL

def place(number):
    os.mkdir(f"{folder}/{number}")
    return f"{folder}/{number}"

longest = let_through(place(0))
kills = [0]
while sum(kills) < n_kills:
    here = place(len(kills))
    wanted = min(rng.randrange(1, 5), n_kills - sum(kills))
    kills.append(sum(killed(here, longest) for _ in range(wanted)))
    let_through(here)
print(json.dumps(kills))
"""


def corpus_file(folder: Path) -> Path:
    path = folder / "own.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in TEXTS))
    return path


def left_over(folder: Path) -> list[Path]:
    """List hidden files that nothing would know as half written."""
    return [path for path in folder.rglob(".*") if path.is_file() and not is_temporary(path)]


def check_store(root: Path, n_texts: int) -> None:
    assert not Store(root).damage()
    assert not list(root.rglob("*.corrupt"))
    assert Store(root).spaces()["n_vectors"].tolist() == [n_texts], "each text once"


def test_splitting_goes_on_after_kills(tmp_path: Path) -> None:
    corpus = load_corpus(corpus_file(tmp_path))
    wanted = analyses.split_corpus(corpus, load_encoder("static", store=None))
    command = [sys.executable, "-c", WORKER, str(tmp_path), str(KILLS_OF_SPLIT), "0"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    kills = json.loads(done.stdout)
    assert sum(kills) == KILLS_OF_SPLIT
    n_texts = corpus.sentences["text"].nunique()
    for number in range(len(kills)):
        place = tmp_path / str(number)
        found = pd.read_json(place / "chunks.jsonl", lines=True, dtype={"doc_id": str})
        pd.testing.assert_frame_equal(found, wanted, check_dtype=False, atol=1e-6)
        check_store(place / "store", n_texts)
        assert left_over(place) == []
        others = {path.name for path in place.iterdir() if not is_temporary(path)}
        assert others == {"store", "chunks.jsonl"}


NOTEBOOK = """
from semshift_nb import analyses, load_corpus, load_encoder
from semshift_nb.reports import Results

results = Results("01_kills", out=out)
texts = load_corpus(corpus)

found = analyses.document_shift(texts, load_encoder(model))
rows = found.assign(metric="semantic_shift", value=found["semantic_shift"], n=1)
results.add(rows[["doc_id", "metric", "value", "n"]], group="shift")

results.finish()
"""


def notebook_in(folder: Path) -> None:
    parameters = 'corpus = "news"\nmodel = "static"\nout = ""'
    cells = [
        new_markdown_cell("# Kills\n\n**Does it go on?**"),
        new_code_cell(parameters, metadata={"tags": ["parameters"]}),
        *map(new_code_cell, NOTEBOOK.strip().split("\n\n")),
    ]
    folder.mkdir()
    nbformat.write(new_notebook(cells=cells), folder / "01_kills.ipynb")


def report(project: Path) -> "subprocess.Popen[str]":
    """Begin a report, or go on with it; killed in its first moment, it is none yet."""
    out = project / "run"
    command = [sys.executable, "-c", "from semshift_nb.cli import main; main()", "report"]
    command += ["--corpus", "own.jsonl", "--out", out.name]
    command += ["--resume"] if (out / "manifest.json").exists() else []
    return subprocess.Popen(
        command,
        cwd=project,
        env={**os.environ, "SEMSHIFT_STORE": str(project / "store")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def killed(process: "subprocess.Popen[str]", seconds: float) -> bool:
    """Kill a process some time later, and say whether it was still there."""
    try:
        process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    return process.returncode < 0


@pytest.mark.parametrize("number", range(TIMES))
def test_a_report_goes_on_after_kills(tmp_path: Path, number: int) -> None:
    corpus = load_corpus(corpus_file(tmp_path))
    wanted = analyses.document_shift(corpus, load_encoder("static", store=None))
    notebook_in(tmp_path / "notebooks")
    rng = random.Random(number)
    for _ in range(1 + number % 3):
        if not killed(report(tmp_path), rng.uniform(0.2, LONGEST_S)):
            break  # it was quicker; a report that is done does nothing more
    process = report(tmp_path)
    _, told = process.communicate(timeout=300)
    assert process.returncode == 0, told
    out = tmp_path / "run"
    assert read_manifest(out).status == "done"
    rows = pd.read_parquet(out / "metrics.parquet")
    assert rows["value"].tolist() == pytest.approx(wanted["semantic_shift"].tolist(), abs=1e-5)
    assert {path.name for path in out.glob(".*")} == {".lock"}
    assert {path.name for path in out.iterdir()} >= {"index.html", "01_kills.html"}
    assert not Store(tmp_path / "store").damage()
