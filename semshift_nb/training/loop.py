"""The one loop in which everything here is trained.

What is drawn at a step depends on the seed and the number of the step alone: a training that was
killed and goes on draws what it would have drawn, and gives the same trace.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import torch

from semshift_nb.errors import InputError
from semshift_nb.training.checkpoint import Checkpoint, told_of
from semshift_nb.training.trace import (
    DIVERGED,
    FINISHED,
    RUNNING,
    STOPPED,
    Reading,
    Trace,
)
from semshift_nb.validation import check_whole, is_real, shortened, shown

CHECKPOINT_SECONDS = 30.0
"""A checkpoint of a small model is written in a fraction of a second; a kill costs so much."""


class StepLoss(NamedTuple):
    """What a step is to lessen, and figures of its batch to be told beside it."""

    loss: torch.Tensor
    figures: Mapping[str, float]


class Learner(Protocol):
    """One arm with one seed, as the loop sees it."""

    @property
    def module(self) -> torch.nn.Module:
        """What is trained."""
        ...

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """What changes its weights."""
        ...

    def loss(self, rng: np.random.Generator) -> StepLoss:
        """Work out the loss of a batch; whatever is drawn is drawn from ``rng`` or by torch."""
        ...

    def probe(self, trace: Trace) -> Mapping[str, Reading]:
        """Look at the model without changing it; ``trace`` is what was seen before."""
        ...


@dataclass(frozen=True)
class Budget:
    """How long to train, and how often to look.

    Parameters
    ----------
    steps : int
        Steps of each arm.
    seconds : float, optional
        Of each arm, those of earlier runs included; a run that comes so far is stopped with a
        checkpoint, and can go on with more. What it shows then depends on the machine.
    every : int, default 5
        Steps between two probes; the first and the last step are always looked at.
    """

    steps: int
    seconds: float | None = None
    every: int = 5

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps", check_whole(self.steps, "steps", least=1))
        object.__setattr__(self, "every", check_whole(self.every, "every", least=1))
        if self.seconds is not None and not (is_real(self.seconds) and self.seconds > 0):
            raise InputError(
                f"seconds is {shown(self.seconds)}, expected a number above 0, or "
                "nothing for as long as it takes."
            )

    def spent(self, seconds: float) -> bool:
        """Say whether no time is left.

        Parameters
        ----------
        seconds : float
            What all runs took so far.

        Returns
        -------
        bool
        """
        return self.seconds is not None and seconds >= self.seconds


@contextmanager
def drawing_at(seed: int, step: int) -> Iterator[np.random.Generator]:
    """Let all draws depend on a seed and a step, and torch go on as before afterwards."""
    drawn = np.random.SeedSequence([seed, step])
    cards = list(range(torch.cuda.device_count()))
    with torch.random.fork_rng(devices=cards):
        torch.manual_seed(int(drawn.generate_state(1, np.uint64)[0] >> 1))
        yield np.random.default_rng(drawn)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute with one thread, for sums in another order are other numbers."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def looking_at(module: torch.nn.Module) -> Iterator[None]:
    """Switch off dropout and gradients, and leave every part of a model as it was."""
    modes = {part: part.training for part in module.modules()}
    module.eval()
    try:
        with torch.no_grad():
            yield
    finally:
        for part, mode in modes.items():
            part.training = mode


@dataclass
class _Means:
    """Figures of batches, averaged from probe to probe."""

    sums: dict[str, float] = field(default_factory=dict)
    n: int = 0

    def add(self, figures: Mapping[str, float]) -> None:
        self.n += 1
        for name, value in figures.items():
            self.sums[name] = self.sums.get(name, 0.0) + value

    def take(self) -> dict[str, Reading]:
        means: dict[str, Reading] = {
            name: total / self.n if math.isfinite(total) else "not finite in some batch"
            for name, total in self.sums.items()
        }
        self.sums, self.n = {}, 0
        return means


def train(
    learner: Learner,
    trace: Trace,
    budget: Budget,
    *,
    checkpoint: Path | None = None,
    advance: Callable[[int], object] | None = None,
    stopped: Callable[[], bool] | None = None,
) -> Trace:
    """Train until the budget is spent, and look at the model now and then.

    Parameters
    ----------
    learner : Learner
        What is trained, as it was made for this arm and seed.
    trace : Trace
        Where to put what is seen, empty.
    budget : Budget
        How long, and how often to look.
    checkpoint : Path, optional
        Where to go on from, if it is there, and what to write every half minute and where the
        training is stopped; removed when it has come to its end.
    advance : callable, optional
        Is told how many steps are done.
    stopped : callable, optional
        Asked before every step whether to stop here.

    Returns
    -------
    Trace
        Its ``status`` says how it ended: a loss or a gradient that is not finite ends it as
        "diverged", with the step and the cause in ``reason``.

    Raises
    ------
    InputError
        If the checkpoint is of another training.
    SemshiftError
        If a checkpoint cannot be written.
    """
    with one_thread():
        run = _Run(learner, trace, budget, checkpoint)
        return run.go(advance or (lambda _: None), stopped or (lambda: False))


class _DivergedError(Exception):
    """A step gave numbers that are not finite; says which step, and why."""


class _Run:
    """One training on its way."""

    def __init__(
        self, learner: Learner, trace: Trace, budget: Budget, checkpoint: Path | None
    ) -> None:
        self._learner, self._trace, self._budget = learner, trace, budget
        self._path = checkpoint
        self._step, self._earlier = 0, 0.0
        self._means = _Means()
        if checkpoint is not None and checkpoint.exists():
            self._resume(Checkpoint.open(checkpoint))
        self._start = self._kept = time.monotonic()

    def _resume(self, earlier: Checkpoint) -> None:
        other = differing(earlier.trace.settings, self._trace.settings)
        if other:
            raise InputError(
                f"{str(self._path)!r} was begun with {other}: go on with the same settings, or "
                "name another folder."
            )
        earlier.restore(self._learner.module, self._learner.optimizer)
        self._trace = earlier.trace.end(RUNNING)
        self._step, self._earlier = earlier.step, earlier.seconds
        self._means = _Means(dict(earlier.sums), earlier.n_summed)

    @property
    def _seconds(self) -> float:
        return self._earlier + time.monotonic() - self._start

    def go(self, advance: Callable[[int], object], stopped: Callable[[], bool]) -> Trace:
        try:
            reason = self._steps(advance, stopped)
        except _DivergedError as error:
            return self._trace.end(DIVERGED, str(error))
        if reason:
            self._trace.end(STOPPED, reason)
            self._keep()
        elif self._path is not None:  # its work is done, and it is three times as large as a model
            self._path.unlink(missing_ok=True)
            told_of(self._path).unlink(missing_ok=True)
        return self._trace if reason else self._trace.end(FINISHED)

    def _steps(self, advance: Callable[[int], object], stopped: Callable[[], bool]) -> str:
        """Train, and return why it was stopped before its last step, if it was."""
        advance(self._step)
        if not len(self._trace):
            self._probe()
        while self._step < self._budget.steps:
            so_far = f"after step {self._step} of {self._budget.steps}"
            if stopped():
                return f"asked to stop {so_far}"
            if self._budget.spent(self._seconds):
                return f"{self._budget.seconds:g} s were spent {so_far}"
            self._one_step()
            advance(self._step)
            if time.monotonic() - self._kept > CHECKPOINT_SECONDS:
                self._keep()
        return ""

    def _one_step(self) -> None:
        with drawing_at(self._trace.seed, self._step) as rng:
            told = self._learner.loss(rng)
            loss = float(told.loss.detach())
            if not math.isfinite(loss):
                raise _DivergedError(self._why(loss))
            self._learner.optimizer.zero_grad(set_to_none=True)
            told.loss.backward()  # type: ignore[no-untyped-call]
            self._check({n: w.grad for n, w in self._weights()}, "the gradient of")
            self._learner.optimizer.step()
        self._step += 1
        self._means.add({"loss": loss, **told.figures})
        if self._step % self._budget.every == 0 or self._step == self._budget.steps:
            self._probe()

    def _probe(self) -> None:
        self._check(dict(self._weights()), "the weights")
        if len(self._trace) and self._trace.steps[-1] == self._step:
            return
        with looking_at(self._learner.module), drawing_at(self._trace.seed, _NO_STEP):
            seen = self._learner.probe(self._trace)
        self._trace.add(self._step, {**self._means.take(), **seen})

    def _weights(self) -> list[tuple[str, torch.Tensor]]:
        return [(n, w) for n, w in self._learner.module.named_parameters() if w.requires_grad]

    def _check(self, tensors: Mapping[str, torch.Tensor | None], what: str) -> None:
        there = {name: tensor for name, tensor in tensors.items() if tensor is not None}
        if math.isfinite(float(torch.nn.utils.get_total_norm(there.values()))):
            return
        bad = [name for name, tensor in there.items() if not torch.isfinite(tensor).all()]
        names = f"{what} {shortened(bad, most=3)}" if bad else f"{what} all weights together"
        raise _DivergedError(f"step {self._next}: {names} is not finite; {_SMALLER}")

    @property
    def _next(self) -> int:
        return self._step + 1

    def _why(self, loss: float) -> str:
        bad = [name for name, w in self._weights() if not torch.isfinite(w).all()]
        if bad:
            cause = f"for the weights {shortened(bad, most=3)} are not finite; {_SMALLER}"
        else:
            greatest = max(float(w.detach().abs().max()) for _, w in self._weights())
            cause = (
                f"though all weights are finite, up to {greatest:.3g}: {_SMALLER} if that is much, "
                "or else a greater temperature, and look at the texts"
            )
        return f"step {self._next}: the loss is {loss}, {cause}"

    def _keep(self) -> None:
        if self._path is None:
            return
        Checkpoint.of(
            self._learner.module,
            self._learner.optimizer,
            step=self._step,
            seconds=self._seconds,
            trace=self._trace,
            sums=self._means.sums,
            n_summed=self._means.n,
        ).save(self._path)
        self._kept = time.monotonic()


_NO_STEP, BEGINNING = 2**32, 2**32 + 1
"""Probes, and the weights with which it begins, are drawn where no step is."""
_SMALLER = "take a smaller learning rate"


def differing(one: Mapping[str, object], other: Mapping[str, object]) -> str:
    """Name the settings in which two trainings differ, with those of the first; or nothing."""
    names = [name for name in {**one, **other} if one.get(name) != other.get(name)]
    return ", ".join(f"{name} {shown(one.get(name))}" for name in names)
