"""Intervals of the figures of a space: coverage simulated, Tukey's leave-outs, settings."""

import numpy as np
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.segmentation.topics import texts_of_topics
from tests.measures.spectrum.spectral import SPECTRAL


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


@pytest.mark.parametrize("design", [(60, 4, 16), (200, 1, 48)])
def test_figures_of_neighbours_are_covered_by_leaving_out_a_share(design):
    def intervals(rows, groups):
        return {
            "two_nn": measures.subsample_two_nn_dimension(rows, groups=groups, n_resamples=60),
            "hubness": measures.subsample_hubness(rows, groups=groups, n_resamples=60),
        }

    figures = {"two_nn": measures.two_nn_dimension, "hubness": measures.hubness}
    held = coverage(figures, intervals, design, n=40)
    assert min(held.values()) >= 0.86


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


def test_partition_isotropy_with_the_directions_of_all(unit):
    """Against turning the directions with every leave-out: they hardly do."""
    rows = unit(200, 6)
    turned = [measures.partition_isotropy(np.delete(rows, i, axis=0)) for i in range(200)]
    found = measures.jackknife_partition_isotropy(rows, n_parts=200)
    reach = 1.972 * np.sqrt(199 * np.var(turned))
    assert found.high - found.value == pytest.approx(reach, rel=0.1)


def test_a_resample_with_copies_would_not_hold_the_two_nn_dimension():
    """Why a share is left out: a copy is its own neighbour and is set aside, so half a set is."""
    rows = texts_of_topics(np.random.default_rng(1), 300, 1, 16)
    drawn = measures.bootstrap_interval(rows, measures.two_nn_dimension, n_resamples=50)
    share = measures.subsample_two_nn_dimension(rows, n_resamples=100)
    assert share.low < share.value < share.high
    middle = (drawn.low + drawn.high) / 2
    assert abs(middle - drawn.value) > 0.15 * (drawn.high - drawn.low)


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


@pytest.mark.parametrize("measure", ["subsample_two_nn_dimension", "subsample_hubness"])
def test_shares_need_documents(unit, measure):
    with pytest.raises(InputError, match=r"10 documents.*expected at least 20"):
        getattr(measures, measure)(unit(60), groups=np.arange(60) // 6)
    with pytest.raises(InputError, match="n_resamples 1"):
        getattr(measures, measure)(unit(60), n_resamples=1)


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
