"""The real notebooks on texts that are nothing like the defaults."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd

TEXTS = [
    "A first text. It has two sentences.",
    "",
    "One sentence here.",
    "猫在垫子上。狗在地毯上。",
    "z",
    "Rates rose. Banks fell. People waited. Nothing moved.",
]


def test_short_and_empty_texts_leave_reasons_and_not_a_failure(tmp_path):
    pd.DataFrame({"text": TEXTS}).to_csv(tmp_path / "own.csv", index=False)
    command = [Path(sys.executable).with_name("semshift"), "report", "--corpus", "own.csv"]
    command += ["--model", "static", "-p", "n_windows=5", "--out", "run"]
    environment = {**os.environ, "SEMSHIFT_STORE": str(tmp_path / "store")}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    metrics = pd.read_parquet(tmp_path / "run" / "metrics.parquet")
    assert set(metrics["notebook"]) == {"01_semantic_shift", "02_concatenation"}
    missing = metrics[metrics["value"].isna()]
    assert (missing["status"] == "not measured").all()
    assert missing["reason"].str.len().gt(0).all()
    page = (tmp_path / "run" / "01_semantic_shift.html").read_text(encoding="utf-8")
    assert "Nothing was measured: no document has 6 sentences" in page
