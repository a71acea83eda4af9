"""``semshift train``: what it keeps and prints, and what it refuses in the words of who types."""

import sys
from pathlib import Path

import pandas as pd
import pytest

from semshift_nb.cli import main
from semshift_nb.training import open_traces

SMALL = {
    "corpus": "news", "layer": 1, "batch_size": 4, "max_length": 8, "n_texts": 32, "steps": 2,
    "every": 1, "probe_documents": 4, "probe_sentences": 4, "seeds": 0, "n_processes": 1,
}  # fmt: skip


def typed(monkeypatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["semshift", "train", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def params(**given: object) -> list[str]:
    return [part for name, value in given.items() for part in ("-p", f"{name}={value}")]


@pytest.mark.slow
def test_traces_and_their_means_are_kept(tmp_path: Path, monkeypatch, capsys):
    out = tmp_path / "run"
    arms = {**SMALL, "arms": "alignment,simcse@0.5", "seeds": "0,4"}
    assert typed(monkeypatch, "contrastive", *params(**arms), "--out", out) == 0
    traces = open_traces(out)
    names = [(trace.arm, trace.seed) for trace in traces]
    assert names == [("alignment", 0), ("alignment", 4), ("simcse@0.5", 0), ("simcse@0.5", 4)]
    table = pd.read_parquet(out / "figures.parquet")
    row = table.set_index(["arm", "step", "metric"]).loc[("alignment", 2, "mean_cosine")]
    ends = [trace.values("mean_cosine")[-1] for trace in traces[:2]]
    assert row["value"] == pytest.approx(sum(ends) / 2)
    told = capsys.readouterr().out
    assert "mean_cosine" in told
    assert "figures.parquet" in told
    kept = (out / "alignment-0.trace.parquet").stat()
    again = typed(monkeypatch, "contrastive", *params(**arms), "--out", out, "--resume")
    assert again == 0
    assert (out / "alignment-0.trace.parquet").stat() == kept


@pytest.mark.slow
def test_a_loss_that_is_not_finite_is_told_with_step_and_cause(tmp_path, monkeypatch, capsys):
    wild = {**SMALL, "arms": "simcse", "learning_rate": 1e30, "steps": 4}
    with pytest.warns(UserWarning, match="seed 0, step"):
        assert typed(monkeypatch, "contrastive", *params(**wild), "--out", tmp_path / "run") == 1
    (trace,) = open_traces(tmp_path / "run")
    assert trace.status == "diverged"
    assert "simcse, seed 0: diverged, step" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["codes", "--out", "run"], "there is no experiment 'codes': expected one of contrastive"),
        (
            ["contrastive", "-p", "depth=2", "--out", "run"],
            "'depth'; there are, as they are: steps=30",
        ),
        (["contrastive", "-p", "steps=0", "--out", "run"], "steps is 0: expected a whole number"),
        (["contrastive", "-p", "steps=a", "--out", "run"], "steps must be an integer, not 'a'"),
        (["contrastive", "-p", "steps", "--out", "run"], "--param takes name=value"),
        (["contrastive", "-p", "batch_size=1", "--out", "run"], "batch_size is 1, expected"),
        (["contrastive", "-p", "arms=warm", "--out", "run"], "there is no arm 'warm'"),
        (["contrastive", "-p", "layer=9", "--out", "run"], "layer is 9"),
        (["contrastive", "-p", "pairs=no.csv", "--out", "run"], "there are no pairs 'no.csv'"),
        (["contrastive", "--out", "run", "--resume"], "holds no training; name the folder of an"),
        (["contrastive", "--out", "."], "add --resume to go on with a training there"),
    ],
)
def test_asked_wrongly(arguments: list[str], says: str, tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.chdir(tmp_path)
    news = ["-p", "corpus=news", "-p", "seeds=0"] if "-p" in arguments else []
    assert typed(monkeypatch, *arguments, *news) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
