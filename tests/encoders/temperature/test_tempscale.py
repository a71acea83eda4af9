"""A tempered encoder: its blocks, its views, its keys."""

import math
from dataclasses import replace

import numpy as np
import pytest
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Router, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling

from semshift_nb.encoders import Schedule, constant, entropy_matched, load_encoder, tempscale
from semshift_nb.encoders.spec import EncodingSpec
from semshift_nb.encoders.store.key import StoreKey
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model

pytestmark = pytest.mark.usefixtures("one_thread")


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


def test_views_and_blocks_keep_to_their_own_vectors_in_the_store(tmp_path, minilm):
    encoder = load_encoder("minilm", device="cpu", store=tmp_path)
    texts = RAGGED[:5]
    vectors = {}
    for tau in (1, 0.8, [0.8] * 5 + [1], entropy_matched(16), lambda n_tokens: 1 + 1 / n_tokens):
        view = encoder.at_temperature(tau)
        vectors[view.temperature.key] = view.encode(texts)
        # Read back out of the store, and computed by an encoder that has none.
        np.testing.assert_array_equal(view.encode(texts), vectors[view.temperature.key])
        np.testing.assert_allclose(
            minilm.at_temperature(tau).encode(texts), vectors[view.temperature.key], atol=1e-6
        )
    assert len(encoder.store.spaces()) == len(vectors) == 5
    np.testing.assert_array_equal(encoder.encode(texts), vectors["1.0"])
    with tempscale(encoder, 0.8):
        np.testing.assert_array_equal(encoder.encode(texts), vectors["0.8"])
    assert encoder.store.spaces()["n_vectors"].tolist() == [5] * 5
    assert encoder.at_length(40).at_temperature(0.8).encode(texts[:1]).shape == (1, 384)
    assert len(encoder.store.spaces()) == 6


def test_the_space_of_a_plain_temperature_is_named_as_it_always_was():
    space = StoreKey("minilm", "ab", "query", "", 256, "mean", "float32", 1.0, 384)
    assert space.id == "3eaa658c265b77d5ba8075f0fdc23818"


@pytest.mark.parametrize(
    ("tau", "number", "schedule"),
    [
        (1, 1, "constant"),
        (np.float32(0.5), 0.5, "constant"),
        (constant(0.9), 0.9, "constant"),
        ([0.9] * 6, 0.9, "constant"),
        (np.full((6, 12), 0.9), 0.9, "constant"),
        (lambda n_tokens: [0.9] * 6, 0.9, "constant"),
        ([0.9] * 5 + [1], math.nan, "per layer"),
        ([[0.9] * 11 + [1]] * 6, math.nan, "per head"),
        (entropy_matched(128), math.nan, "entropy_matched(128)"),
        (Schedule("mine", (10, 500), (1, 0.8)), math.nan, "mine"),
        (lambda n_tokens: 1 + n_tokens / 256, math.nan, "by length"),
        (lambda n_tokens: [[1] * 12] * 5 + [[n_tokens] * 12], math.nan, "by length"),
    ],
)
def test_what_a_temperature_says_of_itself(minilm, tau, number, schedule):
    temperature = minilm.at_temperature(tau).temperature
    np.testing.assert_equal(temperature.tau, number)
    assert temperature.schedule == schedule
    assert temperature.key == minilm.at_temperature(tau).temperature.key
    assert (temperature.key == repr(float(number))) == (not math.isnan(number))


def test_temperatures_that_differ_have_other_keys_and_fingerprints(minilm):
    views = [
        minilm.at_temperature(tau)
        for tau in (
            *(1, 0.9, [0.9] * 5 + [1], [1] + [0.9] * 5, [[0.9] * 11 + [1]] * 6),
            *(entropy_matched(128), entropy_matched(129), Schedule("mine", (10, 500), (1, 0.8))),
            *(Schedule("mine", (10, 500), (1, 0.9)), lambda n_tokens: 1 + (n_tokens == 256)),
            *(lambda n_tokens: 1 + (n_tokens == 255), lambda n_tokens: [1] * 5 + [n_tokens]),
        )
    ]
    assert len({view.temperature.key for view in views}) == len(views)
    assert len({view.fingerprint for view in views}) == len(views)
    assert views[0].fingerprint == minilm.fingerprint


