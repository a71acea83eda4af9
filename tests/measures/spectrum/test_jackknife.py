"""Intervals of figures of spaces by leaving out: coverage simulated, Tukey by hand, settings."""

import numpy as np
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.spectral import SPECTRAL
from tests.measures.topics import texts_of_topics

DESIGNS = [(60, 1, 16), (30, 4, 16), (40, 1, 64)]
"""Documents, texts in each, dimensions: one text each, several, and fewer texts than dimensions."""


def coverage_of_one(measure, interval, design, *, n: int) -> float:
    """Share of n intervals that hold the expected value, the mean over 600 samples."""
    rng = np.random.default_rng(0)
    truth = np.mean([measure(texts_of_topics(rng, *design)) for _ in range(600)])
    groups = np.repeat(np.arange(design[0]), design[1])
    found = [interval(texts_of_topics(rng, *design), groups=groups) for _ in range(n)]
    return float(np.mean([low <= truth <= high for _, low, high, _ in found]))


@pytest.mark.parametrize("design", DESIGNS)
def test_effective_rank_is_covered(design):
    assert (
        coverage_of_one(measures.effective_rank, measures.jackknife_effective_rank, design, n=150)
        >= 0.90
    )


def test_a_percentile_bootstrap_would_not_hold_the_effective_rank():
    """Why there is a jackknife: copies add no direction, so resamples lie below the value."""
    rows = texts_of_topics(np.random.default_rng(1), 40, 1, 64)
    drawn = measures.bootstrap_interval(rows, measures.effective_rank, n_resamples=200)
    assert drawn.high < drawn.value
    found = measures.jackknife_effective_rank(rows)
    assert found.low < found.value < found.high


@pytest.mark.parametrize("dim", [8, 100])
@pytest.mark.parametrize("centred", [True, False])
def test_jackknife_is_tukeys(unit, dim, centred):
    """Leaving out one document at a time, worked out plainly for one text a document and three."""
    rows = unit(24, dim)
    for size in (1, 3):
        groups = np.arange(24) // size
        n_groups = 24 // size
        without = [
            measures.effective_rank(rows[groups != g], centred=centred) for g in range(n_groups)
        ]
        spread = np.sqrt((n_groups - 1) * np.var(without))
        found = measures.jackknife_effective_rank(rows, groups=groups, centred=centred)
        assert found.value == pytest.approx(measures.effective_rank(rows, centred=centred))
        # Two-sided 95 % points of Student's t with 23 and with 7 degrees (any table): 2.069, 2.365.
        reach = {1: 2.0687, 3: 2.3646}[size] * spread
        assert found.value - found.low == pytest.approx(reach, rel=1e-4)


def test_many_documents_are_left_out_in_equal_parts():
    """250 documents in 100 parts of two; the interval is about that of leaving out each."""
    rows = texts_of_topics(np.random.default_rng(2), 250, 1, 16)
    parts = measures.jackknife_effective_rank(rows)
    singly = measures.jackknife_effective_rank(rows, n_parts=250)
    assert parts.high - parts.low == pytest.approx(singly.high - singly.low, rel=0.3)
    assert measures.jackknife_effective_rank(rows, seed=1) != parts


def test_rank_intervals_stay_within_what_a_rank_can_be():
    found = measures.jackknife_effective_rank(np.eye(6))
    assert found == pytest.approx((5, 5, 5, 6))
    uncentred = measures.jackknife_effective_rank(np.eye(6), centred=False)
    assert uncentred.high == pytest.approx(6)
    assert measures.jackknife_effective_rank(torch.eye(6)) == pytest.approx((5, 5, 5, 6))


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        (np.eye(3), {}, "3 documents, expected at least 4"),
        (np.eye(5), {"n_parts": 1}, "n_parts is 1"),
        (np.eye(5), {"level": 1.0}, r"level 1\.0"),
        (np.tile(np.eye(2)[:1], (5, 1)), {}, "do not differ"),
    ],
)
def test_jackknife_is_checked(rows, settings, message):
    with pytest.raises(InputError, match=message):
        measures.jackknife_effective_rank(rows, **settings)


def cosine_share(rows: np.ndarray) -> float:
    parts = np.abs(measures.dimension_shares(rows).mean_cosine)
    return float(parts.max() / parts.sum())


def variance_share(rows: np.ndarray) -> float:
    return float(measures.dimension_shares(rows).variance.max())


BY_LEAVING_OUT = SPECTRAL | {
    "partition_isotropy": measures.partition_isotropy,
    "top_dimension_variance_share": variance_share,
    "top_dimension_cosine_share": cosine_share,
}


def by_leaving_out(rows, *, groups) -> dict:
    return (
        measures.jackknife_spectral_figures(rows, groups=groups)
        | measures.jackknife_dimension_figures(rows, groups=groups)
        | {"partition_isotropy": measures.jackknife_partition_isotropy(rows, groups=groups)}
    )


