"""Anybody's training, watched: a callback for the Trainers of two libraries."""

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer
from transformers import PreTrainedModel, TrainerCallback

from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.files import check_path
from semshift_nb.names import count
from semshift_nb.training.loop import looking_at
from semshift_nb.training.probe import FIGURES, ProbeSet, probe_figures
from semshift_nb.training.trace import FINISHED, STOPPED, Trace
from semshift_nb.validation import check_flag, check_whole, is_real, shown

SHARE = 0.02
"""Of the time of training that looking may take, where no interval is given."""

MOST = {"mean_cosine": 0.9}
LEAST_OF_START = {"effective_rank": 0.5}
_BATCH = 32

Embed: TypeAlias = Callable[[Any, Sequence[str]], NDArray[Any]]
"""Model and texts to one row a text."""


class CollapseWarning(UserWarning):
    """A figure of the probe set has left its bound while a model is trained."""


@dataclass(frozen=True)
class _Bound:
    """What a figure must keep to."""

    metric: str
    value: float
    is_most: bool
    of_start: bool = False

    def broken(self, trace: Trace) -> str:
        """Say how the last probe breaks it; nothing where it does not."""
        values = trace.values(self.metric)
        first, last = float(values[0]), float(values[-1])
        if np.isnan(last):
            return f"{self.metric} cannot be measured"
        bound = self.value * first if self.of_start else self.value
        if (last <= bound) if self.is_most else (last >= bound) or np.isnan(bound):
            return ""
        beyond = "above" if self.is_most else "below"
        share = f", {self.value:g} of its start" if self.of_start else ""
        return (
            f"{self.metric} is {last:.4g}, {beyond} the bound of {bound:.4g}{share}; it was "
            f"{first:.4g} at the start"
        )


@dataclass
class Schedule:
    """When to look: every so many steps, or as often as costs a small share of the time.

    Parameters
    ----------
    every : int or None
        Steps between two probes; None for as often as ``SHARE`` allows.
    """

    every: int | None
    _probing: float = 0.0
    _last: float = 0.0
    _start: float = field(default=0.0)

    def begin(self, now: float) -> None:
        """Start the clock."""
        self._probing, self._start = 0.0, now

    def looked(self, seconds: float) -> None:
        """Count what a probe took."""
        self._last = seconds
        self._probing += seconds

    def due(self, step: int, now: float) -> bool:
        """Say whether to look after this step; as many seconds as at the last time are expected."""
        if self.every is not None:
            return step % self.every == 0
        training = now - self._start - self._probing
        return self._probing + self._last <= SHARE * training


