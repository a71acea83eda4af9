"""Temperatures as values: numbers, schedules, keys."""

import math

import numpy as np
import pytest

from semshift_nb.encoders import Schedule, constant, entropy_matched
from semshift_nb.errors import InputError


def test_the_entropy_matched_schedule_is_the_ratio_of_logarithms():
    schedule = entropy_matched(128)
    for n_tokens in (2, 3, 17, 128, 500, 8192):
        assert schedule(n_tokens) == pytest.approx(math.log(128) / math.log(n_tokens), rel=1e-12)
    assert schedule(1) == schedule(2) == 7
    assert (schedule(128), schedule.name) == (1, "entropy_matched(128)")


def test_a_softmax_of_equal_spread_keeps_its_normalised_entropy_under_the_schedule():
    # Scores s(n) with entropy H(n): at tau = log m / log n the entropy nears log m for large n.
    rng = np.random.default_rng(0)
    schedule = entropy_matched(64)

    def entropy(n_tokens, tau):
        scores = rng.standard_normal((200, n_tokens)) / tau
        weights = np.exp(scores - scores.max(axis=1, keepdims=True))
        weights /= weights.sum(axis=1, keepdims=True)
        return -(weights * np.log(weights)).sum(axis=1).mean()

    gap = abs(entropy(512, schedule(512)) - entropy(64, 1))
    assert gap < abs(entropy(512, 1) - entropy(64, 1))


def test_a_schedule_interpolates_in_the_logarithm_of_the_length():
    schedule = Schedule("mine", (10, 1000), (1.0, 0.5))
    assert schedule(100) == pytest.approx(0.75, abs=1e-12)
    assert (schedule(1), schedule(10), schedule(1000), schedule(9999)) == (1, 1, 0.5, 0.5)
    assert schedule == Schedule("mine", [10, 1000], np.array([1.0, 0.5]))
    assert schedule.key == Schedule("mine", [10, 1000], [1, 0.5]).key
    assert schedule.key != Schedule("mine", [10, 1000], [1, 0.6]).key
    assert hash(schedule) == hash(Schedule("mine", [10, 1000], [1, 0.5]))


def test_constant_is_the_number_itself():
    assert [constant(0.7)(n_tokens) for n_tokens in (1, 50, 5000)] == [0.7] * 3
    assert constant(0.7).number == 0.7
    assert math.isnan(entropy_matched(16).number)


@pytest.mark.parametrize("tau", [0, -1, math.nan, math.inf, True, None, "0.8", [1.0], 1e-31])
def test_a_temperature_that_is_no_positive_number_is_refused(tau):
    with pytest.raises(InputError, match="expected a positive number"):
        constant(tau)


@pytest.mark.parametrize(
    ("lengths", "taus"),
    [
        ((), ()),
        ((2, 1), (1, 1)),
        ((1, 1), (1, 1)),
        ((0,), (1,)),
        ((1,), ()),
        ((1.5,), (1,)),
        ("16", (1, 1)),
        (None, None),
    ],
)
def test_a_schedule_needs_whole_rising_lengths_and_as_many_temperatures(lengths, taus):
    with pytest.raises(InputError, match="expected whole lengths that rise"):
        Schedule("mine", lengths, taus)


@pytest.mark.parametrize("n_reference", [1, 0, 2.5, True, "16", None])
def test_a_reference_length_is_a_whole_number(n_reference):
    with pytest.raises(InputError, match="at least 2"):
        entropy_matched(n_reference)