def coverage(figures, intervals, design, *, n: int) -> dict[str, float]:
    """Share of n intervals that hold the expected value, the mean over 300 samples."""
    rng = np.random.default_rng(0)
    names = list(figures)
    drawn = (texts_of_topics(rng, *design) for _ in range(300))
    truth = np.mean([[figures[name](rows) for name in names] for rows in drawn], axis=0)
    groups = np.repeat(np.arange(design[0]), design[1])
    found = [intervals(texts_of_topics(rng, *design), groups=groups) for _ in range(n)]
    held = [
        [f[name].low <= value <= f[name].high for name, value in zip(names, truth, strict=True)]
        for f in found
    ]
    return dict(zip(names, np.mean(held, axis=0), strict=True))


@pytest.mark.parametrize("design", [(60, 1, 16), (30, 4, 16), (40, 1, 48)])
def test_figures_are_covered_by_leaving_out(design):
    """Documents, texts in each, dimensions; the last has fewer texts than dimensions."""
    figures = dict(BY_LEAVING_OUT)
    if design[0] * design[1] <= design[2]:
        del figures["condition_number"]
    held = coverage(figures, by_leaving_out, design, n=100)
    assert {name: share for name, share in held.items() if share < 0.89} == {}


@pytest.mark.parametrize("dim", [5, 40])
@pytest.mark.parametrize("centred", [True, False])
def test_all_spectral_figures_are_tukeys(unit, dim, centred):
    """Leaving out one document after the other, worked out plainly."""
    rows, groups = unit(24, dim), np.arange(24) // 2
    found = measures.jackknife_spectral_figures(rows, groups=groups, centred=centred)
    missing = {"condition_number"} if dim == 40 else set()
    missing |= set() if centred else {"nesum", "iso_score"}
    assert set(found) == set(SPECTRAL) - missing
    for name, interval in found.items():

        def measure(chosen, name=name):
            return SPECTRAL[name](chosen, **({} if centred else {"centred": False}))

        without = [measure(rows[groups != g]) for g in range(12)]
        assert interval.value == pytest.approx(measure(rows))
        # Two-sided 95 % point of Student's t with 11 degrees (any table): 2.201.
        reach = 2.2010 * np.sqrt(11 * np.var(without))
        ends = interval.value - interval.low, interval.high - interval.value
        assert max(ends) == pytest.approx(reach, rel=1e-4)


def test_effective_rank_is_one_of_them(unit):
    rows = unit(30, 6)
    both = measures.jackknife_spectral_figures(rows)["effective_rank"]
    assert measures.jackknife_effective_rank(rows) == both
    assert measures.jackknife_spectral_figures(1e30 * rows)["effective_rank"] == pytest.approx(both)
    assert measures.jackknife_spectral_figures(torch.tensor(rows))["effective_rank"] == both


def test_documents_leave_together(unit):
    """Ten copies, each a little moved, of twenty texts: as texts of their own they are 200."""
    rows = np.repeat(unit(40, 8), 5, axis=0)
    rows = rows + 0.05 * np.random.default_rng(0).standard_normal(rows.shape)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    groups = np.repeat(np.arange(40), 5)
    for interval in (measures.jackknife_partition_isotropy, measures.jackknife_effective_rank):
        together, singly = interval(rows, groups=groups), interval(rows)
        assert together.value == singly.value
        assert together.high - together.low > 1.3 * (singly.high - singly.low)


@pytest.mark.parametrize(
    "interval",
    [
        lambda x, **kw: measures.jackknife_spectral_figures(x, **kw)["stable_rank"],
        lambda x, **kw: measures.jackknife_dimension_figures(x, **kw)["top_dimension_cosine_share"],
        measures.jackknife_partition_isotropy,
        lambda x, **kw: measures.subsample_two_nn_dimension(x, n_resamples=20, **kw),
        lambda x, **kw: measures.subsample_hubness(x, n_resamples=20, **kw),
        lambda x, **kw: measures.bootstrap_alignment(x, x[::-1], n_resamples=20, **kw),
    ],
)
def test_settings_of_all_intervals(unit, interval):
    rows = unit(150, 6)
    first = interval(rows, seed=1)
    assert first.n == 150
    assert interval(rows, seed=1) == first
    assert interval(rows, seed=2) != first
    wide = interval(rows, seed=1, level=0.99)
    assert wide.low < first.low <= first.high < wide.high
    with pytest.raises(InputError, match="level"):
        interval(rows, level=1.0)
    with pytest.raises(InputError, match=r"groups have shape \(2,\)"):
        interval(rows, groups=[0, 1])
    with pytest.raises(InputError, match="1 document"):
        interval(rows, groups=np.zeros(150))


def test_where_a_leave_out_has_no_value_there_is_no_interval():
    """Seven texts of six dimensions: without one of them they do not span all."""
    rows = np.random.default_rng(0).standard_normal((7, 6))
    assert measures.condition_number(rows) > 1
    assert "condition_number" not in measures.jackknife_spectral_figures(rows)
    assert "iso_score" not in measures.jackknife_spectral_figures(rows[:, :1])


def test_one_text_may_be_all_the_spread():
    """Without it nothing is left: a line of no length."""
    rows = np.eye(3)[[0, 0, 0, 0, 1]]
    assert measures.jackknife_spectral_figures(rows)["effective_rank"].value == pytest.approx(1)
