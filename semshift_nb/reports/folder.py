"""A run's folder: what a report may find there, what it may remove, and who writes to it."""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

from semshift_nb.errors import InputError, option
from semshift_nb.files import LOCK, check_path, is_temporary
from semshift_nb.reports.manifest import MANIFEST, Manifest, read_manifest

PAGE = "index.html"
METRICS = ("metrics.parquet", "metrics.csv")
WORK = ".work-"

_WORK_FOLDER = re.compile(re.escape(WORK) + "[0-9a-f]{8}")


def check_folder(folder: Path, *, resume: bool) -> Manifest | None:
    """Check that a folder can take a run, and read the run it holds if it is to be resumed."""
    found = _entries(check_path(folder, written=True))
    if resume:
        return _earlier(folder, found)
    foreign = sorted(path.name for path in found or () if not _of_a_killed_run(path))
    if foreign:
        advice = (
            f"add {option('resume', value=True)} to go on with it, or "
            if MANIFEST in foreign
            else ""
        )
        raise InputError(
            f"{folder} is not empty: it holds {_some(foreign)}; "
            f"{advice}name another folder with {option('out')}"
        )
    return None


def sweep(folder: Path) -> None:
    """Remove what killed reports left half-written, and nothing else."""
    for path in folder.glob(".*"):
        if _is_work(path):
            shutil.rmtree(path, ignore_errors=True)
        elif is_temporary(path):
            path.unlink(missing_ok=True)


def results_of(notebook: str) -> tuple[str, ...]:
    """Name what a report keeps of a notebook."""
    results = f"results/{notebook}"
    return (
        f"{notebook}.ipynb",
        f"{notebook}.html",
        f"{results}.metrics.parquet",
        f"{results}.claims.json",
    )


def _entries(folder: Path) -> list[Path] | None:
    """List what lies in a folder; None if it is not there."""
    if not os.path.lexists(folder):
        return None
    if not folder.exists():
        raise InputError(
            f"{folder} is a link to nothing; name a folder for the run with {option('out')}"
        )
    if not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the run with {option('out')}")
    try:
        return list(folder.iterdir())
    except OSError as error:
        raise InputError(
            f"{folder} cannot be looked into ({error.strerror}); name another folder with "
            f"{option('out')}"
        ) from None


def _earlier(folder: Path, found: list[Path] | None) -> Manifest:
    """Read the run that is to be resumed, if nothing stands in the way of its files."""
    if found is None or MANIFEST not in {path.name for path in found}:
        there = "is not there" if found is None else "holds no run"
        raise InputError(
            f"cannot resume: {folder} {there}; name the folder of an earlier run with "
            f"{option('out')}, or leave out {option('resume')} to start a new one"
        )
    manifest = read_manifest(folder)
    kept = [name for record in manifest.notebooks for name in results_of(record.notebook)]
    for name in (MANIFEST, PAGE, *METRICS, *kept):
        if (folder / name).is_dir():
            raise InputError(
                f"{folder / name} is a folder, where the report keeps a file; move it elsewhere"
            )
    return manifest


def _of_a_killed_run(path: Path) -> bool:
    """Whether a report that was killed in its first moment left this; it never makes a link."""
    is_lock = path.name == LOCK and path.is_file() and not path.is_symlink()
    return is_lock or _is_work(path) or is_temporary(path)


def _is_work(path: Path) -> bool:
    real = path.is_dir() and not path.is_symlink()
    return real and _WORK_FOLDER.fullmatch(path.name) is not None


def _some(names: Iterable[str]) -> str:
    first, *others = names
    return first + (f" and {len(others):,} more" if others else "")
