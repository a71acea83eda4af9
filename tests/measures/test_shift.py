"""The shift measures by hand, by definition, by symmetry, and on input that cannot be used."""

import math
import tracemalloc

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist
from scipy.stats import ortho_group

from semshift_nb import measures
from semshift_nb.errors import InputError


@pytest.mark.parametrize("n", [1, 5, 64])
def test_short_text_has_the_exact_map(unit, n):
    rows = unit(n)
    edges, distances = measures.binned_distances(rows)
    assert edges.tolist() == list(range(n + 1))
    assert distances == pytest.approx(1 - rows @ rows.T, abs=1e-12)


@pytest.mark.parametrize(("n", "bins"), [(65, 64), (500, 64), (10, 3), (7, 1)])
def test_cells_hold_means(unit, n, bins):
    rows = unit(n)
    edges, distances = measures.binned_distances(rows, max_bins=bins)
    full = 1 - rows @ rows.T
    assert len(edges) == bins + 1
    assert set(np.diff(edges)) <= {n // bins, n // bins + 1}
    for a in range(0, bins, 7):
        for b in range(0, bins, 5):
            cell = full[edges[a] : edges[a + 1], edges[b] : edges[b + 1]]
            assert distances[a, b] == pytest.approx(cell.mean(), abs=1e-12)


def test_bins_refuse_bad_input():
    with pytest.raises(InputError, match="max_bins is 0"):
        measures.binned_distances(np.eye(2), max_bins=0)
    with pytest.raises(InputError, match="0 rows"):
        measures.binned_distances(np.zeros((0, 3)))


SCALARS = [
    measures.local_evolution,
    measures.mean_adjacent_distance,
    measures.dispersion,
    measures.semantic_shift,
    measures.dilution,
]


names = [measure.__name__ for measure in SCALARS]


def draw(n: int, seed: int, dim: int = 8) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((n, dim)) + 0.5
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("measure", SCALARS, ids=names)
@pytest.mark.parametrize("k", [1, 2, 7])
def test_identical_sentences_do_not_move(measure, k):
    value = measure(np.tile(draw(1, 3), (k, 1)))
    assert isinstance(value, float)
    assert 0 <= value < 1e-15


@pytest.mark.parametrize("k", [2, 3, 8])
def test_orthonormal_sentences(k):
    rows = np.eye(8)[:k]
    assert measures.adjacent_distances(rows).tolist() == [1.0] * (k - 1)
    assert measures.local_evolution(rows) == k - 1
    assert measures.mean_adjacent_distance(rows) == 1
    assert measures.dispersion(rows) == pytest.approx(1, abs=1e-15)
    assert measures.semantic_shift(rows) == pytest.approx(k - 1, abs=1e-14)
    assert measures.dilution(rows) == pytest.approx(1 - 1 / math.sqrt(k), abs=1e-15)
    assert measures.cosines_to_pooled(rows) == pytest.approx(np.full(k, 1 / math.sqrt(k)))


def test_worked_by_hand():
    """Three directions in the plane at 0, 60 and 180 degrees.

    Cosines: 0-60 is 1/2, 60-180 is -1/2, 0-180 is -1. Local = 1/2 + 3/2 = 2. Disp = (1/2 + 3/2 +
    2) / 3 = 4/3. S = (1/2, sqrt(3)/2), of length 1, so dilution = 1 - 1/3.
    """
    angles = np.radians([0, 60, 180])
    rows = np.column_stack([np.cos(angles), np.sin(angles)])
    assert measures.adjacent_distances(rows) == pytest.approx([0.5, 1.5])
    assert measures.local_evolution(rows) == pytest.approx(2)
    assert measures.mean_adjacent_distance(rows) == pytest.approx(1)
    assert measures.dispersion(rows) == pytest.approx(4 / 3)
    assert measures.semantic_shift(rows) == pytest.approx(8 / 3)
    assert measures.dilution(rows) == pytest.approx(2 / 3)
    assert measures.discrepancy(rows, np.array([1.0, 0.0])) == pytest.approx((0 + 0.5 + 2) / 3)


def test_sentences_that_cancel_out():
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    assert measures.dispersion(rows) == 2
    assert measures.dilution(rows) == 1
    assert measures.cosines_to_pooled(rows).tolist() == [0, 0]


@settings(deadline=None, max_examples=60)
@given(n=st.integers(2, 40), seed=st.integers(0, 10**6))
def test_dispersion_is_the_mean_over_pairs(n, seed):
    rows = draw(n, seed)
    assert measures.dispersion(rows) == pytest.approx(pdist(rows, "cosine").mean(), abs=1e-12)


@settings(deadline=None, max_examples=60)
@given(n=st.integers(1, 40), seed=st.integers(0, 10**6), exponent=st.floats(-9, 0))
def test_dilution_identity_in_float32(n, seed, exponent):
    """Theorem 1 holds to 1e-6 in float32, for texts that hardly move as for those that do."""
    centre, noise = draw(1, seed), draw(n, seed + 1)
    rows = centre + 10**exponent * noise
    rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    expected = measures.dilution_from_dispersion(measures.dispersion(rows), n)
    assert measures.dilution(rows) == pytest.approx(expected, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 20), seed=st.integers(0, 10**6))
