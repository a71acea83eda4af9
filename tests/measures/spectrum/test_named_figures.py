"""Spectral figures: closed forms, random matrix theory, other programs, what changes nothing."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, linalg, stats
from sklearn.decomposition import PCA

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.spectral import SPECTRAL


def spread_rows(n: int, dim: int, seed: int = 0) -> np.ndarray:
    """Rows around a mean whose dimensions differ in spread."""
    return np.random.default_rng(seed).standard_normal((n, dim)) * np.arange(1, dim + 1) + 2


def figures_of(rows: np.ndarray, *, centred: bool = True) -> dict[str, float | str]:
    sigma = measures.singular_values(rows, centred=centred)
    return measures.spectral_figures(
        sigma, n_texts=len(rows), dim=rows.shape[1], centred=centred, size=np.linalg.norm(rows)
    )


def test_every_name_is_the_function_of_this_name():
    rows = spread_rows(80, 12)
    figures = figures_of(rows)
    assert list(figures) == list(SPECTRAL)
    for name, measure in SPECTRAL.items():
        assert measure(rows) == pytest.approx(figures[name], rel=1e-13)
        assert isinstance(measure(rows), float)


def test_figures_from_eigenvalues_are_those_of_a_pca():
    """The formulas of the sheet, over scikit-learn's explained variances and scipy's slope."""
    rows = spread_rows(300, 20, seed=1)
    values = PCA().fit(rows).explained_variance_
    sigma = np.sqrt(values)
    figures = figures_of(rows)
    assert figures["effective_rank"] == pytest.approx(math.exp(stats.entropy(sigma)))
    assert figures["participation_ratio"] == pytest.approx(values.sum() ** 2 / (values**2).sum())
    assert figures["stable_rank"] == pytest.approx(values.sum() / values[0])
    assert figures["nesum"] == figures["stable_rank"]
    assert figures["information_abundance"] == pytest.approx(sigma.sum() / sigma[0])
    assert figures["first_component_share"] == pytest.approx(
        PCA().fit(rows).explained_variance_ratio_[0]
    )
    assert figures["condition_number"] == pytest.approx(np.linalg.cond(rows - rows.mean(axis=0)))
    slope = stats.linregress(np.log(np.arange(1, 21)), np.log(values)).slope
    assert figures["power_law_decay"] == pytest.approx(-slope)


def iso_score_by_steps(points: np.ndarray) -> float:
    """Rudman et al. 2022, algorithm 1, its seven steps one by one."""
    n = points.shape[1]
    reoriented = PCA().fit_transform(points)
    diagonal = np.diag(np.cov(reoriented.T))
    normalised = np.sqrt(n) * diagonal / np.linalg.norm(diagonal)
    defect = np.linalg.norm(normalised - np.ones(n)) / np.sqrt(2 * (n - np.sqrt(n)))
    share = (n - defect**2 * (n - np.sqrt(n))) ** 2 / n**2
    return float((n * share - 1) / (n - 1))


def test_iso_score_is_that_of_the_paper_and_of_its_authors_program():
    """The package IsoScore 2.0.1 of PyPI, under torch 2.13, gave this for these very rows."""
    rows = spread_rows(50, 6)
    assert measures.iso_score(rows) == pytest.approx(iso_score_by_steps(rows), abs=1e-12)
    assert measures.iso_score(rows) == pytest.approx(ISO_SCORE, abs=1e-6)


ISO_SCORE = 0.504899653890851


@pytest.mark.parametrize("n", [3, 8])
def test_orthonormal_rows(n):
    """Centred, the vertices of a simplex: n - 1 directions of one strength. Uncentred, n."""
    rows = np.eye(8)[:n]
    for centred, m in ((True, n - 1), (False, n)):
        figures = figures_of(rows, centred=centred)
        for name in (
            "effective_rank",
            "participation_ratio",
            "stable_rank",
            "information_abundance",
        ):
            assert figures[name] == pytest.approx(m)
        assert figures["first_component_share"] == pytest.approx(1 / m)
    assert measures.iso_score(rows) == pytest.approx((n - 2) / 7)


def test_one_dominant_direction():
    """Spread a along one of three axes and 1 along the others, by hand."""
    a = 10.0
    rows = np.concatenate([np.diag([a, 1, 1]), -np.diag([a, 1, 1])])
    figures = figures_of(rows)
    assert figures["stable_rank"] == pytest.approx((a**2 + 2) / a**2)
    assert figures["participation_ratio"] == pytest.approx((a**2 + 2) ** 2 / (a**4 + 2))
    assert figures["information_abundance"] == pytest.approx((a + 2) / a)
    assert figures["condition_number"] == pytest.approx(a)
    assert figures["first_component_share"] == pytest.approx(a**2 / (a**2 + 2))
    logs = np.log([1, 2, 3])
    slope = np.polyfit(logs, np.log([a**2, 1, 1]), 1)[0]
    assert figures["power_law_decay"] == pytest.approx(-slope)
    assert measures.first_component_share(rows, n_components=2) == pytest.approx(
        (a**2 + 1) / (a**2 + 2)
    )
    assert measures.first_component_share(rows, n_components=3) == pytest.approx(1)


def test_an_isotropic_gaussian_has_what_random_matrix_theory_says():
    """Marchenko & Pastur 1967: singular values of n x d normals fill (1 - r, 1 + r), r^2 = d / n.

    The bulk is sharp to 1 in 1,000 at this size, the edge to n^(-2/3), some 2 in 100.
    """
    n, dim = 2000, 200
    ratio = dim / n
    low, high = 1 - ratio**0.5, 1 + ratio**0.5

    def density(s):
        return np.sqrt((high**2 - s**2) * (s**2 - low**2)) / (np.pi * ratio * s)

    def mean(g):
        return integrate.quad(lambda s: g(s) * density(s), low, high)[0]

    total = mean(lambda s: s)
    entropy = math.log(dim * total) - mean(lambda s: s * math.log(s)) / total
    rng = np.random.default_rng(3)
    drawn = [figures_of(rng.standard_normal((n, dim))) for _ in range(4)]
    found = {name: np.mean([figures[name] for figures in drawn]) for name in SPECTRAL}
    assert found["effective_rank"] == pytest.approx(math.exp(entropy), rel=2e-3)
    assert found["participation_ratio"] == pytest.approx(dim / (1 + ratio), rel=3e-3)
    assert found["iso_score"] == pytest.approx((dim / (1 + ratio) - 1) / (dim - 1), rel=3e-3)
    assert found["stable_rank"] == pytest.approx(dim / high**2, rel=0.03)
    assert found["information_abundance"] == pytest.approx(dim * total / high, rel=0.02)
    assert found["condition_number"] == pytest.approx(high / low, rel=0.03)
    assert found["first_component_share"] == pytest.approx(high**2 / dim, rel=0.03)


def test_a_power_law_is_found_and_so_are_its_ranks():
    rows = np.diag(np.arange(1.0, 41) ** -0.75)
    assert measures.power_law_decay(rows, centred=False) == pytest.approx(1.5)
    rows[:5] *= 100
    head = measures.power_law_decay(rows, centred=False, last_rank=5)
    tail = measures.power_law_decay(rows, centred=False, first_rank=6)
    assert (head, tail) == pytest.approx((1.5, 1.5))
    assert measures.power_law_decay(rows, centred=False) > 2


@settings(deadline=None, max_examples=30)
@given(
    n=st.integers(5, 30),
    dim=st.integers(3, 20),
    seed=st.integers(0, 10**6),
    scale=st.sampled_from([1e-30, 1e-3, 1.0, 1e30]),
)
def test_neither_turn_nor_scale_nor_order_nor_shift_changes_them(n, dim, seed, scale):
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, dim)) * (1 + rng.random(dim))
    turn = stats.ortho_group.rvs(dim, random_state=seed)
    moved = scale * ((rows @ turn)[rng.permutation(n)] + rng.standard_normal(dim))
    for name, value in figures_of(moved).items():
        expected = figures_of(rows)[name]
        assert value == (expected if isinstance(value, str) else pytest.approx(expected, rel=1e-6))


def test_scaling_one_dimension_changes_them():
    rows = spread_rows(60, 5)
    other = figures_of(rows * [10, 1, 1, 1, 1])
    assert all(abs(other[name] - value) > 1e-3 for name, value in figures_of(rows).items())


@pytest.mark.parametrize("name", SPECTRAL)
@pytest.mark.parametrize("size", [1e-300, 1e-30, 1e30, 1e300])
def test_tiny_and_huge_vectors_have_the_same_shares(name, size):
    rows = spread_rows(40, 6)
    assert SPECTRAL[name](size * rows) == pytest.approx(SPECTRAL[name](rows), rel=1e-9)
    sigma = measures.singular_values(size * rows)
    assert sigma / size == pytest.approx(measures.singular_values(rows), rel=1e-9)


def test_inequalities_between_them():
    rows = spread_rows(100, 9, seed=5)
    found = figures_of(rows)
    assert 1 <= found["stable_rank"] <= found["participation_ratio"] <= found["effective_rank"] <= 9
    assert found["stable_rank"] <= found["information_abundance"] <= 9
    assert found["first_component_share"] == pytest.approx(1 / found["stable_rank"])
    # NESum is the stable rank of the centred vectors; uncentred, the two are two things.
    assert measures.stable_rank(rows, centred=False) != pytest.approx(measures.nesum(rows))


def test_fewer_texts_than_dimensions():
    figures = figures_of(np.random.default_rng(0).standard_normal((5, 9)))
    assert figures["effective_rank"] < 4
    assert "5 texts span at most 4 of 9 dimensions" in figures["condition_number"]
    assert "at least 10 texts" in figures["condition_number"]
    with pytest.raises(InputError, match="condition number is infinite"):
        measures.condition_number(np.eye(4))
    assert measures.condition_number(np.eye(4), centred=False) == pytest.approx(1)
    two = figures_of(np.array([[1.0, 0, 0], [0, 1, 0]]))
    assert "1 eigenvalues are not zero" in two["power_law_decay"]
    assert two["effective_rank"] == pytest.approx(1)
    assert two["iso_score"] == pytest.approx(0, abs=1e-12)


def test_one_dimension():
    figures = figures_of(np.array([[1.0], [2.0], [4.0]]))
    assert figures["participation_ratio"] == pytest.approx(1)
    assert figures["condition_number"] == pytest.approx(1)
    assert "one dimension" in figures["iso_score"]
    with pytest.raises(InputError, match="one dimension"):
        measures.iso_score(np.array([[1.0], [2.0]]))


def test_a_dead_dimension_has_no_condition_number():
    rows = spread_rows(50, 6)
    rows[:, 2] *= 1e-9
    with pytest.raises(InputError, match="1 of 6 directions are zero"):
        measures.condition_number(rows)
    alive = np.delete(rows, 2, axis=1)
    slopes = [measures.power_law_decay(values) for values in (rows, alive)]
    assert slopes[0] == pytest.approx(slopes[1])


def test_copies_of_all_rows_change_nothing():
    rows = spread_rows(40, 5)
    twice = np.concatenate([rows, rows])
    for name, value in figures_of(rows).items():
        assert figures_of(twice)[name] == pytest.approx(value)


def test_uncentred_the_mean_counts():
    rows = spread_rows(40, 5) + 50
    assert measures.stable_rank(rows, centred=False) < 1.01 < measures.stable_rank(rows)
    for name in ("nesum", "iso_score"):
        assert "belongs to the covariance" in figures_of(rows, centred=False)[name]


@pytest.mark.parametrize("value", [0.0, 0.3, 1e-9, 1e-200])
def test_identical_rows_have_no_figure(value):
    rows = np.full((5, 3), value)
    assert set(figures_of(rows).values()) == {figures_of(rows)["nesum"]}
    assert "5 rows do not differ" in figures_of(rows)["nesum"]
    for measure in SPECTRAL.values():
        with pytest.raises(InputError, match="5 rows do not differ"):
            measure(rows)


def test_torch_gives_the_same_from_singular_values_alone():
    sigma = measures.singular_values(torch.tensor(spread_rows(40, 6)))
    assert isinstance(sigma, torch.Tensor)
    found = measures.spectral_figures(sigma, n_texts=40, dim=6)
    assert found == pytest.approx(figures_of(spread_rows(40, 6)), rel=1e-10)


def test_eigenvalues_of_the_scatter_do_as_well():
    rows = spread_rows(100, 8)
    apart = rows - rows.mean(axis=0)
    values = linalg.eigvalsh(apart.T @ apart)[::-1]
    found = measures.spectral_figures(np.sqrt(values), n_texts=100, dim=8)
    assert found == pytest.approx(figures_of(rows), rel=1e-9)


@pytest.mark.parametrize(
    ("sigma", "message"),
    [
        ([1.0, 2.0, 0.5], "greatest first"),
        ([2.0, 1.0, -0.5], "at least 0"),
        ([2.0, np.nan, 0.5], "finite"),
        ([2.0, 1.0], r"sigma has shape \(2,\) for 4 texts of 3 dimensions, expected \(3,\)"),
    ],
)
def test_singular_values_are_checked(sigma, message):
    with pytest.raises(InputError, match=message):
        measures.spectral_figures(np.array(sigma), n_texts=4, dim=3)
    with pytest.raises(InputError, match="got list"):
        measures.spectral_figures(sigma, n_texts=4, dim=3)


@pytest.mark.parametrize(
    ("ranks", "message"),
    [
        ({"first_rank": 0}, "first_rank is 0"),
        ({"last_rank": 7}, "expected ranks from 1 to 6"),
        ({"first_rank": 4, "last_rank": 3}, "not after the last"),
        ({"first_rank": 5}, "2 eigenvalues are not zero"),
    ],
)
def test_ranks_are_checked(ranks, message):
    with pytest.raises(InputError, match=message):
        measures.power_law_decay(spread_rows(40, 6), **ranks)


@pytest.mark.parametrize("n_components", [0, 7])
def test_number_of_components_is_checked(n_components):
    with pytest.raises(InputError, match=f"n_components is {n_components}, expected 1 to 6"):
        measures.first_component_share(spread_rows(40, 6), n_components=n_components)
