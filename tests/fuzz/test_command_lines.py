"""Generated command lines: what cannot be done is said in a line, with exit status 1 or 2.

`SEMSHIFT_FUZZ` multiplies the number of lines. Commands and options are those that the program has,
with values that fit and values that do not; no foreign error comes out, no call hangs, and what
names hold never reaches the terminal as orders. Models and corpora are small, so that lines that
work are cheap.
"""

import contextlib
import io
import json
import os
import random
import shlex
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import numpy as np
import pytest
import typer
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from semshift_nb.cli import app, main

LINES = 50 * int(os.environ.get("SEMSHIFT_FUZZ", "1"))
LONGEST_S = 60  # a hang, on however slow a machine
LONGEST = 20_000  # the longest name, quoted in a frame
STATUSES = (0, 1, 2)
TEXT = "A river runs to the sea. Banks lend money to farmers. Prices rose in spring."
# Lines that run everything or whole notebooks are dear and come seldom.
WEIGHTS = {"report": 3, "doctor": 1, "check": 2, "store": 4, "new": 4}

NAMES = [
    *("", " ", ".", "/", "-", "--", "~", "~nobody/x", "x" * 300, "a/" * 3000, "\udcff.csv"),
    *("\x1b[31mred", "new\nline", "\u202eevil.csv", "hub:", "hub:no/such", "mteb:", "mteb:None"),
    *("nothing.csv", "texts.xlsx", "python-doc", "/dev/null", "loop", "pipe.csv", "folder.csv"),
]
SOURCES = {"retrieval": ["beir"], "geometry": ["vectors.npy", "own.jsonl"]}
CORPORA = ["own.csv", "own.jsonl", "own.txt", "texts", "beir"]
OFF = [
    "vectors.npy",
    "own.parquet",
    "empty.csv",
    "quote.csv",
    "numbers.jsonl",
    "nan.npy",
    "codes.npy",
    "pickle.npy",
    "model",
]
OUT = ["t.csv", "t.parquet", "t.json", "t.jsonl"]
NOT_OUT = ["t", "t.xlsx", "own.csv", "no/where/t.csv", ".csv", "folder.csv", "/proc/t.csv"]
WHOLE = ["0", "1", "2", "3", "64", "10000"]
NOT_WHOLE = ["-1", "", "abc", "1.5", "1e3", "nan", "9" * 400, str(2**63), str(2**70), "٣", "1_0"]
REAL = ["0.5", "1", "2", "1e-3"]
NOT_REAL = ["", "-1", "0", "nan", "inf", "-inf", "1e308", "1e-320", "abc", "1,5", "9" * 400]
WORDS = ["", "x", "\x1b[2J", "é" * 100, "a=b", "=", "--out", "{}", "None", "\udcff"]

VALUES: dict[str, tuple[list[str], list[str]]] = {
    "source": (CORPORA, [*OFF, *NAMES]),
    "out": (OUT, [*NOT_OUT, *NAMES]),
    "by_query": (["q.csv", "q.parquet"], [*NOT_OUT, *NAMES]),
    "evaluate": (["segments.jsonl"], [*OFF, *NAMES]),
    "model": (["static"], ["model", "texts", "no/such", *NAMES]),
    "corpus": (["own.csv"], [*OFF, *NAMES]),
    "allow": (["download"], ["pickle", "remote-code", "all", *WORDS]),
    "language": (["en", "zh", "de-AT"], ["xx", "english", *WORDS]),
    "sep": ([",", ";", "tab"], ["", ",,", "\n", '"', "é", *WORDS]),
    "method": (
        ["least_dilution", "shift", "percentile", "windowed_percentile", "fixed"],
        ["best", *WORDS],
    ),
    "of": (["documents", "sentences"], ["words", *WORDS]),
    "identical_ids": (["auto", "drop", "keep"], WORDS),
    "code_range": (["-128,127", "0,1"], ["1", "a,b", "nan,nan", "1,0", "nan.npy", *WORDS]),
    "price": (["auto", "0.1", "0"], NOT_REAL),
    "schedule": (["entropy_matched", "calibrated:64"], ["entropy_matched:0", ":", *WORDS]),
    "most": (["MPD=1"], ["MPD", "MPD=", "MPD=nan", "no=1", "=1", *WORDS]),
    "least": (["effective_rank=1"], ["MPD==1", "MPD=1e400", *WORDS]),
    "notebook": (["01"], ["99", "../01", "01_tiny.ipynb", *WORDS]),
    "parameter": (
        ["n=3"],
        ["n=0", "n=abc", f"n={'9' * 400}", "out=x", "z=1", f"n={'[' * 50_000}", *WORDS],
    ),
    "array": (["vectors"], WORDS),
    "space": ([], ["0" * 64, "..", "../..", "/", *WORDS]),
    "folder": (["mine", "."], ["texts", "own.csv", "loop", *WORDS]),  # nothing outside
    "baseline": (["own.csv"], [*OFF, *NAMES]),
    "split": (["test"], ["train", "../qrels", *WORDS]),
}
VALUES |= dict.fromkeys(
    ("max_length", "max_tokens", "min_sentences", "sample", "seed", "jobs"), (WHOLE, NOT_WHOLE)
)
VALUES |= dict.fromkeys(("tau", "granularity"), (REAL, NOT_REAL))


