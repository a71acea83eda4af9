"""A report, from what is asked to the run's folder."""

import secrets
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from semshift_nb.errors import InputError, by_door, option
from semshift_nb.files import held
from semshift_nb.reports.folder import WORK, check_folder, results_of, sweep
from semshift_nb.reports.fork_server import ForkServer, fork_server
from semshift_nb.reports.inputs import absolute, identify
from semshift_nb.reports.jobs import Job, run_jobs
from semshift_nb.reports.manifest import (
    DONE,
    FAILED,
    INTERRUPTED,
    RUNNING,
    Manifest,
    Record,
    machine,
    new_record,
    versions,
    write_manifest,
)
from semshift_nb.reports.metrics import write_metrics
from semshift_nb.reports.notebooks import Notebook, find_notebooks, notebooks_folder
from semshift_nb.reports.page import write_page


def new_run_id() -> str:
    """Make an id for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def plan_run(
    ids: Sequence[str],
    given: Mapping[str, str],
    *,
    earlier: Manifest | None,
    folder: Path,
    allow: Collection[str] = (),
    server: ForkServer | None = None,
) -> tuple[Manifest, list[Notebook]]:
    """Decide what a run is to do, or refuse it."""
    typed = {name: absolute(name, value) for name, value in given.items()}
    if earlier is not None:
        typed = _same_parameters(typed, earlier)
        ids = _same_notebooks(find_notebooks(ids, folder) if ids else [], earlier)
    notebooks = find_notebooks(ids, folder)
    _refuse_unknown(typed, notebooks)
    records = [new_record(notebook, notebook.read(typed)) for notebook in notebooks]
    subject = identify((record.parameters for record in records), allow, server=server)
    manifest = Manifest(new_run_id(), typed, subject, versions(), machine(), records)
    return (manifest if earlier is None else _go_on(earlier, manifest)), notebooks


def remaining(manifest: Manifest, folder: Path) -> list[Record]:
    """List what a run has yet to do."""
    return [
        record
        for record in manifest.notebooks
        if record.status != DONE or not all((folder / name).exists() for name in record.files)
    ]


def _refuse_unknown(typed: Mapping[str, str], notebooks: Sequence[Notebook]) -> None:
    known = {parameter.name for notebook in notebooks for parameter in notebook.parameters}
    for name in typed:
        if name == "out":
            raise InputError(
                f"the parameter out is the report's own; use {option('out')} for the run's folder"
            )
        if name not in known:
            names = ", ".join(notebook.name for notebook in notebooks)
            there = ", ".join(sorted(known - {"out"})) or "none"
            raise InputError(f"no notebook of {names} has a parameter {name!r}; there are: {there}")


def _same_parameters(typed: Mapping[str, str], earlier: Manifest) -> dict[str, str]:
    for name, value in typed.items():
        before = earlier.parameters.get(name)
        if before != value:
            was = "left at its default" if before is None else repr(before)
            raise InputError(
                f"cannot resume with {name}={value!r}: in the earlier run it was {was}; "
                "leave it out, or start a new run"
            )
    return earlier.parameters


def _same_notebooks(asked: Sequence[Notebook], earlier: Manifest) -> list[str]:
    before = [record.notebook for record in earlier.notebooks]
    names = [notebook.name for notebook in asked]
    if names and names != before:
        raise InputError(
            f"cannot resume with the notebooks {', '.join(names)}: the earlier run was of "
            f"{', '.join(before)}; leave {by_door('notebooks', '--notebook')} out, or "
            "start a new run"
        )
    return before


def _go_on(earlier: Manifest, now: Manifest) -> Manifest:
    """Take over what an earlier run did, if what it ran on is unchanged."""
    for what in ("subject", "versions"):
        before, after = getattr(earlier, what), getattr(now, what)
        changed = [key for key in {**before, **after} if before.get(key) != after.get(key)]
        if changed:
            raise InputError(
                f"cannot resume: the {what} changed since the earlier run ({', '.join(changed)}), "
                "and one report must not mix both; start a new run"
            )
    # A notebook that was edited since is another notebook: what it found before is not its result.
    kept = {record.notebook: record for record in earlier.notebooks if record.status == DONE}
    now.notebooks = [
        kept[record.notebook]
        if record.notebook in kept and kept[record.notebook].sha256 == record.sha256
        else record
        for record in now.notebooks
    ]
    now.run_id, now.started, now.seconds = earlier.run_id, earlier.started, earlier.seconds
    return now


def run_report(
    notebooks: Sequence[str] = (),
    parameters: Mapping[str, str] | None = None,
    *,
    out: Path | None = None,
    resume: bool = False,
    jobs: int = 1,
    allow: Collection[str] = (),
    tell: Callable[[str], None] = print,
) -> Path:
    """Run notebooks and build the page that shows what they found.

    Parameters
    ----------
    notebooks : sequence of str
        Which ones, by name or number; none for all.
    parameters : mapping of str to str
        Values as typed on the command line; each goes to every notebook that has it.
    out : Path, optional
        The run's folder; ``runs/<id>`` if left out.
    resume : bool, default=False
        Whether to go on with the run in ``out``: only what is missing or failed is run.
    jobs : int, default=1
        How many notebooks to run at once.
    allow : collection of {"download"}
        What is permitted: to fetch, before anything runs, what is not on this machine.
    tell : callable
        Receives a line when a notebook starts and ends.

    Returns
    -------
    Path
        The run's folder. Its manifest says whether all notebooks were "done", one "failed", or
        the run was "interrupted", by Ctrl-C or by SIGINT, in which case this still returns.

    Raises
    ------
    InputError
        If anything asked for cannot be done; nothing was run then.
    SemshiftError
        If the folder cannot be written to.
    """
    if jobs < 1:
        raise InputError(f"{option('jobs')} must be at least 1, not {jobs}")
    if resume and out is None:
        raise InputError(
            f"{option('resume')} needs the earlier run's folder: add "
            f"{option('out', value='runs/ID')}"
        )
    earlier = None if out is None else check_folder(out, resume=resume)
    with fork_server() as server:
        manifest, chosen = plan_run(
            notebooks,
            parameters or {},
            earlier=earlier,
            folder=notebooks_folder(),
            allow=allow,
            server=server,
        )
        folder = Path("runs") / manifest.run_id if out is None else out
        with held(folder, work="report"):
            run = _Run(manifest, folder, tell)
            run.go(chosen, jobs, server)
    return folder


class _Run:
    """A run while it goes on: the manifest in memory and everything it keeps on disk."""

    def __init__(self, manifest: Manifest, folder: Path, tell: Callable[[str], None]) -> None:
        self._manifest = manifest
        self._folder = folder
        self._tell = tell
        self._start = time.monotonic()
        self._seconds_before = manifest.seconds

    def go(self, notebooks: Sequence[Notebook], n_at_once: int, server: ForkServer | None) -> None:
        sweep(self._folder)
        self._manifest.started = self._manifest.started or _now()
        jobs = self._jobs(notebooks)
        self._tell(f"{self._folder}: {len(jobs)} of {len(notebooks)} notebooks to run")
        self._save(RUNNING)
        try:
            run_jobs(jobs, n_at_once, server=server, started=self._started, ended=self._ended)
            failed = any(record.status == FAILED for record in self._manifest.notebooks)
            self._save(FAILED if failed else DONE)
        except KeyboardInterrupt:
            self._save(INTERRUPTED)
        sweep(self._folder)

    def _jobs(self, notebooks: Sequence[Notebook]) -> list[Job]:
        work = self._folder.resolve() / f"{WORK}{secrets.token_hex(4)}"
        jobs = []
        waiting = {record.notebook: record for record in remaining(self._manifest, self._folder)}
        for notebook in notebooks:
            if notebook.name in waiting:
                given = notebook.read(self._manifest.parameters)
                self._replace(waiting[notebook.name], new_record(notebook, given))
                place = work / notebook.name
                out = {"out": str(place / "results")}
                jobs.append(Job(notebook.path.resolve(), {**given, **out}, place))
        return jobs

    def _replace(self, old: Record, new: Record) -> None:
        records = self._manifest.notebooks
        records[records.index(old)] = new

    def _started(self, job: Job) -> None:
        record = self._manifest.record(job.path.stem)
        record.status, record.started = RUNNING, _now()
        self._tell(f"{record.notebook}  running")
        self._save(RUNNING)

    def _ended(self, job: Job, outcome: dict[str, Any]) -> None:
        record = self._manifest.record(job.path.stem)
        record.files = _keep(job, self._folder)
        for name, value in outcome.items():
            setattr(record, name, value)
        seconds = "" if record.seconds is None else f"  {record.seconds:.1f} s"
        self._tell(f"{record.notebook}  {record.status}{seconds}")
        self._save(RUNNING)

    def _save(self, status: str) -> None:
        self._manifest.status = status
        self._manifest.finished = "" if status == RUNNING else _now()
        elapsed = time.monotonic() - self._start
        self._manifest.seconds = round(self._seconds_before + elapsed, 2)
        # First, for a killed run is known by it; what follows is made from it again.
        write_manifest(self._manifest, self._folder)
        write_metrics(self._manifest, self._folder)
        write_page(self._manifest, self._folder)


def _keep(job: Job, folder: Path) -> list[str]:
    """Move what a notebook left into the run's folder, in place of what it left before."""
    kept = []
    for file in results_of(job.path.stem):
        target = folder / file
        if (job.folder / file).exists():
            target.parent.mkdir(exist_ok=True)
            (job.folder / file).replace(target)
            kept.append(file)
        else:
            target.unlink(missing_ok=True)
    shutil.rmtree(job.folder, ignore_errors=True)
    return kept


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
