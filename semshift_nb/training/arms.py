"""All arms of an experiment with all seeds: in processes of their own, in a folder, over the seeds.

A process trains with one thread, so that sums are the same on every machine of one kind, and reads
nothing that was not sent to it when it started.
"""

import multiprocessing
import os
import pickle
import signal
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pandas as pd

from semshift_nb import measures
from semshift_nb.encoders.progress import counted_progress
from semshift_nb.errors import InputError, SemshiftError, at_the_command_line, by_door, option
from semshift_nb.files import LOCK, check_path, held, is_temporary
from semshift_nb.names import count
from semshift_nb.training.checkpoint import ENDING
from semshift_nb.training.loop import BEGINNING, Budget, Learner, differing, drawing_at, train
from semshift_nb.training.trace import DIVERGED, FINISHED, TRACE_ENDING, Trace
from semshift_nb.validation import check_whole, shortened


class Experiment(Protocol):
    """What can be trained in several ways; it is sent to other processes as it stands."""

    @property
    def name(self) -> str:
        """What traces call it."""
        ...

    @property
    def arms(self) -> Sequence[str]:
        """The ways."""
        ...

    def settings(self) -> dict[str, Any]:
        """Say how it trains, in JSON's words."""
        ...

    def learner(self, arm: str, seed: int) -> Learner:
        """Begin one arm with one seed."""
        ...


class DivergedWarning(UserWarning):
    """An arm was ended by a loss, a gradient or weights that are not finite."""


@dataclass(frozen=True)
class _Job:
    """One arm with one seed, and where it is kept."""

    arm: str
    seed: int
    folder: Path | None

    @property
    def trace(self) -> Path | None:
        return self._file(TRACE_ENDING)

    @property
    def checkpoint(self) -> Path | None:
        return self._file(ENDING)

    def _file(self, ending: str) -> Path | None:
        return None if self.folder is None else self.folder / f"{self.arm}-{self.seed}{ending}"


def run_arms(
    experiment: Experiment,
    budget: Budget,
    *,
    seeds: Sequence[int] = (0, 1, 2),
    out: str | Path | None = None,
    resume: bool = False,
    n_processes: int | None = None,
) -> list[Trace]:
    """Train every arm with every seed.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    budget : Budget
        Of each arm with each seed.
    seeds : sequence of int, default (0, 1, 2)
        One run of every arm for each.
    out : str or Path, optional
        A folder for a trace of each, and checkpoints while they run; without it nothing is kept.
    resume : bool, default False
        Whether to go on with what ``out`` holds: what has come to its end is read, the rest goes on
        from its checkpoint.
    n_processes : int, optional
        How many at once; by default as many as there are cores. With 1 all run here. A script that
        trains in several needs ``if __name__ == "__main__":`` around what it does.

    Returns
    -------
    list of Trace
        By arm and seed, in their order.

    Raises
    ------
    InputError
        If a setting cannot be used, or ``out`` holds something else.
    SemshiftError
        If the disk is full, or a process was ended from outside.
    KeyboardInterrupt
        After Ctrl-C, when every run has kept a checkpoint; a second one does not wait for that.

    Warns
    -----
    DivergedWarning
        If a loss, a gradient or weights were not finite; the trace up to there is kept.
    """
    folder = check_out(out, resume=resume)
    jobs = [_Job(arm, seed, folder) for arm, seed in product(experiment.arms, _checked(seeds))]
    settings = {**experiment.settings(), "steps": budget.steps, "every": budget.every}
    with nullcontext() if folder is None else held(folder, work="training"):
        found = {job: _earlier(job, settings) for job in jobs} if resume else {}
        todo = [job for job in jobs if found.get(job) is None]
        n = min(_processes(n_processes), max(1, len(todo)))
        with _stopping() as stop:
            work = _Work(experiment, budget, settings)
            done = (_here if n == 1 else _elsewhere)(work, todo, n, stop)
        if stop.is_set():
            raise KeyboardInterrupt
    traces = [trace for job in jobs if (trace := found.get(job) or done.get(job))]
    for trace in traces:
        if trace.status == DIVERGED:
            told = f"{trace.arm}, seed {trace.seed}, {trace.reason}"
            warnings.warn(told, DivergedWarning, stacklevel=2)
    return traces