def test_rotation_changes_nothing(n, seed):
    rows = draw(n, seed)
    turned = rows @ ortho_group.rvs(8, random_state=seed)
    for measure in SCALARS:
        assert measure(turned) == pytest.approx(measure(rows), abs=1e-12)


@settings(deadline=None, max_examples=30)
@given(n=st.integers(2, 20), seed=st.integers(0, 10**6))
def test_order_matters_to_the_path_only(n, seed):
    rows = draw(n, seed)
    shuffled = np.random.default_rng(seed).permutation(rows)
    assert measures.dispersion(shuffled) == pytest.approx(measures.dispersion(rows), abs=1e-12)
    assert measures.dilution(shuffled) == pytest.approx(measures.dilution(rows), abs=1e-12)
    back = measures.local_evolution(rows[::-1])
    assert back == pytest.approx(measures.local_evolution(rows), abs=1e-12)


def test_local_evolution_is_not_permutation_invariant():
    a, b = np.eye(2)
    assert measures.local_evolution(np.array([a, a, b, b])) == 1
    assert measures.local_evolution(np.array([a, b, a, b])) == 3


@pytest.mark.parametrize("measure", SCALARS, ids=names)
def test_precision_and_library_do_not_matter(measure):
    exact = draw(50, 5, dim=384)
    value = measure(exact)
    assert measure(exact.astype(np.float32)) == pytest.approx(value, rel=1e-6)
    assert measure(torch.tensor(exact, dtype=torch.float32)) == pytest.approx(value, rel=1e-6)
    assert isinstance(measure(torch.tensor(exact)), float)
    # bfloat16 keeps eight bits: rows are off by up to 1e-3 in length and still taken.
    assert measure(torch.tensor(exact, dtype=torch.bfloat16)) == pytest.approx(value, rel=1e-2)


def test_arrays_stay_in_their_library():
    rows = torch.eye(3)
    assert isinstance(measures.adjacent_distances(rows), torch.Tensor)
    assert isinstance(measures.cosines_to_pooled(rows), torch.Tensor)
    assert isinstance(measures.prefix_shift(rows).dilution, torch.Tensor)
    assert measures.discrepancy(rows, torch.eye(3)[0]) == pytest.approx(2 / 3)


@pytest.mark.parametrize("kind", [np.asarray, torch.tensor])
def test_input_is_left_as_it_was(kind):
    rows = kind(1.0005 * np.eye(3))
    measures.dispersion(rows)
    measures.mean_pairwise_distance(rows)
    measures.nearest_neighbours(rows, rows, 1)
    assert (rows == kind(1.0005 * np.eye(3))).all()


def test_near_identical_vectors_do_not_go_negative():
    """The difference of two numbers near k^2 rounds below zero for some of these."""
    base = draw(1, 1, dim=384)
    for n in range(2, 60):
        rows = (base + 1e-9 * draw(n, n, dim=384)).astype(np.float64)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        for measure in SCALARS:
            assert 0 <= measure(rows) < 1e-10


