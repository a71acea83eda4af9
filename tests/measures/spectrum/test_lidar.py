"""LiDAR: worked by hand, by SciPy's generalised eigenvalues, and what it refuses."""

import numpy as np
import pytest
import torch
from scipy import linalg, stats

from semshift_nb import measures
from semshift_nb.errors import InputError


def around(centres: np.ndarray, spread: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Put the same few points around every centre, and say which centre is whose."""
    rows = (centres[:, None, :] + spread[None, :, :]).reshape(-1, centres.shape[1])
    return rows, np.repeat(np.arange(len(centres)), len(spread))


CENTRES = np.array([[2.0, 0], [-2, 0], [0, 1], [0, -1]])
"""Their scatter is diag(2, 1/2)."""


@pytest.mark.parametrize(
    ("spread", "shares"),
    [
        ([[1.0, 1], [-1, -1], [1, -1], [-1, 1]], [0.8, 0.2]),  # within diag(1, 1)
        ([[2.0, 1], [-2, -1], [2, -1], [-2, 1]], [0.5, 0.5]),  # within diag(4, 1): all alike
    ],
)
def test_two_cases_worked_by_hand(spread: list[list[float]], shares: list[float]):
    rows, groups = around(CENTRES, np.array(spread))
    assert measures.lidar(rows, groups, ridge=0) == pytest.approx(np.exp(stats.entropy(shares)))


def test_it_is_that_of_the_generalised_eigenvalues():
    """SciPy solves S_b v = lambda (S_w + ridge) v without any root of S_w."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), rng.integers(2, 6, size=12))
    rows = rng.standard_normal((len(groups), 5)) + rng.standard_normal((12, 5))[groups]
    means = np.array([rows[groups == group].mean(axis=0) for group in range(12)])[groups]
    between = np.cov(means.T, bias=True)
    within = np.cov((rows - means).T, bias=True) + 0.03 * np.eye(5)
    values = linalg.eigvalsh(between, within)
    expected = np.exp(stats.entropy(values / values.sum()))
    assert measures.lidar(rows, groups, ridge=0.03) == pytest.approx(expected, rel=1e-10)
    turned = rows @ linalg.qr(rng.standard_normal((5, 5)))[0]
    assert measures.lidar(turned, groups, ridge=0.03) == pytest.approx(expected, rel=1e-10)


def test_torch_and_float32_give_the_same():
    rows, groups = around(CENTRES, np.array([[1.0, 1], [-1, -1], [1, -1], [-1, 1]]))
    expected = measures.lidar(rows, groups)
    assert measures.lidar(torch.tensor(rows, dtype=torch.float32), groups) == expected


def test_two_documents_differ_in_one_direction():
    rows, groups = around(CENTRES[:2], np.random.default_rng(1).standard_normal((6, 2)))
    assert measures.lidar(rows, groups) == pytest.approx(1)


@pytest.mark.parametrize(
    ("rows", "groups", "options", "says"),
    [
        (np.eye(4), [0, 0, 1], {}, r"shape \(3,\), expected \(4,\)"),
        (np.eye(4), [0, 0, 0, 0], {}, "at least two documents"),
        (np.eye(4), [0, 1, 2, 3], {}, "with two texts or more"),
        (np.eye(4), [0, 0, 1, 1], {"ridge": 0}, "has no inverse: give more texts, or a ridge"),
        (np.eye(4), [0, 0, 1, 1], {"ridge": -1}, "ridge is -1"),
        (np.array([[1.0, 0], [0, 1], [1, 0], [0, 1]]), [0, 0, 1, 1], {}, "means do not differ"),
        (np.array([[np.nan, 0], [0, 1]]), [0, 1], {}, "NaN or infinity"),
    ],
)
def test_bad_input(rows: np.ndarray, groups: list[int], options: dict, says: str):
    with pytest.raises(InputError, match=says):
        measures.lidar(rows, groups, **options)
