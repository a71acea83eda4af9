"""Figures become long-form rows, and claims become verdicts."""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.reports import Results
from semshift_nb.reports.results import MEASURED, NOT_MEASURED, ROW_TYPES


def written(results: Results, out: Path, name: str = "01_x") -> pd.DataFrame:
    results.finish()
    return pd.read_parquet(out / f"{name}.metrics.parquet")


def test_grouping_columns_become_part_of_the_group(tmp_path: Path) -> None:
    results = Results("01_x", out=str(tmp_path))
    table = pd.DataFrame(
        {
            "mode": ["repeat", "random"],
            "k": [2.0, 4.0],
            "metric": "MPD",
            "value": [0.9, 0.8],
            "n": 600,
        }
    )
    results.add(table, group="concatenation")
    rows = written(results, tmp_path)
    assert list(rows.columns) == list(ROW_TYPES)
    assert list(rows["group"]) == [
        "concatenation: mode=repeat, k=2",
        "concatenation: mode=random, k=4",
    ]
    assert list(rows["value"]) == [0.9, 0.8]
    assert list(rows["n"]) == [600, 600]
    assert set(rows["status"]) == {MEASURED}


@given(st.floats(width=32))
def test_no_figure_is_ever_a_bare_nan(value: float) -> None:
    results = Results("01_x")
    results.add(pd.DataFrame({"metric": ["m"], "value": [value]}), group="g")
    (row,) = results._rows
    if math.isfinite(value):
        assert (row["value"], row["status"]) == (value, MEASURED)
    else:
        assert row["value"] is None
        assert row["status"] == NOT_MEASURED
        assert row["reason"]


def test_a_reason_that_is_given_is_kept(tmp_path: Path) -> None:
    results = Results("01_x", out=str(tmp_path))
    table = pd.DataFrame({"metric": ["m"], "value": [None], "reason": ["too few documents"]})
    results.add(table, group="g")
    rows = written(results, tmp_path)
    assert rows["reason"].tolist() == ["too few documents"]
    assert rows["value"].isna().all()


def test_two_figures_of_one_name_are_refused_and_none_is_kept() -> None:
    results = Results("01_x")
    table = pd.DataFrame({"metric": ["m", "m"], "value": [1.0, 2.0]})
    with pytest.raises(InputError, match="two figures are called 'm'"):
        results.add(table, group="g")
    assert results._rows == []


@pytest.mark.parametrize(
    ("table", "match"),
    [
        ({"value": [1.0]}, "metric is missing"),
        ({"metric": ["m"], "value": ["much"]}, "value must be a number"),
    ],
)
def test_unusable_tables_are_refused(table: dict[str, list[object]], match: str) -> None:
    with pytest.raises(InputError, match=match):
        Results("01_x").add(pd.DataFrame(table), group="g")


@pytest.mark.parametrize("name", ["", "a/b", "..\0"])
def test_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    with pytest.raises(InputError):
        Results(name)


def test_verdicts_and_the_failure_of_required_claims(tmp_path: Path) -> None:
    results = Results("01_x", out=str(tmp_path))
    results.claim("a", held=np.bool_(True), figure="1", required=True)
    results.claim("b", held=None, figure="2", required=True)
    results.claim("c", held=False, figure="3")
    results.claim("d", held=False, figure="4", required=True)
    assert list(results.table()["verdict"]) == [
        "holds",
        "undecided",
        "does not hold",
        "does not hold",
    ]
    with pytest.raises(AssertionError, match=r"^does not hold: d \(4\)$"):
        results.finish()
    # What was found is kept although it failed.
    claims = json.loads((tmp_path / "01_x.claims.json").read_text())
    assert [claim["statement"] for claim in claims] == ["a", "b", "c", "d"]


def test_a_claim_about_another_model_is_not_made() -> None:
    results = Results("01_x")
    results.claim("a", held=False, figure="1", required=True, asked=False)
    results.claim("a", held=True, figure="2", required=True)
    assert list(results.table()["figure"]) == ["2"]
    results.finish()


@pytest.mark.parametrize("held", [float("nan"), 1, "yes"])
def test_a_verdict_must_be_a_truth_value(held: object) -> None:
    with pytest.raises(InputError, match="a claim holds"):
        Results("01_x").claim("a", held, figure="")  # type: ignore[arg-type]


def test_nothing_is_written_without_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Results("01_x").finish()
    assert list(tmp_path.iterdir()) == []


def test_a_lone_surrogate_in_a_claim_survives(tmp_path: Path) -> None:
    results = Results("01_x", out=str(tmp_path))
    results.claim("broken \ud800 text", held=True, figure="\0")
    results.finish()
    (claim,) = json.loads((tmp_path / "01_x.claims.json").read_text())
    assert claim["statement"] == "broken \ud800 text"


def test_a_file_where_the_folder_should_be_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(SemshiftError, match="cannot write"):
        Results("01_x", out=str(tmp_path / "out")).finish()
