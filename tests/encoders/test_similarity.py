"""Which similarity a model declares, and vectors of the length that it gives them."""

import json
from dataclasses import replace

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.encoders import Store, StoreWarning, load_encoder
from semshift_nb.encoders.cache import VectorCache
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.store.key import read_description, text_key
from semshift_nb.encoders.store.shards import write_shard
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, reference_model, tiny_model

TEXTS = [text for text in RAGGED if text.strip()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / "tiny"
    return tiny_model(path, similarity="dot", prompts={"query": "find: ", "document": ""})


@pytest.fixture
def encoder(folder, tmp_path):
    return load_encoder(str(folder), device="cpu", store=tmp_path / "store")


def declare(folder, name):
    path = folder / "config_sentence_transformers.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf8")), "similarity_fn_name": name}))


def lengths(vectors):
    return np.linalg.norm(vectors, axis=1)


@pytest.mark.parametrize("name", ["cosine", "dot", "euclidean", "manhattan", None])
def test_what_a_folder_declares_is_what_sentence_transformers_reads(tmp_path, name):
    folder = tiny_model(tmp_path / "model")
    declare(folder, name)
    encoder = load_encoder(str(folder), device="cpu", store=None)
    assert encoder.similarity == reference_model(folder).similarity_fn_name
    assert ("similarity=" in repr(encoder)) == (name not in ("cosine", None))


@pytest.mark.parametrize("name", ["maxsim", "Dot", "", 1, ["dot"], {"a": 1}, "x" * 10_000])
def test_an_unknown_declaration_is_refused_with_the_list(tmp_path, name):
    folder = tiny_model(tmp_path / "model")
    declare(folder, name)
    with pytest.raises(
        InputError, match="null or one of cosine, dot, euclidean, manhattan"
    ) as told:
        load_encoder(str(folder), store=None)
    assert len(str(told.value)) < 500


def test_all_views_but_corrected_ones_keep_it(encoder):
    for view in (encoder.at_temperature(0.8), encoder.at_length(8), encoder.at_layer(1)):
        assert view.similarity == "dot"
    assert encoder.random_twin().similarity == "dot"
    assert encoder.after(measures.drop_dimensions([0], dim=16)).similarity == "cosine"
    assert load_encoder("static", store=None).similarity == "cosine"


@pytest.mark.parametrize("role", ["query", "document"])
def test_rows_as_the_model_gives_them_are_sentence_transformers(folder, encoder, role):
    theirs = reference_model(folder)
    expected = {"query": theirs.encode_query, "document": theirs.encode_document}[role](TEXTS)
    for _ in range(2):  # computed, then out of the store
        ours = encoder.encode_with_tokens(TEXTS, role=role, unit=False)
        np.testing.assert_allclose(ours.vectors, expected, atol=1e-5)
    assert np.ptp(lengths(expected)) > 0.3


def test_both_kinds_of_rows_are_kept_apart(encoder):
    raw = encoder.encode_with_tokens(TEXTS, unit=False).vectors
    np.testing.assert_allclose(lengths(encoder.encode(TEXTS)), 1, atol=1e-6)
    np.testing.assert_array_equal(encoder.encode_with_tokens(TEXTS, unit=False).vectors, raw)
    spaces = encoder.store.spaces()
    assert sorted(spaces["pooling"]) == ["mean", "mean, not brought to unit length"]
    assert spaces["n_vectors"].tolist() == [len(TEXTS)] * 2
    described = [read_description(encoder.store.root / space) for space in spaces["space"]]
    assert sorted(each.unit for each in described) == [False, True]
    assert not encoder.store.damage()


def test_a_model_that_gives_unit_rows_has_them_once(tmp_path):
    """Both doors find what the other kept, and a layer's rows are brought to unit length, too."""
    folder = tiny_model(tmp_path / "model", dense=True, similarity="dot")
    encoder = load_encoder(str(folder), device="cpu", store=tmp_path / "store")
    for view in (encoder, encoder.at_layer(1)):
        raw = view.encode_with_tokens(TEXTS, unit=False).vectors
        np.testing.assert_array_equal(view.encode(TEXTS), raw)
    assert len(encoder.store.spaces()) == 2


def test_a_text_without_direction_has_a_row_of_zeros():
    static = load_encoder("static", store=None)
    found = static.encode_with_tokens(["a cat", "", "a dog"], no_direction="zero", unit=False)
    np.testing.assert_allclose(found.vectors[[0, 2]], static.raw(["a cat", "a dog"]), atol=1e-6)
    assert found.has_direction.tolist() == [True, False, True]


def test_a_layers_rows_and_those_after_transforms(encoder):
    layer = encoder.at_layer(1, pooling="max")
    found = layer.encode_with_tokens(TEXTS, unit=False).vectors
    np.testing.assert_allclose(found, layer.raw(TEXTS), atol=1e-5)
    view = encoder.after(measures.drop_dimensions([0], dim=16)).after(
        measures.Correction("moved", np.full(15, 0.5))
    )
    found = view.encode_with_tokens([*TEXTS, TEXTS[0]], unit=False).vectors
    np.testing.assert_allclose(found, view.raw([*TEXTS, TEXTS[0]]), atol=1e-6)


@pytest.mark.parametrize("broken", [0.0, np.nan, np.inf])
def test_a_vector_without_a_length_is_set_aside(encoder, broken):
    raw = encoder.encode_with_tokens(TEXTS, unit=False)
    (space,) = encoder.store.spaces()["space"]
    (shard,) = (encoder.store.root / space).glob("*.parquet")
    shard.unlink()
    vectors = raw.vectors.copy()
    vectors[1] *= broken
    forged = Encoding(vectors, raw.tokens)
    write_shard(shard.parent, [text_key(text) for text in TEXTS], forged)
    fresh = replace(encoder, cache=VectorCache(Store(encoder.store.root)))
    with pytest.warns(StoreWarning, match="expected a finite one above 0"):
        again = fresh.encode_with_tokens(TEXTS, unit=False).vectors
    np.testing.assert_allclose(again, raw.vectors, atol=1e-5)
