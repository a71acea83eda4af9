"""Mean pairwise distance against all pairs, and against float64."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.topics import texts_of_topics


@pytest.mark.parametrize("n", [2, 3, 500])
def test_all_pairs(unit, n):
    rows = unit(n)
    expected = pdist(rows, "cosine").mean()
    assert measures.mean_pairwise_distance(rows) == pytest.approx(expected, abs=1e-13)
    assert measures.mean_pairwise_distance(torch.tensor(rows)) == pytest.approx(expected, abs=1e-13)


def test_closed_forms(unit):
    assert measures.mean_pairwise_distance(np.eye(7)) == pytest.approx(1, abs=1e-15)
    assert measures.mean_pairwise_distance(np.tile(unit(1), (9, 1))) < 1e-15
    assert measures.mean_pairwise_distance(np.array([[1.0, 0.0], [-1.0, 0.0]])) == 2


@pytest.mark.parametrize("kind", [np.float32, torch.float32])
def test_fast_path_keeps_its_stated_error(unit, kind):
    """Beyond 8,192 rows float32 is summed in float32 within blocks; the error stays below 1e-7."""
    rows = unit(20_000, 384)
    exact = measures.mean_pairwise_distance(rows)
    narrow = rows.astype(kind) if kind is np.float32 else torch.tensor(rows, dtype=kind)
    assert measures.mean_pairwise_distance(narrow) == pytest.approx(exact, abs=1e-7)


def test_fast_path_of_near_identical_rows_is_not_negative(unit):
    rows = np.tile(unit(1, 384), (10_000, 1)).astype(np.float32)
    assert 0 <= measures.mean_pairwise_distance(rows) < 1e-7


@pytest.mark.parametrize("bad", [np.nan, np.inf, 0.0])
def test_bad_row_is_named_across_blocks(unit, bad):
    rows = unit(9000).astype(np.float32)
    rows[5000] = bad
    with pytest.raises(InputError, match=r"1 row .*rows 5000"):
        measures.mean_pairwise_distance(rows)


def test_one_row_has_no_pair():
    with pytest.raises(InputError, match="1 row, expected at least 2"):
        measures.mean_pairwise_distance(np.eye(1))


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


def test_weighted_distance_is_the_sum_over_pairs(unit):
    """The closed formula against a loop over the drawn copies, pair by pair."""
    from semshift_nb.measures.concentration.distance import _weighted_mpd

    rows, codes = unit(7), np.array([0, 0, 0, 1, 1, 2, 3])
    weights = np.array([2, 1, 0, 3])
    copies = [(g, c) for g in range(4) for c in range(weights[g])]
    drawn = [(g, c, i) for g, c in copies for i in np.flatnonzero(codes == g)]
    kept = [
        (4 / 3 if g != h else 1.0, 1 - rows[i] @ rows[j])
        for g, c, i in drawn
        for h, e, j in drawn
        if g != h or (c == e and i != j)
    ]
    share, distance = np.array(kept).T
    sums = np.stack([rows[codes == g].sum(axis=0) for g in range(4)])
    found = _weighted_mpd(weights[None, :].astype(float), sums, np.bincount(codes))
    assert found[0] == pytest.approx(np.average(distance, weights=share))
