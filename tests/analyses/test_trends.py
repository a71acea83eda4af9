"""Verdicts along a ladder, on figures made by hand."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses
from semshift_nb.errors import InputError


def figure(arm, n_tokens, value, low, high, *, status="measured"):
    told = {"value": value, "ci_low": low, "ci_high": high, "n": 10, "metric": "MPD"}
    reason = "" if status == "measured" else "load it with max_length=500"
    return {**told, "arm": arm, "n_tokens": n_tokens, "status": status, "reason": reason}


FALLING = [
    figure("cut", 16, 0.9, 0.85, 0.95),
    figure("cut", 128, 0.8, 0.75, 0.85),
    figure("cut", 500, 0.6, 0.55, 0.65),
    figure("repeat", 16, 0.9, 0.85, 0.95),
    figure("repeat", 128, 0.9, 0.85, 0.95),
    figure("repeat", 500, 0.88, 0.83, 0.93),
]


def test_a_change_from_the_lowest_rung_to_the_highest():
    change = analyses.change_along(pd.DataFrame(FALLING), "MPD").set_index("arm")
    assert change.loc["cut", "change"] == pytest.approx(-0.3)
    assert change.loc["cut", "falls"] is True
    assert change.loc["repeat", "falls"] is None
    expected = "0.900 [0.850, 0.950] at n_tokens = 16, 0.600 [0.550, 0.650] at n_tokens = 500"
    assert change.loc["cut", "figure"] == expected


def test_rungs_that_were_not_measured_are_passed_over():
    rows = [*FALLING[:2], figure("cut", 500, np.nan, np.nan, np.nan, status="not measured")]
    (row,) = analyses.change_along(pd.DataFrame(rows), "MPD").itertuples()
    assert row.change == pytest.approx(-0.1)
    assert "at n_tokens = 128" in row.figure
    (row,) = analyses.change_along(pd.DataFrame(rows[1:]), "MPD").itertuples()
    assert row.figure == "not measured: 1 rungs were measured; load it with max_length=500"
    assert np.isnan(row.change)
    assert row.falls is None


def test_groups_in_order_on_every_rung():
    table = pd.DataFrame(FALLING)
    order = analyses.order_along(table, "MPD", order=("repeat", "cut"))
    assert order["n_tokens"].tolist() == [16, 128, 500]
    assert order["apart"].tolist() == [None, None, True]
    back = analyses.order_along(table, "MPD", order=("cut", "repeat"))
    assert back["apart"].tolist() == [None, None, False]
    assert back["cut"].tolist()[2] == "0.60 [0.55, 0.65]"


@pytest.mark.parametrize(("bound", "verdict"), [(0.9, True), (0.4, False), (0.55, None)])
def test_a_figure_is_below_a_bound_by_its_interval(bound, verdict):
    assert analyses.below(pd.Series(figure("cut", 16, 0.6, 0.5, 0.7)), bound) is verdict


def test_without_an_interval_nothing_is_decided():
    assert analyses.below(pd.Series(figure("cut", 16, 0.6, np.nan, np.nan)), 1) is None


def test_a_verdict_is_about_one_encoder():
    twice = pd.DataFrame([*FALLING, *FALLING])
    with pytest.raises(InputError, match="2 rows have"):
        analyses.order_along(twice, "MPD", order=("cut",))
    with pytest.raises(InputError, match="2 rows have"):
        analyses.change_along(twice, "MPD")
    with pytest.raises(InputError, match="no metric uniformity; there are MPD"):
        analyses.change_along(twice, "uniformity")
