"""What was seen of a training, probe by probe, in a file that opens on any machine."""

import json
import math
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from semshift_nb.errors import InputError
from semshift_nb.files import check_path, explained, kind_of, write_whole
from semshift_nb.validation import check_whole, is_real, shortened, shown

MOST_PROBES = 512
"""When there are more, every second is dropped: a trace never outgrows some megabytes."""

Reading: TypeAlias = float | str | NDArray[Any]
"""A figure, the reason why there is none, or a curve: a number for each direction, bin or text."""

RUNNING, FINISHED, STOPPED, DIVERGED = "running", "finished", "stopped", "diverged"
_STATUSES = (RUNNING, FINISHED, STOPPED, DIVERGED)
NAME = re.compile(r"[\w@.+=-]{1,80}", re.ASCII)
"""What an arm may be called: it names files, too."""


class Probe(NamedTuple):
    """What one probe found: figures by name, each a number or a reason, and curves by name."""

    step: int
    figures: dict[str, float | str]
    curves: dict[str, NDArray[np.float64]]


@dataclass(eq=False, repr=False)
class Trace:
    """The probe figures of one arm and one seed, step by step.

    Parameters
    ----------
    experiment, arm : str
        What was trained, and which variant of it; letters, digits and ``@.+=-_``.
    seed : int
        What all draws of the run depend on.
    settings : mapping
        How it was trained, in JSON's words.

    Attributes
    ----------
    status : {"running", "finished", "stopped", "diverged"}
        How it ended, if it did.
    reason : str
        Why it was stopped or cannot go on; empty where it ran to its end.

    Examples
    --------
    >>> trace = Trace("mine", "plain", seed=0)
    >>> trace.add(0, {"mean_cosine": 0.6, "spectrum": np.array([2.0, 1.0])})
    >>> trace.add(10, {"mean_cosine": 0.2, "spectrum": np.array([1.5, 1.5])})
    >>> trace.values("mean_cosine")
    array([0.6, 0.2])
    >>> trace
    <Trace mine plain, seed 0: 2 probes, steps 0 to 10, running>
    """

    experiment: str
    arm: str
    seed: int
    settings: Mapping[str, Any] = field(default_factory=dict)
    status: str = RUNNING
    reason: str = ""

    def __post_init__(self) -> None:
        self.experiment = _name("experiment", self.experiment)
        self.arm = _name("arm", self.arm)
        self.settings = _plain(self.settings)
        self.seed = check_whole(self.seed, "seed", least=0)
        self._probes: list[Probe] = []

    def __repr__(self) -> str:
        steps = self.steps
        ends = f", steps {steps[0]} to {steps[-1]}" if steps else ""
        return (
            f"<Trace {self.experiment} {self.arm}, seed {self.seed}: {len(steps)} probes{ends}, "
            f"{self.status}>"
        )

    def __len__(self) -> int:
        return len(self._probes)

    @property
    def steps(self) -> list[int]:
        """After how many steps each probe was taken."""
        return [probe.step for probe in self._probes]

    @property
    def metrics(self) -> list[str]:
        """The figures' names, in the order in which they first came."""
        return list(dict.fromkeys(name for probe in self._probes for name in probe.figures))

    @property
    def curve_names(self) -> list[str]:
        """The curves' names."""
        return list(dict.fromkeys(name for probe in self._probes for name in probe.curves))

    def add(self, step: int, readings: Mapping[str, Reading]) -> None:
        """Keep what a probe found.

        Parameters
        ----------
        step : int
            How many steps were done; more than at the probe before.
        readings : mapping of str to float, str or ndarray of shape (n_items,)
            Figures, reasons why there is none, and curves.

        Raises
        ------
        InputError
            If the step is not after the last one, or a reading is none of these.
        """
        after = self.steps[-1] if self._probes else -1
        step = check_whole(step, "step", least=after + 1)
        figures = {n: _figure(n, r) for n, r in readings.items() if not isinstance(r, np.ndarray)}
        curves = {n: _curve(n, r) for n, r in readings.items() if isinstance(r, np.ndarray)}
        self._probes.append(Probe(step, figures, curves))
        if len(self._probes) > MOST_PROBES:
            self._probes = self._probes[::2]

    def values(self, metric: str) -> NDArray[np.float64]:
        """Return a figure at every probe.

        Parameters
        ----------
        metric : str
            One of ``metrics``.

        Returns
        -------
        ndarray of shape (n_probes,)
            NaN where there was none.

        Raises
        ------
        InputError
            If no probe has it.
        """
        self._known(metric, self.metrics)
        found = [probe.figures.get(metric, "") for probe in self._probes]
        return np.array([math.nan if isinstance(value, str) else value for value in found])

    def curve(self, name: str, step: int | None = None) -> NDArray[np.float64]:
        """Return a curve at one probe.

        Parameters
        ----------
        name : str
            One of ``curve_names``.
        step : int, optional
            One of ``steps``; the last if left out.

        Returns
        -------
        ndarray of shape (n_items,)

        Raises
        ------
        InputError
            If there is no such curve or no probe at this step.
        """
        self._known(name, self.curve_names)
        wanted = self.steps[-1] if step is None else step
        for probe in self._probes:
            if probe.step == wanted and name in probe.curves:
                return probe.curves[name]
        raise InputError(
            f"no {name} after step {shown(wanted)}: probes are at {self._some_steps()}"
        )

    def _known(self, name: str, names: Sequence[str]) -> None:
        if name not in names:
            raise InputError(
                f"this trace has no {shown(name)}; it has {', '.join(names) or 'no probe yet'}."
            )

    def _some_steps(self) -> str:
        return shortened(self.steps, most=20)

    def table(self) -> pd.DataFrame:
        """Return all figures, one a row.

        Returns
        -------
        DataFrame
            ``experiment``, ``arm``, ``seed``, ``step``, ``metric``, ``value`` and ``reason``, which
            says why a value is missing.
        """
        rows = [
            (self.experiment, self.arm, self.seed, probe.step, name, *_split(value))
            for probe in self._probes
            for name, value in probe.figures.items()
        ]
        return pd.DataFrame(rows, columns=TABLE_COLUMNS).astype(
            {"seed": "int64", "step": "int64", "value": "float64"}
        )

    def until(self, step: int) -> "Trace":
        """Return the trace as it was after some step, on its way.

        Parameters
        ----------
        step : int
            Probes after it are left out.

        Returns
        -------
        Trace
        """
        earlier = Trace(self.experiment, self.arm, self.seed, self.settings)
        earlier._probes = [probe for probe in self._probes if probe.step <= step]
        return earlier

    def end(self, status: str, reason: str = "") -> "Trace":
        """Say how the training ended.

        Parameters
        ----------
        status : {"running", "finished", "stopped", "diverged"}
            "running" where it goes on after all.
        reason : str, default ""
            Why.

        Returns
        -------
        Trace
            Itself.
        """
        if status not in _STATUSES:
            raise InputError(f"status is {shown(status)}: expected one of {', '.join(_STATUSES)}.")
        self.status, self.reason = status, reason
        return self

    def save(self, path: str | Path) -> None:
        """Write the trace to a parquet file, whole or not at all.

        Parameters
        ----------
        path : str or Path
            Its folder must be there.

        Raises
        ------
        SemshiftError
            If the disk is full or the folder cannot be written.
        """
        target = check_path(path, written=True)
        packed = self.to_bytes()
        with explained(target):
            write_whole(target, lambda temporary: temporary.write_bytes(packed))

    def to_bytes(self) -> bytes:
        """Return what `save` writes.

        Returns
        -------
        bytes
        """
        rows = [
            (probe.step, name, *_split(value), None)
            for probe in self._probes
            for name, value in probe.figures.items()
        ] + [
            (probe.step, name, None, "", curve)
            for probe in self._probes
            for name, curve in probe.curves.items()
        ]
        columns = list(zip(*rows, strict=True)) or [()] * len(_SCHEMA)
        arrays = [
            pa.array(column, type=kind.type) for column, kind in zip(columns, _SCHEMA, strict=True)
        ]
        told = {name: getattr(self, name) for name in _TOLD}
        head = json.dumps({"format": _FORMAT, "semshift": version("semshift-nb")} | told)
        table = pa.Table.from_arrays(arrays, schema=_SCHEMA.with_metadata({_HEAD: head}))
        sink = pa.BufferOutputStream()
        pq.write_table(table, sink, compression="zstd")
        return bytes(sink.getvalue())

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "Trace":
        """Read a trace that `save` wrote, on this machine or another.

        Parameters
        ----------
        path : str or path

        Returns
        -------
        Trace

        Raises
        ------
        InputError
            If there is no such file, or it is no trace.
        """
        found = check_path(os.fspath(path))
        if not found.is_file():
            what = f"is {kind_of(found)}" if found.exists() else "is not there"
            raise InputError(f"the trace {str(found)!r} {what}: expected a file of Trace.save.")
        return cls.from_bytes(found.read_bytes(), source=str(found))

    @classmethod
    def from_bytes(cls, packed: bytes, *, source: str = "it") -> "Trace":
        """Read a trace from what `to_bytes` gave.

        Parameters
        ----------
        packed : bytes
        source : str, default "it"
            What messages call it.

        Returns
        -------
        Trace

        Raises
        ------
        InputError
            If it is no trace.
        """
        try:
            return cls._read(packed)
        except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{source!r:.300} is no trace of a training ({type(error).__name__}: "
                f"{error!s:.200}): expected a parquet file that Trace.save wrote."
            ) from error

    @classmethod
    def _read(cls, packed: bytes) -> "Trace":
        table = pq.read_table(pa.BufferReader(packed))
        head = json.loads((table.schema.metadata or {})[_HEAD])
        if head["format"] != _FORMAT:
            raise ValueError(f"it is of format {head['format']!r}, written by a newer version")
        if not table.schema.equals(_SCHEMA):
            raise ValueError(f"its columns are {', '.join(table.schema.names)}")
        trace = cls(head["experiment"], head["arm"], head["seed"], dict(head["settings"]))
        found: dict[int, dict[str, Reading]] = {}
        for step, name, value, reason, curve in zip(*table.to_pydict().values(), strict=True):
            figure = reason if value is None else value
            reading = figure if curve is None else np.array(curve, dtype=np.float64)
            found.setdefault(step, {})[name] = reading
        for step in sorted(found):
            trace.add(step, found[step])
        return trace.end(head["status"], str(head["reason"]))


