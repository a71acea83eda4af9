"""What a run was asked for, what it ran on, and how far it came: ``manifest.json``."""

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from semshift_nb.errors import InputError
from semshift_nb.reports.notebooks import Notebook
from semshift_nb.reports.tables import write_text

MANIFEST = "manifest.json"
WAITING, RUNNING, DONE, FAILED, INTERRUPTED = "waiting", "running", "done", "failed", "interrupted"


@dataclass
class Record:
    """One notebook of a run."""

    notebook: str
    title: str
    question: str
    sha256: str
    parameters: dict[str, object]
    status: str = WAITING
    error: str = ""
    traceback: str = ""
    started: str = ""
    seconds: float | None = None
    peak_memory_bytes: int | None = None
    files: list[str] = field(default_factory=list)


@dataclass
class Manifest:
    """A run."""

    run_id: str
    parameters: dict[str, str]
    subject: dict[str, dict[str, Any]]
    versions: dict[str, str]
    machine: dict[str, object]
    notebooks: list[Record]
    status: str = RUNNING
    started: str = ""
    finished: str = ""
    seconds: float = 0.0
    peak_memory_bytes: int | None = None
    seeds: dict[str, object] = field(default_factory=dict)

    def record(self, name: str) -> Record:
        """Find a notebook's record."""
        return {record.notebook: record for record in self.notebooks}[name]


def new_record(notebook: Notebook, given: dict[str, object]) -> Record:
    """Start the record of a notebook."""
    defaults = {p.name: p.default for p in notebook.parameters if p.name != "out"}
    return Record(
        notebook.name, notebook.title, notebook.question, notebook.sha256, {**defaults, **given}
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write a manifest, whole or not at all."""
    manifest.seeds = {
        record.notebook: record.parameters["seed"]
        for record in manifest.notebooks
        if "seed" in record.parameters
    }
    peaks = [r.peak_memory_bytes for r in manifest.notebooks if r.peak_memory_bytes is not None]
    manifest.peak_memory_bytes = max(peaks, default=None)
    write_text(folder / MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False))


def read_manifest(folder: Path) -> Manifest:
    """Read a run's manifest."""
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        records = [Record(**record) for record in content.pop("notebooks")]
        return Manifest(notebooks=records, **content)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} is not the manifest of a run ({error}); name the folder of an earlier run"
        ) from None


DISTRIBUTION = "semshift-nb"


def requirements(extras: tuple[str, ...] = ("", "offline")) -> list[Requirement]:
    """List what the installed package says it needs."""
    needs = [Requirement(line) for line in metadata.requires(DISTRIBUTION) or []]
    return [
        need
        for need in needs
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def versions() -> dict[str, str]:
    """Say which version of everything is installed."""
    names = [DISTRIBUTION, *(need.name for need in requirements())]
    return {"python": platform.python_version()} | {name: installed(name) for name in sorted(names)}


def installed(name: str) -> str:
    """Say which version of a package is installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"


def machine() -> dict[str, object]:
    """Describe the machine in what may matter to a figure or a time."""
    return {
        "platform": platform.platform(),
        "architecture": platform.machine(),
        "n_processors": os.cpu_count(),
    }
