"""A view that reads as far as a model can."""

import pytest

from semshift_nb.encoders import load_encoder


@pytest.mark.parametrize(("name", "positions"), [("minilm", 512), ("static", None)])
def test_no_limit_is_all_that_the_model_has_positions_for(name, positions):
    encoder = load_encoder(name, max_length=16, store=None)
    text = "word " * 700
    assert encoder.at_length(None).max_length == positions
    read = encoder.at_length(None).encode_with_tokens([text])
    assert read.truncated[0] == (positions is not None)
    assert encoder.max_length == 16
