"""All arms with all seeds: in processes as here, resumed, over the seeds, and what is refused."""

import signal
import warnings

import numpy as np
import pytest
from scipy import stats

from semshift_nb.errors import InputError
from semshift_nb.training.arms import DivergedWarning, over_seeds, run_arms
from semshift_nb.training.loop import Budget
from semshift_nb.training.trace import Trace, open_traces
from tests.training.toy import Toy

BUDGET = Budget(6, every=3)


def run(experiment: Toy | None = None, **options) -> list[Trace]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergedWarning)
        return run_arms(experiment or Toy(), BUDGET, **options)


def packed(traces: list[Trace]) -> list[bytes]:
    return [trace.to_bytes() for trace in traces]


@pytest.mark.slow
def test_processes_give_what_one_gives(tmp_path):
    here = run(seeds=[4], n_processes=1)
    assert [(t.arm, t.seed, t.status) for t in here] == [
        ("plain", 4, "finished"),
        ("nan", 4, "diverged"),
    ]
    assert packed(run(seeds=[4], n_processes=2, out=tmp_path / "run")) == packed(here)
    assert packed(open_traces(tmp_path / "run")) == packed(here[::-1])


def test_what_has_ended_is_not_trained_again(tmp_path):
    first = run(seeds=[0], out=tmp_path, n_processes=1)
    (tmp_path / "plain-0.trace.parquet").unlink()
    kept = (tmp_path / "nan-0.trace.parquet").stat()
    again = run(seeds=[0, 1], out=tmp_path, n_processes=1, resume=True)
    assert packed(again)[::2] == packed(first)
    assert (tmp_path / "nan-0.trace.parquet").stat() == kept


def test_an_interrupt_keeps_a_checkpoint_and_the_run_goes_on(tmp_path):
    whole = run(seeds=[0, 1], n_processes=1)
    learner = Toy().learner("plain", 0)

    class Pressing(Toy):
        def learner(self, arm: str, seed: int):
            signal.raise_signal(signal.SIGINT)
            return learner

    with pytest.raises(KeyboardInterrupt):
        run_arms(Pressing(), BUDGET, seeds=[0, 1], out=tmp_path, n_processes=1)
    assert (tmp_path / "plain-0.checkpoint.safetensors").is_file()
    (stopped,) = open_traces(tmp_path)
    assert (stopped.status, stopped.steps) == ("stopped", [0])
    assert packed(run(seeds=[0, 1], out=tmp_path, n_processes=1, resume=True)) == packed(whole)


def test_a_loss_that_is_not_finite_is_warned_of():
    with pytest.warns(DivergedWarning, match=r"nan, seed 2, step 4: the loss is nan"):
        run_arms(Toy(arms=["nan"]), BUDGET, seeds=[2], n_processes=1)


def test_means_over_seeds_have_students_interval():
    traces = run(n_processes=1)
    table = over_seeds(traces).set_index(["arm", "step", "metric"])
    values = [trace.values("MPD")[1] for trace in traces[:3]]
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    row = table.loc[("plain", 3, "MPD")]
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((expected.low, expected.high))
    assert (row["value"], row["n"], row["status"]) == (
        pytest.approx(np.mean(values)),
        3,
        "measured",
    )


def test_a_seed_without_the_figure_is_left_out_and_named():
    one, other = Trace("toy", "plain", 0), Trace("toy", "plain", 1)
    one.add(0, {"MPD": 0.5, "LiDAR": "no documents"})
    other.add(0, {"MPD": "no direction", "LiDAR": "no documents"})
    table = over_seeds([one, other]).set_index("metric")
    assert (table.loc["MPD", "n"], table.loc["MPD", "value"]) == (1, 0.5)
    assert table.loc["MPD", "reason"] == "1 seed left out: no direction"
    assert (table.loc["LiDAR", "status"], table.loc["LiDAR", "n"]) == ("not measured", 0)
    assert over_seeds([]).empty


def test_what_cannot_be_asked_for(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    for options, says in (
        ({"seeds": []}, "seeds are none"),
        ({"seeds": [1, 1]}, "seeds are 1, 1, expected at least one, each once"),
        ({"seeds": [-1]}, "a seed is -1"),
        ({"n_processes": 0}, "n_processes is 0"),
        ({"resume": True}, "name the folder of the earlier run"),
        ({"out": tmp_path}, r"is not empty \(1 file\): add resume=True"),
        ({"out": file}, "is no folder"),
        ({"out": tmp_path / "none", "resume": True}, "holds no training"),
    ):
        with pytest.raises(InputError, match=says):
            run(**options)


def test_other_settings_are_not_gone_on_with(tmp_path):
    run(seeds=[0], out=tmp_path, n_processes=1)
    with pytest.raises(InputError, match=r"plain-0.trace.parquet was trained with n_good 3: go on"):
        run(Toy(n_good=4), seeds=[0], out=tmp_path, n_processes=1, resume=True)
