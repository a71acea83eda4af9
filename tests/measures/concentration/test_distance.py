"""Mean pairwise distance against all pairs, and against float64."""

import numpy as np
import pytest
import torch
from scipy.spatial.distance import pdist

from semshift_nb import measures
from semshift_nb.errors import InputError


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
