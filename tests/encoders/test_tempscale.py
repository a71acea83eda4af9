"""A tempered encoder: its blocks, its views, its keys."""

import numpy as np
import pytest

from semshift_nb.encoders import load_encoder, tempscale
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED


def test_a_view_and_a_block_give_the_same_and_leave_the_model_as_it_was(minilm):
    before = minilm.encode(RAGGED)
    view = minilm.at_temperature(0.8)
    tempered = view.encode(RAGGED)
    assert np.abs(tempered - before).max() > 1e-3
    with tempscale(minilm, 0.8):
        np.testing.assert_array_equal(minilm.encode(RAGGED), tempered)
        assert minilm.temperature == view.temperature
    np.testing.assert_array_equal(minilm.encode(RAGGED), before)
    np.testing.assert_array_equal(view.at_temperature(1).encode(RAGGED), before)


def test_at_length_reads_as_an_encoder_loaded_so(minilm):
    loaded = load_encoder("minilm", device="cpu", max_length=40, store=None)
    cut = minilm.at_length(40)
    assert (cut.max_length, minilm.max_length) == (40, 256)
    ours, theirs = cut.encode_with_tokens(RAGGED), loaded.encode_with_tokens(RAGGED)
    np.testing.assert_array_equal(ours.vectors, theirs.vectors)
    assert ours.truncated.tolist() == theirs.truncated.tolist()
    with pytest.raises(InputError, match="positions for 512"):
        minilm.at_length(513)


def test_the_static_encoder_takes_1_and_nothing_else(static):
    assert static.at_temperature(1).temperature.tau == 1
    assert (static.n_layers, static.n_heads) == (None, None)
    with pytest.raises(InputError, match="static has no attention"):
        static.at_temperature(0.9)
    with pytest.raises(InputError, match="static has no attention"):
        static.attention(["a"])
    assert static.at_length(4).encode_with_tokens(["river bank and more"]).truncated[0]


def test_attention_of_the_bundled_model(minilm):
    (one,) = minilm.attention(["the river bank"])
    assert one.tokens == ["[CLS]", "the", "river", "bank", "[SEP]"]
    assert one.special.tolist() == [True, False, False, False, True]
    assert one.weights.shape == (6, 12, 5, 5)
    assert one.weights.dtype == np.float32
    assert one.hidden.shape == (7, 5, 384)
    assert not one.truncated
    np.testing.assert_allclose(one.weights.sum(axis=-1), 1, atol=1e-6)
    pooled = one.hidden[-1].mean(axis=0)
    np.testing.assert_allclose(
        pooled / np.linalg.norm(pooled), minilm.encode([one.text])[0], atol=1e-6
    )