def value_of(parameter, command: str, draw: random.Random, share: float) -> str:
    """Draw a value; ``share`` of them fit."""
    name = "folder" if (command, parameter.name) == ("report", "out") else parameter.name
    fits, does_not = VALUES.get(name, ([], WORDS))
    if parameter.name == "source":
        fits = SOURCES.get(command, fits)
    return draw.choice(fits if fits and draw.random() < share else does_not)


def how_often(command: str, name: str) -> float:
    """Say in which share of the lines an option stands; of vectors there is no model."""
    if name in ("model", "source", "out"):
        return 0.5 if (command, name) == ("geometry", "model") else 0.98
    return {"help": 0, "query_prompt": 0.02, "document_prompt": 0.02}.get(name, 0.1)


def arguments_of(command, draw: random.Random) -> list[str]:
    """Draw arguments and options of a command; of half of the lines all of them fit."""
    line, share = [], draw.choice([1.0, 0.75])
    for parameter in command.params:
        often = 0.98 if parameter.required else how_often(command.name, parameter.name)
        if draw.random() > often:
            continue
        for _ in range(draw.choice([1, 1, 2] if parameter.multiple else [1] * 30 + [2])):
            if parameter.param_type_name == "argument":
                line.append(value_of(parameter, command.name, draw, share))
            elif parameter.is_flag:
                line.append(parameter.opts[0])
            else:
                line += [parameter.opts[0], value_of(parameter, command.name, draw, share)]
    for strange in ("--nonsense", "-x", "--", "--help", "more"):
        if draw.random() < 0.01:
            line.insert(draw.randrange(len(line) + 1), strange)
    return line[: draw.randrange(len(line) + 1)] if draw.random() < 0.03 else line


def generated(draw: random.Random) -> list[str]:
    """Draw a command line."""
    program = typer.main.get_command(app)
    if draw.random() < 0.03:
        return draw.choice([[], ["--version"], ["--help"], ["nonsense"], ["--model", "x"], [""]])
    names = list(program.commands)
    name = draw.choices(names, [WEIGHTS.get(each, 20) for each in names])[0]
    command, line = program.commands[name], [name]
    if name == "store" and draw.random() < 0.8:
        below = draw.choice(list(command.commands))
        command, line = command.commands[below], [name, below]
    return [*line, *arguments_of(command, draw)]


