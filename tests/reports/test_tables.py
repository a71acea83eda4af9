"""Files are whole or not there."""

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.reports.tables import (
    check_target,
    n_formulas,
    write_table,
    write_text,
)

TABLE = pd.DataFrame({"text": ['a,\n"b"', "שלום 🙂"], "n": [1, 2]})
READERS = {
    ".parquet": pd.read_parquet,
    ".csv": pd.read_csv,
    ".json": lambda path: pd.read_json(path, orient="records"),
    ".jsonl": lambda path: pd.read_json(path, lines=True),
}


@pytest.mark.parametrize("ending", READERS)
def test_a_table_comes_back_as_it_was(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "deep" / f"table{ending}"
    write_table(TABLE, path)
    pd.testing.assert_frame_equal(READERS[ending](path), TABLE, check_dtype=False)
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_half_a_table_that_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    half = tmp_path / f".tmp-{'0' * 32}"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    write_table(TABLE, tmp_path / "table.csv")
    assert [file.name for file in tmp_path.iterdir()] == ["table.csv"]


TEXTS = st.text(st.sampled_from('a7=- ,;"\\\r\n\t\x00\x85\u2028é🙂'), max_size=6)
WORDS = st.one_of(TEXTS, st.sampled_from(["NA", "null", "1", "True", "nan", "-"]))
NUMBERS = st.floats(width=64)
WHOLE = st.integers(-(2**63), 2**63 - 1)
NESTED = st.lists(TEXTS, max_size=3)
COLUMNS = {
    "word": WORDS,
    "word or nothing": st.one_of(WORDS, st.none()),
    "number": NUMBERS,
    "whole": WHOLE,
    "truth": st.booleans(),
    "nested": NESTED,
    "mixed": st.one_of(WORDS, NUMBERS, WHOLE, st.booleans(), st.none(), NESTED),
}
TABLES = st.lists(st.sampled_from(list(COLUMNS)), min_size=1, unique=True).flatmap(
    lambda names: st.lists(st.tuples(*(COLUMNS[name] for name in names)), max_size=4).map(
        lambda rows: pd.DataFrame(
            {
                name: pd.Series([row[i] for row in rows], dtype=object)
                for i, name in enumerate(names)
            }
        ).infer_objects()
    )
)


def cells(table: pd.DataFrame, write: Callable[[object], object] = lambda cell: cell) -> object:
    """The cells as Python's own; None for what is missing, which NaN counts as."""

    def plain(cell: object) -> object:
        cell = cell.tolist() if hasattr(cell, "tolist") else cell
        if isinstance(cell, list):
            return [plain(part) for part in cell]
        return None if cell is None or cell != cell else cell

    return [[write(plain(cell)) for cell in table[name].tolist()] for name in table.columns]


def in_csv(cell: object) -> str:
    """How a cell reads in csv, where all cells are texts: as Python writes it."""
    if isinstance(cell, list):
        return json.dumps(cell)
    return "" if cell is None else str(cell)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(table=TABLES)
def test_every_table_reads_back_equal(table: pd.DataFrame) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        write_table(table, path)
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, strict=True))
        assert rows == [list(table.columns), *map(list, zip(*cells(table, in_csv), strict=True))]
        by_pandas = pd.read_csv(path, dtype=str, keep_default_na=False)
        assert cells(by_pandas) == cells(table, in_csv)
        for ending in (".json", ".jsonl"):
            path = Path(folder) / f"t{ending}"
            write_table(table, path)
            text = path.read_text("utf-8")
            lines = text.splitlines()
            records = json.loads(text) if ending == ".json" else list(map(json.loads, lines))
            back = pd.DataFrame(records, columns=list(table.columns), dtype=object)
            assert cells(back) == cells(table)
        path = Path(folder) / "t.parquet"
        try:
            write_table(table, path)
        except SemshiftError:
            assert "mixed" in table
        else:
            assert cells(pd.read_parquet(path)) == cells(table)


