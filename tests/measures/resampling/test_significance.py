"""The sign-flip test against scipy's, and Holm's adjustment against R's multtest."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from semshift_nb import measures
from semshift_nb.errors import InputError


def scipys(a: np.ndarray, b: np.ndarray, n_resamples: int) -> float:
    """The same test by scipy; permutation_type "samples" flips pairs."""
    return stats.permutation_test(
        (a, b),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=n_resamples,
        rng=np.random.default_rng(1),
    ).pvalue


@settings(deadline=None, max_examples=40)
@given(n=st.integers(2, 10), seed=st.integers(0, 10**6))
def test_few_pairs_are_exact_as_in_scipy(n, seed):
    # Eighths add up without rounding, and tie.
    a, b = np.random.default_rng(seed).integers(-16, 17, (2, n)) / 8
    expected = scipys(a, b, 2**n)
    assert measures.permutation_test_paired(a, b) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.3])
def test_many_pairs_agree_with_scipy(shift):
    a, b = np.random.default_rng(2).standard_normal((2, 200))
    found = measures.permutation_test_paired(a + shift, b, n_resamples=20_000)
    # Two draws of 20,000: four standard errors of their difference are at most 0.02.
    assert found == pytest.approx(scipys(a + shift, b, 20_000), abs=0.02)


def test_by_hand():
    """Differences 1, 2, 3: of eight sums of signs only 6 and -6 are as far out as 6."""
    assert measures.permutation_test_paired([1, 2, 3], [0, 0, 0]) == 0.25
    # Differences 1, 1, -1 give 1; every sum of three odd numbers is at least that far from zero.
    assert measures.permutation_test_paired([1, 1, 0], [0, 0, 1]) == 1.0


def test_pairs_that_do_not_differ_change_nothing():
    a, b = np.random.default_rng(3).standard_normal((2, 11))
    same = np.full(500, 0.5)
    alone = measures.permutation_test_paired(a, b)
    assert measures.permutation_test_paired(np.r_[a, same], np.r_[b, same]) == alone
    assert measures.permutation_test_paired(same, same) == 1.0


def test_drawn_p_values_are_never_zero_and_repeat():
    a = np.random.default_rng(4).uniform(1, 2, 100)
    assert measures.permutation_test_paired(a, np.zeros(100), n_resamples=99) == 0.01
    b = a + np.random.default_rng(5).standard_normal(100)
    first, again, other = (
        measures.permutation_test_paired(a, b, n_resamples=999, seed=seed) for seed in (0, 0, 1)
    )
    assert first == again != other
    assert measures.permutation_test_paired(b, a, n_resamples=999) == first


def test_under_chance_p_values_are_uniform():
    """Of 400 tests of nothing, about one in ten has p <= 0.1 (four standard errors: 0.06)."""
    rng = np.random.default_rng(6)
    p_values = [
        measures.permutation_test_paired(*rng.standard_normal((2, 40)), n_resamples=199)
        for _ in range(400)
    ]
    assert np.mean(np.array(p_values) <= 0.1) == pytest.approx(0.1, abs=0.06)


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ([1.0], [1.0, 2.0], "two columns of the same length"),
        ([], [], "at least 1"),
        ([1.0, np.nan], [1.0, 2.0], "finite"),
        (np.eye(2), np.eye(2), "two columns"),
    ],
)
def test_bad_pairs(a, b, says):
    with pytest.raises(InputError, match=says):
        measures.permutation_test_paired(a, b)


def test_no_resample():
    with pytest.raises(InputError, match="n_resamples is 0"):
        measures.permutation_test_paired([1.0], [2.0], n_resamples=0)


def test_holm_against_multtest():
    """R's multtest (mt.rawp2adjp), as statsmodels' own tests quote it (test_multi.py)."""
    raw = [0.001, 0.002, 0.003, 0.004, 0.005, 0.05, 0.06, 0.07, 0.08, 0.09]
    adjusted = [0.01, 0.018, 0.024, 0.028, 0.03, 0.25, 0.25, 0.25, 0.25, 0.25]
    assert measures.holm(raw).tolist() == pytest.approx(adjusted, abs=1e-15)
    order = np.random.default_rng(0).permutation(10)
    assert measures.holm(np.array(raw)[order]).tolist() == pytest.approx(
        np.array(adjusted)[order].tolist(), abs=1e-15
    )


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), max_size=12), st.floats(0.001, 0.999))
def test_holm_is_the_stepwise_procedure(p_values, alpha):
    """Holm 1979: from the smallest on, reject while p <= alpha / (tests that are left)."""
    order = np.argsort(p_values, kind="stable")
    rejected = np.zeros(len(p_values), dtype=bool)
    for step, test in enumerate(order):
        if p_values[test] * (len(p_values) - step) > alpha:
            break
        rejected[test] = True
    assert (measures.holm(p_values) <= alpha).tolist() == rejected.tolist()


@pytest.mark.parametrize("p_values", [[0.5, 1.5], [np.nan], [[0.5]], [-0.1]])
def test_bad_p_values(p_values):
    with pytest.raises(InputError, match="numbers from 0 to 1"):
        measures.holm(p_values)
