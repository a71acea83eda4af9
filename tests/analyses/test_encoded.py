"""Texts with their vectors: each is encoded once, with a direction or without."""

import numpy as np
import pytest

from semshift_nb.analyses.encoded import encode_all
from semshift_nb.encoders import load_encoder
from semshift_nb.measures import fit_centring

TEXTS = ["a river", "", "a bank", " ", "a river"]


@pytest.fixture
def counted(monkeypatch):
    """A static encoder without a store, and the texts that it was made to compute."""
    encoder, computed = load_encoder("static", store=None), []
    embed = encoder.backend.embed
    monkeypatch.setattr(
        encoder.backend, "embed", lambda texts, *how: computed.extend(texts) or embed(texts, *how)
    )
    return encoder, computed


def test_a_text_without_a_direction_costs_no_second_pass(counted):
    encoder, computed = counted
    encoded = encode_all(encoder, TEXTS)
    assert sorted(computed) == sorted(set(TEXTS))
    assert encoded.has_direction.tolist() == [True, False, True, False, True]


def test_rows_without_a_direction_are_zero_and_the_others_as_ever(static):
    centred = static.after(fit_centring(static.encode(["a river", "a boat", "a town", "a bank"])))
    for encoder in (static, centred):
        encoded = encode_all(encoder, TEXTS)
        kept = [text for text in TEXTS if text.strip()]
        np.testing.assert_allclose(
            encoded.vectors[encoded.has_direction], encoder.encode(kept), atol=1e-6
        )
        assert not encoded.vectors[~encoded.has_direction].any()
        assert encoded.n_tokens.tolist() == [4, 0, 4, 0, 4]
        assert encode_all(encoder, []).vectors.shape == (0, 384)
        assert not encode_all(encoder, ["", " "]).has_direction.any()
