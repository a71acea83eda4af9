"""Intervals: do they cover, and do the fast ways agree with the plain one."""

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError


def clustered(rng: np.random.Generator, n_groups: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Values with a mean of zero in which half of the variance is the group's."""
    groups = np.repeat(np.arange(n_groups), size)
    return rng.standard_normal(n_groups)[groups] + rng.standard_normal(n_groups * size), groups


def texts_of_topics(rng: np.random.Generator, n_groups: int, size: int) -> np.ndarray:
    """Unit rows around a common direction, those of a group closer together."""
    topic = rng.standard_normal((n_groups, 1, 16)) + 1
    rows = (topic + rng.standard_normal((n_groups, size, 16))).reshape(-1, 16)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def coverage(truth: float, intervals: list[measures.Interval]) -> float:
    return float(np.mean([low <= truth <= high for _, low, high, _ in intervals]))


def test_documents_drawn_cover_and_rows_drawn_do_not():
    """Of 95 % intervals over 300 samples, at least 90 % hold the truth; drawing rows, far fewer."""
    rng = np.random.default_rng(0)
    samples = [clustered(rng, 40, 10) for _ in range(300)]
    by_document = [measures.bootstrap_mean(v, groups=g, n_resamples=400) for v, g in samples]
    by_row = [measures.bootstrap_mean(v, n_resamples=400) for v, _ in samples[:60]]
    assert coverage(0, by_document) >= 0.90
    assert coverage(0, by_row) < 0.75


@pytest.mark.parametrize(("n_groups", "size"), [(60, 1), (40, 6)])
def test_mean_pairwise_distance_is_covered(n_groups, size):
    """The truth is the expected value, here the mean over 4,000 samples of the same design."""
    rng = np.random.default_rng(1)
    truth = np.mean(
        [measures.mean_pairwise_distance(texts_of_topics(rng, n_groups, size)) for _ in range(4000)]
    )
    groups = np.repeat(np.arange(n_groups), size)
    intervals = [
        measures.bootstrap_mean_pairwise_distance(
            texts_of_topics(rng, n_groups, size), groups=groups, n_resamples=300
        )
        for _ in range(300)
    ]
    assert coverage(float(truth), intervals) >= 0.90


def test_copies_in_a_resample_do_not_pull_the_interval_down():
    """With pairs of a text and its own copy, the middle of the interval of 20 orthogonal texts
    would be about 0.95; all real pairs are at 1, and so is the interval.
    """
    interval = measures.bootstrap_mean_pairwise_distance(np.eye(20))
    assert interval.low == pytest.approx(1)
    assert interval.high == pytest.approx(1)


def test_pairs_within_a_document_keep_their_share():
    """Two texts a document, equal within and orthogonal across: MPD = 1 - 1 / 19 for 10 documents.

    The resamples lie around that value; were copies of a document compared with each other, the
    pairs within would double and they would lie around 1 - 2 / 19.
    """
    rows = np.repeat(np.eye(10), 2, axis=0)
    groups = np.repeat(np.arange(10), 2)
    interval = measures.bootstrap_mean_pairwise_distance(rows, groups=groups)
    assert interval.value == pytest.approx(1 - 1 / 19)
    assert 1 - 1.2 / 19 < interval.low < interval.value < interval.high < 1 - 0.9 / 19


def test_value_is_the_measure(unit):
    rows = unit(30)
    interval = measures.bootstrap_mean_pairwise_distance(rows, groups=np.arange(30) // 5)
    assert interval.value == pytest.approx(measures.mean_pairwise_distance(rows))
    assert interval.n == 30
    in_torch = measures.bootstrap_mean_pairwise_distance(
        torch.tensor(rows), groups=np.arange(30) // 5
    )
    assert in_torch == pytest.approx(interval)


def test_mean_agrees_with_the_plain_way():
    values, groups = clustered(np.random.default_rng(2), 12, 5)
    plain = measures.bootstrap_interval(values, lambda rows: float(rows.mean()), groups=groups)
    assert measures.bootstrap_mean(values, groups=groups) == pytest.approx(plain)


@pytest.mark.parametrize("n_controls", [0, 1, 2])
def test_rank_correlation_agrees_with_the_plain_way(n_controls):
    """Ties in every column, documents of different sizes."""
    rng = np.random.default_rng(3)
    z = rng.integers(0, 6, (90, max(n_controls, 1))).astype(float)
    x = z.sum(axis=1) + rng.integers(0, 8, 90)
    y = z.sum(axis=1) + x + rng.integers(0, 9, 90)
    groups = rng.integers(0, 15, 90).astype(str)
    controls = z[:, :n_controls] if n_controls else None

    def statistic(rows: np.ndarray) -> float:
        if controls is None:
            return measures.spearman(rows[:, 0], rows[:, 1])
        return measures.partial_spearman(rows[:, 0], rows[:, 1], rows[:, 2:])

    columns = np.column_stack([x, y, *([] if controls is None else controls.T)])
    plain = measures.bootstrap_interval(columns, statistic, groups=groups, n_resamples=200)
    fast = measures.bootstrap_spearman(x, y, controls=controls, groups=groups, n_resamples=200)
    assert fast == pytest.approx(plain, abs=1e-9)


def test_seed_decides():
    values = np.random.default_rng(4).standard_normal(40)
    first = measures.bootstrap_mean(values, seed=1)
    assert measures.bootstrap_mean(values, seed=1) == first
    assert measures.bootstrap_mean(values, seed=2) != first


def test_level_widens():
    values = np.random.default_rng(5).standard_normal(40)
    wide, narrow = (measures.bootstrap_mean(values, level=level) for level in (0.99, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"groups": ["a"] * 5}, "1 document, expected at least 2"),
        ({"groups": ["a", "b"]}, r"groups have shape \(2,\), expected \(5,\)"),
        ({"n_resamples": 0}, "n_resamples is 0"),
        ({"level": 1.0}, r"level is 1\.0"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(InputError, match=message):
        measures.bootstrap_mean(np.arange(5.0), **settings)


def test_values_are_checked():
    with pytest.raises(InputError, match="finite"):
        measures.bootstrap_mean([1.0, np.nan])
    with pytest.raises(InputError, match="0 documents"):
        measures.bootstrap_mean([])


def test_statistic_without_value_in_many_resamples():
    """With two documents of one value each, half of the resamples are constant."""
    columns = np.array([[0.0, 0], [0, 0], [1, 1], [1, 1]])
    with pytest.raises(InputError, match=r"no value for .* of 1000 resamples"):
        measures.bootstrap_interval(
            columns, lambda r: measures.spearman(r[:, 0], r[:, 1]), groups=[0, 0, 1, 1]
        )
    with pytest.raises(InputError, match=r"no value for .* of 1000 resamples"):
        measures.bootstrap_spearman(columns[:, 0], columns[:, 1], groups=[0, 0, 1, 1])


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
    for values in (np.ones(3), np.ones((0, 3))):
        with pytest.raises(InputError, match="expected a row for each choice"):
            measures.bootstrap_two_way_mean(values)
    with pytest.raises(InputError, match=r"1 value that is NaN.*leave out"):
        measures.bootstrap_two_way_mean(np.array([[np.nan, 1.0]]))
    with pytest.raises(InputError, match="1 document, expected at least 2"):
        measures.bootstrap_two_way_mean(np.ones((2, 1)))


def test_whole_documents_are_named_by_anything():
    values, expected = (
        np.arange(6.0),
        measures.bootstrap_mean(np.arange(6.0), groups=[0, 0, 1, 1, 2, 2]),
    )
    for groups in (
        list("aabbcc"),
        pd.Categorical(list("aabbcc")),
        torch.tensor([3, 3, 4, 4, 5, 5]),
    ):
        assert measures.bootstrap_mean(values, groups=groups) == expected
    assert measures.bootstrap_mean(values, groups=[1, 1, "1", "1", (2,), (2,)]) == expected
    for missing in (None, np.nan, pd.NA, pd.NaT):
        with pytest.raises(InputError, match=r"2 of 6 groups are missing \(at 0, 3\)"):
            measures.bootstrap_mean(values, groups=[missing, "a", "b", missing, "c", "d"])


def test_values_may_be_any_numbers_and_nothing_else():
    expected = measures.bootstrap_mean([0.5, 1.0, 2.0])
    for values in (
        [Fraction(1, 2), 1, 2],
        torch.tensor([0.5, 1, 2], dtype=torch.bfloat16, requires_grad=True),
        pd.Series([0.5, 1, 2], dtype="Float64"),
    ):
        assert measures.bootstrap_mean(values) == expected
    for values, says in (
        (["0.5", "1.0"], "real numbers"),
        ([1, None, 2], "1 of 3 values are no numbers"),
        (pd.Series([1, None], dtype="Int64"), "no numbers|NaN"),
        (np.array([1j, 2]), "real numbers"),
        (np.array(["2020-01-01", "2021-01-01"], dtype="M8[D]"), "real numbers"),
        ([1e308, 1e308], "beyond"),
        ([10**400, 1], "too large"),
        ([[1.0], [1.0, 2.0]], "cannot be read"),
        (np.ma.masked_greater([1.0, 2.0, 99.0], 5), r"masked array.*compressed\(\)"),
        ([1.0, np.ma.masked], "masked array"),
    ):
        with pytest.raises(InputError, match=says):
            measures.bootstrap_mean(values)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"seed": -1}, "seed is -1: expected a whole number from 0 on"),
        ({"seed": None}, "seed is None"),
        ({"n_resamples": 2.0}, "n_resamples is 2.0"),
        ({"n_resamples": 10**9}, "n_resamples is 1000000000, .* at most 1000000"),
        ({"level": np.nan}, "level is nan"),
        ({"level": "0.9"}, "level is '0.9'"),
    ],
)
def test_settings_are_numbers_within_bounds(settings, says):
    with pytest.raises(InputError, match=says):
        measures.bootstrap_mean([1.0, 2.0, 3.0], **settings)


def test_a_statistic_gives_a_number():
    for statistic in (lambda rows: "a", lambda rows: rows, lambda rows: float("nan"), 3):
        with pytest.raises(InputError, match="statistic"):
            measures.bootstrap_interval([1.0, 2.0, 3.0], statistic)
