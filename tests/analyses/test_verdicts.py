"""Verdicts on figures made by hand: each word is decided by intervals alone."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses
from semshift_nb.errors import InputError


def figure(value, low, high, *, status="measured", **told):
    ends = {"value": value, "ci_low": low, "ci_high": high, "n": 10}
    return {**ends, "status": status, "reason": "too few texts", **told}


def table(*rows):
    """Rows of (mode, k, value, low, high)."""
    return pd.DataFrame(
        [figure(*ends, mode=mode, k=k, metric="Overlap@1") for mode, k, *ends in rows]
    )


ORDERED = [
    ("repeat", 1, 1.0, 1.0, 1.0), ("sequential", 1, 1.0, 1.0, 1.0), ("random", 1, 1.0, 1.0, 1.0),
    ("repeat", 4, 0.8, 0.7, 0.9), ("sequential", 4, 0.5, 0.4, 0.6), ("random", 4, 0.2, 0.1, 0.3),
]  # fmt: skip


@pytest.mark.parametrize(("bound", "verdict"), [(0.4, True), (0.9, False), (0.55, None)])
def test_a_figure_is_above_a_bound_by_its_interval(bound, verdict):
    assert analyses.above(pd.Series(figure(0.6, 0.5, 0.7)), bound) is verdict


def test_without_an_interval_nothing_is_decided():
    assert analyses.above(pd.Series(figure(0.6, np.nan, np.nan)), 0) is None
    assert analyses.below(pd.Series(figure(0.6, np.nan, np.nan)), 1) is None
    assert analyses.above(pd.Series(figure(0.6, 0.5, 0.7, status="not measured")), 0) is None


def test_a_figure_in_words():
    assert analyses.stated(pd.Series(figure(0.612, 0.5, 0.7))) == "0.61 [0.50, 0.70], n = 10"
    missing = pd.Series(figure(np.nan, np.nan, np.nan, status="not measured"))
    assert analyses.stated(missing) == "not measured: too few texts"


def test_modes_in_order_with_intervals_apart():
    order = analyses.mode_order(table(*ORDERED), "Overlap@1")
    assert order["k"].tolist() == [4]
    assert order["apart"].tolist() == [True]
    assert order["sequential"].tolist() == ["0.50 [0.40, 0.60]"]


@pytest.mark.parametrize(("low", "high", "verdict"), [(0.35, 0.5, None), (0.65, 0.95, False)])
def test_modes_that_overlap_are_undecided_and_modes_reversed_do_not_hold(low, high, verdict):
    rows = [*ORDERED[:-1], ("random", 4, (low + high) / 2, low, high)]
    assert analyses.mode_order(table(*rows), "Overlap@1")["apart"].tolist() == [verdict]


def test_a_change_from_the_least_k_to_the_greatest():
    change = analyses.change_with_k(table(*ORDERED), "Overlap@1").set_index("mode")
    assert change.loc["random", "change"] == pytest.approx(-0.8)
    assert bool(change.loc["random", "falls"])
    assert "1.000 [1.000, 1.000] at k = 1, 0.200" in change.loc["random", "figure"]


@pytest.mark.parametrize(
    ("verdicts", "joined"),
    [([True, True], True), ([True, None], None), ([None, False], False), ([], None)],
)
def test_verdicts_joined(verdicts, joined):
    assert analyses.all_hold(pd.Series(verdicts, dtype=object)) is joined


def test_a_claim_is_about_exactly_one_row():
    with pytest.raises(InputError, match="3 rows have k=4"):
        analyses.single_row(table(*ORDERED), k=4)
    with pytest.raises(InputError, match="no column size"):
        analyses.single_row(table(*ORDERED), size=4)


def of_length(arm, n_tokens, value, low, high, *, status="measured"):
    ends = {"value": value, "ci_low": low, "ci_high": high, "n": 10, "metric": "MPD"}
    reason = "" if status == "measured" else "load it with max_length=500"
    return {**ends, "arm": arm, "n_tokens": n_tokens, "status": status, "reason": reason}


FALLING = [
    of_length("cut", 16, 0.9, 0.85, 0.95),
    of_length("cut", 128, 0.8, 0.75, 0.85),
    of_length("cut", 500, 0.6, 0.55, 0.65),
    of_length("repeat", 16, 0.9, 0.85, 0.95),
    of_length("repeat", 128, 0.9, 0.85, 0.95),
    of_length("repeat", 500, 0.88, 0.83, 0.93),
]


def test_a_change_from_the_shortest_length_to_the_longest():
    change = analyses.change_along(pd.DataFrame(FALLING), "MPD").set_index("arm")
    assert change.loc["cut", "change"] == pytest.approx(-0.3)
    assert change.loc["cut", "falls"] is True
    assert change.loc["repeat", "falls"] is None
    expected = "0.900 [0.850, 0.950] at n_tokens = 16, 0.600 [0.550, 0.650] at n_tokens = 500"
    assert change.loc["cut", "figure"] == expected


def test_lengths_that_were_not_measured_are_passed_over():
    rows = [*FALLING[:2], of_length("cut", 500, np.nan, np.nan, np.nan, status="not measured")]
    (row,) = analyses.change_along(pd.DataFrame(rows), "MPD").itertuples()
    assert row.change == pytest.approx(-0.1)
    assert "at n_tokens = 128" in row.figure
    (row,) = analyses.change_along(pd.DataFrame(rows[1:]), "MPD").itertuples()
    assert row.figure == "not measured: 1 step was measured; load it with max_length=500"
    assert np.isnan(row.change)
    assert row.falls is None


def test_groups_in_order_at_every_length():
    table = pd.DataFrame(FALLING)
    order = analyses.order_along(table, "MPD", order=("repeat", "cut"))
    assert order["n_tokens"].tolist() == [16, 128, 500]
    assert order["apart"].tolist() == [None, None, True]
    back = analyses.order_along(table, "MPD", order=("cut", "repeat"))
    assert back["apart"].tolist() == [None, None, False]
    assert back["cut"].tolist()[2] == "0.60 [0.55, 0.65]"


@pytest.mark.parametrize(("bound", "verdict"), [(0.9, True), (0.4, False), (0.55, None)])
def test_a_figure_is_below_a_bound_by_its_interval(bound, verdict):
    assert analyses.below(pd.Series(of_length("cut", 16, 0.6, 0.5, 0.7)), bound) is verdict


def test_a_verdict_is_about_one_encoder():
    twice = pd.DataFrame([*FALLING, *FALLING])
    with pytest.raises(InputError, match="2 rows have"):
        analyses.order_along(twice, "MPD", order=("cut",))
    with pytest.raises(InputError, match="2 rows have"):
        analyses.change_along(twice, "MPD")
    with pytest.raises(InputError, match="no metric uniformity; there are MPD"):
        analyses.change_along(twice, "uniformity")