@dataclass(frozen=True)
class _Work:
    """What is the same for all jobs."""

    experiment: Experiment
    budget: Budget
    settings: dict[str, Any]

    def do(self, job: _Job, advance: Callable[[int], object], stopped: Callable[[], bool]) -> Trace:
        trace = Trace(self.experiment.name, job.arm, job.seed, self.settings)
        with drawing_at(job.seed, BEGINNING):
            learner = self.experiment.learner(job.arm, job.seed)
        trace = train(
            learner,
            trace,
            self.budget,
            checkpoint=job.checkpoint,
            advance=advance,
            stopped=stopped,
        )
        if job.trace is not None:
            trace.save(job.trace)
        return trace


def _here(work: _Work, jobs: Sequence[_Job], _: int, stop: threading.Event) -> dict[_Job, Trace]:
    steps = work.budget.steps
    done: dict[_Job, Trace] = {}
    with counted_progress(len(jobs) * steps, work.experiment.name, of="steps") as show:
        for place, job in enumerate(jobs):
            if stop.is_set():
                break
            done[job] = work.do(job, partial(_show_all, show, place * steps), stop.is_set)
    return done


def _show_all(show: Callable[[int], None], before: int, step: int) -> None:
    show(before + step)


_LOOK_SECONDS = 0.2
_in_worker: dict[str, Any] = {}
"""What a process of ours was sent when it started."""


