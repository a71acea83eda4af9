"""The loop: the same numbers every time, however often it was stopped; and how it fails."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.training import loop
from semshift_nb.training.checkpoint import Checkpoint, told_of
from semshift_nb.training.loop import Budget, train
from semshift_nb.training.trace import Trace
from tests.training.toy import ToyLearner

BUDGET = Budget(12, every=5)


def trained(seed: int = 0, *, arm: str = "plain", budget: Budget = BUDGET, **options) -> Trace:
    return train(ToyLearner(arm, 3), Trace("toy", arm, seed, {"lr": 0.01}), budget, **options)


def stopped_after(trace_path: Path, n: int) -> Trace:
    asked = iter([False] * n + [True])
    return trained(checkpoint=trace_path, stopped=lambda: next(asked))


def test_the_first_and_the_last_step_are_looked_at():
    trace = trained()
    assert (trace.steps, trace.status) == ([0, 5, 10, 12], "finished")
    assert np.isnan(trace.values("loss")[0])
    assert trace.values("batch_size")[1:].tolist() == [8, 8, 8]


def test_a_seed_gives_the_same_trace_twice_and_another_seed_another():
    assert trained(0).to_bytes() == trained(0).to_bytes()
    assert trained(1).values("loss")[-1] != trained(0).values("loss")[-1]


def test_it_draws_from_nobody_else_and_leaves_torch_as_it_was():
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    n_threads = torch.get_num_threads()
    trained()
    assert torch.equal(torch.rand(3), expected)
    assert torch.get_num_threads() == n_threads


def test_the_loss_of_a_probe_is_the_mean_of_its_steps():
    """Against the plainest loop, with the draws of the same seeds."""
    learner = ToyLearner("plain", 3)
    losses = []
    for step in range(5):
        with loop.drawing_at(0, step) as rng:
            told = learner.loss(rng)
            learner.optimizer.zero_grad()
            told.loss.backward()
            learner.optimizer.step()
        losses.append(told.loss.item())
    assert trained().values("loss")[1] == np.mean(losses)


@pytest.mark.parametrize("n", [0, 3, 5, 11])
def test_stopped_anywhere_it_goes_on_as_if_nothing_had_been(n: int, tmp_path):
    path = tmp_path / "a.safetensors"
    first = stopped_after(path, n)
    assert (first.status, first.reason) == ("stopped", f"asked to stop after step {n} of 12")
    assert told_of(path).is_file()
    assert trained(checkpoint=path).to_bytes() == trained().to_bytes()
    assert list(tmp_path.iterdir()) == []  # what has come to its end needs no checkpoint


KILLED = """
import os, signal, sys
from pathlib import Path
from semshift_nb.training import loop
from semshift_nb.training.trace import Trace
from tests.training.toy import ToyLearner
loop.CHECKPOINT_SECONDS = 0.0
def advance(step):
    if step == 8:
        os.kill(os.getpid(), signal.SIGKILL)
loop.train(ToyLearner("plain", 3), Trace("toy", "plain", 0, {"lr": 0.01}), loop.Budget(12, every=5),
           checkpoint=Path(sys.argv[1]), advance=advance)
"""


@pytest.mark.slow
def test_killed_it_goes_on_as_if_nothing_had_been(tmp_path):
    path = tmp_path / "a.safetensors"
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert Checkpoint.open(path).step == 7
    assert trained(checkpoint=path).to_bytes() == trained().to_bytes()


def test_seconds_are_a_budget_too(tmp_path):
    path = tmp_path / "a.safetensors"
    budget = Budget(12, seconds=1e-6, every=5)
    trace = trained(checkpoint=path, budget=budget)
    assert (trace.steps, trace.status) == ([0], "stopped")
    assert trace.reason == "1e-06 s were spent after step 0 of 12"
    assert trained(checkpoint=path, budget=budget).reason == trace.reason  # earlier runs count
    assert trained(checkpoint=path).to_bytes() == trained().to_bytes()


@pytest.mark.parametrize(
    ("arm", "says"),
    [
        (
            "nan",
            r"step 4: the loss is nan, though all weights are finite, up to 0.4.*: take a smaller",
        ),
        ("steep", r"step 4: the gradient of 0.weight, 0.bias, 2.weight, ... is not finite; take a"),
    ],
)
def test_what_is_not_finite_ends_it_with_step_and_cause(arm: str, says: str):
    trace = trained(arm=arm, budget=Budget(12, every=2))
    assert (trace.status, trace.steps) == ("diverged", [0, 2])
    assert re.match(says, trace.reason)


def test_weights_that_ran_away_are_named():
    learner = ToyLearner("plain", 3)
    learner.optimizer = torch.optim.SGD(learner.module.parameters(), lr=3e38)
    trace = train(learner, Trace("toy", "plain", 0), Budget(12, every=12))
    assert trace.status == "diverged"
    assert "smaller learning rate" in trace.reason
    assert trace.steps == [0]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"steps": 0}, "steps is 0: expected a whole number from 1 on"),
        ({"steps": 2.5}, "steps is 2.5"),
        ({"steps": 5, "every": 0}, "every is 0"),
        ({"steps": 5, "seconds": 0}, "seconds is 0, expected a number above 0"),
    ],
)
def test_bad_budgets(options: dict, says: str):
    with pytest.raises(InputError, match=says):
        Budget(**options)


def test_a_checkpoint_of_something_else_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    stopped_after(path, 3)
    with pytest.raises(InputError, match=r"was begun with lr 0.01: go on with the same settings"):
        train(ToyLearner("plain", 3), Trace("toy", "plain", 0, {"lr": 1}), BUDGET, checkpoint=path)
    other = ToyLearner("plain", 3)
    other.module.append(torch.nn.Linear(4, 4))
    with pytest.raises(InputError, match="a model with other weights"):
        train(other, Trace("toy", "plain", 0, {"lr": 0.01}), BUDGET, checkpoint=path)
    path.write_bytes(b"no checkpoint")
    with pytest.raises(InputError, match="is no checkpoint of a training"):
        trained(checkpoint=path)


def test_a_disk_that_refuses_is_named():
    with pytest.raises(SemshiftError, match=r"cannot write '/proc/a.safetensors'.*choose another"):
        stopped_after(Path("/proc/a.safetensors"), 2)
