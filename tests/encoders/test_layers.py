"""Layers and poolings as encoders, against the plain hidden states of transformers in float64."""

import pickle
import threading

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoTokenizer, T5EncoderModel

from semshift_nb.encoders import load_encoder, tempscale
from semshift_nb.encoders.backends.tokenise import Batcher
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model

POOLINGS = ("mean", "cls", "max")
PROMPTS = {"query": "search for this: ", "document": ""}
TEXTS = [text for text in RAGGED if text.strip()]


def load(folder, **options):
    return load_encoder(str(folder), **{"device": "cpu", "store": None, **options})


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)


def plain_states(kind, folder, text):
    """Run one text without any padding through transformers itself, in float64."""
    base = folder.with_name(f"{folder.name}-base")
    model = (T5EncoderModel if kind == "t5" else AutoModel).from_pretrained(
        base, dtype=torch.float64, local_files_only=True
    )
    tokenizer = AutoTokenizer.from_pretrained(base, local_files_only=True)
    tokens = tokenizer(text, return_tensors="pt", truncation=True, max_length=32)
    tokens.pop("token_type_ids", None) if kind != "bert" else None
    with torch.inference_mode():
        states = model(**tokens, output_hidden_states=True).hidden_states
    return [layer[0].numpy() for layer in states]


def plain_pooled(states, pooling):
    return {"mean": states.mean(axis=0), "cls": states[0], "max": states.max(axis=0)}[pooling]


@pytest.mark.parametrize(("kind", "n_layers"), [("bert", 2), ("distilbert", 2), ("t5", 3)])
def test_layers_are_the_hidden_states_of_transformers(tmp_path, kind, n_layers):
    folder = tiny_model(tmp_path / "model", kind=kind)
    encoder = load(folder)
    assert encoder.layers == range(n_layers + 1)
    texts = TEXTS[:4]
    states = [plain_states(kind, folder, text) for text in texts]
    found = encoder.read_layers(texts)
    for layer in encoder.layers:
        for pooling in POOLINGS:
            view = encoder.at_layer(layer, pooling=pooling)
            expected = np.stack([plain_pooled(text[layer], pooling) for text in states])
            size = np.abs(expected).max()
            np.testing.assert_allclose(view.raw(texts), expected, atol=2e-6 * size, rtol=0)
            np.testing.assert_allclose(view.encode(texts), unit(expected), atol=2e-6)
            np.testing.assert_allclose(found[layer, pooling].vectors, unit(expected), atol=2e-6)


def test_the_last_layer_is_the_models_output(minilm):
    last = minilm.at_layer(minilm.n_layers, pooling="mean")
    np.testing.assert_allclose(last.encode(RAGGED), minilm.encode(RAGGED), atol=1e-6)
    np.testing.assert_allclose(minilm.at_layer(6).encode(RAGGED), last.encode(RAGGED), atol=1e-6)
    assert minilm.at_layer(6).pooling == "mean"


def test_counts_go_with_every_layer(minilm):
    whole = minilm.encode_with_tokens(RAGGED)
    for encoding in minilm.read_layers(RAGGED, layers=[0, 5], poolings=["cls"]).values():
        np.testing.assert_array_equal(encoding.n_tokens, whole.n_tokens)
        np.testing.assert_array_equal(encoding.truncated, whole.truncated)


def test_before_the_training_head(tmp_path):
    folder = tiny_model(tmp_path / "model", dense=True)
    encoder = load(folder)
    assert (encoder.dim, encoder.at_layer(2).dim) == (8, 16)
    weights = encoder.backend.model[2].linear
    with torch.inference_mode():
        head = torch.tanh(weights(torch.from_numpy(encoder.at_layer(2).raw(TEXTS)))).numpy()
    np.testing.assert_allclose(encoder.encode(TEXTS), unit(head), atol=1e-6)
    np.testing.assert_allclose(encoder.raw(TEXTS), head, atol=1e-6)


def test_another_pooling_of_the_whole_output(tmp_path):
    folder = tiny_model(tmp_path / "model", dense=True)
    view = load(folder).at_layer(None, pooling="max")
    loaded = load(folder, pooling="max")
    np.testing.assert_array_equal(view.encode(TEXTS), loaded.encode(TEXTS))
    assert (view.pooling, view.layer, view.dim) == ("max", None, 8)
    again = view.at_layer(None)
    np.testing.assert_array_equal(again.encode(TEXTS), load(folder).encode(TEXTS))
    assert again.name == load(folder).name


