"""Sharpness and targets of attention, against SciPy and against the scores themselves."""

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb import measures
from semshift_nb.errors import InputError
from tests.measures.attention_matrices import causal, softmax


@settings(deadline=None, max_examples=50)
@given(n=st.integers(2, 40), seed=st.integers(0, 10**6), tau=st.floats(0.3, 3))
def test_score_variance_is_that_of_the_scores(n, seed, tau):
    """A constant of a row, and whatever the softmax divides by, leave no trace."""
    rng = np.random.default_rng(seed)
    scores = rng.standard_normal((n, n)) + 10 * rng.standard_normal((n, 1))
    expected = scores.var(axis=1, ddof=1).mean() / tau**2
    assert measures.score_variance(softmax(scores / tau)) == pytest.approx(expected, rel=1e-6)


def test_score_variance_leaves_out_what_is_masked():
    rows = np.random.default_rng(0).standard_normal((12, 12))
    deviations = [row[: i + 1] - row[: i + 1].mean() for i, row in enumerate(rows)]
    expected = sum(float(d @ d) for d in deviations) / sum(range(12))
    assert measures.score_variance(causal(rows)) == pytest.approx(expected)
    # The first of these rows has one entry, which has no variance and is not counted as 0.
    assert measures.score_variance(np.array([[1.0, 0.0], [0.5, 0.5]])) == 0


def test_score_variance_is_unbiased():
    """Independent scores of variance 2 on 8 tokens: the mean over 4,000 texts is 2."""
    scores = math.sqrt(2) * np.random.default_rng(0).standard_normal((4000, 8, 8))
    assert measures.score_variance(softmax(scores)).mean() == pytest.approx(2, rel=0.01)


def test_one_token_has_no_variance_and_no_choice():
    one = np.ones((3, 1, 1))
    assert np.isnan(measures.score_variance(one)).all()
    assert np.isnan(measures.score_variance(np.eye(4)))
    assert measures.attention_entropy(one).tolist() == [0, 0, 0]
    assert np.isnan(measures.attention_entropy(one, normalised=True)).all()
    assert measures.filter_rate(one).tolist() == [0, 0, 0]
    assert measures.attention_share(one, np.array([True])).tolist() == [1, 1, 1]


@settings(deadline=None, max_examples=50)
@given(n=st.integers(2, 40), seed=st.integers(0, 10**6), scale=st.floats(0, 1000))
def test_entropy_is_that_of_scipy(n, seed, scale):
    attention = softmax(scale * np.random.default_rng(seed).standard_normal((2, n, n)))
    expected = scipy.stats.entropy(attention, axis=-1).mean(axis=-1)
    assert measures.attention_entropy(attention) == pytest.approx(expected, abs=1e-12)
    normalised = measures.attention_entropy(torch.tensor(attention), normalised=True).numpy()
    assert normalised == pytest.approx(expected / math.log(n), abs=1e-12)
    assert (normalised <= 1 + 1e-12).all()


def test_entropy_of_even_and_of_hard_attention():
    assert measures.attention_entropy(np.full((8, 8), 1 / 8)) == pytest.approx(math.log(8))
    assert measures.attention_entropy(np.eye(8)) == 0


def test_share_is_what_the_columns_receive():
    attention = softmax(np.random.default_rng(0).standard_normal((2, 3, 9, 9)))
    columns = np.zeros(9, dtype=bool)
    columns[[0, 8]] = True
    expected = attention[..., [0, 8]].sum(axis=-1).mean(axis=-1)
    assert measures.attention_share(attention, columns) == pytest.approx(expected)
    in_torch = measures.attention_share(torch.tensor(attention), torch.tensor(columns))
    assert in_torch.numpy() == pytest.approx(expected)
    rest = measures.attention_share(attention, ~columns)
    assert rest == pytest.approx(1 - expected)
    assert measures.attention_share(attention, ~columns & columns) == pytest.approx(0)


@pytest.mark.parametrize("columns", [[0], np.array([0]), np.zeros(3, dtype=int), True])
def test_share_wants_a_mask(columns):
    with pytest.raises(InputError, match=r"expected \(3,\) of bool"):
        measures.attention_share(np.eye(3), columns)
