"""What nobody means to type, and what a name or a title holds that a terminal would obey."""

import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from semshift_nb.cli import app
from semshift_nb.errors import InputError
from semshift_nb.reports.domain import Domain, Kind
from semshift_nb.unicode import printable

DEEP = "[" * 100_000
DIGITS = "9" * 400
LONG = "a" * 300
FAR = "d/" * 3000
LOOP = "loop/x"
ESCAPES = "x\x1b[31m\x07\x9b2J\u202ey"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    (tmp_path / "mine.csv").write_text("text\nMeaning moves. It does.\n")
    (tmp_path / "loop").symlink_to("loop")


@pytest.mark.parametrize("name", [LONG, FAR, LOOP], ids=["long", "far", "loop"])
@pytest.mark.parametrize(
    "command",
    [
        ["shift", "NAME", "--model", "static", "--out", "t.csv"],
        ["shift", "mine.csv", "--model", "NAME", "--out", "t.csv"],
        ["shift", "mine.csv", "--model", "static", "--out", "NAME.csv"],
        ["retrieval", "NAME", "--model", "static", "--out", "t.csv"],
        ["remedies", "NAME", "--model", "static", "--out", "t"],
        ["remedies", "mine.csv", "--model", "static", "--out", "NAME"],
        ["why", "NAME", "who moves?", "--model", "static"],
        ["why", "mine.csv", "who moves?", "--model", "static", "--out", "NAME.csv"],
        ["geometry", "NAME.npy", "--out", "t.csv"],
        ["geometry", "NAME.parquet", "--out", "t.csv"],
        ["split", "NAME.txt", "--out", "t.csv"],
        ["split", "--evaluate", "NAME"],
        ["check", "NAME"],
        ["store", "delete", "NAME"],
        ["report", "--out", "NAME"],
        ["report", "--out", "NAME", "--resume"],
        ["report", "--notebook", "NAME"],
    ],
    ids=" ".join,
)
def test_a_name_that_no_file_can_have(command: list[str], name: str) -> None:
    done = CliRunner().invoke(app, [part.replace("NAME", name) for part in command])
    # Some are refused by typer, before the command sees them.
    assert isinstance(done.exception, InputError) or done.exit_code == 2, done.exception


@pytest.mark.parametrize(
    "command",
    [
        ["split", "mine.csv", "--model", "static", "--out", "t.csv", "--max-tokens", DIGITS],
        ["split", "mine.csv", "--model", "static", "--out", "t.csv", "--min-sentences", DIGITS],
        ["geometry", "mine.csv", "--model", "static", "--out", "t.csv", "--max-length", DIGITS],
        ["retrieval", "x", "--out", "t.csv", "--schedule", f"calibrated:{'9' * 5000}"],
        ["check", "mine.csv", "--max", f"MPD={'x' * 5000}"],
    ],
    ids=lambda command: command[-2],
)
def test_a_number_that_nothing_can_count_to(command: list[str]) -> None:
    assert isinstance(CliRunner().invoke(app, command).exception, InputError)


@pytest.mark.parametrize("text", [DEEP, '{"a":' * 100_000, DIGITS * 20, "1e400", "\ud800"])
@pytest.mark.parametrize("scalar", [int, float, bool])
def test_a_parameter_that_is_no_value(text: str, scalar: type) -> None:
    for kind in (Kind(scalar), Kind(scalar, is_list=True), Kind(scalar, or_none=True)):
        with pytest.raises(InputError) as refused:
            Domain(kind).check(Domain(kind).parse(text, "n"), "n")
        assert len(str(refused.value)) < 200


def test_a_parameter_of_400_digits_is_no_finite_number() -> None:
    with pytest.raises(InputError, match="f must be a finite number"):
        Domain(Kind(float)).parse(DIGITS, "f")


def semshift(*arguments: bytes) -> "subprocess.CompletedProcess[str]":
    call = "from semshift_nb.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", call, *arguments], capture_output=True, text=True, check=False
    )


def test_names_that_are_not_utf_8_and_messages_that_nobody_would_read() -> None:
    for arguments in ([b"shift", b"\xff.csv"], [b"report", b"-p", b"corpus=\xff"]):
        done = semshift(*arguments, b"--out", b"t.csv")
        assert (done.returncode, done.stdout) == (2, "")
        assert "is not UTF-8" in done.stderr
    done = semshift(b"check", b"mine.csv", b"--max", b"x" * 100_000)
    assert done.returncode == 2
    assert len(done.stderr) < 5000
    assert "Traceback" not in done.stderr


def test_a_terminal_is_shown_the_names_of_files_models_and_titles() -> None:
    name = f"mine{ESCAPES}"
    titles = [ESCAPES, "b"]
    pd.DataFrame({"text": ["Cats sleep. Dogs bark."] * 2, "title": titles}).to_csv(f"{name}.csv")
    for command in (
        ["shift", f"{name}.csv", "--model", "static", "--out", f"{name}.json"],
        ["split", f"{name}.csv", "--model", "static", "--out", f"{name}.json"],
        ["geometry", f"{name}.csv", "--model", "static", "--out", f"{name}.json"],
        ["check", f"{name}.csv", "--model", "static"],
    ):
        done = CliRunner().invoke(app, command)
        shown = [c for c in done.output if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"]
        assert shown == []
        assert done.exit_code in (0, 1), done.exception
    done = semshift(*map(os.fsencode, ["shift", f"no{ESCAPES}.csv", "--out", "t.csv"]))
    assert done.returncode == 2
    assert "no" + printable(ESCAPES)[:8] in done.stderr
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(done.stderr)


@given(st.text())
def test_what_is_printable_is_the_text_without_orders(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert all(unicodedata.category(c) not in ("Cc", "Cs") or c in "\n\t" for c in shown)
    plain = "".join(c for c in text if c.isprintable())
    assert printable(plain) == plain
