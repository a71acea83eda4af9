"""Alignment and partition isotropy: closed forms, the papers' formulas, what changes nothing."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from scipy.special import gammaln, ive, logsumexp
from scipy.stats import ortho_group

from semshift_nb import measures
from semshift_nb.errors import InputError


def test_alignment_is_the_papers_line(unit):
    """Wang & Isola 2020, figure 5: ``(x - y).norm(dim=1).pow(alpha).mean()``."""
    x, y = unit(50), unit(50, seed=1)
    for alpha in (1.0, 2.0, 3.0):
        papers = (torch.tensor(x) - torch.tensor(y)).norm(dim=1).pow(alpha).mean().item()
        assert measures.alignment(x, y, alpha=alpha) == pytest.approx(papers, abs=1e-14)
    assert measures.alignment(torch.tensor(x), torch.tensor(y)) == measures.alignment(x, y)
    assert measures.alignment(x, y) == pytest.approx(np.diag(cdist(x, y, "sqeuclidean")).mean())


def test_alignment_closed_forms(unit):
    rows = unit(9)
    assert measures.alignment(rows, rows) == 0
    assert measures.alignment(rows, -rows) == pytest.approx(4)
    assert measures.alignment(np.eye(4), np.roll(np.eye(4), 1, axis=0)) == pytest.approx(2)
    assert measures.alignment(rows[:1], rows[1:2]) == pytest.approx(2 - 2 * rows[0] @ rows[1])


def test_pairs_that_almost_coincide_keep_their_digits(unit):
    """Where 2 - 2 cos would be 0: an angle of 1e-9."""
    x = np.array([[1.0, 0.0]])
    y = np.array([[math.cos(1e-9), math.sin(1e-9)]])
    assert measures.alignment(x, y) == pytest.approx(1e-18, rel=1e-9)


def test_alignment_turns_with_the_space_and_knows_its_pairs(unit):
    x, y = unit(30), unit(30, seed=1)
    turn = ortho_group.rvs(24, random_state=0)
    value = measures.alignment(x, y)
    assert measures.alignment((x @ turn)[::-1], (y @ turn)[::-1]) == pytest.approx(value)
    assert measures.alignment(x, y[::-1]) != pytest.approx(value)
    narrow = measures.alignment(x.astype(np.float32), y.astype(np.float32))
    assert narrow == pytest.approx(value, rel=1e-6)


def test_alignment_draws_documents():
    """The mean over pairs of two kinds, ten documents of each: the interval of 20 coins."""
    rows = np.eye(2)[np.repeat([0, 1], 50)]
    other = np.eye(2)[np.zeros(100, dtype=int)]
    groups = np.arange(100) // 5
    found = measures.bootstrap_alignment(rows, other, groups=groups, n_resamples=2000)
    assert found.value == pytest.approx(1)
    assert (found.low, found.high) == pytest.approx((0.6, 1.4), abs=0.11)
    singly = measures.bootstrap_alignment(rows, other)
    assert singly.high - singly.low < found.high - found.low


@pytest.mark.parametrize(
    ("x", "y", "settings", "message"),
    [
        (np.eye(3), np.eye(3)[:2], {}, r"x has shape \(3, 3\) and y \(2, 3\), expected the same"),
        (np.eye(3), np.eye(3), {"alpha": 0}, "alpha is 0"),
        (np.eye(3), np.eye(3), {"alpha": math.nan}, "alpha is nan"),
        (np.eye(3), 2 * np.eye(3), {}, "y: 3 rows cannot be used"),
        (np.zeros((0, 3)), np.zeros((0, 3)), {}, "x have 0 rows"),
    ],
)
def test_pairs_are_checked(x, y, settings, message):
    with pytest.raises(InputError, match=message):
        measures.alignment(x, y, **settings)


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
