"""Intervals of figures of neighbours by leaving out a share: coverage simulated, settings."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.topics import texts_of_topics


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


def test_a_resample_with_copies_would_not_hold_the_two_nn_dimension():
    """Why a share is left out: a copy is its own neighbour and is set aside, so half a set is."""
    rows = texts_of_topics(np.random.default_rng(1), 300, 1, 16)
    drawn = measures.bootstrap_interval(rows, measures.two_nn_dimension, n_resamples=50)
    share = measures.subsample_two_nn_dimension(rows, n_resamples=100)
    assert share.low < share.value < share.high
    middle = (drawn.low + drawn.high) / 2
    assert abs(middle - drawn.value) > 0.15 * (drawn.high - drawn.low)


@pytest.mark.parametrize("measure", ["subsample_two_nn_dimension", "subsample_hubness"])
def test_shares_need_documents(unit, measure):
    with pytest.raises(InputError, match=r"10 documents.*expected at least 20"):
        getattr(measures, measure)(unit(60), groups=np.arange(60) // 6)
    with pytest.raises(InputError, match="n_resamples 1"):
        getattr(measures, measure)(unit(60), n_resamples=1)
