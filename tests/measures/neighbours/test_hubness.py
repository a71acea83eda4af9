"""Hubness: the skewness of scikit-learn, hand-made stars and circles, what a turn does."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.errors import InputError


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


def test_a_short_number_of_numpy_counts_as_pythons(unit):
    rows = unit(260, 6)
    assert measures.hubness(rows, k=np.int8(100)) == measures.hubness(rows, k=100)
    assert measures.uniformity(rows, t=np.float16(2)) == measures.uniformity(rows, t=2)
