"""Near-zero dimensions, and the map of distances in cells."""

import numpy as np
import pytest
import torch

from semshift_nb import measures
from semshift_nb.errors import InputError


def with_quiet_dimensions() -> np.ndarray:
    """Dimension 3 is silent, 5 constant but large, 7 small in mean but lively."""
    values = np.random.default_rng(0).standard_normal((200, 9))
    values[:, 3] *= 1e-5
    values[:, 5] = 2.0
    values[::2, 7] *= -1
    return values


def test_both_spread_and_magnitude_must_be_small():
    values = with_quiet_dimensions()
    assert measures.near_zero_dimensions(values).tolist() == [3]
    assert measures.near_zero_dimensions(torch.tensor(values)).tolist() == [3]
    assert measures.near_zero_dimensions(values.astype(np.float32)).tolist() == [3]
    assert measures.near_zero_dimensions(values, ratio=1e-6).tolist() == []


def test_dimensions_refuse_bad_input():
    values = with_quiet_dimensions()
    values[4, 2] = np.nan
    with pytest.raises(InputError, match=r"1 row holds NaN or infinity \(rows 4\)"):
        measures.near_zero_dimensions(values)
    with pytest.raises(InputError, match="ratio is 0"):
        measures.near_zero_dimensions(np.eye(3), ratio=0)
    with pytest.raises(InputError, match="expected at least 2"):
        measures.near_zero_dimensions(np.eye(1))


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
