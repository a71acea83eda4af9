"""What predicts the loss: on tables whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses, measures
from semshift_nb.errors import InputError


@pytest.fixture
def table() -> pd.DataFrame:
    """Discrepancy made of dispersion; length goes along with dispersion and does nothing."""
    rng = np.random.default_rng(0)
    dispersion = rng.random(400)
    length = dispersion + 0.3 * rng.standard_normal(400)
    return pd.DataFrame(
        {
            "doc_id": rng.integers(0, 40, 400).astype(str),
            "dispersion": dispersion,
            "semantic_shift": dispersion * rng.random(400),
            "n_tokens": (100 + 50 * length).round(),
            "discrepancy": dispersion + 0.1 * rng.standard_normal(400),
            "truncated": rng.random(400) < 0.25,
            "unknown": rng.random(400),
            "status": "measured",
        }
    ).round(5)  # float32 says no more


def test_control_tells_cause_from_company(table):
    found = analyses.predictors(table).set_index(["predictor", "controlled_for"])
    assert len(found) == 7
    assert set(found["target"]) == {"discrepancy"}
    assert found.loc[("n_tokens", ""), "ci_low"] > 0.4
    assert abs(found.loc[("n_tokens", "dispersion"), "value"]) < 0.15
    assert found.loc[("dispersion", "n_tokens"), "ci_low"] > 0.8
    assert set(found["truncated_share"]) == {table["truncated"].mean()}
    assert set(found["unknown_share"]) == {table["unknown"].mean()}
    assert set(found["n"]) == {400}


def test_figures_are_the_measures(table):
    found = analyses.predictors(table).set_index(["predictor", "controlled_for"])
    alone = found.loc[("semantic_shift", "")]
    assert alone["metric"] == "Spearman"
    assert alone["value"] == measures.spearman(table["semantic_shift"], table["discrepancy"])
    held = found.loc[("semantic_shift", "n_tokens")]
    assert held["metric"] == "partial Spearman"
    expected = measures.partial_spearman(
        table["semantic_shift"], table["discrepancy"], table["n_tokens"]
    )
    assert held["value"] == expected
    assert held["ci_low"] < expected < held["ci_high"]


def test_unmeasured_rows_are_left_out(table):
    spoilt = table.assign(n_tokens=table["n_tokens"].astype("Int64"))
    spoilt.loc[:9, "status"] = "not measured"
    spoilt.loc[:9, "discrepancy"] = np.nan
    spoilt.loc[:9, "n_tokens"] = pd.NA
    pd.testing.assert_frame_equal(
        analyses.predictors(spoilt), analyses.predictors(table.iloc[10:]), check_dtype=False
    )


def test_correlation_that_does_not_exist_is_not_measured(table):
    found = analyses.predictors(table.assign(dispersion=0.5))
    lost = found[found["status"] == "not measured"]
    assert lost[["predictor", "controlled_for"]].to_numpy().tolist() == [
        ["dispersion", ""],
        ["dispersion", "n_tokens"],
        ["n_tokens", "dispersion"],
    ]
    assert lost["reason"].str.contains("0.5 everywhere").all()
    assert lost["value"].isna().all()
    empty = analyses.predictors(table.assign(status="not measured"))
    assert set(empty["status"]) == {"not measured"}


def test_columns_are_checked(table):
    with pytest.raises(InputError, match="no column n_tokens"):
        analyses.predictors(table.drop(columns="n_tokens"))
    with pytest.raises(InputError, match="no column discrepancy or lost_overlap"):
        analyses.predictors(table.drop(columns="discrepancy"))
    with pytest.raises(InputError, match="no column loss"):
        analyses.predictors(table, targets=["loss"])


def test_texts_that_float32_cannot_tell_apart_are_tied(table):
    """A repeated sentence has a shift of 0, and of 1e-8 on another machine."""
    still = table.copy()
    still.loc[still.index[: len(still) // 2], ["dispersion", "semantic_shift"]] = 0.0
    noise = 1e-7 * np.random.default_rng(0).standard_normal(len(still))
    noisy = still.assign(
        dispersion=still["dispersion"] + noise, semantic_shift=still["semantic_shift"] - noise
    )
    one, other = (analyses.predictors(each, n_resamples=50) for each in (still, noisy))
    pd.testing.assert_frame_equal(one, other)
