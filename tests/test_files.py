"""A file is whole or not there, whatever happens while it is written."""

import os
from pathlib import Path

import pytest

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.files import check_path, explained, remove_stale, write_whole


def test_a_writer_that_fails_half_way_leaves_what_was_there_and_nothing_beside(tmp_path: Path):
    path = tmp_path / "kept.bin"
    write_whole(path, lambda temporary: temporary.write_bytes(b"before"))

    def fail(temporary: Path) -> None:
        temporary.write_bytes(b"half")
        raise OSError(28, "no space left on device")

    wanted = pytest.raises(SemshiftError, match=r"cannot write '.*kept.bin': no space left")
    with wanted, explained(path):
        write_whole(path, fail)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_it_may_be_read_by_whom_the_folder_is_for(tmp_path: Path):
    """A temporary file of the standard library would be its owner's alone."""
    write_whole(tmp_path / "a.json", lambda temporary: temporary.write_text("{}"))
    (tmp_path / "plain").write_text("")
    assert (tmp_path / "a.json").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_what_is_being_written_has_no_ending_that_a_reader_looks_for(tmp_path: Path):
    seen: list[Path] = []
    write_whole(
        tmp_path / "a.parquet",
        lambda temporary: (temporary.touch(), seen.extend(tmp_path.glob("*.parquet"))),
    )
    assert seen == []


def test_only_what_was_left_long_ago_is_removed(tmp_path: Path):
    names = (f".tmp-{'0' * 32}", f".tmp-{'f' * 32}", ".tmp-mine", "old.parquet")
    old, new, *others = (tmp_path / name for name in names)
    for file in (old, new, *others):
        file.touch()
    for file in (old, *others):
        os.utime(file, (0, 0))
    remove_stale(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([new, *others])


def test_a_path_that_nothing_can_be_kept_under_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    for name in ("a" * 300, "d/" * 3000, "loop/x", "a\0b"):
        with pytest.raises(InputError, match="cannot be used"):
            check_path(tmp_path / name)
    assert check_path("~nobody-here/x") == Path("~nobody-here/x")
    assert check_path(tmp_path / "\udcff") == tmp_path / "\udcff"
    with pytest.raises(InputError, match="not UTF-8"):
        check_path(tmp_path / "\udcff", written=True)
