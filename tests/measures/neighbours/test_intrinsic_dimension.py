"""Intrinsic dimension: the steps of the paper, sets of known dimension, copies."""

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.errors import InputError


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


def test_rows_that_are_equally_far_but_for_rounding_have_no_dimension():
    """Whitened vectors that are fewer than their dimensions are a regular simplex."""
    rows = np.random.default_rng(0).normal(size=(30, 64))
    whitened = measures.fit_whitening(rows)(rows)
    with pytest.raises(InputError, match="as far from its second neighbour as from its first"):
        measures.two_nn_dimension(whitened)
