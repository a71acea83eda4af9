"""Every family of attention against a plain float64 softmax((QK'/sqrt(d) + B + M) / tau) V."""

import math

import numpy as np
import pytest
import torch

from semshift_nb.encoders import constant, tempscale
from tests.encoders.temperature.families import (
    KINDS,
    LENGTHS,
    UPCAST,
    hidden,
    plain_model,
    ragged,
    real,
    tiny,
)

pytestmark = pytest.mark.usefixtures("one_thread")
every_kind = pytest.mark.parametrize(("family", "kernel"), KINDS)
both_sides = pytest.mark.parametrize("left", [False, True], ids=["right", "left"])


def by_length(n_tokens):
    return math.log(4) / math.log(max(n_tokens, 2))


def of_layers_by_length(n_tokens):
    return [1 + 1 / n_tokens, 1 - 0.04 * n_tokens]


def per_head(n_heads):
    return [np.linspace(0.4, 1.3, n_heads).tolist(), np.linspace(2, 0.6, n_heads).tolist()]


def broadcast(tau, n_heads):
    """Say what a tau means, in the shape of scores, one array for each of two layers."""
    if callable(tau):
        texts = [broadcast(tau(n_tokens), n_heads) for n_tokens in LENGTHS]
        return [torch.cat(layer) for layer in zip(*texts, strict=True)]
    layers = [tau] * 2 if isinstance(tau, float) else tau
    return [
        torch.as_tensor(layer, dtype=torch.float64).expand(n_heads).reshape(1, n_heads, 1, 1)
        for layer in layers
    ]


@every_kind
@both_sides
@pytest.mark.parametrize("kind", ["number", "layers", "heads", "length", "layers by length"])
def test_exact(family, kernel, left, kind, monkeypatch):
    model, batch = tiny(family, kernel), ragged(left=left)
    n_heads = model.config.num_attention_heads
    tau = {
        "number": 0.7,
        "layers": [0.5, 1.8],
        "heads": per_head(n_heads),
        "length": by_length,
        "layers by length": of_layers_by_length,
    }[kind]
    with tempscale(model, tau):
        ours = real(hidden(model, batch), batch)
    with tempscale(model.float(), tau):
        single = real(hidden(model, batch), batch)
    untouched = real(hidden(model, batch), batch)
    reference = plain_model(family, broadcast(tau, n_heads), monkeypatch)
    expected = real(hidden(reference, batch), batch)
    size = expected.abs().max()
    assert (expected - untouched).abs().max() > 1e-3 * size
    torch.testing.assert_close(single.double(), expected, rtol=0, atol=size * 1e-5)
    if not (kernel == "eager" and family in UPCAST):
        torch.testing.assert_close(ours, expected, rtol=0, atol=size * 1e-10)


@every_kind
@both_sides
def test_a_tau_of_1_changes_no_bit(family, kernel, left):
    model, batch = tiny(family, kernel, torch.float32), ragged(left=left)
    untouched = model(**batch).last_hidden_state
    n_heads = model.config.num_attention_heads
    for tau in (1, constant(1), [1.0, 1], [[1] * n_heads] * 2, lambda n_tokens: 1, np.ones(2)):
        with tempscale(model, 0.5), tempscale(model, tau):
            assert torch.equal(model(**batch).last_hidden_state, untouched)


def interrupt(model, batch):
    """Stop in the last layer, as a user does who has no more patience."""

    def stop(*_):
        raise KeyboardInterrupt

    last = list(model.modules())[-1]
    hook = last.register_forward_hook(stop)
    try:
        model(**batch)
    finally:
        hook.remove()


@every_kind
def test_leaving_restores_the_model(family, kernel):
    model, batch = tiny(family, kernel, torch.float32), ragged()
    untouched, before = model(**batch).last_hidden_state, dict(vars(model))
    names = ("softmax", "scaled_dot_product_attention")
    functions = [getattr(torch.nn.functional, name) for name in names]
    with pytest.raises(KeyboardInterrupt), tempscale(model, 0.5):
        interrupt(model, batch)
    assert vars(model) == before
    assert [getattr(torch.nn.functional, name) for name in names] == functions
    assert torch.equal(model(**batch).last_hidden_state, untouched)


@every_kind
@both_sides
def test_each_text_of_a_batch_has_its_own_tau(family, kernel, left):
    model, batch = tiny(family, kernel), ragged(left=left)
    if kernel == "eager" and family in UPCAST:
        model = model.float()
    with tempscale(model, by_length):
        together = hidden(model, batch)
    for row, length in enumerate(LENGTHS):
        seen = batch["attention_mask"][row] != 0
        alone = {name: column[row : row + 1] for name, column in batch.items()}
        if not left:  # padding on the left moves positions, which is not our affair
            alone = {"input_ids": batch["input_ids"][row, seen][None]}
        with tempscale(model, by_length(length)):
            expected = hidden(model, alone)[0][-length:]
        atol = float(expected.abs().max()) * (1e-5 if model.dtype == torch.float32 else 1e-10)
        torch.testing.assert_close(together[row, seen], expected, rtol=0, atol=atol)


@every_kind
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("kind", ["number", "heads", "length"])
def test_half_precision(family, kernel, dtype, kind):
    model, batch = tiny(family, kernel, dtype), ragged(left=True)
    single = tiny(family, kernel, dtype).float()
    tau = {
        "number": 0.7,
        "heads": per_head(model.config.num_attention_heads),
        "length": by_length,
    }[kind]
    with tempscale(model, tau), tempscale(single, tau):
        ours, expected = (real(hidden(each, batch), batch).float() for each in (model, single))
    # As far from float32 as the untouched model is, give or take.
    strayed = (
        real(hidden(model, batch), batch).float() - real(hidden(single, batch), batch)
    ).norm()
    assert (ours - expected).norm() < 3 * strayed


@every_kind
def test_one_token_one_text_and_no_token(family, kernel):
    model = tiny(family, kernel, torch.float32)
    taus = [0.5, [0.5, 2.0], per_head(model.config.num_attention_heads), of_layers_by_length]
    one, padded = ragged(lengths=[1]), ragged(lengths=[5, 1])
    padded["attention_mask"][1] = 0
    untouched = hidden(model, one)
    lost = hidden(model, padded)[1].isnan()
    for tau in taus:
        with tempscale(model, tau):
            # A single token attends to itself, whatever the temperature.
            torch.testing.assert_close(hidden(model, one), untouched)
            states = hidden(model, padded)
            alone = hidden(model, {"input_ids": padded["input_ids"][:1]})
        assert not (states[1].isnan() & ~lost).any()
        torch.testing.assert_close(
            states[0], alone[0], rtol=0, atol=1e-5 * float(alone.abs().max())
        )
