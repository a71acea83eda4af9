"""Measures of segmentations: worked by hand, and against segeval on random ones."""

import numpy as np
import pytest
import segeval
from hypothesis import given
from hypothesis import strategies as st

from semshift_nb import measures
from semshift_nb.errors import InputError

PAIRS = (
    st.integers(3, 60)
    .flatmap(lambda n: st.tuples(st.just(n), *[st.sets(st.integers(1, n - 1))] * 2))
    .map(lambda drawn: [np.diff([0, *sorted(cuts), drawn[0]]).tolist() for cuts in drawn[1:]])
)


@given(PAIRS)
def test_pk_and_window_diff_are_those_of_segeval(pair):
    reference, hypothesis = pair
    window = segeval.compute_window_size(tuple(reference))
    if window >= sum(reference):
        assert measures.pk(reference, hypothesis) == 0
        assert measures.window_diff(reference, hypothesis) == 0
        return
    for ours, theirs in ((measures.pk, segeval.pk), (measures.window_diff, segeval.window_diff)):
        expected = float(theirs(tuple(hypothesis), tuple(reference)))
        assert ours(reference, hypothesis) == pytest.approx(expected, abs=1e-12)


@given(PAIRS)
def test_boundary_f1_without_tolerance_counts_the_matches_of_segeval(pair):
    reference, hypothesis = pair
    n_wanted, n_found = len(reference) - 1, len(hypothesis) - 1
    found = measures.boundary_f1(reference, hypothesis)
    if n_wanted == n_found == 0:
        assert found == (1, 1, 1)
        return
    statistics = segeval.boundary_statistics(tuple(hypothesis), tuple(reference), n_t=1)
    n_right = len(statistics["matches"])
    assert found.precision == pytest.approx(n_right / max(n_found, 1))
    assert found.recall == pytest.approx(n_right / max(n_wanted, 1))
    assert found.f1 == pytest.approx(2 * n_right / (n_wanted + n_found))


@given(PAIRS, st.integers(0, 5))
def test_boundaries_are_matched_as_often_as_can_be(pair, tolerance):
    """The most pairs there can be: maximum matching by augmenting paths."""
    wanted, found = (np.cumsum(sizes)[:-1] for sizes in pair)
    partner: dict[int, int] = {}

    def augment(boundary: int, seen: set[int]) -> bool:
        for place in found[np.abs(found - boundary) <= tolerance].tolist():
            if place in seen:
                continue
            seen.add(place)
            if place not in partner or augment(partner[place], seen):
                partner[place] = boundary
                return True
        return False

    matched = sum(augment(boundary, set()) for boundary in wanted.tolist())
    score = measures.boundary_f1(*pair, tolerance=tolerance)
    if len(wanted) or len(found):
        assert score.f1 == pytest.approx(2 * matched / (len(wanted) + len(found)))


def test_worked_by_hand():
    """000011 against 001111, two apart: the pairs 02 13 24 35 are joined 1 1 0 0 and 0 0 1 1."""
    assert measures.pk([4, 2], [2, 4], window=2) == 1
    assert measures.window_diff([4, 2], [2, 4], window=2) == 1
    assert measures.pk([3, 3], [3, 3]) == measures.window_diff([3, 3], [3, 3]) == 0
    assert measures.boundary_f1([4, 2], [2, 4]).f1 == 0
    assert measures.boundary_f1([4, 2], [2, 4], tolerance=2).f1 == 1
    assert measures.boundary_f1([6], [6]).f1 == 1
    assert measures.size_variation([2, 4, 6]) == pytest.approx(np.sqrt(8 / 3) / 4)


def test_mean_dilution_is_that_of_the_segments_weighed_by_their_sentences():
    rows = np.random.default_rng(0).normal(size=(9, 5))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    parts = (rows[:2], rows[2:6], rows[6:])
    expected = np.average([measures.dilution(part) for part in parts], weights=[2, 4, 3])
    assert measures.mean_dilution(rows, [2, 4, 3]) == pytest.approx(expected, abs=1e-14)
    assert measures.mean_dilution(rows, [9]) == pytest.approx(measures.dilution(rows), abs=1e-14)
    assert measures.mean_dilution(rows, [1] * 9) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: measures.pk([3, 3], [5]), "hypothesis adds up to 5 sentences, expected 6"),
        (lambda: measures.pk([], []), "reference is \\[\\]"),
        (lambda: measures.pk([3, 0], [3]), "of at least 1"),
        (lambda: measures.pk([3.0], [3]), "whole number"),
        (lambda: measures.pk([3], [3], window=0), "window is 0"),
        (lambda: measures.boundary_f1([3], [3], tolerance=-1), "tolerance is -1"),
        (lambda: measures.mean_dilution(np.eye(3), [2]), "adds up to 2 sentences, expected 3"),
    ],
)
def test_bad_input(call, says):
    with pytest.raises(InputError, match=says):
        call()


def test_any_tolerance_is_a_number_of_sentences():
    found = measures.boundary_f1([3, 3, 3], [1, 1, 7], tolerance=2**63 - 1)
    assert found == (1.0, 1.0, 1.0)
    with pytest.raises(InputError, match="together at most 100000000"):
        measures.pk([2**62, 2**62], [2**62, 2**62])
