"""Attention and hidden states of one text at a time."""

import numpy as np
import pytest
import torch
from transformers import AutoModel, BertConfig, BertModel

from semshift_nb.encoders import entropy_matched, load_encoder, tempscale
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.encoders.temperature.forward_patch import applied, capturing, model_temperature
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model
from tests.encoders.temperature.families import KINDS, UPCAST, hidden, plain_model, ragged, tiny

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def eager():
    """The bundled model as transformers itself gives its attention."""
    return AutoModel.from_pretrained(
        str(bundled_folder()), attn_implementation="eager", dtype=torch.float32
    ).eval()


def test_attention_is_what_transformers_says(minilm, reference, eager):
    texts = [*RAGGED[5:7], *RAGGED[8:], "word " * 300]
    for text, ours in zip(texts, minilm.attention(texts), strict=True):
        features = reference.tokenizer(
            text, truncation=True, max_length=256, return_tensors="pt", verbose=False
        )
        with torch.inference_mode():
            theirs = eager(**features, output_attentions=True, output_hidden_states=True)
        assert ours.text == text
        ids = features["input_ids"][0].tolist()
        assert ours.tokens == reference.tokenizer.convert_ids_to_tokens(ids)
        weights = torch.cat(theirs.attentions).numpy()
        np.testing.assert_allclose(ours.weights, weights, rtol=0, atol=1e-5)
        states = torch.cat(theirs.hidden_states).numpy()
        np.testing.assert_allclose(ours.hidden, states, rtol=0, atol=1e-4)
        assert ours.truncated == (len(reference.tokenizer(text, verbose=False)["input_ids"]) > 256)
        assert ours.weights.dtype == ours.hidden.dtype == np.float32


def test_special_tokens_are_marked_and_unknown_words_are_text(minilm):
    (one,) = minilm.attention(["the 🦉 bank"])
    assert one.tokens == ["[CLS]", "the", "[UNK]", "bank", "[SEP]"]
    assert one.special.tolist() == [True, False, False, False, True]
    assert one.weights.shape == (6, 12, 5, 5)
    assert one.hidden.shape == (7, 5, 384)
    np.testing.assert_allclose(one.weights.sum(axis=-1), 1, atol=1e-6)
    pooled = one.hidden[-1].mean(axis=0)
    pooled /= np.linalg.norm(pooled)
    np.testing.assert_allclose(pooled, minilm.encode([one.text])[0], atol=1e-6)


def test_the_first_layer_is_sharpened_as_the_formula_says(minilm):
    texts = ["the river bank", "a river runs through the valley and out to sea"]
    schedule = entropy_matched(8)
    ways = {
        "view": (minilm.at_temperature(schedule), schedule),
        "cut": (minilm.at_temperature(0.5).at_length(6), lambda n_tokens: 0.5),
    }
    for encoder, tau in ways.values():
        untouched = encoder.at_temperature(1).attention(texts)
        for ours, before in zip(encoder.attention(texts), untouched, strict=True):
            # A row's constant drops out of a softmax, so the logarithms will do for the scores.
            scores = np.log(before.weights[0].astype(np.float64)) / tau(len(ours.tokens))
            expected = np.exp(scores - scores.max(axis=-1, keepdims=True))
            expected /= expected.sum(axis=-1, keepdims=True)
            np.testing.assert_allclose(ours.weights[0], expected, rtol=0, atol=1e-5)
            np.testing.assert_array_equal(ours.hidden[0], before.hidden[0])
    assert [len(one.tokens) for one in ways["cut"][0].attention(texts)] == [5, 6]
    with tempscale(minilm, 0.5):
        inside = next(minilm.attention(texts)).weights
    np.testing.assert_array_equal(inside, next(ways["cut"][0].attention(texts)).weights)


@pytest.mark.parametrize(("family", "kernel"), KINDS)
def test_attention_of_every_family(family, kernel, monkeypatch):
    upcast = kernel == "eager" and family in UPCAST
    model = tiny(family, kernel, torch.float32 if upcast else torch.float64)
    text, taus = ragged(lengths=[9]), [0.5, 1.6]
    with applied(model_temperature([model], taus, name=family)), capturing() as capture:
        states = hidden(model, text)
    with tempscale(model, taus), torch.inference_mode():
        asked = model(**text, output_hidden_states=True).hidden_states
    reference = plain_model(family, taus, monkeypatch)
    seen = reference.plain_weights
    hidden(reference, text)
    for ours, expected in zip(capture.weights, seen, strict=True):
        assert ours.dtype == torch.float32
        torch.testing.assert_close(ours.double(), expected, rtol=0, atol=1e-5)
    assert len(capture.hidden) == 3
    assert torch.equal(capture.hidden[-1], states)
    assert all(torch.equal(a, b) for a, b in zip(capture.hidden, asked, strict=True))


def test_prompts_are_part_of_what_is_seen(tmp_path):
    folder = tiny_model(tmp_path / "model", prompts={"query": "search: ", "document": ""})
    encoder = load_encoder(str(folder), device="cpu", store=None)
    (one,) = encoder.attention(["a river"], role="query")
    assert one.tokens == ["[CLS]", "search", ":", "a", "river", "[SEP]"]
    (cut,) = encoder.attention(["river " * 50])
    assert (len(cut.tokens), cut.truncated) == (32, True)


def test_heads_that_differ_by_layer_come_as_one_array_a_layer(tmp_path):
    encoder = load_encoder(str(tiny_model(tmp_path / "model")), device="cpu", store=None)
    config = BertConfig(hidden_size=16, num_attention_heads=4, intermediate_size=32)
    model = encoder.backend.models[0]
    model.encoder.layer[1] = BertModel(config).eval().encoder.layer[0]
    assert (encoder.n_layers, encoder.n_heads) == (2, (2, 4))
    (one,) = encoder.at_temperature([[1, 0.5], 0.7]).attention(["a river"])
    assert [layer.shape for layer in one.weights] == [(2, 4, 4), (4, 4, 4)]


def test_half_precision_gives_float32(tmp_path):
    folder = tiny_model(tmp_path / "model")
    single, half = (
        load_encoder(str(folder), device="cpu", store=None, dtype=dtype).at_temperature(0.7)
        for dtype in ("float32", "bfloat16")
    )
    (ours,), (expected,) = (each.attention(["a river bank"]) for each in (half, single))
    assert ours.weights.dtype == ours.hidden.dtype == np.float32
    np.testing.assert_allclose(ours.weights, expected.weights, atol=0.15)


def test_looking_leaves_the_encoder_as_it_was(minilm):
    texts = RAGGED[:5]
    before = minilm.encode(texts)
    looking = minilm.attention(texts)
    next(looking)
    np.testing.assert_array_equal(minilm.encode(texts), before)
    next(looking)
    looking.close()
    np.testing.assert_array_equal(minilm.encode(texts), before)


@pytest.mark.parametrize("texts", ["one text", [None], 7])
def test_other_than_texts_is_refused_at_once(minilm, texts):
    with pytest.raises(InputError, match="takes"):
        minilm.attention(texts)
    with pytest.raises(InputError, match="role 'answer'"):
        minilm.attention(["a"], role="answer")


def test_the_static_encoder_has_none(static):
    with pytest.raises(InputError, match="static has no attention"):
        static.attention(["a"])
