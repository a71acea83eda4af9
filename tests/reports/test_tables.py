"""Files are whole or not there."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from semshift_nb.errors import InputError
from semshift_nb.reports.tables import check_ending, write_table, write_text

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


def test_an_unknown_ending_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"end its name with one of \.parquet"):
        check_ending(tmp_path / "table.xlsx")
    (tmp_path / "x.csv").mkdir()
    with pytest.raises(InputError, match="is a folder"):
        check_ending(tmp_path / "x.csv")


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