class CollapseMonitor(TrainerCallback):
    """Probe figures of a model while it is trained, and a warning, or a stop, when it collapses.

    Hand it to a Trainer of sentence-transformers or transformers as one of its ``callbacks``. It
    looks at the start, in between, and at the end, and changes nothing of the training.

    Parameters
    ----------
    probe : ProbeSet, Corpus, or sequence of str
        Texts that are looked at every time; none that is trained on. Of a corpus 8 sentences of 32
        documents.
    out : str or Path
        The parquet file for the trace, written anew after every probe; `Trace.open` reads it.
    every : int, optional
        Steps between two probes. If left out, as often as costs 2 % of the time of training.
    most, least : mapping of str to float, optional
        Bounds of figures, as `probe_figures` names them; by default the mean cosine is 0.9 at most.
    least_of_start : mapping of str to float, optional
        Bounds that are shares of the figure at the start; by default the effective rank keeps half.
    stop : bool, default False
        Whether to stop the training when a bound is broken.
    embed : callable, optional
        Turns the model and a list of texts into an array of one row a text. By default a
        sentence-transformers model encodes, and of another model of transformers the last hidden
        states are averaged.
    arm : str, default "run"
        What the trace is called.

    Attributes
    ----------
    trace : Trace
        What was seen so far.

    Raises
    ------
    InputError
        If a bound is of no figure, or a setting cannot be used.

    Warns
    -----
    CollapseWarning
        When a bound is broken, once until it is kept again.

    Examples
    --------
    >>> monitor = CollapseMonitor(["A river runs.", "Prices rose."], "trace.parquet", stop=True)
    >>> monitor.trace
    <Trace monitor run, seed 0: 0 probes, running>
    """

    def __init__(
        self,
        probe: ProbeSet | Corpus | Sequence[str],
        out: str | Path,
        *,
        every: int | None = None,
        most: Mapping[str, float] | None = None,
        least: Mapping[str, float] | None = None,
        least_of_start: Mapping[str, float] | None = None,
        stop: bool = False,
        embed: Embed | None = None,
        arm: str = "run",
    ) -> None:
        self._probe = _probe_set(probe)
        self._out = check_path(out, written=True)
        if self._out.exists():
            Trace.open(self._out)  # a trace may be written over, and nothing else
        self._schedule = Schedule(None if every is None else check_whole(every, "every", least=1))
        self._bounds = [
            *_bounds(MOST if most is None else most, is_most=True),
            *_bounds(least or {}, is_most=False),
            *_bounds(
                LEAST_OF_START if least_of_start is None else least_of_start,
                is_most=False,
                of_start=True,
            ),
        ]
        self._stop = check_flag(stop, "stop")
        self._embed = embed or _embedded
        self._tokenizer: Any = None
        self._broken: set[_Bound] = set()
        self._unwritten = False
        self.trace = Trace("monitor", arm, 0, self._settings())

    def _settings(self) -> dict[str, Any]:
        return {
            "n_texts": len(self._probe.texts),
            "every": self._schedule.every,
            "bounds": [[b.metric, b.value, b.is_most, b.of_start] for b in self._bounds],
        }

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Look at the model as it comes; of a training that goes on, keep what had been seen.

        Parameters
        ----------
        args, state, control
        **kwargs
            As transformers tells them.
        """
        self.trace = Trace("monitor", self.trace.arm, int(args.seed), self._settings())
        if state.global_step and self._out.exists():
            self.trace = Trace.open(self._out).until(state.global_step)
        self._schedule.begin(time.monotonic())
        self._look(state, control, kwargs)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002
        """Look at the model when it is time to.

        Parameters
        ----------
        args, state, control
        **kwargs
            As transformers tells them.
        """
        if self._schedule.due(state.global_step, time.monotonic()):
            self._look(state, control, kwargs)

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401, ARG002
        """Look at the model as it goes.

        Parameters
        ----------
        args, state, control
        **kwargs
            As transformers tells them.
        """
        if self.trace.status != STOPPED:
            self.trace.end(FINISHED)
        self._look(state, control, kwargs)
        self._write(state)

    def _look(self, state: Any, control: Any, kwargs: Mapping[str, Any]) -> None:  # noqa: ANN401
        step = int(state.global_step)
        seen = len(self.trace) and self.trace.steps[-1] >= step
        if not state.is_world_process_zero or seen:
            return
        begun = time.monotonic()
        self._tokenizer = kwargs.get("processing_class")
        with looking_at(kwargs["model"]):
            rows = self._rows(kwargs["model"])
        before = self.trace.curve("map") if "map" in self.trace.curve_names else None
        groups = self._probe.groups
        self.trace.add(step, probe_figures(rows, groups=groups, map_before=before))
        self._judge(step, control)
        self._write(state)
        self._schedule.looked(time.monotonic() - begun)

    def _rows(self, model: Any) -> NDArray[Any]:  # noqa: ANN401
        texts = list(self._probe.texts)
        if self._embed is _embedded:
            return _embedded(model, texts, self._tokenizer)
        rows = np.asarray(self._embed(model, texts))
        if rows.ndim != 2 or len(rows) != len(texts):
            raise InputError(
                f"embed gave an array of shape {rows.shape} for {count(len(texts), 'text')}: "
                "expected one row a text."
            )
        return rows

    def _judge(self, step: int, control: Any) -> None:  # noqa: ANN401
        found = {bound: bound.broken(self.trace) for bound in self._bounds}
        for bound, how in found.items():
            if how and bound not in self._broken:
                warnings.warn(f"step {step}: {how}", CollapseWarning, stacklevel=2)
        self._broken = {bound for bound, how in found.items() if how}
        if self._broken and self._stop and self.trace.status != FINISHED:
            control.should_training_stop = True
            told = "; ".join(filter(None, found.values()))
            self.trace.end(STOPPED, f"step {step}: {told}")

    def _write(self, state: Any) -> None:  # noqa: ANN401
        """Write the trace; a disk that refuses is warned of and ends nobody's training."""
        if not state.is_world_process_zero:
            return
        try:
            self.trace.save(self._out)
        except SemshiftError as error:
            if not self._unwritten:
                warnings.warn(f"{error}; the trace goes on in memory", UserWarning, stacklevel=2)
            self._unwritten = True


def _probe_set(probe: ProbeSet | Corpus | Sequence[str]) -> ProbeSet:
    if isinstance(probe, Corpus):
        return ProbeSet.of(probe, n_documents=32, n_sentences=8)
    return probe if isinstance(probe, ProbeSet) else ProbeSet(probe)


def _bounds(given: Mapping[str, float], *, is_most: bool, of_start: bool = False) -> list[_Bound]:
    for metric, value in given.items():
        if metric not in FIGURES or not is_real(value):
            raise InputError(
                f"a bound is {shown(metric)}: {shown(value)}, expected a number for one of "
                f"{', '.join(FIGURES)}."
            )
    return [_Bound(metric, float(value), is_most, of_start) for metric, value in given.items()]


def _embedded(model: Any, texts: Sequence[str], tokenizer: Any = None) -> NDArray[Any]:  # noqa: ANN401
    """Turn texts into rows as a model of either library does."""
    if isinstance(model, SentenceTransformer):
        rows: NDArray[Any] = model.encode(list(texts), show_progress_bar=False)
        return rows
    if not isinstance(model, PreTrainedModel) or not callable(tokenizer):
        raise InputError(
            f"{type(model).__name__} does not say how it embeds texts: hand in embed, which turns "
            "the model and a list of texts into an array of one row a text (a Trainer of "
            "transformers needs processing_class for its own)."
        )
    parts = [
        _mean_states(model, tokenizer, texts[start : start + _BATCH])
        for start in range(0, len(texts), _BATCH)
    ]
    return np.concatenate(parts)


def _mean_states(
    model: PreTrainedModel,
    tokenizer: Any,  # noqa: ANN401
    texts: Sequence[str],
) -> NDArray[Any]:
    features = tokenizer(list(texts), padding=True, truncation=True, return_tensors="pt")
    placed = {name: value.to(model.device) for name, value in features.items()}
    states = model(**placed, output_hidden_states=True).hidden_states[-1].float()
    mask = placed["attention_mask"][..., None].float()
    means = (states * mask).sum(dim=1) / mask.sum(dim=1)
    return np.asarray(means.cpu().numpy())
