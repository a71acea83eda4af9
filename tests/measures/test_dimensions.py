"""What single dimensions hold: sums, all pairs, hand-worked outliers, what a turn does."""

import numpy as np
import pytest
import torch
from scipy.stats import ortho_group

from semshift_nb import measures
from semshift_nb.errors import InputError


def with_a_loud_dimension(unit, part: float = 3.0) -> np.ndarray:
    """Sixty rows of 40 dimensions, of which dimension 7 is large in every row."""
    rows = unit(60, 40) * 40**0.5
    rows[:, 7] += part * 4
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_shares_are_those_over_all_pairs(unit):
    """Timkey & van Schijndel 2021, equation 3: the mean of x_i y_i over pairs."""
    rows = unit(30, 6)
    a, b = np.triu_indices(30, 1)
    found = measures.dimension_shares(rows)
    assert found.mean_cosine == pytest.approx((rows[a] * rows[b]).mean(axis=0), abs=1e-15)
    assert found.mean_cosine.sum() == pytest.approx(measures.mean_cosine(rows))
    assert found.variance == pytest.approx(rows.var(axis=0) / rows.var(axis=0).sum())
    assert found.variance.sum() == pytest.approx(1)
    in_torch = measures.dimension_shares(torch.tensor(rows, dtype=torch.float32))
    assert in_torch.variance.numpy() == pytest.approx(found.variance, rel=1e-5)
    assert in_torch.mean_cosine.numpy() == pytest.approx(found.mean_cosine, abs=1e-7)


def test_shares_follow_their_dimensions_and_not_the_rows(unit):
    rows = unit(30, 6)
    found = measures.dimension_shares(rows)
    order = [3, 0, 5, 1, 2, 4]
    moved = measures.dimension_shares(rows[::-1, order])
    assert moved.variance == pytest.approx(found.variance[order])
    assert moved.mean_cosine == pytest.approx(found.mean_cosine[order])
    turned = measures.dimension_shares(rows @ ortho_group.rvs(6, random_state=0))
    assert turned.variance != pytest.approx(found.variance, rel=1e-3)
    assert turned.mean_cosine.sum() == pytest.approx(found.mean_cosine.sum())


def test_orthonormal_rows_share_evenly():
    found = measures.dimension_shares(np.eye(5))
    assert found.variance == pytest.approx(np.full(5, 0.2))
    assert found.mean_cosine == pytest.approx(np.zeros(5), abs=1e-15)
    # Parts that are rounding errors alone make no outliers.
    assert measures.outlier_dimensions(np.eye(5), multiple=1.01).tolist() == []


def test_a_loud_dimension_is_found(unit):
    rows = with_a_loud_dimension(unit)
    shares = measures.dimension_shares(rows).mean_cosine
    assert shares[7] / np.abs(shares).sum() > 16 / 40
    assert measures.outlier_dimensions(rows).tolist() == [7]
    assert measures.outlier_dimensions(torch.tensor(rows)).tolist() == [7]
    assert measures.outlier_dimensions(unit(60, 40)).tolist() == []
    turned = rows @ ortho_group.rvs(40, random_state=0)
    assert measures.outlier_dimensions(turned).tolist() == []


def test_a_dimension_may_be_loud_in_variance_alone():
    """It is large, but of either sign, so that it adds nothing to the mean cosine."""
    rows = np.random.default_rng(0).standard_normal((200, 64))
    rows[:, 5] += 20 * np.tile([1, -1], 100)
    rows[:, 9] += 20
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    assert measures.outlier_dimensions(rows).tolist() == [5, 9]
    assert measures.outlier_dimensions(rows, multiple=60).tolist() == [9]


@pytest.mark.parametrize("measure", [measures.dimension_shares, measures.outlier_dimensions])
def test_bad_rows_are_refused(measure):
    with pytest.raises(InputError, match="4 rows do not differ"):
        measure(np.tile([[0.6, 0.8]], (4, 1)))
    with pytest.raises(InputError, match="3 are not of length one"):
        measure(2 * np.eye(3))
    with pytest.raises(InputError, match="multiple is 1"):
        measures.outlier_dimensions(np.eye(3), multiple=1)


def test_intervals_are_tukeys(unit):
    """Leaving out one document after the other, worked out plainly."""
    rows, groups = with_a_loud_dimension(unit), np.arange(60) // 3

    def loudest(chosen: np.ndarray) -> tuple[float, float]:
        variance, cosine = measures.dimension_shares(chosen)
        return variance.max(), np.abs(cosine).max() / np.abs(cosine).sum()

    without = np.array([loudest(rows[groups != g]) for g in range(20)])
    found = measures.jackknife_dimension_figures(rows, groups=groups)
    for i, name in enumerate(("variance", "cosine")):
        interval = found[f"top_dimension_{name}_share"]
        assert interval.value == pytest.approx(loudest(rows)[i])
        # Two-sided 95 % point of Student's t with 19 degrees (any table): 2.093.
        reach = 2.0930 * np.sqrt(19 * without[:, i].var())
        assert interval.high - interval.value == pytest.approx(reach, rel=1e-4)
        assert interval.n == 60


def test_where_no_part_is_anything_no_share_is_told():
    assert list(measures.jackknife_dimension_figures(np.eye(8))) == ["top_dimension_variance_share"]


def test_one_document_may_carry_all_the_spread():
    rows = np.eye(3)[[0, 0, 0, 0, 1]]
    with pytest.raises(InputError, match="without one of the documents the rows do not differ"):
        measures.jackknife_dimension_figures(rows)


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
