"""Rules to compare with: each against its definition, worked out anew."""

from itertools import pairwise

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.errors import InputError


def rows_of(n, seed=0):
    rows = np.random.default_rng(seed).normal(size=(n, 8))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("percentile", [50, 80, 95])
def test_percentile_of_the_adjacent_distances(percentile):
    rows = rows_of(101)
    steps = measures.adjacent_distances(rows)
    expected = np.flatnonzero(steps > np.percentile(steps, percentile)) + 1
    assert measures.percentile_cuts(rows, percentile=percentile) == expected.tolist()
    assert len(expected) == 100 - percentile


def test_windows_are_pooled_before_they_are_compared():
    rows = rows_of(30)
    windows = [rows[max(i - 1, 0) : i + 2].sum(axis=0) for i in range(30)]
    units = np.array([window / np.linalg.norm(window) for window in windows])
    expected = measures.percentile_cuts(units, percentile=90)
    assert measures.percentile_cuts(rows, percentile=90, window=3) == expected


def test_the_greatest_distances_when_a_number_is_given():
    rows = rows_of(30)
    steps = measures.adjacent_distances(rows)
    expected = sorted((np.argsort(steps)[-6:] + 1).tolist())
    assert measures.percentile_cuts(rows, n_segments=7) == expected


def test_a_segment_grows_until_its_shift_would_pass_the_threshold():
    rows, threshold = rows_of(60), 3.0
    edges = [0, *measures.shift_cuts(rows, threshold=threshold), 60]
    for start, end in pairwise(edges):
        assert measures.semantic_shift(rows[start:end]) <= threshold
        if end < 60:
            assert measures.semantic_shift(rows[start : end + 1]) > threshold


@pytest.mark.parametrize("number", [1, 4, 17, 60])
def test_the_threshold_is_found_for_a_number(number):
    cuts = measures.shift_cuts(rows_of(60), n_segments=number)
    assert number - 3 <= len(cuts) + 1 <= number


def test_even_cuts_differ_by_one_sentence_at_the_most():
    for number in range(1, 24):
        sizes = np.diff([0, *measures.even_cuts(23, number), 23])
        assert len(sizes) == number
        assert sizes.max() - sizes.min() <= 1


def test_bounds_are_kept_after_the_fact():
    weights = np.random.default_rng(4).integers(1, 6, 40)
    cuts = measures.bounded_cuts([1, 2, 20, 39], 40, min_size=3, weights=weights, max_weight=12)
    assert 20 in cuts
    for start, end in zip([0, *cuts], [*cuts, 40], strict=True):
        assert weights[start:end].sum() <= 12
    assert measures.bounded_cuts([1, 2, 20, 39], 40, min_size=3) == [20]
    assert measures.bounded_cuts([], 1, min_size=3) == []


@pytest.mark.parametrize("rule", [measures.percentile_cuts, measures.shift_cuts])
def test_one_sentence_and_equal_sentences_stay_whole(rule):
    options = {"threshold": 0.01} if rule is measures.shift_cuts else {}
    for rows in (rows_of(1), np.tile(rows_of(1), (50, 1))):
        assert rule(rows, **options) == []


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: measures.percentile_cuts(rows_of(4), percentile=101), "percentile is 101"),
        (lambda: measures.percentile_cuts(rows_of(4), window=2), "expected an odd number"),
        (lambda: measures.shift_cuts(rows_of(4)), "either threshold or n_segments"),
        (lambda: measures.shift_cuts(rows_of(4), threshold=-1), "threshold is -1"),
        (lambda: measures.even_cuts(3, 4), "4 segments were asked for"),
        (lambda: measures.bounded_cuts([2, 2], 4), "cuts are \\[2, 2\\]"),
        (lambda: measures.cut_gains(rows_of(4), [4]), "places from 1 to 3"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_even_cuts_of_very_many_sentences_are_exact():
    assert measures.even_cuts(10**8, 3) == [33333333, 66666667]
    for n_sentences in (10**400, 2.0, "9", None):
        with pytest.raises(InputError, match="n_sentences is"):
            measures.even_cuts(n_sentences, 2)


def test_places_are_whole_numbers_in_a_row():
    for cuts in (["2"], [2.5], {2, 3}, {2: 1}, "23", 3, np.ma.array([2, 3])):
        with pytest.raises(InputError, match=r"^cuts "):
            measures.bounded_cuts(cuts, 9)
    assert measures.bounded_cuts((2, 5), 9) == measures.bounded_cuts(np.array([2, 5]), 9) == [2, 5]
