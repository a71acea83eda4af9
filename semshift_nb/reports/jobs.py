"""Several notebooks at once, each in a process that ends when this one does."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeAlias

from semshift_nb.reports.fork_server import Forked, ForkServer

RECORD = "record.json"

Process: TypeAlias = "subprocess.Popen[bytes] | Forked"
"""What runs a notebook."""

_LOG = "log.txt"
_LOG_LINES = 12
_SECONDS_TO_END = 20
_SECONDS_BETWEEN_LOOKS = 0.05


@dataclass(frozen=True)
class Job:
    """A notebook to run."""

    path: Path
    parameters: dict[str, object]
    folder: Path


def run_jobs(
    jobs: Sequence[Job],
    n_at_once: int,
    *,
    server: ForkServer | None,
    started: Callable[[Job], None],
    ended: Callable[[Job, dict[str, Any]], None],
) -> None:
    """Run jobs, some at once, and tell when each starts and ends."""
    waiting = deque(jobs)
    running: dict[Path, tuple[Job, Process]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < n_at_once:
                job = waiting.popleft()
                started(job)
                running[job.path] = (job, _start(job, server))
            for job, process in list(running.values()):
                if process.poll() is not None:
                    del running[job.path]
                    _life_line(process).close()
                    ended(job, _record(job, process.returncode))
            time.sleep(_SECONDS_BETWEEN_LOOKS)
    finally:
        for job, process in _stop(list(running.values())):
            record = _record(job, process.returncode)
            reason = {"error": "stopped before it ended", "traceback": ""}
            ended(job, {**record, **reason, "status": "interrupted"})


def _start(job: Job, server: ForkServer | None) -> Process:
    job.folder.mkdir(parents=True)
    # What a user's IPython does at start-up is no part of a report.
    env = {**os.environ, "IPYTHONDIR": str(job.folder / "ipython")}
    process: Process
    with (job.folder / _LOG).open("wb") as log:
        if server is not None:
            process = server.fork(
                "semshift_nb.reports.execute:main", env=env, output=log.fileno(), may_fork=True
            )
        else:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "semshift_nb.reports.execute"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                # Ctrl-C in the terminal is for the report, which then ends its notebooks in order.
                start_new_session=True,
                env=env,
            )
    order = {"path": str(job.path), "parameters": job.parameters, "folder": str(job.folder)}
    _life_line(process).write(json.dumps(order).encode() + b"\n")
    _life_line(process).flush()
    return process


def _life_line(process: Process) -> IO[bytes]:
    if process.stdin is None:
        raise RuntimeError("a notebook's process was started without its standard input")
    return process.stdin


def _stop(
    running: list[tuple[Job, Process]],
) -> list[tuple[Job, Process]]:
    for _, process in running:
        _life_line(process).close()
    for _, process in running:
        try:
            process.wait(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return running


def _record(job: Job, returncode: int | None) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((job.folder / RECORD).read_text())
    except (OSError, ValueError):
        return {
            "status": "failed",
            "error": f"the process that ran the notebook ended with status {returncode}",
            "traceback": _log_tail(job),
        }
    return record


def _log_tail(job: Job) -> str:
    try:
        lines = (job.folder / _LOG).read_text(errors="replace").splitlines()
    except OSError:
        return ""
    return "\n".join(lines[-_LOG_LINES:])
