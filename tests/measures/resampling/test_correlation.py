"""Rank correlations against scipy, by hand, and against the textbook formula."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from semshift_nb import measures
from semshift_nb.errors import InputError


@settings(deadline=None, max_examples=80)
@given(n=st.integers(3, 60), seed=st.integers(0, 10**6), kinds=st.integers(2, 30))
def test_spearman_is_scipys(n, seed, kinds):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, kinds, (2, n))
    if np.ptp(x) and np.ptp(y):
        assert measures.spearman(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


@settings(deadline=None, max_examples=80)
@given(n=st.integers(6, 60), seed=st.integers(0, 10**6))
def test_partial_is_the_textbook_formula(n, seed):
    """For one control: (r_xy - r_xz r_yz) / sqrt((1 - r_xz^2)(1 - r_yz^2)), with scipy's r."""
    rng = np.random.default_rng(seed)
    x, y, z = rng.standard_normal((3, n)).round(1)
    xy, xz, yz = (stats.spearmanr(a, b).statistic for a, b in ((x, y), (x, z), (y, z)))
    if min(1 - xz**2, 1 - yz**2) > 1e-6:
        expected = (xy - xz * yz) / np.sqrt((1 - xz**2) * (1 - yz**2))
        assert measures.partial_spearman(x, y, z) == pytest.approx(expected, abs=1e-9)


def test_partial_with_two_controls_is_the_inverse_matrix():
    """-P_xy / sqrt(P_xx P_yy) with P the inverse of scipy's matrix of rank correlations."""
    table = np.random.default_rng(0).standard_normal((50, 4)) @ np.triu(np.ones((4, 4)))
    precision = np.linalg.inv(stats.spearmanr(table).statistic)
    expected = -precision[0, 1] / np.sqrt(precision[0, 0] * precision[1, 1])
    found = measures.partial_spearman(table[:, 0], table[:, 1], table[:, 2:])
    assert found == pytest.approx(expected, abs=1e-12)


def test_partial_by_hand():
    """r_xy = 0.8, r_xz = 0.6, r_yz = 0.8: (0.8 - 0.48) / sqrt(0.64 * 0.36) = 2 / 3."""
    x, y, z = [1, 2, 3, 4], [1, 2, 4, 3], [2, 1, 4, 3]
    assert measures.partial_spearman(x, y, z) == pytest.approx(2 / 3)


def test_common_cause_goes_away():
    rng = np.random.default_rng(1)
    z = rng.standard_normal(3000)
    x, y = z + 0.3 * rng.standard_normal((2, 3000))
    assert measures.spearman(x, y) > 0.85
    assert abs(measures.partial_spearman(x, y, z)) < 0.1


def test_monotone_change_of_scale_changes_nothing():
    x, y, z = np.random.default_rng(2).standard_normal((3, 40))
    assert measures.partial_spearman(np.exp(x), y**3, -z) == pytest.approx(
        measures.partial_spearman(x, y, z)
    )


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        ([1, 2], [1, 2], "three numbers or more"),
        ([1, 2, 3], [1, 2, 3, 4], "x has 3 values and y has 4"),
        ([1, 2, np.nan], [1, 2, 3], "x holds 1 value that is NaN"),
        ([1, 2, 3], [5, 5, 5], "y is 5 everywhere"),
        ([[1], [2], [3]], [1, 2, 3], r"x has shape \(3, 1\)"),
    ],
)
def test_bad_columns(x, y, message):
    with pytest.raises(InputError, match=message):
        measures.spearman(x, y)


@pytest.mark.parametrize(
    ("controls", "message"),
    [
        ([1, 2, 3, 4, 5], "the controls determine the order of x"),
        ([1, 1, 1, 1, 1], "controls is 1 everywhere"),
        ([1, 2, 3], "x has 5 values and controls has 3"),
        (np.random.default_rng(0).standard_normal((5, 3)), "expected 6 or more"),
    ],
)
def test_bad_controls(controls, message):
    with pytest.raises(InputError, match=message):
        measures.partial_spearman([1, 2, 3, 4, 5], [2, 1, 5, 3, 4], controls)


def test_the_greatest_numbers_have_ranks():
    assert measures.spearman([-1e308, 0.0, 1e308], [1, 2, 3]) == pytest.approx(1)
