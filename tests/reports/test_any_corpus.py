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
    sizes = {"n_windows": 5, "n_read": 2, "n_searched": 5, "n_pairs": 20}
    sizes |= {"n_joined": 4, "n_sectioned": 2}
    command += [part for name, value in sizes.items() for part in ("-p", f"{name}={value}")]
    command += ["-p", "searched_corpus=own.csv", "--out", "run"]
    environment = {**os.environ, "SEMSHIFT_STORE": str(tmp_path / "store")}
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    metrics = pd.read_parquet(tmp_path / "run" / "metrics.parquet")
    assert set(metrics["notebook"]) == {
        "00_report_card",
        "01_semantic_shift",
        "02_concatenation",
        "03_length_collapse",
        "04_tempscale",
        "05_anisotropy",
        "06_alignment_uniformity",
        "07_dimensions",
        "10_splitting",
    }
    missing = metrics[metrics["value"].isna()]
    assert (missing["status"] == "not measured").all()
    assert missing["reason"].str.len().gt(0).all()
    page = (tmp_path / "run" / "01_semantic_shift.html").read_text(encoding="utf-8")
    assert "Nothing was measured: no document has 6 sentences" in page
