"""Singular values and effective rank: closed forms, scipy, scikit-learn, what changes nothing."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import linalg, stats
from sklearn.decomposition import PCA

from semshift_nb import measures
from semshift_nb.errors import InputError


@pytest.mark.parametrize("shape", [(50, 8), (8, 50), (2, 5)])
def test_singular_values_are_those_of_a_pca(shape):
    rows = np.random.default_rng(0).standard_normal(shape) + 3
    found = measures.singular_values(rows)
    assert found == pytest.approx(PCA().fit(rows).singular_values_, abs=1e-10)
    assert measures.singular_values(rows, centred=False) == pytest.approx(linalg.svdvals(rows))
    assert (np.diff(found) <= 0).all()
    assert measures.singular_values(torch.tensor(rows)).numpy() == pytest.approx(found, abs=1e-10)


@pytest.mark.parametrize("n", [2, 3, 8])
def test_orthonormal_rows_use_every_direction_alike(n):
    """Centred, the n vertices of a simplex span n - 1 directions, all of one singular value."""
    assert measures.effective_rank(np.eye(8)[:n], centred=False) == pytest.approx(n)
    assert measures.effective_rank(np.eye(8)[:n]) == pytest.approx(n - 1)


def test_effective_rank_by_hand():
    """Singular values 3 and 1: shares 3/4 and 1/4, entropy 2 log 2 - (3/4) log 3."""
    expected = math.exp(2 * math.log(2) - 0.75 * math.log(3))
    assert measures.effective_rank(np.diag([1.0, 3.0]), centred=False) == pytest.approx(expected)


def test_a_line_has_rank_one():
    line = np.outer(np.arange(5.0), [3.0, 4.0]) + 7
    assert measures.effective_rank(line) == pytest.approx(1)
    assert measures.effective_rank(line[:2]) == pytest.approx(1)
    assert measures.effective_rank(line, centred=False) > 1


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(2, 30),
    dim=st.integers(1, 30),
    seed=st.integers(0, 10**6),
    scale=st.floats(1e-6, 1e6),
)
def test_effective_rank_is_the_exponential_of_scipys_entropy(n, dim, seed, scale):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, dim)) * rng.random(dim)
    sigma = linalg.svdvals(rows - rows.mean(axis=0))
    expected = math.exp(stats.entropy(sigma))
    found = measures.effective_rank(rows)
    assert found == pytest.approx(expected, rel=1e-6)
    assert 1 - 1e-9 <= found <= min(n - 1, dim) + 1e-6
    # Neither scale nor a shift of all rows nor a turn of the space changes it.
    turn = stats.ortho_group.rvs(dim, random_state=seed) if dim > 1 else -np.eye(1)
    moved = scale * (rows @ turn + rng.standard_normal(dim))
    assert measures.effective_rank(moved) == pytest.approx(found, rel=1e-5)


def test_precision_and_library_do_not_matter(unit):
    rows = unit(200, 48)
    value = measures.effective_rank(rows)
    assert measures.effective_rank(rows.astype(np.float32)) == pytest.approx(value, rel=1e-6)
    in_torch = measures.effective_rank(torch.tensor(rows, dtype=torch.float32))
    assert isinstance(in_torch, float)
    assert in_torch == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("measure", [measures.effective_rank, measures.singular_values])
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (np.eye(3)[:1], "1 row, expected at least 2"),
        (np.array([[np.nan, 0.0], [1.0, 0.0]]), r"1 row holds NaN or infinity \(rows 0\)"),
        (np.array([[1.0, 0.0], [1.0, np.inf]]), r"\(rows 1\)"),
        (np.ones((2, 2), dtype=bool), "of bool, expected numbers"),
    ],
)
def test_bad_rows_are_named(measure, rows, message):
    with pytest.raises(InputError, match=message):
        measure(rows)


@pytest.mark.parametrize("value", [0.0, 0.3, 1e-9])
def test_rows_without_spread_have_no_rank(value):
    rows = np.full((5, 3), value)
    with pytest.raises(InputError, match="5 rows do not differ"):
        measures.effective_rank(rows)
    assert measures.singular_values(rows) == pytest.approx(np.zeros(3), abs=1e-12)
