"""Alignment of pairs: the line of the paper, closed forms, documents drawn."""

import math

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
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
