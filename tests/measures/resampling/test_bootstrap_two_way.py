"""A mean over queries and over random choices, both of which were drawn."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.errors import InputError


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


def test_one_choice_is_a_bootstrap_over_documents(rng):
    values, groups = rng.random(30), np.arange(30) // 3
    interval = measures.bootstrap_two_way_mean(values[None], groups=groups, seed=4)
    assert interval == measures.bootstrap_mean(values, groups=groups, seed=4)


def test_value_is_the_mean_and_equal_values_have_no_width(rng):
    values = rng.random((4, 30))
    assert measures.bootstrap_two_way_mean(values).value == pytest.approx(values.mean())
    assert measures.bootstrap_two_way_mean(np.full((4, 9), 0.5))[:3] == (0.5, 0.5, 0.5)


@pytest.mark.parametrize(("sd_choices", "sd_queries"), [(1.0, 0.0), (0.0, 1.0), (0.3, 2.0)])
def test_width_is_that_of_the_two_variances(rng, sd_choices, sd_queries):
    """Effects of choices and of queries that add up: the variances of their means do too."""
    choices, queries = rng.normal(0, sd_choices, (40, 1)), rng.normal(0, sd_queries, (1, 200))
    low, high = measures.bootstrap_two_way_mean(choices + queries, n_resamples=4000)[1:3]
    expected = choices.var(ddof=1) / 40 + queries.var() / 200
    assert (high - low) / (2 * 1.96) == pytest.approx(np.sqrt(expected), rel=0.06)


def test_it_covers_the_truth_about_as_often_as_it_says(rng):
    """Six choices and 40 queries, both drawn, 200 times; seen 0.95."""
    covered = 0
    for seed in range(200):
        values = rng.normal(0, 0.2, (6, 1)) + rng.normal(0, 1, (1, 40)) + rng.normal(0, 1, (6, 40))
        interval = measures.bootstrap_two_way_mean(values, n_resamples=200, seed=seed)
        covered += interval.low <= 0 <= interval.high
    assert 0.88 <= covered / 200 <= 0.99


def test_bad_input_is_refused():
    for values in (np.ones(3), np.ones((0, 3)), np.array([[np.nan, 1.0]])):
        with pytest.raises(InputError, match="expected a row for each choice"):
            measures.bootstrap_two_way_mean(values)
    with pytest.raises(InputError, match="1 document, expected at least 2"):
        measures.bootstrap_two_way_mean(np.ones((2, 1)))
