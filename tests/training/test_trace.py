"""Traces: what they keep, that they read back equal, and what they refuse."""

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.training.trace import MOST_PROBES, Trace, open_traces


def some_trace() -> Trace:
    trace = Trace("toy", "plain@0.5", 3, {"tau": 0.1, "arms": ("a", "b")})
    trace.add(0, {"MPD": 1 / 3, "LiDAR": "one document", "spectrum": np.array([2.0, 1 / 7])})
    trace.add(5, {"MPD": 0.25, "loss": 1.5, "spectrum": np.array([1.0, 1.0, 0.5])})
    return trace.end("stopped", "asked to")


def test_it_reads_back_equal(tmp_path):
    trace = some_trace()
    trace.save(tmp_path / "a.trace.parquet")
    (found,) = open_traces(tmp_path)
    pd.testing.assert_frame_equal(found.table(), trace.table())
    for step in (0, 5):
        np.testing.assert_array_equal(found.curve("spectrum", step), trace.curve("spectrum", step))
    told = (found.experiment, found.arm, found.seed, found.status, found.reason)
    assert told == ("toy", "plain@0.5", 3, "stopped", "asked to")
    assert found.settings == {"tau": 0.1, "arms": ["a", "b"]}
    assert found.to_bytes() == trace.to_bytes()


def test_any_reader_of_parquet_has_the_figures(tmp_path):
    some_trace().save(tmp_path / "a.parquet")
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert list(table) == ["step", "metric", "value", "reason", "curve"]
    assert table.set_index(["metric", "step"])["value"]["MPD", 5] == 0.25


def test_values_are_missing_where_there_was_no_figure():
    np.testing.assert_array_equal(some_trace().values("LiDAR"), [np.nan, np.nan])
    np.testing.assert_array_equal(some_trace().values("loss"), [np.nan, 1.5])
    table = some_trace().table().set_index(["step", "metric"])
    assert table.loc[(0, "LiDAR"), "reason"] == "one document"


def test_a_trace_without_probes(tmp_path):
    Trace("toy", "plain", 0).save(tmp_path / "a")
    found = Trace.open(tmp_path / "a")
    assert (len(found), found.metrics, len(found.table())) == (0, [], 0)


def test_its_memory_is_bounded():
    trace = Trace("toy", "plain", 0)
    for step in range(5 * MOST_PROBES):
        trace.add(step, {"MPD": 0.5})
    assert len(trace) <= MOST_PROBES
    assert (trace.steps[0], trace.steps[-1]) == (0, 5 * MOST_PROBES - 1)


@pytest.mark.parametrize(
    ("step", "reading", "says"),
    [
        (5, 1.0, "step is 5: expected a whole number from 6 on"),
        (6, float("nan"), "the figure x is nan, expected a finite number"),
        (6, True, "the figure x is True"),
        (6, np.array([[1.0]]), r"the curve x has shape \(1, 1\)"),
        (6, np.array([np.inf]), "column of finite numbers"),
    ],
)
def test_what_is_no_reading(step: int, reading: object, says: str):
    with pytest.raises(InputError, match=says):
        some_trace().add(step, {"x": reading})


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda trace: trace.values("mpd"), "no 'mpd'; it has MPD, LiDAR, loss"),
        (lambda trace: trace.curve("map"), "no 'map'; it has spectrum"),
        (lambda trace: trace.curve("spectrum", 3), "after step 3: probes are at 0, 5"),
        (lambda trace: trace.end("over"), "status is 'over'"),
        (lambda trace: Trace("toy", "../a", 0), "arm is '../a', expected a short name"),
        (lambda trace: Trace("toy", "a", -1), "seed is -1"),
        (lambda trace: Trace("toy", "a", 0, {"x": object()}), "cannot be written as JSON"),
    ],
)
def test_what_a_trace_refuses(ask, says: str):
    with pytest.raises(InputError, match=says):
        ask(some_trace())


def test_what_is_no_trace(tmp_path):
    with pytest.raises(InputError, match="is not there"):
        Trace.open(tmp_path / "none")
    with pytest.raises(InputError, match="is a folder"):
        Trace.open(tmp_path)
    with pytest.raises(InputError, match="there is no trace in"):
        open_traces(tmp_path)
    (tmp_path / "text").write_text("no parquet")
    with pytest.raises(InputError, match="is no trace of a training"):
        Trace.open(tmp_path / "text")
    pq.write_table(pa.table({"step": [1]}), tmp_path / "other")
    with pytest.raises(InputError, match="is no trace of a training"):
        Trace.open(tmp_path / "other")


def test_a_disk_that_refuses_is_named(tmp_path):
    with pytest.raises(SemshiftError, match=r"cannot write '/proc/a.parquet'"):
        some_trace().save("/proc/a.parquet")
