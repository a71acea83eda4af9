"""Intervals of figures that belong to a set of texts: uniformity, effective rank, contrasts."""

import numpy as np
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.segmentation.topics import texts_of_topics

DESIGNS = [(60, 1, 16), (30, 4, 16), (40, 1, 64)]
"""Documents, texts in each, dimensions: one text each, several, and fewer texts than dimensions."""


def coverage(measure, interval, design, *, n: int) -> float:
    """Share of n intervals that hold the expected value, the mean over 600 samples."""
    rng = np.random.default_rng(0)
    truth = np.mean([measure(texts_of_topics(rng, *design)) for _ in range(600)])
    groups = np.repeat(np.arange(design[0]), design[1])
    found = [interval(texts_of_topics(rng, *design), groups=groups) for _ in range(n)]
    return float(np.mean([low <= truth <= high for _, low, high, _ in found]))


@pytest.mark.parametrize("design", DESIGNS)
def test_uniformity_is_covered(design):
    def interval(rows, groups):
        return measures.bootstrap_uniformity(rows, groups=groups, n_resamples=300)

    assert coverage(measures.uniformity, interval, design, n=200) >= 0.90


@pytest.mark.parametrize("design", DESIGNS)
def test_effective_rank_is_covered(design):
    assert (
        coverage(measures.effective_rank, measures.jackknife_effective_rank, design, n=150) >= 0.90
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


def test_weighted_potential_is_the_sum_over_pairs(unit):
    """Against a loop over the drawn copies, pair by pair, as for the mean distance."""
    from semshift_nb.measures.concentration.uniformity import _weighted_sums
    from semshift_nb.measures.resampling.bootstrap import weighted_pair_mean

    rows, codes = unit(7), np.array([0, 0, 0, 1, 1, 2, 3])
    weights = np.array([2, 1, 0, 3])
    drawn = [
        (g, c, i) for g in range(4) for c in range(weights[g]) for i in np.flatnonzero(codes == g)
    ]
    kept = [
        (4 / 3 if g != h else 1.0, np.exp(-2 * ((rows[i] - rows[j]) ** 2).sum()))
        for g, c, i in drawn
        for h, e, j in drawn
        if g != h or (c == e and i != j)
    ]
    share, potential = np.array(kept).T
    w = weights[None, :].astype(float)
    across, within = _weighted_sums(rows, codes, w, t=2.0, offset=-1.0)
    found = weighted_pair_mean(w, across=across, within=within, sizes=np.bincount(codes))
    assert found[0] / np.e == pytest.approx(np.average(potential, weights=share))


def test_order_of_the_rows_does_not_matter(unit):
    """Documents need not stand side by side, and 1,500 rows are two blocks."""
    rows, groups = unit(1500), np.arange(1500) % 40
    order = np.random.default_rng(3).permutation(1500)
    plain = measures.bootstrap_uniformity(rows, groups=groups, n_resamples=50)
    mixed = measures.bootstrap_uniformity(rows[order], groups=groups[order], n_resamples=50)
    assert mixed == pytest.approx(plain)
    assert plain.value == pytest.approx(measures.uniformity(rows))
    in_torch = measures.bootstrap_uniformity(torch.tensor(rows), groups=groups, n_resamples=50)
    assert in_torch == pytest.approx(plain)


def test_a_contrast_of_one_term_is_that_term(unit):
    rows, groups = unit(30), np.arange(30) // 3
    plain = measures.bootstrap_mean_pairwise_distance(rows, groups=groups, seed=4)
    assert measures.bootstrap_distance_contrast([rows], [1], groups=groups, seed=4) == plain


def test_pairing_takes_away_what_documents_share(unit):
    """The same texts, the second set moved a little: their difference is the move alone."""
    rows = unit(60, seed=5)
    moved = rows + 0.2 * unit(1, seed=6)
    moved /= np.linalg.norm(moved, axis=1, keepdims=True)
    first, second = (measures.bootstrap_mean_pairwise_distance(x) for x in (rows, moved))
    change = measures.bootstrap_distance_contrast([rows, torch.tensor(moved)], (1, -1))
    assert change.value == pytest.approx(first.value - second.value)
    assert first.low < second.high
    assert change.low > 0
    assert change.high - change.low < (first.high - first.low) / 2


def test_a_contrast_is_covered():
    """Each text and a noisier version of it; truth from 600 samples."""

    def pair(rng):
        rows = texts_of_topics(rng, 30, 2, 16)
        noisy = rows + 0.15 * rng.standard_normal(rows.shape)
        return [rows, noisy / np.linalg.norm(noisy, axis=1, keepdims=True)]

    rng, groups = np.random.default_rng(7), np.repeat(np.arange(30), 2)
    truth = np.mean(
        [a - b for a, b in (map(measures.mean_pairwise_distance, pair(rng)) for _ in range(600))]
    )
    found = [
        measures.bootstrap_distance_contrast(pair(rng), (1, -1), groups=groups, n_resamples=300)
        for _ in range(250)
    ]
    assert np.mean([low <= truth <= high for _, low, high, _ in found]) >= 0.90


@pytest.mark.parametrize(
    ("arrays", "coefficients", "message"),
    [
        ([], [], "0 arrays came with 0"),
        ([np.eye(3)], [1, -1], "1 arrays came with 2 coefficients"),
        ([np.eye(3), np.eye(4)], [1, -1], "the arrays have 3, 4 rows"),
        ([np.eye(3)[:1]], [1], "1 row, expected at least 2"),
    ],
)
def test_contrasts_are_checked(arrays, coefficients, message):
    with pytest.raises(InputError, match=message):
        measures.bootstrap_distance_contrast(arrays, coefficients)


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
