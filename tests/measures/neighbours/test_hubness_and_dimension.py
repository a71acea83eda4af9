"""TwoNN and hubness: other programs, closed forms, copies, what changes nothing."""

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.neighbours.neighbours import nearest_others, top_k


def flat(n: int, dim: int, *, inside: int, seed: int = 0) -> np.ndarray:
    """Rows even in a cube of ``dim`` dimensions, turned about in a space of more."""
    rng = np.random.default_rng(seed)
    return rng.random((n, dim)) @ stats.ortho_group.rvs(inside, random_state=seed)[:dim]


def test_two_nn_is_that_of_scikit_dimension():
    """TwoNN(discard_fraction=0.1) of scikit-dimension 0.5.0 gave this for these very rows."""
    rows = np.random.default_rng(0).random((300, 3))
    rows = np.column_stack([rows, rows[:, 0] * rows[:, 1]])
    assert measures.two_nn_dimension(rows) == pytest.approx(3.0826610495588738, rel=1e-9)
    assert measures.two_nn_dimension(torch.tensor(rows)) == pytest.approx(3.0826610495588738)


def two_nn_by_steps(rows: np.ndarray) -> float:
    """Facco et al. 2017, the steps of their box, over scikit-learn's neighbours."""
    distances = NearestNeighbors(n_neighbors=3).fit(rows).kneighbors(rows)[0]
    ratios = np.sort(distances[:, 2] / distances[:, 1])
    n = len(ratios)
    kept = int(0.9 * n)
    x, y = np.log(ratios[:kept]), -np.log(1 - np.arange(1, kept + 1) / n)
    return float(np.linalg.lstsq(x[:, None], y, rcond=None)[0][0])


@pytest.mark.parametrize(("n", "dim", "inside"), [(20, 2, 3), (333, 4, 9), (1500, 2, 2)])
def test_two_nn_is_the_papers(n, dim, inside):
    rows = flat(n, dim, inside=inside, seed=n) + 7
    assert measures.two_nn_dimension(rows) == pytest.approx(two_nn_by_steps(rows), rel=1e-8)


@pytest.mark.parametrize("dim", [1, 2, 5])
def test_two_nn_finds_the_dimension_a_set_was_made_with(dim):
    """Of 2,000 rows the estimate scatters by 2 in 100; edges take a little off."""
    found = measures.two_nn_dimension(flat(2000, dim, inside=12, seed=dim))
    assert found == pytest.approx(dim, rel=0.1)


def test_two_nn_turns_and_scales_with_the_space():
    rows = flat(300, 3, inside=5)
    value = measures.two_nn_dimension(rows)
    turned = (rows @ stats.ortho_group.rvs(5, random_state=2))[::-1] * 1e3 + 5
    assert measures.two_nn_dimension(turned) == pytest.approx(value, rel=1e-6)
    assert measures.two_nn_dimension(rows.astype(np.float32)) == pytest.approx(value, rel=1e-3)
    assert measures.two_nn_dimension(rows * [1, 1, 1, 1, 50]) != pytest.approx(value, rel=1e-2)


def test_copies_say_nothing_of_the_dimension():
    rows = flat(100, 3, inside=4)
    value = measures.two_nn_dimension(rows)
    copied = np.concatenate([np.repeat(rows[:7], 30, axis=0), rows])
    assert measures.two_nn_dimension(copied) == value
    assert measures.two_nn_dimension(torch.tensor(copied)) == pytest.approx(value)
    found = measures.subsample_two_nn_dimension(copied, n_resamples=20)
    assert (found.value, found.n) == (value, 100)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (flat(19, 2, inside=3), "19 of 19 rows are different, expected at least 20"),
        (np.repeat(flat(19, 2, inside=3), 5, axis=0), "19 of 95 rows are different"),
        (np.ones((50, 3)), "1 of 50 rows are different"),
        (np.eye(30), "evenly spaced rows"),
        (np.ones((1, 3)), "1 of 1 rows are different"),
    ],
)
def test_what_has_no_dimension(rows, message):
    for measure in (measures.two_nn_dimension, measures.subsample_two_nn_dimension):
        with pytest.raises(InputError, match=message):
            measure(rows)


def test_neighbours_by_distance_are_scipys(unit):
    """In blocks, far from the origin, and copies at distance 0."""
    rows = np.concatenate([unit(3000, 6), unit(3000, 6)[:5]]) + 3
    apart = cdist(rows, rows)
    np.fill_diagonal(apart, np.inf)
    found = nearest_others(rows, 4)
    assert found.distances == pytest.approx(np.sort(apart, axis=1)[:, :4], abs=1e-12)
    assert (found.distances[:5, 0] == 0).all()
    assert np.take_along_axis(apart, found.places, axis=1) == pytest.approx(found.distances)


