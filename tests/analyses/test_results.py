"""Rows of results: what is measured, what is not, and why."""

import math

from semshift_nb.analyses.results import (
    interval_row,
    joined,
    mean_cosine_interval,
    measured,
    unmeasured,
)
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval

COLUMNS = ["value", "ci_low", "ci_high", "n", "status", "reason"]


def refuse() -> float:
    raise InputError("too few")


def test_a_figure_has_its_interval_and_every_row_the_same_columns():
    found = interval_row(lambda: 9.0, lambda: Interval(2.0, 1.0, 3.0, 5), n=7, note="of a few")
    assert list(found.values()) == [2.0, 1.0, 3.0, 5, "measured", "of a few"]
    for row in (found, measured(Interval(2.0, 1.0, 3.0, 5)), unmeasured("too few")):
        assert list(row) == COLUMNS


def test_without_an_interval_the_value_stays_and_the_reason_says_so():
    found = interval_row(lambda: 2.0, refuse, n=7, note="of a few")
    assert (found["value"], found["n"], found["status"]) == (2.0, 7, "measured")
    assert math.isnan(found["ci_low"])
    assert math.isnan(found["ci_high"])
    assert found["reason"] == "of a few; no interval: too few"


def test_without_a_value_nothing_is_measured():
    found = interval_row(refuse, refuse, n=7)
    assert (found["n"], found["status"], found["reason"]) == (7, "not measured", "too few")
    assert all(math.isnan(found[name]) for name in COLUMNS[:3])


def test_notes_are_joined_without_the_empty_ones():
    assert joined("", "one", "", "two") == "one; two"
    assert joined("", "") == ""


def test_ends_change_places_from_distance_to_cosine():
    assert mean_cosine_interval(Interval(0.75, 0.5, 1.0, 4)) == (0.25, 0.0, 0.5, 4)