@pytest.mark.parametrize("measure", [*SCALARS, measures.adjacent_distances, measures.prefix_shift])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.zeros(3), r"shape \(3,\)"),
        (np.zeros((0, 3)), "0 rows"),
        (np.zeros((2, 0)), r"shape \(2, 0\)"),
        (np.ones((2, 2), dtype=int), "int64"),
        ([[1.0, 0.0]], "got list"),
        (np.array([[1.0, 0.0], [0.0, 0.0]]), r"rows 1\): 0 hold NaN .* 1 are not of length one"),
        (np.array([[np.nan, 0.0], [1.0, 0.0]]), r"1 row .*rows 0\): 1 hold NaN"),
        (np.array([[1.0, 0.0], [np.inf, 0.0]]), r"rows 1\): 1 hold NaN or infinity"),
        (np.array([[1.002, 0.0]]), "length 1.002, expected 1 within 0.001"),
    ],
)
def test_bad_rows_are_named(measure, rows, message):
    with pytest.raises(InputError, match=message):
        measure(rows)


def test_only_ten_bad_rows_are_listed():
    with pytest.raises(InputError, match=r"20 rows cannot be used \(rows 0, .*, 9, \.\.\.\)"):
        measures.dispersion(np.zeros((20, 3)))


@pytest.mark.parametrize("text", [np.ones(3) / 3**0.5, np.eye(2), np.array([0.5, 0.0])])
def test_bad_text_vector(text):
    with pytest.raises(InputError, match="text_embedding"):
        measures.discrepancy(np.eye(2), text)


@pytest.mark.parametrize(("dispersion", "k"), [(0.5, 0), (-0.1, 3), (1.6, 3), (math.nan, 3)])
def test_identity_refuses_what_cannot_be(dispersion, k):
    with pytest.raises(InputError):
        measures.dilution_from_dispersion(dispersion, k)


def test_identity_takes_arrays():
    result = measures.dilution_from_dispersion([0.0, 1.0], np.array([1, 4]))
    assert result.tolist() == [0.0, 0.5]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_prefixes_equal_recomputation(unit, dtype):
    rows = unit(60).astype(dtype)
    prefixes = measures.prefix_shift(rows)
    for name, curve in prefixes._asdict().items():
        alone = [getattr(measures, name)(rows[:k]) for k in range(1, 61)]
        assert curve.dtype == np.float64
        assert curve == pytest.approx(alone, abs=1e-12), name


def test_prefixes_of_blocks_join(unit):
    """2,500 sentences are 156 blocks of 16 and a tail; the sums run on across their edges."""
    rows = unit(2500)
    prefixes = measures.prefix_shift(rows)
    for k in (15, 16, 17, 1024, 2496, 2497, 2500):
        assert prefixes.dispersion[k - 1] == pytest.approx(measures.dispersion(rows[:k]), abs=1e-12)
        assert prefixes.dilution[k - 1] == pytest.approx(measures.dilution(rows[:k]), abs=1e-12)


def test_dilution_identity_at_every_prefix_in_float32(unit):
    rows = unit(500, 384).astype(np.float32)
    prefixes = measures.prefix_shift(rows)
    expected = measures.dilution_from_dispersion(prefixes.dispersion, np.arange(1, 501))
    assert np.abs(prefixes.dilution - expected).max() < 1e-6


def test_prefixes_that_cancel_out():
    rows = np.tile([[1.0, 0.0], [-1.0, 0.0]], (20, 1))
    prefixes = measures.prefix_shift(rows)
    assert prefixes.dispersion[1] == 2
    assert prefixes.dilution[1::2] == pytest.approx(np.ones(20), abs=1e-7)


def test_prefixes_in_torch(unit):
    rows = unit(40)
    for ours, theirs in zip(
        measures.prefix_shift(torch.tensor(rows)), measures.prefix_shift(rows), strict=True
    ):
        assert ours.numpy() == pytest.approx(theirs, abs=1e-12)


def test_prefixes_of_one_sentence():
    assert [curve.tolist() for curve in measures.prefix_shift(np.eye(3)[:1])] == [[0.0]] * 4


def test_prefixes_of_a_long_text_in_bounded_memory(unit):
    """20,000 sentences: a copy in float64 (61 MB) and little else; a table of all prefix sums
    would double that, a matrix of distances take 3.2 GB.
    """
    rows = unit(20_000, 384).astype(np.float32)
    tracemalloc.start()
    prefixes = measures.prefix_shift(rows)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1.5 * rows.size * 8
    assert prefixes.dispersion[-1] == pytest.approx(measures.dispersion(rows), abs=1e-10)