@pytest.mark.parametrize("width", [7, 200, 4100, 20_003])
@pytest.mark.parametrize("library", [np, torch])
def test_the_highest_are_those_of_a_sort(width, library):
    scores = np.random.default_rng(width).standard_normal((5, width)).astype(np.float32)
    expected = np.sort(np.argsort(-scores, axis=1)[:, :6], axis=1)
    given = scores if library is np else torch.tensor(scores)
    import array_api_compat

    found = top_k(array_api_compat.array_namespace(given), given, 6)
    assert isinstance(found, type(given))
    assert (np.asarray(found) == expected).all()


def test_hubness_is_the_skewness_of_scikit_learns_neighbours(unit):
    rows = unit(200, 16)
    near = NearestNeighbors(n_neighbors=11, metric="cosine").fit(rows).kneighbors(rows)[1][:, 1:]
    counts = np.bincount(near.ravel(), minlength=200)
    assert measures.k_occurrence(rows).tolist() == counts.tolist()
    assert measures.hubness(rows) == pytest.approx(stats.skew(counts))
    in_torch = measures.k_occurrence(torch.tensor(rows, dtype=torch.float32))
    assert in_torch.tolist() == counts.tolist()
    assert measures.hubness(torch.tensor(rows)) == pytest.approx(stats.skew(counts))


def test_everybody_finds_the_middle_of_a_star():
    """Rows around a pole, each nearer to it than to any other: it is found by all 20."""
    ring = np.column_stack([np.eye(20), np.ones(20)]) / 2**0.5
    rows = np.concatenate([ring, np.eye(21)[20:]])
    counts = measures.k_occurrence(rows, k=1)
    assert counts.tolist() == [1] + [0] * 19 + [20]
    assert measures.hubness(rows, k=1) == pytest.approx(stats.skew([20, 1] + [0] * 19))


def test_on_a_circle_there_are_no_hubs():
    turns = 2 * np.pi * np.arange(101) / 101
    rows = np.column_stack([np.cos(turns), np.sin(turns)])
    assert set(measures.k_occurrence(rows, k=4).tolist()) == {4}
    assert measures.hubness(rows, k=4) == 0


def test_hubs_need_a_centre_and_many_dimensions():
    """Even directions have no hubs, as no row is more central; around a mean they grow with dim."""
    rng = np.random.default_rng(0)

    def drawn(dim: int, centre: float) -> np.ndarray:
        rows = rng.standard_normal((400, dim)) + centre
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    even = [measures.hubness(drawn(dim, 0.0)) for dim in (3, 300)]
    around = [measures.hubness(drawn(dim, 1.0)) for dim in (3, 300)]
    assert max(*even, around[0]) < 0.6
    assert around[1] > 1


def test_hubness_turns_with_the_space(unit):
    rows = unit(400, 60)
    turned = rows @ stats.ortho_group.rvs(60, random_state=0)
    order = np.random.default_rng(0).permutation(400)
    assert measures.hubness(turned[order]) == pytest.approx(measures.hubness(rows))


def test_copies_make_hubs_of_what_comes_first():
    """As documented: of exact ties the first counts, and itself never does."""
    rows = np.tile([[0.6, 0.8]], (12, 1))
    assert measures.k_occurrence(rows, k=2).tolist() == [11, 11, 2] + [0] * 9


@pytest.mark.parametrize(
    ("n", "k", "message"),
    [
        (20, 10, "20 texts and k = 10, expected at least 21 texts"),
        (20, 0, "k is 0, expected 1 to 19"),
        (20, -1, "k is -1, expected 1 to 19"),
    ],
)
def test_number_of_neighbours_is_checked(unit, n, k, message):
    with pytest.raises(InputError, match=message):
        measures.hubness(unit(n), k=k)
    with pytest.raises(InputError, match="k is 20, expected 1 to 19"):
        measures.k_occurrence(unit(20), k=20)


def test_rows_that_are_equally_far_but_for_rounding_have_no_dimension():
    """Whitened vectors that are fewer than their dimensions are a regular simplex."""
    rows = np.random.default_rng(0).normal(size=(30, 64))
    whitened = measures.fit_whitening(rows)(rows)
    with pytest.raises(InputError, match="as far from its second neighbour as from its first"):
        measures.two_nn_dimension(whitened)