def test_numbers_of_a_table_read_back_to_the_last_digit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    values = rng.standard_normal(500) * 10.0 ** rng.integers(-300, 300, 500)
    table = pd.DataFrame({"value": values, "n": rng.integers(0, 2**60, 500)})
    exact = {
        **READERS,
        ".json": lambda path: pd.read_json(path, precise_float=True),
        ".jsonl": lambda path: pd.read_json(path, lines=True, precise_float=True),
    }
    for ending, read in exact.items():
        write_table(table, tmp_path / f"t{ending}")
        pd.testing.assert_frame_equal(read(tmp_path / f"t{ending}"), table, check_exact=True)


def test_what_parquet_cannot_hold_is_told_and_leaves_what_was_there(tmp_path: Path) -> None:
    table = pd.DataFrame({"label": pd.Series([1, "winter"], dtype=object)})
    path = tmp_path / "t.parquet"
    path.write_bytes(b"before")
    with pytest.raises(SemshiftError, match=r"cannot hold this table .*label.*\.jsonl"):
        write_table(table, path)
    assert path.read_bytes() == b"before"
    with pytest.raises(SemshiftError, match="two columns 'a'"):
        write_table(pd.DataFrame([[1, 2]], columns=["a", "a"]), tmp_path / "t.csv")


def test_lone_surrogates_become_the_replacement_character(tmp_path: Path) -> None:
    table = pd.DataFrame({"a": pd.Series(["x\ud800y"], dtype=object)})
    for ending in READERS:
        write_table(table, tmp_path / f"t{ending}")
        assert READERS[ending](tmp_path / f"t{ending}")["a"].tolist() == ["x\ufffdy"]


def test_formulas_are_counted() -> None:
    texts = ["=1+1", "+49 30", "-", "@cmd", "\t=x", "a=b", "", None, " =1"]
    assert n_formulas(pd.DataFrame({"text": texts, "n": [-1.0] * 9})) == 5


def test_what_cannot_be_written_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere" / "t.csv")
    for name, says in {
        "file/t.csv": "Not a directory",
        "pipe.csv": "something that is no file",
        "link.csv": "something that is no file",
        f"{'é' * 130}.csv": "takes a name of 264 bytes",
        "a\0b.csv": "zero byte",
        "a/" * 2100 + "t.csv": "no file system takes",
    }.items():
        with pytest.raises(InputError, match=says):
            check_target(tmp_path / name)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["file", "link.csv", "pipe.csv"]
    with pytest.raises(InputError, match="no table can be written"):
        check_target(Path("/proc/t.csv"))
    assert check_target(tmp_path / "new" / "folder" / "t.csv")
    assert not (tmp_path / "new").exists()


def test_a_table_does_not_replace_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("{}")
    (tmp_path / "link.jsonl").symlink_to("corpus.jsonl")
    for out, source in (
        ("corpus.jsonl", tmp_path / "corpus.jsonl"),
        ("link.jsonl", str(tmp_path / "corpus.jsonl")),
        ("corpus.jsonl", tmp_path),
    ):
        with pytest.raises(InputError, match="would be written over what is read"):
            check_target(tmp_path / out, "news", source)
    assert check_target(tmp_path / "t.jsonl", tmp_path, "news")


def test_an_unknown_ending_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end its name with one of \.parquet"):
        check_target(tmp_path / "table.xlsx")
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        check_target(tmp_path / "x.csv")


FULL_DISK = """
import pathlib, resource, signal, sys
from semshift_nb.errors import SemshiftError
from semshift_nb.reports.tables import write_text
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_text(pathlib.Path(sys.argv[1]), "x" * 5000)
except SemshiftError as error:
    print(error)
"""


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk, which ends a write half-way too."""
    path = tmp_path / "note.txt"
    write_text(path, "before")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(path)], capture_output=True, text=True, check=True
    )
    assert "cannot write" in done.stdout
    assert path.read_text() == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["note.txt"]
