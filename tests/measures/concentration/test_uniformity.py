"""Mean cosine and uniformity: closed forms, all pairs, and what rotation leaves alone."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group
from sklearn.metrics.pairwise import cosine_similarity

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.topics import texts_of_topics


def test_mean_cosine_of_an_isotropic_set_is_0_within_its_sampling_interval():
    """Of even directions the mean over pairs has the variance 2 / (n (n - 1) dim)."""
    n, dim = 300, 50
    rng = np.random.default_rng(0)
    found = []
    for _ in range(200):
        rows = rng.standard_normal((n, dim))
        found.append(measures.mean_cosine(rows / np.linalg.norm(rows, axis=1, keepdims=True)))
    sd = math.sqrt(2 / (n * (n - 1) * dim))
    assert np.std(found) == pytest.approx(sd, rel=0.15)
    assert abs(np.mean(found)) < 3 * sd / math.sqrt(200)


def by_all_pairs(rows: np.ndarray, t: float = 2.0) -> float:
    """Wang & Isola's ``sq_pdist.mul(-t).exp().mean().log()``, over scipy's distances."""
    return float(np.log(np.exp(-t * pdist(rows, "sqeuclidean")).mean()))


def test_mean_cosine_is_that_of_scikit_learn(unit):
    rows = unit(60)
    expected = cosine_similarity(rows)[np.triu_indices(60, 1)].mean()
    assert measures.mean_cosine(rows) == pytest.approx(expected, abs=1e-13)
    assert measures.mean_cosine(torch.tensor(rows)) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(
    ("rows", "cosine", "uniformity"),
    [
        (np.eye(7), 0.0, -4.0),
        (np.tile([[0.6, 0.8]], (9, 1)), 1.0, 0.0),
        # One pair apart by 2: its squared distance is 4.
        (np.array([[1.0, 0.0], [-1.0, 0.0]]), -1.0, -8.0),
        # Vertices of a simplex in the plane: cosines -1/2, squared distances 3.
        (np.array([[1, 0], [-0.5, 0.75**0.5], [-0.5, -(0.75**0.5)]]), -0.5, -6.0),
    ],
)
def test_closed_forms(rows, cosine, uniformity):
    assert measures.mean_cosine(rows) == pytest.approx(cosine, abs=1e-14)
    assert measures.uniformity(rows) == pytest.approx(uniformity, abs=1e-14)


def test_uniformity_by_hand():
    """Two equal rows and one orthogonal: one pair of three at 0, two at squared distance 2."""
    rows = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    for t in (0.5, 2.0, 3.0):
        expected = math.log((1 + 2 * math.exp(-2 * t)) / 3)
        assert measures.uniformity(rows, t=t) == pytest.approx(expected, abs=1e-14)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(2, 40), seed=st.integers(0, 10**6), t=st.floats(0.1, 20))
def test_uniformity_is_the_log_mean_over_pairs(n, seed, t):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, 8)) + 0.5
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    value = measures.uniformity(rows, t=t)
    assert value == pytest.approx(by_all_pairs(rows, t), abs=1e-11)
    turned = rows @ ortho_group.rvs(8, random_state=seed)
    assert measures.uniformity(turned[::-1], t=t) == pytest.approx(value, abs=1e-11)
    # Jensen: no set is more even than its mean squared distance, 2 MPD, allows.
    assert -4 * t <= value + 1e-12
    assert value >= -2 * t * measures.mean_pairwise_distance(rows) - 1e-12


@pytest.mark.parametrize("n", [1024, 1025, 2500])
def test_blocks_join(unit, n):
    """Tiles are of 1,024 rows: one, one and a single row, and three."""
    rows = unit(n)
    assert measures.uniformity(rows) == pytest.approx(by_all_pairs(rows), abs=1e-12)
    assert measures.uniformity(rows, t=200) == pytest.approx(by_all_pairs(rows, 200), abs=1e-9)


@pytest.mark.parametrize("kind", [np.float32, torch.float32])
def test_fast_path_keeps_its_stated_error(unit, kind):
    """Beyond 8,192 rows of float32 the products are float32; the error stays below 1e-6."""
    rows = unit(8300, 32)
    exact = measures.uniformity(rows)
    narrow = rows.astype(kind) if kind is np.float32 else torch.tensor(rows, dtype=kind)
    assert measures.uniformity(narrow) == pytest.approx(exact, abs=1e-6)
    assert measures.uniformity(narrow) != exact


def test_sharper_potentials_are_worked_out_in_float64(unit):
    narrow = unit(8300, 4).astype(np.float32)
    wide = measures.uniformity(narrow.astype(np.float64), t=5)
    assert measures.uniformity(narrow, t=5) == wide


def test_fast_path_of_identical_rows_is_not_above_0(unit):
    rows = np.tile(unit(1, 48), (8200, 1)).astype(np.float32)
    assert -1e-6 < measures.uniformity(rows) <= 0


def test_bad_row_is_named_in_the_fast_path(unit):
    rows = unit(9000).astype(np.float32)
    rows[5000] = np.inf
    with pytest.raises(InputError, match=r"1 row .*rows 5000"):
        measures.uniformity(rows)


def test_a_sharp_potential_does_not_underflow():
    """exp(-4000) is no float64; its logarithm is one."""
    assert measures.uniformity(np.eye(4), t=2000) == pytest.approx(-4000)


def test_on_the_sphere_uniformity_is_the_expected_potential():
    """Rows even on the circle: the mean of exp(-2t(1 - cos)) is exp(-2t) I0(2t), by definition of
    the modified Bessel function; scipy gives exp(-x) I0(x).
    """
    from scipy.special import ive

    angles = np.linspace(0, 2 * np.pi, 4000, endpoint=False)
    rows = np.column_stack([np.cos(angles), np.sin(angles)])
    n = len(rows)
    with_itself = ive(0, 4.0)
    expected = math.log((with_itself * n - 1) / (n - 1))
    assert measures.uniformity(rows) == pytest.approx(expected, abs=1e-10)


def test_precision_and_library_do_not_matter(unit):
    rows = unit(200, 384)
    value = measures.uniformity(rows)
    assert measures.uniformity(rows.astype(np.float32)) == pytest.approx(value, abs=1e-6)
    assert measures.uniformity(torch.tensor(rows)) == pytest.approx(value, abs=1e-12)
    in_torch = measures.uniformity(torch.tensor(rows, dtype=torch.float32))
    assert isinstance(in_torch, float)
    assert in_torch == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize("measure", [measures.mean_cosine, measures.uniformity])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.eye(3)[:1], "1 row, expected at least 2"),
        (np.zeros((2, 3)), "2 are not of length one"),
        (np.array([[np.nan, 0.0], [1.0, 0.0]]), "1 hold NaN"),
        ([[1.0, 0.0]], "got list"),
    ],
)
def test_bad_rows_are_named(measure, rows, message):
    with pytest.raises(InputError, match=message):
        measure(rows)


@pytest.mark.parametrize("t", [0, -1, math.nan, math.inf])
def test_sharpness_is_checked(t):
    with pytest.raises(InputError, match="t is"):
        measures.uniformity(np.eye(3), t=t)
    with pytest.raises(InputError, match="t is"):
        measures.bootstrap_uniformity(np.eye(3), t=t)


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


def test_weighted_potential_is_the_sum_over_pairs(unit):
    """Against a loop over the drawn copies, pair by pair, as for the mean distance."""
    from semshift_nb.measures.concentration.alignment_uniformity import _weighted_sums
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
