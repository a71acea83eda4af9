"""The filter rate against LAPACK on every kind of spectrum, and against what algebra says."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb import measures
from semshift_nb.errors import InputError
from semshift_nb.measures.filter_rate import largest_singular_value
from tests.measures.attention_matrices import causal, kinds, softmax

PROMISED = 1e-4


def by_svd(attention) -> np.ndarray:
    weights = np.asarray(attention, dtype=np.float64)
    centred = weights - weights.mean(axis=-2, keepdims=True)
    return np.linalg.svd(centred, compute_uv=False)[..., 0]


@pytest.mark.parametrize("n", [1, 2, 3, 17, 64, 65, 200])
@pytest.mark.parametrize("kind", kinds)
def test_equals_the_full_decomposition(kind, n):
    attention = kinds[kind](n)
    assert measures.filter_rate(attention) == pytest.approx(
        by_svd(attention), rel=PROMISED, abs=1e-11
    )


@pytest.mark.parametrize("kind", ["sharp", "local", "two sinks", "causal"])
def test_at_512_tokens(kind):
    attention = kinds[kind](512)
    assert measures.filter_rate(attention) == pytest.approx(by_svd(attention), rel=PROMISED)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(65, 120), seed=st.integers(0, 10**6), scale=st.floats(0, 30))
def test_equals_the_full_decomposition_on_drawn_scores(n, seed, scale):
    scores = scale * np.random.default_rng(seed).standard_normal((2, n, n))
    for attention in (softmax(scores), causal(scores)):
        assert measures.filter_rate(attention) == pytest.approx(by_svd(attention), rel=PROMISED)


@settings(deadline=None, max_examples=40)
@given(
    n=st.integers(2, 90),
    gap=st.sampled_from([0.0, 1e-12, 1e-6, 1e-4, 1e-2]),
    tail=st.floats(0, 1),
    seed=st.integers(0, 10**6),
)
def test_any_spectrum_from_any_start(n, gap, tail, seed):
    """The norm itself, on matrices whose singular values are given: two close ones at the top."""
    rng = np.random.default_rng(seed)
    left, right = (np.linalg.qr(rng.standard_normal((n, n)))[0] for _ in range(2))
    values = tail * np.linspace(1, 0, n)
    values[:2] = 1, 1 - gap
    found = largest_singular_value(left * values @ right, floor=1e-12)
    assert found == pytest.approx(1, rel=PROMISED)


def test_what_the_start_cannot_see_is_found_all_the_same():
    """The longest column lies in a block that knows nothing of the largest singular value.

    Steps from there stay in the first block and settle on its norm, 1; the second block has norm 2
    in columns all shorter than 1. Residuals are zero, so a rule that looks at them would stop.
    """
    n = 40
    whole = np.zeros((2 * n, 2 * n))
    whole[0, 0] = 1
    whole[n:, n:] = 2 / n
    assert largest_singular_value(whole, floor=1e-12) == pytest.approx(2, rel=1e-12)
    whole[n:, n:] = np.linalg.qr(np.random.default_rng(0).standard_normal((n, n)))[0] * 0.999
    assert largest_singular_value(whole, floor=1e-12) == pytest.approx(1, rel=1e-4)


@settings(deadline=None, max_examples=60)
@given(n=st.integers(2, 90), seed=st.integers(0, 10**6), exponent=st.floats(-6, 0))
def test_one_uneven_column(n, seed, exponent):
    """Rows that put w_i on one column and the rest evenly: sigma_a = sqrt(n - 1) sd(w)."""
    w = 10**exponent * np.random.default_rng(seed).random(n)
    attention = np.outer(w, np.eye(n)[n // 2]) + np.outer(1 - w, np.full(n, 1 / n))
    expected = math.sqrt(n - 1) * w.std()
    assert measures.filter_rate(attention) == pytest.approx(expected, rel=PROMISED)
    # The column itself holds w + (1 - w) / n, of spread (1 - 1/n) sd(w).
    alone = math.sqrt(n) * (1 - 1 / n) * w.std()
    assert measures.column_filter_rate(attention) == pytest.approx(alone)


@pytest.mark.parametrize("n", [2, 10, 64, 100])
def test_two_parties_reach_the_largest_rate_there_is(n):
    attention = np.zeros((n, n))
    attention[: n // 2, 0] = attention[n // 2 :, 1] = 1
    assert measures.filter_rate(attention) == pytest.approx(math.sqrt(n / 2), rel=1e-12)


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 100), seed=st.integers(0, 10**6), scale=st.floats(0, 100))
def test_between_its_largest_column_and_what_is_possible(n, seed, scale):
    attention = softmax(scale * np.random.default_rng(seed).standard_normal((n, n)))
    rate = float(measures.filter_rate(attention))
    alone = float(measures.column_filter_rate(attention))
    assert alone * (1 - PROMISED) - 1e-12 <= rate <= math.sqrt(n / 2) * (1 + PROMISED)


@settings(deadline=None, max_examples=20)
@given(n=st.integers(2, 12), seed=st.integers(0, 10**6))
def test_rms_is_that_of_deviations_drawn_at_random(n, seed):
    rng = np.random.default_rng(seed)
    attention = softmax(2 * rng.standard_normal((n, n)))
    deviations = rng.standard_normal((n, 20_000))
    deviations -= deviations.mean(axis=0)
    out = attention @ (deviations / np.linalg.norm(deviations, axis=0))
    lengths = np.linalg.norm(out - out.mean(axis=0), axis=0)
    rms = measures.rms_filter_rate(attention)
    assert rms == pytest.approx(np.sqrt((lengths**2).mean()), rel=0.05)
    assert lengths.max() <= measures.filter_rate(attention) * (1 + 1e-9)
    assert rms <= measures.filter_rate(attention) * (1 + 1e-9)
    in_torch = measures.rms_filter_rate(torch.tensor(attention))
    assert float(in_torch) == pytest.approx(float(rms))


def test_rms_in_closed_form():
    assert measures.rms_filter_rate(np.roll(np.eye(7), 2, axis=0)) == pytest.approx(1)
    assert measures.rms_filter_rate(np.full((7, 7), 1 / 7)) == pytest.approx(0)
    assert measures.rms_filter_rate(np.ones((1, 1))) == 0


@pytest.mark.parametrize("n", [3, 65, 100])
@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_rows_alike_let_nothing_through(n, kind):
    row = np.random.default_rng(0).dirichlet(np.ones(n)).astype(kind)
    assert measures.filter_rate(np.tile(row, (n, 1))) == 0
    assert measures.filter_rate(np.full((n, n), 1 / n, dtype=kind)) == 0


@pytest.mark.parametrize("n", [2, 64, 65, 130])
def test_identity_and_permutations_let_everything_through(n):
    assert measures.filter_rate(np.eye(n)) == pytest.approx(1, rel=1e-12)
    assert measures.filter_rate(np.eye(n)[::-1].copy()) == pytest.approx(1, rel=1e-12)


@pytest.mark.parametrize("n", [20, 80])
def test_layers_heads_precision_and_library_do_not_matter(n):
    attention = softmax(np.random.default_rng(0).standard_normal((2, 3, n, n)) * 3)
    rates = measures.filter_rate(attention)
    assert rates.shape == (2, 3)
    assert measures.filter_rate(attention[1, 2]) == rates[1, 2]
    assert measures.filter_rate(attention.astype(np.float32)) == pytest.approx(rates, rel=1e-5)
    in_torch = measures.filter_rate(torch.tensor(attention, dtype=torch.float32))
    assert isinstance(in_torch, torch.Tensor)
    assert in_torch.dtype == torch.float64
    assert in_torch.numpy() == pytest.approx(rates, rel=1e-5)
    half = torch.tensor(attention).to(torch.bfloat16)
    assert measures.filter_rate(half).numpy() == pytest.approx(rates, rel=2e-2)
    assert measures.filter_rate(attention[:0]).shape == (0, 3)


def test_input_is_left_as_it_was():
    attention = np.eye(70)
    for measure in (measures.filter_rate, measures.column_filter_rate, measures.score_variance):
        measure(attention)
    assert (attention == np.eye(70)).all()


@pytest.mark.parametrize(
    "measure",
    [
        measures.filter_rate,
        measures.column_filter_rate,
        measures.rms_filter_rate,
        measures.score_variance,
        measures.attention_entropy,
    ],
)
@pytest.mark.parametrize(
    ("attention", "message"),
    [
        (np.eye(3)[:2], r"shape \(2, 3\), expected \(..., n_tokens, n_tokens\)"),
        (np.zeros(3), r"shape \(3,\)"),
        (np.zeros((2, 0, 0)), r"shape \(2, 0, 0\)"),
        (np.eye(2, dtype=int), "int64"),
        ([[1.0]], "got list"),
        (np.zeros((2, 2)), "2 rows do not sum to 1"),
        (np.diag([1.0, np.nan]), "1 row does not sum to 1"),
        (np.array([[1.0, np.inf], [0.5, 0.5]]), "1 row does not sum to 1"),
        (np.array([[2.0, -1.0], [0.5, 0.5]]), "negative weights"),
    ],
)
def test_what_is_no_attention_is_refused(measure, attention, message):
    with pytest.raises(InputError, match=message):
        measure(attention)


def test_bound_is_that_of_the_paper():
    """Worked by hand: n = 2, s = 0: sqrt(2 / (2 sqrt 2 + 1)); s without end: sqrt(2 / 3)."""
    assert measures.filter_rate_bound(2, 0) == pytest.approx(math.sqrt(2 / (2 * 2**0.5 + 1)))
    assert measures.filter_rate_bound(2, 1e6) == pytest.approx(math.sqrt(2 / 3))
    assert measures.filter_rate_bound(101, math.inf) == pytest.approx(math.sqrt(101 / 2001))
    many = measures.filter_rate_bound(2, np.array([0.0, math.inf, math.nan]))
    assert many == pytest.approx([0.722778, 0.816497, math.nan], abs=1e-6, nan_ok=True)
    assert isinstance(measures.filter_rate_bound(2, torch.zeros(3)), torch.Tensor)


@pytest.mark.parametrize("variance", [0, 0.5, 4])
def test_bound_falls_with_length(variance):
    bounds = [measures.filter_rate_bound(n, variance) for n in (2, 16, 128, 512, 10**6)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[-1] < 0.03


def test_bound_refuses_what_has_none():
    with pytest.raises(InputError, match=r"n_tokens is 1, .* one token has no bound"):
        measures.filter_rate_bound(1, 1.0)
    for variance in (-1.0, np.array([1.0, -1.0])):
        with pytest.raises(InputError, match=r"score_variance is .* at least 0"):
            measures.filter_rate_bound(2, variance)


def test_high_frequency_share_by_hand():
    """Mean (2, 0), deviations (-1, 0) and (1, 0): 2 of the squares 1 + 9."""
    assert measures.high_frequency_share(np.array([[1.0, 0.0], [3.0, 0.0]])) == pytest.approx(0.2)
    assert measures.high_frequency_share(np.ones((5, 3))) == 0
    assert measures.high_frequency_share(np.ones((1, 3))) == 0
    assert measures.high_frequency_share(np.array([[1.0], [-1.0]])) == 1
    assert np.isnan(measures.high_frequency_share(np.zeros((2, 3))))


@settings(deadline=None, max_examples=40)
@given(n=st.integers(1, 20), seed=st.integers(0, 10**6), shift=st.floats(-5, 5))
def test_high_frequency_share_by_the_matrix_of_the_paper(n, seed, shift):
    hidden = np.random.default_rng(seed).standard_normal((3, n, 4)) + shift
    high = (np.eye(n) - 1 / n) @ hidden
    expected = (high**2).sum(axis=(1, 2)) / (hidden**2).sum(axis=(1, 2))
    for states in (hidden, torch.tensor(hidden)):
        assert np.asarray(measures.high_frequency_share(states)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("hidden", "message"),
    [
        (np.ones(3), r"shape \(3,\)"),
        (np.ones((0, 3)), r"shape \(0, 3\)"),
        (np.ones((2, 2), dtype=int), "int64"),
        (np.array([[1.0, np.nan]]), "NaN or infinity"),
    ],
)
def test_hidden_states_must_be_numbers(hidden, message):
    with pytest.raises(InputError, match=message):
        measures.high_frequency_share(hidden)


@pytest.mark.parametrize("size", [1e-301, 1e-320, 1e301])
def test_high_frequency_share_has_no_scale(size):
    # States 1 and 3 of one width: their mean is 2, so 2 of 10 is left; zero states have no share.
    hidden = np.array([[[1.0], [3.0]], [[size], [3 * size]], [[0.0], [0.0]]])
    found = measures.high_frequency_share(hidden)
    assert found[:2] == pytest.approx([0.2, 0.2], rel=1e-3 if size == 1e-320 else 1e-12)
    assert np.isnan(found[2])