TABLE_COLUMNS = ["experiment", "arm", "seed", "step", "metric", "value", "reason"]
_FORMAT = 1
_HEAD = b"semshift_trace"
_TOLD = ("experiment", "arm", "seed", "settings", "status", "reason")
_SCHEMA = pa.schema(
    [
        ("step", pa.int64()),
        ("metric", pa.string()),
        ("value", pa.float64()),
        ("reason", pa.string()),
        ("curve", pa.list_(pa.field("element", pa.float64()))),
    ]
)


def _name(what: str, name: object) -> str:
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise InputError(
            f"{what} is {shown(name)}, expected a short name of letters, digits and @.+=-_"
        )
    return name


def _plain(settings: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return dict(json.loads(json.dumps(dict(settings), allow_nan=False)))
    except (TypeError, ValueError) as error:
        raise InputError(f"the settings cannot be written as JSON: {error}.") from error


def _split(value: float | str) -> tuple[float | None, str]:
    return (None, value) if isinstance(value, str) else (value, "")


def _figure(name: str, value: object) -> float | str:
    if isinstance(value, str):
        return value
    if not is_real(value):
        raise InputError(
            f"the figure {name} is {shown(value)}, expected a finite number, or the reason why "
            "there is none."
        )
    return float(value)


def _curve(name: str, values: NDArray[Any]) -> NDArray[np.float64]:
    if values.ndim != 1 or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        raise InputError(
            f"the curve {name} has shape {values.shape} and is of {values.dtype}, expected one "
            "column of finite numbers."
        )
    return values.astype(np.float64)


def open_traces(folder: str | os.PathLike[str]) -> list[Trace]:
    """Read all traces of a folder, such as the ``--out`` of ``semshift train``.

    Parameters
    ----------
    folder : str or path

    Returns
    -------
    list of Trace
        By arm and seed.

    Raises
    ------
    InputError
        If there is none in it.
    """
    found = check_path(os.fspath(folder))
    files = sorted(found.glob(f"*{TRACE_ENDING}")) if found.is_dir() else []
    if not files:
        raise InputError(
            f"there is no trace in {str(found)!r}: expected a folder with files that end in "
            f"{TRACE_ENDING}."
        )
    return sorted(map(Trace.open, files), key=lambda trace: (trace.arm, trace.seed))


TRACE_ENDING = ".trace.parquet"