@pytest.mark.parametrize("include_prompt", [True, False])
def test_prompts_are_pooled_as_the_model_does(tmp_path, include_prompt):
    folder = tiny_model(tmp_path / "model", include_prompt=include_prompt, prompts=PROMPTS)
    encoder = load(folder)
    for role in ("query", "document"):
        whole = encoder.encode(TEXTS, role=role)
        np.testing.assert_allclose(encoder.at_layer(2).encode(TEXTS, role=role), whole, atol=1e-6)


def test_a_layer_takes_the_models_own_pooling(tmp_path):
    encoder = load(tiny_model(tmp_path / "model", pooling=("mean", "max")))
    view = encoder.at_layer(2)
    assert (view.pooling, view.dim) == ("mean+max", 32)
    np.testing.assert_allclose(view.encode(TEXTS), encoder.encode(TEXTS), atol=1e-6)


def test_views_compose_in_any_order(minilm):
    texts = TEXTS[:5]
    one = minilm.at_layer(4, pooling="cls").at_temperature(0.7).at_length(16)
    other = minilm.at_length(16).at_temperature(0.7).at_layer(4, pooling="cls")
    np.testing.assert_allclose(one.encode(texts), other.encode(texts), atol=1e-6)
    assert one.fingerprint == other.fingerprint
    assert (one.name, one.max_length, one.temperature.tau) == ("minilm layer 4 (cls)", 16, 0.7)
    untempered = minilm.at_length(16).at_layer(4, pooling="cls").encode(texts)
    assert np.abs(one.encode(texts) - untempered).max() > 1e-3
    with tempscale(minilm, 0.7):
        np.testing.assert_allclose(
            minilm.at_length(16).at_layer(4, pooling="cls").encode(texts),
            one.encode(texts),
            atol=1e-6,
        )
    together = one.read_layers(texts, layers=[4], poolings=["cls"])
    np.testing.assert_allclose(together[4, "cls"].vectors, one.encode(texts), atol=1e-6)
    # At layer 0 nothing has attended yet.
    first = minilm.at_layer(0)
    np.testing.assert_allclose(
        first.at_temperature(0.2).encode(texts), first.encode(texts), atol=1e-6
    )


def test_every_view_has_a_place_of_its_own_in_the_store(tmp_path):
    folder = tiny_model(tmp_path / "model")
    encoder = load(folder, store=tmp_path / "store")
    views = [
        *(encoder.at_layer(layer, pooling=p) for layer in (0, 1, 2) for p in POOLINGS),
        encoder,
        encoder.at_layer(None, pooling="cls"),
        encoder.at_layer(1).at_temperature(0.5),
        encoder.at_layer(1).at_length(8),
    ]
    fresh = load(folder)
    expected = [
        *(fresh.at_layer(layer, pooling=p) for layer in (0, 1, 2) for p in POOLINGS),
        fresh,
        fresh.at_layer(None, pooling="cls"),
        fresh.at_layer(1).at_temperature(0.5),
        fresh.at_layer(1).at_length(8),
    ]
    for _ in range(2):
        for view, plain in zip(views, expected, strict=True):
            np.testing.assert_allclose(view.encode(TEXTS), plain.encode(TEXTS), atol=1e-6)
    assert len(encoder.store.spaces()) == len(views)
    prints = [view.fingerprint for view in views]
    assert len(set(prints)) == len(views) - 1  # a length is a setting beside it, as ever
    assert encoder.at_layer(2).fingerprint == encoder.at_layer(2, pooling="mean").fingerprint


def test_reading_layers_runs_the_model_once_and_fills_the_store(tmp_path, monkeypatch):
    encoder = load(tiny_model(tmp_path / "model"), store=tmp_path / "store")
    encoder.at_layer(1, pooling="cls").encode(TEXTS[:3])  # some of it is there already
    assert list(encoder.layers) == [0, 1, 2]
    backend, seen = encoder.backend, []
    forward = type(backend)._forward

    def counted(self, model, features, *others):
        seen.append(len(features["input_ids"]))
        return forward(self, model, features, *others)

    monkeypatch.setattr(type(backend), "_forward", counted)
    texts = [*TEXTS, TEXTS[0]]
    found = encoder.read_layers(texts)
    assert sum(seen) == len(set(texts))
    assert set(found) == {(layer, p) for layer in (0, 1, 2) for p in POOLINGS}
    for (layer, pooling), encoding in found.items():
        np.testing.assert_array_equal(
            encoder.at_layer(layer, pooling=pooling).encode(texts), encoding.vectors
        )
    assert encoder.read_layers(texts).keys() == found.keys()
    assert sum(seen) == len(set(texts)), "all of it came out of the store"


