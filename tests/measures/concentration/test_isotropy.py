"""Partition isotropy: the formula by loops, closed forms, what a turn does."""

import math

import numpy as np
import pytest
import torch
from scipy.special import gammaln, ive, logsumexp
from scipy.stats import ortho_group

from semshift_nb import measures


def isotropy_by_loop(rows: np.ndarray) -> float:
    """Mu & Viswanath 2018, equation 5, one direction after the other, with both signs."""
    _, vectors = np.linalg.eigh(rows.T @ rows)
    sums = [logsumexp(sign * rows @ c) for c in vectors.T for sign in (1, -1)]
    return math.exp(min(sums) - max(sums))


@pytest.mark.parametrize(("n", "dim"), [(60, 8), (5, 12), (2, 1), (200, 3)])
def test_partition_isotropy_is_the_papers(unit, n, dim):
    rows = unit(n, dim)
    assert measures.partition_isotropy(rows) == pytest.approx(isotropy_by_loop(rows), rel=1e-9)
    assert measures.partition_isotropy(3 * rows) == pytest.approx(
        isotropy_by_loop(3 * rows), rel=1e-9
    )


def test_partition_isotropy_closed_forms():
    same = np.tile([[0.6, 0.8]], (9, 1))
    assert measures.partition_isotropy(same) == pytest.approx(math.exp(-2))
    # A pair apart by 2 in a plane: 2 cosh 1 along it, 2 across.
    apart = np.array([[1.0, 0.0], [-1.0, 0.0]])
    assert measures.partition_isotropy(apart) == pytest.approx(1 / math.cosh(1))
    cross = np.array([[2.0, 0], [-2, 0], [0, 1], [0, -1]])
    along, across = math.cosh(2) + 1, math.cosh(1) + 1
    assert measures.partition_isotropy(cross) == pytest.approx(across / along)
    assert measures.partition_isotropy(np.zeros((4, 3))) == 1


def test_even_on_the_sphere_partition_functions_are_alike():
    """E exp(c . x) on the sphere by the modified Bessel function, as `uniformity` at t = 1/2."""
    rows = np.random.default_rng(0).standard_normal((20_000, 6))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    # The standard error of Z / n is 0.003, and the extremes of 12 lie 1.6 of it away.
    assert measures.partition_isotropy(rows) == pytest.approx(1, abs=0.02)
    kappa, half = 4.0, 2.0
    log_mean = gammaln(half + 1) + half * math.log(2 / kappa) + math.log(ive(half, kappa))
    assert measures.uniformity(rows[:6000]) == pytest.approx(log_mean, abs=0.01)


def test_partition_isotropy_turns_with_the_space_but_not_with_scale(unit):
    rows = unit(70, 6)
    value = measures.partition_isotropy(rows)
    turned = (rows @ ortho_group.rvs(6, random_state=1))[::-1]
    assert measures.partition_isotropy(turned) == pytest.approx(value, rel=1e-9)
    assert measures.partition_isotropy(0.1 * rows) > value > measures.partition_isotropy(5 * rows)
    assert measures.partition_isotropy(rows.astype(np.float32)) == pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize(
    ("size", "expected"), [(1e-30, 1.0), (1e-300, 1.0), (1e30, 0.0), (1e300, 0.0)]
)
def test_partition_isotropy_of_tiny_and_huge_vectors(unit, size, expected):
    """By the definition: all exponentials are 1, or one of them is all there is."""
    for rows in (size * unit(30, 5), torch.tensor(size * unit(30, 5))):
        assert measures.partition_isotropy(rows) == expected
    found = measures.jackknife_partition_isotropy(size * unit(30, 5))
    assert found == (expected, expected, expected, 30)


def test_partition_isotropy_with_the_directions_of_all(unit):
    """Against turning the directions with every leave-out: they hardly do."""
    rows = unit(200, 6)
    turned = [measures.partition_isotropy(np.delete(rows, i, axis=0)) for i in range(200)]
    found = measures.jackknife_partition_isotropy(rows, n_parts=200)
    reach = 1.972 * np.sqrt(199 * np.var(turned))
    assert found.high - found.value == pytest.approx(reach, rel=0.1)