def test_a_view_keeps_its_temperature_unless_a_block_names_it(minilm):
    view = minilm.at_temperature(0.8)
    expected = {tau: minilm.at_temperature(tau).encode(RAGGED[:3]) for tau in (1, 0.5, 0.8)}
    with tempscale(minilm, 0.5):
        np.testing.assert_array_equal(minilm.encode(RAGGED[:3]), expected[0.5])
        np.testing.assert_array_equal(view.encode(RAGGED[:3]), expected[0.8])
        np.testing.assert_array_equal(minilm.at_temperature(1).encode(RAGGED[:3]), expected[1])
    with tempscale(view, 0.5):
        assert (view.temperature.tau, view.without_store().temperature.tau) == (0.5, 0.5)
        np.testing.assert_array_equal(view.encode(RAGGED[:3]), expected[0.5])
    assert (view.temperature.tau, minilm.temperature.tau) == (0.8, 1)
    assert view.at_length(40).temperature.tau == 0.8


def test_a_function_of_the_length_is_tried_at_every_length_of_the_encoder(minilm):
    def up_to(n_tokens):
        return 1 + 1 / (257 - n_tokens) if n_tokens < 257 else -1.0

    view = minilm.at_temperature(up_to)
    with pytest.raises(InputError, match=r"tau\(257\) is -1"):
        view.at_length(300)
    with pytest.raises(InputError, match=r"tau\(257\) is -1"):
        minilm.at_length(300).at_temperature(up_to)


def test_a_function_of_the_length_needs_a_limit_and_a_schedule_does_not(minilm):
    unlimited = replace(minilm, spec=EncodingSpec(max_length=None))
    assert unlimited.at_temperature(entropy_matched(9)).temperature.schedule.startswith("entropy")
    with pytest.raises(InputError, match="hand in a Schedule"):
        unlimited.at_temperature(lambda n_tokens: 1 / n_tokens)


@pytest.mark.parametrize("max_length", [2, 0, -1, True, 12.0, "12"])
def test_a_length_that_is_no_number_of_tokens_is_refused(minilm, static, max_length):
    for encoder in (minilm, static):
        with pytest.raises(InputError, match="max_length is"):
            encoder.at_length(max_length)


def test_at_length_leaves_the_shared_model_as_it_was(minilm):
    before = minilm.encode_with_tokens(RAGGED)
    longer, shorter = minilm.at_length(512), minilm.at_length(8)
    for each in (longer, shorter):
        encoding = each.encode_with_tokens(RAGGED)
        assert encoding.n_tokens.tolist() == before.n_tokens.tolist()
        assert encoding.truncated.tolist() == (before.n_tokens > each.max_length).tolist()
    after = minilm.encode_with_tokens(RAGGED)
    np.testing.assert_array_equal(after.vectors, before.vectors)
    assert after.truncated.tolist() == before.truncated.tolist()


def routed(folder):
    """Save a model that sends queries and documents different ways."""
    for kind in ("bert", "roberta"):
        tiny_model(folder / kind, kind=kind)
    ways = [Transformer(str(folder / f"{kind}-base")) for kind in ("bert", "roberta")]
    router = Router.for_query_document(query_modules=[ways[0]], document_modules=[ways[1]])
    model = SentenceTransformer(modules=[router, Pooling(16)], device="cpu")
    model.max_seq_length = 32
    model.save_pretrained(str(folder / "routed"), create_model_card=False)
    return str(folder / "routed")


def test_a_model_with_two_ways_is_tempered_and_cut_in_both(tmp_path):
    folder = routed(tmp_path)
    encoder = load_encoder(folder, device="cpu", store=None)
    loaded = load_encoder(folder, device="cpu", store=None, max_length=10)
    for role in ("query", "document"):
        own, half = (
            each.encode(RAGGED, role=role) for each in (encoder, encoder.at_temperature(0.5))
        )
        assert np.abs(own - half).max() > 1e-3
        cut = encoder.at_length(10).encode_with_tokens(RAGGED, role=role)
        theirs = loaded.encode_with_tokens(RAGGED, role=role)
        np.testing.assert_array_equal(cut.vectors, theirs.vectors)
        assert cut.truncated.tolist() == theirs.truncated.tolist()
