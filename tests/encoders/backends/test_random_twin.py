"""Random twins: fresh weights by each class's own initialisation, and nobody else disturbed."""

import random

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file
from transformers import BertConfig, BertModel, set_seed

from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model

TEXTS = [text for text in RAGGED if text.strip()]


def load(folder, **options):
    return load_encoder(str(folder), **{"device": "cpu", "store": None, **options})


def weights_of(encoder):
    return dict(encoder.backend.model[0].model.state_dict())


def test_weights_are_those_of_an_untrained_model(minilm):
    twin = weights_of(minilm.random_twin(3))
    trained = weights_of(minilm)
    assert {name: part.shape for name, part in twin.items()} == {
        name: part.shape for name, part in trained.items()
    }
    # BERT: matrices and embeddings from N(0, 0.02), no bias, normalisation that changes nothing.
    query = twin["encoder.layer.3.attention.self.query.weight"]
    assert query.std().item() == pytest.approx(0.02, rel=0.02)
    assert abs(query.mean().item()) < 3e-4
    assert (twin["encoder.layer.3.attention.self.query.bias"] == 0).all()
    assert (twin["encoder.layer.3.output.LayerNorm.weight"] == 1).all()
    assert (twin["embeddings.word_embeddings.weight"][0] == 0).all(), "the padding token"


def test_weights_are_what_the_class_draws_after_the_same_seed(tmp_path):
    folder = tiny_model(tmp_path / "model")
    config = BertConfig.from_pretrained(tmp_path / "model-base")
    set_seed(11)
    expected = BertModel(config).state_dict()
    for name, part in weights_of(load(folder).random_twin(11)).items():
        torch.testing.assert_close(part, expected[name], rtol=0, atol=0)


def test_a_twin_is_the_same_every_time_and_another_for_another_seed(tmp_path):
    encoder = load(tiny_model(tmp_path / "model", dense=True))
    first, again, other = (encoder.random_twin(seed) for seed in (4, 4, 1))
    np.testing.assert_array_equal(first.encode(TEXTS), again.encode(TEXTS))
    assert first.fingerprint == again.fingerprint
    prints = {encoder.fingerprint, first.fingerprint, other.fingerprint}
    assert len(prints) == 3
    assert np.abs(first.encode(TEXTS) - other.encode(TEXTS)).max() > 0.1
    assert first.name == f"{encoder.name} (random 4)"
    assert (first.dim, first.max_length, first.pooling) == (8, 32, "mean")
    head = first.backend.model[2].linear.weight
    assert not torch.equal(head, encoder.backend.model[2].linear.weight)


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_nobody_elses_random_numbers_change(name, request):
    encoder = request.getfixturevalue(name)
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    python, numpy = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    encoder.random_twin(0)
    assert torch.equal(torch.rand(3), expected)
    assert random.getstate() == python
    assert np.random.get_state()[1].tolist() == numpy  # noqa: NPY002


def test_the_trained_model_stays_as_it_was(tmp_path):
    folder = tiny_model(tmp_path / "model")
    encoder = load(folder)
    before = encoder.encode(TEXTS)
    twin = encoder.random_twin()
    np.testing.assert_array_equal(encoder.encode(TEXTS), before)
    saved = load_file(next(folder.rglob("model.safetensors")))
    for name, part in weights_of(encoder).items():
        np.testing.assert_array_equal(part.numpy(), saved[name])
    assert twin.backend.model.tokenizer is encoder.backend.model.tokenizer


def test_twins_have_views_and_views_have_twins(tmp_path):
    encoder = load(tiny_model(tmp_path / "model"), store=tmp_path / "store")
    one = encoder.random_twin(2).at_layer(1, pooling="cls").at_temperature(0.5)
    other = encoder.at_layer(1, pooling="cls").at_temperature(0.5).random_twin(2)
    assert one.fingerprint == other.fingerprint
    np.testing.assert_allclose(other.without_store().encode(TEXTS), one.encode(TEXTS), atol=1e-6)
    assert one.name.endswith("(random 2) layer 1 (cls)")
    assert other.temperature.tau == 0.5
    trained = encoder.at_layer(1, pooling="cls").at_temperature(0.5)
    assert np.abs(trained.encode(TEXTS) - one.encode(TEXTS)).max() > 0.1
    assert len(encoder.store.spaces()) == 2


def test_number_formats_have_the_same_twin(tmp_path):
    folder = tiny_model(tmp_path / "model")
    single = load(folder).random_twin()
    half = load(folder, dtype="bfloat16").random_twin()
    assert half.dtype == "bfloat16"
    assert (single.encode(TEXTS) * half.encode(TEXTS)).sum(axis=1).min() > 0.99


def test_statics_twin_has_its_spread(static):
    table, twin = static.input_embeddings(), static.random_twin(1).input_embeddings()
    assert twin.tokens == table.tokens
    assert twin.vectors.std() == pytest.approx(table.vectors.std(), rel=1e-3)
    assert abs(twin.vectors.mean()) < 1e-4
    assert np.abs(twin.vectors - static.random_twin(2).input_embeddings().vectors).max() > 0.1
    cosines = twin.vectors[2000:2100] @ twin.vectors[3000]
    assert np.abs(cosines / np.linalg.norm(twin.vectors[3000]) ** 2).max() < 0.3
    assert static.random_twin(1).fingerprint == static.random_twin(1).fingerprint


@pytest.mark.parametrize("seed", [-1, 1.5, "0", True, None, 2**63])
def test_an_impossible_seed_is_refused(static, seed):
    with pytest.raises(InputError, match=r"seed is .*whole number from 0"):
        static.random_twin(seed)


def test_a_part_that_does_not_say_how_it_begins_is_named(tmp_path):
    encoder = load(tiny_model(tmp_path / "model"))

    class Scale(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.by = torch.nn.Parameter(torch.ones(1))

    encoder.backend.model.append(Scale())
    with pytest.raises(InputError, match=r"Scale does not say how its weights begin"):
        encoder.random_twin()
