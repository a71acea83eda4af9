"""The losses: closed forms, the measures of the same names, and the bound of SimCSE's section 5."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from semshift_nb import measures
from semshift_nb.training.contrastive.losses import (
    alignment_loss,
    contrast_and_bound,
    info_nce,
    uniformity_loss,
)


def unit_rows(n: int, dim: int, seed: int, *, shift: float = 0.0) -> torch.Tensor:
    rows = np.random.default_rng(seed).standard_normal((n, dim)) + shift
    return torch.tensor(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_info_nce_by_hand():
    """Two texts at right angles: -log(e^{1/tau} / (e^{1/tau} + 1))."""
    rows = torch.eye(2, dtype=torch.float64)
    assert info_nce(rows, rows, 0.5).item() == pytest.approx(math.log(1 + math.exp(-2)))
    same = torch.ones(4, 1, dtype=torch.float64)
    assert info_nce(same, same, 0.05).item() == pytest.approx(math.log(4))


def test_alignment_and_uniformity_are_the_measures_of_these_names():
    left, right = unit_rows(20, 5, 0), unit_rows(20, 5, 1)
    assert alignment_loss(left, right).item() == pytest.approx(measures.alignment(left, right))
    assert uniformity_loss(left).item() == pytest.approx(measures.uniformity(left))


@given(st.integers(2, 30), st.integers(1, 8), st.floats(0.03, 2), st.floats(-3, 3), st.integers(0))
def test_the_term_is_never_below_its_bound(n, dim, tau, shift, seed):
    rows = unit_rows(n, dim, seed, shift=shift)
    term, bound = contrast_and_bound(rows, tau)
    assert term >= bound - 1e-9
    assert bound == pytest.approx(float((rows @ rows.T).sum()) / (tau * n**2), abs=1e-9)
    cosines = rows @ rows.T
    greatest = float(torch.linalg.eigvalsh(cosines)[-1])
    assert cosines.sum() <= n * greatest + 1e-9
    if (cosines >= 0).all():
        assert cosines.sum() >= greatest - 1e-9


def test_where_all_texts_are_one_the_term_is_its_bound():
    assert contrast_and_bound(torch.ones(5, 1), 0.1) == pytest.approx((10, 10))
