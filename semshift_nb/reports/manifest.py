"""What a run was asked for, what it ran on, and how far it came: ``manifest.json``."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from semshift_nb.errors import InputError
from semshift_nb.reports.notebooks import Notebook
from semshift_nb.reports.tables import write_text

MANIFEST = "manifest.json"
WAITING, RUNNING, DONE, FAILED, INTERRUPTED = "waiting", "running", "done", "failed", "interrupted"


@dataclass
class Record:
    """One notebook of a run.

    Attributes
    ----------
    notebook, title, question, sha256 : str
        Which notebook, what it asks, and the hash of the file that was run.
    parameters : dict
        Every parameter's value, given or default.
    status : str
        "waiting", "running", "done", "failed" or "interrupted".
    error, traceback : str
        What stopped it, empty otherwise.
    started : str
        When, in UTC.
    seconds : float or None
        How long it ran.
    peak_memory_bytes : int or None
        The most memory that its kernel held.
    files : list of str
        What it left in the run's folder.

    Raises
    ------
    Nothing
        It only holds.

    Examples
    --------
    >>> Record("01_shift", "Shift", "", "", {}).status
    'waiting'
    """

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
    """A run.

    Attributes
    ----------
    run_id : str
        Sorts by time.
    parameters : dict of str to str
        What was asked for, as it was typed.
    subject : dict
        The corpus and the model with their fingerprints, where a notebook takes them.
    versions : dict of str to str
        Python and every package this one needs.
    machine : dict
        Platform and number of processors.
    notebooks : list of Record
        One each.
    status : str
        "running", "done", "failed" or "interrupted".
    started, finished : str
        In UTC; for a resumed run the first start and the last end.
    seconds : float
        How long it ran in all, every resumption counted.
    peak_memory_bytes : int or None
        The most that one kernel held.
    seeds : dict
        Seed of each notebook that takes one.

    Raises
    ------
    Nothing
        It only holds.

    Examples
    --------
    >>> Manifest("20260101-000000-abcd", {}, {}, {}, {}, []).status
    'running'
    """

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
        """Find a notebook's record.

        Parameters
        ----------
        name : str
            The notebook's name.

        Returns
        -------
        Record
            The one record of that name.

        Raises
        ------
        KeyError
            If the run has no such notebook.

        Examples
        --------
        >>> manifest = Manifest("x", {}, {}, {}, {}, [Record("01_shift", "", "", "", {})])
        >>> manifest.record("01_shift").status
        'waiting'
        """
        return {record.notebook: record for record in self.notebooks}[name]


def new_record(notebook: Notebook, given: dict[str, object]) -> Record:
    """Start the record of a notebook.

    Parameters
    ----------
    notebook : Notebook
        The notebook.
    given : dict
        Values that differ from its defaults.

    Returns
    -------
    Record
        Waiting to be run; ``out``, which names a passing folder, is left out.

    Raises
    ------
    Nothing
        The values were checked before.

    Examples
    --------
    >>> new_record(Notebook(Path("01_shift.ipynb"), "Shift", "", "", ()), {}).title
    'Shift'
    """
    defaults = {p.name: p.default for p in notebook.parameters if p.name != "out"}
    return Record(
        notebook.name, notebook.title, notebook.question, notebook.sha256, {**defaults, **given}
    )


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write a manifest, whole or not at all.

    Parameters
    ----------
    manifest : Manifest
        What to write.
    folder : Path
        The run's folder.

    Raises
    ------
    SemshiftError
        If it cannot be written.

    Examples
    --------
    >>> write_manifest(Manifest("x", {}, {}, {}, {}, []), Path("runs/x"))  # doctest: +SKIP
    """
    manifest.seeds = {
        record.notebook: record.parameters["seed"]
        for record in manifest.notebooks
        if "seed" in record.parameters
    }
    peaks = [r.peak_memory_bytes for r in manifest.notebooks if r.peak_memory_bytes is not None]
    manifest.peak_memory_bytes = max(peaks, default=None)
    write_text(folder / MANIFEST, json.dumps(asdict(manifest), indent=1, ensure_ascii=False))


def read_manifest(folder: Path) -> Manifest:
    """Read a run's manifest.

    Parameters
    ----------
    folder : Path
        The run's folder.

    Returns
    -------
    Manifest
        As it was written last.

    Raises
    ------
    InputError
        If the folder has none, or it is not one that this version wrote.

    Examples
    --------
    >>> read_manifest(Path("runs/20260101-000000-abcd")).status  # doctest: +SKIP
    'done'
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        records = [Record(**record) for record in content.pop("notebooks")]
        return Manifest(notebooks=records, **content)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{path} is not the manifest of a run ({error}); name the folder of an earlier run"
        ) from None