def _elsewhere(
    work: _Work, jobs: Sequence[_Job], n: int, stop: threading.Event
) -> dict[_Job, Trace]:
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        # Started by ourselves to read the script anew, which has come here again.
        raise SystemExit(1)
    context = multiprocessing.get_context("spawn")
    counter, told = context.Value("q", 0), context.Value("b", 0)
    typed = bool(by_door("", "typed"))
    total = len(jobs) * work.budget.steps
    with (
        counted_progress(total, work.experiment.name, of="steps") as show,
        TemporaryDirectory(prefix="semshift-train-") as place,
    ):
        # By a file, for what is sent at the start must fit into a pipe: a process that ends before
        # it has read a model out of one would be waited for without end.
        sent = Path(place) / "work"
        with sent.open("wb") as file:
            pickle.dump(work, file)
        pool = ProcessPoolExecutor(
            n, mp_context=context, initializer=_begin, initargs=(sent, counter, told, typed)
        )
        try:
            futures = {pool.submit(_do, job): job for job in jobs}
            pending: set[Future[Trace]] = set(futures)
            while pending:
                _, pending = wait(pending, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
                show(counter.value)
                if stop.is_set() and not told.value:
                    told.value = 1
                    pool.shutdown(wait=False, cancel_futures=True)
            return {job: f.result() for f, job in futures.items() if not f.cancelled()}
        except BrokenProcessPool as error:
            raise SemshiftError(
                "a process that trained was ended from outside; the memory may have been too small "
                "(n_processes=1 needs the least), or the script that asked for "
                'it lacks if __name__ == "__main__": around what it does.'
            ) from error
        finally:
            told.value = 1
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(sent: Path, counter: Any, told: Any, typed: bool) -> None:  # noqa: ANN401, FBT001
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one says when
    os.environ["TOKENIZERS_PARALLELISM"] = "false"
    with sent.open("rb") as file:
        work = pickle.load(file)  # noqa: S301 - which the process that started this one wrote
    _in_worker.update(work=work, counter=counter, told=told, typed=typed)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:  # noqa: ANN401
    """End this process when the one that started it is gone, however it went."""
    parent.join()
    os._exit(1)


def _do(job: _Job) -> Trace:
    work, counter, told = (_in_worker[name] for name in ("work", "counter", "told"))
    before = 0

    def advance(step: int) -> None:
        nonlocal before
        with counter.get_lock():
            counter.value += step - before
        before = step

    with at_the_command_line() if _in_worker["typed"] else nullcontext():
        trace: Trace = work.do(job, advance, lambda: bool(told.value))
    return trace


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Make of the first Ctrl-C a wish to stop at the next step, and of a second what it was."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def wish(number: int, frame: object) -> None:
        if stop.is_set():
            signal.default_int_handler(number, frame)  # type: ignore[arg-type]
        stop.set()

    signal.signal(signal.SIGINT, wish)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


def _processes(asked: int | None) -> int:
    if asked is not None:
        return check_whole(asked, "n_processes", least=1, most=1024)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _checked(seeds: Sequence[int]) -> list[int]:
    checked = [check_whole(seed, "a seed", least=0, most=2**63 - 1) for seed in seeds]
    if not checked or len(set(checked)) < len(checked):
        raise InputError(
            f"seeds are {shortened(checked) or 'none'}, expected at least one, each once."
        )
    return checked


def check_out(out: str | Path | None, *, resume: bool) -> Path | None:
    """Return a folder for traces, or refuse one in which something else lies, or nothing at all.

    Parameters
    ----------
    out : str, Path or None
        None for no folder.
    resume : bool
        Whether a training is to be gone on with there.

    Returns
    -------
    Path or None
    """
    if out is None:
        if resume:
            raise InputError("nothing can be gone on with: name the folder of the earlier run.")
        return None
    folder = check_path(out, written=True)
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is no folder; name one with {option('out')}")
    there = [path for path in folder.iterdir() if not _of_ours(path)] if folder.exists() else []
    if resume and not there:
        raise InputError(
            f"cannot resume: {folder} holds no training; name the folder of an earlier one with "
            f"{option('out')}, or leave out {option('resume', value=True)} to start a new one"
        )
    if there and not resume:
        raise InputError(
            f"{folder} is not empty ({count(len(there), 'file')}): add "
            f"{option('resume', value=True)} to go on with a training there, or name another "
            f"folder with {option('out')}"
        )
    return folder


def _of_ours(path: Path) -> bool:
    """Say whether a run that was killed in its first moment left this."""
    return path.name == LOCK or is_temporary(path)


def _earlier(job: _Job, settings: dict[str, Any]) -> Trace | None:
    """Read a run that has come to its end, if it did so with the same settings."""
    if job.trace is None or not job.trace.is_file():
        return None
    trace = Trace.open(job.trace)
    asked = Trace(trace.experiment, job.arm, job.seed, settings).settings
    other = differing(trace.settings, asked)
    if other:
        raise InputError(
            f"{job.trace} was trained with {other}: go on with the same settings, or name another "
            f"folder with {option('out')}"
        )
    return trace if trace.status in (FINISHED, DIVERGED) else None


def over_seeds(traces: Sequence[Trace], *, level: float = 0.95) -> pd.DataFrame:
    """Return every figure's mean over the seeds with Student's interval.

    Parameters
    ----------
    traces : sequence of Trace
        Of one experiment or several.
    level : float, default 0.95
        Of the intervals.

    Returns
    -------
    DataFrame
        ``experiment``, ``arm``, ``step``, ``metric``, ``value``, ``ci_low``, ``ci_high``, ``n``
        (seeds), ``status`` ("measured" or "not measured") and ``reason``. Seeds without the figure
        are left out, and the reason says so.
    """
    tables = [trace.table() for trace in traces]
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    whole = pd.concat(tables, ignore_index=True)
    keys = ["experiment", "arm", "step", "metric"]
    rows = [(*key, *_mean(group, level)) for key, group in whole.groupby(keys, sort=False)]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = [
    "experiment", "arm", "step", "metric", "value", "ci_low", "ci_high", "n", "status", "reason",
]  # fmt: skip


def _mean(group: pd.DataFrame, level: float) -> tuple[float, float, float, int, str, str]:
    values = group["value"].dropna()
    missing = group.loc[group["value"].isna(), "reason"]
    reason = str(missing.iloc[0]) if len(missing) else ""
    if not len(values):
        return float("nan"), float("nan"), float("nan"), 0, "not measured", reason
    found = measures.student_mean(values.to_numpy(), level=level)
    left_out = f"{count(len(missing), 'seed')} left out: {reason}" if reason else ""
    return found.value, found.low, found.high, found.n, "measured", left_out
