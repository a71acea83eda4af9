"""Everything that can be known to be wrong before a report runs, found before it runs."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from semshift_nb.errors import InputError, by_door, option
from semshift_nb.reports.inputs import absolute, identify
from semshift_nb.reports.manifest import (
    DONE,
    Manifest,
    Record,
    machine,
    new_record,
    versions,
)
from semshift_nb.reports.notebooks import Notebook, find_notebooks


def new_run_id() -> str:
    """Make an id for a run that sorts by time."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


def plan_run(
    ids: Sequence[str], given: Mapping[str, str], *, earlier: Manifest | None, folder: Path
) -> tuple[Manifest, list[Notebook]]:
    """Decide what a run is to do, or refuse it."""
    typed = {name: absolute(name, value) for name, value in given.items()}
    if earlier is not None:
        typed = _same_parameters(typed, earlier)
        ids = _same_notebooks(find_notebooks(ids, folder) if ids else [], earlier)
    notebooks = find_notebooks(ids, folder)
    _refuse_unknown(typed, notebooks)
    records = [new_record(notebook, notebook.read(typed)) for notebook in notebooks]
    subject = identify(record.parameters for record in records)
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