def test_the_model_gives_its_states_only_where_it_is_asked(minilm):
    model = minilm.backend.model[0].model
    minilm.at_layer(3).encode(TEXTS[:2])
    minilm.token_states(TEXTS[:2])
    assert "forward" not in vars(model)
    assert model(**model.dummy_inputs).hidden_states is None


def test_views_can_be_sent_elsewhere(minilm):
    view = minilm.at_layer(2, pooling="max")
    sent = pickle.loads(pickle.dumps(view))
    assert sent.fingerprint == view.fingerprint
    np.testing.assert_allclose(sent.encode(TEXTS[:2]), view.encode(TEXTS[:2]), atol=1e-6)


def test_threads_do_not_see_each_others_layers(tmp_path):
    encoder = load(tiny_model(tmp_path / "model"))
    views = [encoder, encoder.at_layer(0), encoder.at_layer(1), encoder.at_layer(1, pooling="max")]
    expected, found = [view.encode(TEXTS) for view in views], {}

    def work(place):
        found[place] = [views[place].encode(TEXTS) for _ in range(5)]

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(views))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for place, encodings in found.items():
        for encoding in encodings:
            np.testing.assert_allclose(encoding, expected[place], atol=1e-6)


def test_half_precision_layers_are_pooled_in_single(tmp_path):
    folder = tiny_model(tmp_path / "model")
    exact = load(folder).read_layers(TEXTS)
    for place, encoding in load(folder, dtype="bfloat16").read_layers(TEXTS).items():
        assert encoding.vectors.dtype == np.float32
        assert (encoding.vectors * exact[place].vectors).sum(axis=1).min() > 0.99, place


@pytest.mark.parametrize("layer", [-1, 7, 1.5, "3", True])
def test_a_layer_that_is_not_there_is_refused(minilm, layer):
    with pytest.raises(InputError, match=r"layer is .*layers 0 .*to 6 .*None"):
        minilm.at_layer(layer)
    with pytest.raises(InputError, match="layer is"):
        minilm.token_states(["a"], layers=[layer])


def test_an_unknown_pooling_is_refused(minilm):
    for ask in (
        lambda: minilm.at_layer(3, pooling="median"),
        lambda: minilm.at_layer(None, pooling="median"),
        lambda: minilm.read_layers(["a"], poolings=["median"]),
    ):
        with pytest.raises(InputError, match=r"'median'.*'mean', 'cls', 'max'"):
            ask()


def test_static_has_its_table_and_no_layer(static):
    first = static.at_layer(0)
    np.testing.assert_allclose(first.encode(TEXTS), static.encode(TEXTS), atol=1e-7)
    assert (first.name, static.layers) == ("static layer 0 (mean)", range(1))
    with pytest.raises(InputError, match=r"layer is 1.*layer 0 only"):
        static.at_layer(1)
    with pytest.raises(InputError, match=r"pooling is 'cls'.*special tokens are left out"):
        static.at_layer(0, pooling="cls")
    found = static.read_layers(TEXTS)
    assert set(found) == {(0, "mean"), (0, "max")}
    table, ids = static.input_embeddings(), static.token_ids(TEXTS)
    highest = np.stack([table.vectors[row].max(axis=0) for row in ids])
    np.testing.assert_allclose(found[0, "max"].vectors, unit(highest), atol=1e-6)


def test_raw_rows_have_the_models_own_length(minilm, static, reference):
    texts = TEXTS[:4]
    with torch.inference_mode():
        features = reference.preprocess(texts)
        pooled = reference[1](reference[0](features))["sentence_embedding"].numpy()
    np.testing.assert_allclose(minilm.raw(texts), pooled, atol=1e-4)
    np.testing.assert_allclose(unit(minilm.raw(texts)), minilm.encode(texts), atol=1e-6)
    assert np.linalg.norm(minilm.raw(texts), axis=1).max() > 2
    table = static.input_embeddings().vectors
    means = np.stack([table[ids].mean(axis=0) for ids in static.token_ids(texts)])
    np.testing.assert_allclose(static.raw(texts), means, atol=1e-6)
    assert minilm.raw([]).shape == (0, 384)


def test_threads_that_cut_texts_elsewhere_do_not_disturb_one_another(minilm):
    """A tokenizer keeps where it cuts as its own state; a hundred turns would show it."""
    long = "the river runs to the sea " * 40
    views = [minilm.at_length(length) for length in (16, 32, 64, 128)]
    seen = {}

    def work(place):
        batcher = Batcher(minilm.backend.model, "document", "", views[place].max_length)
        read = [batcher.read([long]) for _ in range(100)]
        seen[place] = {(int(one.lengths[0]), int(one.counts.n_tokens[0])) for one in read}

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(views))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == {place: {(length, 242)} for place, length in enumerate((16, 32, 64, 128))}