def write_material(folder: Path) -> None:
    rng = np.random.default_rng(0)
    np.save(folder / "vectors.npy", rng.standard_normal((40, 8)).astype(np.float32))
    np.save(folder / "nan.npy", np.full((5, 4), np.nan))
    np.save(folder / "codes.npy", rng.integers(100, 156, (40, 8), dtype=np.uint8))
    np.save(folder / "pickle.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    records = [{"doc_id": str(n), "text": f"{TEXT} Number {n}."} for n in range(5)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "own.jsonl").write_text(lines)
    (folder / "own.csv").write_text("text\n" + f'"{TEXT}"\n' * 5)
    (folder / "own.txt").write_text(TEXT)
    (folder / "own.parquet").write_bytes(b"PAR1 no more of it")
    (folder / "empty.csv").write_text("")
    (folder / "quote.csv").write_text('text\n"never closed\n')
    (folder / "numbers.jsonl").write_text("1\n[2]\n")
    segments = {"_id": "s", "segments": [[TEXT, "It rained."], ["Wool is dear.", "So is silk."]]}
    (folder / "segments.jsonl").write_text(json.dumps(segments) + "\n")
    for name in ("texts", "folder.csv", "model", "beir/qrels", "notebooks"):
        (folder / name).mkdir(parents=True)
    (folder / "texts" / "\x1b[31mred.txt").write_text(TEXT)
    (folder / "model" / "config.json").write_text("{}")
    (folder / "beir" / "corpus.jsonl").write_text(lines.replace("doc_id", "_id"))
    (folder / "beir" / "queries.jsonl").write_text('{"_id": "q", "text": "who lends money"}\n')
    judged = "query-id\tcorpus-id\tscore\nq\t1\t1\n"
    (folder / "beir" / "qrels" / "test.tsv").write_text(judged)
    os.mkfifo(folder / "pipe.csv")
    (folder / "loop").symlink_to(folder / "loop")
    cells = [
        new_markdown_cell("# Tiny\n\n**Does it run?**"),
        new_code_cell("n = 2  # 1..9\nout = ''", metadata={"tags": ["parameters"]}),
        new_code_cell("n"),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "notebooks" / "01_tiny.ipynb")


@pytest.fixture
def fresh(tmp_path, monkeypatch) -> Callable[[], None]:
    """Give a function that goes to a new folder, for a line may change what it finds."""
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)

    def go() -> None:
        os.chdir(tmp_path)
        shutil.rmtree(tmp_path / "here", ignore_errors=True)
        (tmp_path / "here").mkdir()
        write_material(tmp_path / "here")
        os.chdir(tmp_path / "here")

    return go


@contextlib.contextmanager
def as_a_program(line: list[str], written: io.StringIO) -> Iterator[None]:
    """Let `main` see a command line and nothing of this process, and stop it when it hangs."""

    def stop(*_: object) -> None:
        raise AssertionError(f"not done after {LONGEST_S} s")

    kept = sys.argv, sys.stdin, warnings.formatwarning
    handlers = {number: signal.getsignal(number) for number in (signal.SIGALRM, signal.SIGTERM)}
    sys.argv, sys.stdin = ["semshift", *line], io.StringIO()
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(LONGEST_S)
    try:
        with (
            contextlib.redirect_stdout(written),
            contextlib.redirect_stderr(written),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        signal.alarm(0)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        sys.argv, sys.stdin, warnings.formatwarning = kept


def fault_of(line: list[str]) -> tuple[str, object]:
    """Run a command line, and say what is wrong with how it ended."""
    written = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    status: object = None
    try:
        with as_a_program(line, written):
            main()
    except SystemExit as end:
        status = end.code or 0
    except BaseException as error:  # noqa: BLE001 - whatever comes out is a fault
        return f"{type(error).__name__}: {str(error)[:300]}", None
    told = written.buffer.getvalue().decode("utf-8")
    if status not in STATUSES:
        return f"status {status!r}", status
    if "Traceback" in told or "\x1b" in told or "\u202e" in told:
        return f"printed {told[:300]!r}", status
    if len(told) > LONGEST and "--help" not in line:
        return f"printed {len(told)} characters: {told[:200]!r}", status
    return ("said nothing" if status and not told.strip() else ""), status


@pytest.mark.slow
def test_any_command_line_ends_well_or_with_a_message(fresh):
    wrong, ends = [], set()
    for number in range(LINES):
        line = generated(random.Random(number))
        fresh()
        fault, status = fault_of(line)
        ends.add(status)
        if fault:
            wrong.append(f"{number}: {shlex.join(line)[:300]}: {fault}")
    assert not wrong, f"{len(wrong)} of {LINES}\n" + "\n".join(wrong)
    assert {0, 2} <= ends, "some work and some are refused"
