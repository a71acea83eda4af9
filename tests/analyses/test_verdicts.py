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
