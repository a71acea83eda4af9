"""Folders that are no whole model of dense vectors: each kind refused, and told what it is."""

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers as tf
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Router
from tokenizers import Tokenizer

from semshift_nb.encoders import GuessedPoolingWarning, load_encoder
from semshift_nb.encoders.loading.weights import check_weights
from semshift_nb.errors import InputError, at_the_command_line
from tests.encoders.material import TOKENIZER_FILES, tiny_model
from tests.encoders.temperature.families import FAMILIES

SMALL = {"vocab_size": 60, "num_hidden_layers": 2, "num_attention_heads": 2}
SMALL |= {"hidden_size": 16, "intermediate_size": 24, "max_position_embeddings": 40}


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def folder(tiny, tmp_path):
    return shutil.copytree(tiny, tmp_path / "copied")


def load(folder, **options):
    return load_encoder(str(folder), device="cpu", store=None, **options)


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text("utf8")), **values}), "utf8")


def change_weights(folder: Path, change) -> None:
    weights = load_file(folder / "model.safetensors")
    save_file(change(weights), folder / "model.safetensors", metadata={"format": "pt"})


# --- weights


@pytest.mark.parametrize(
    ("n_layers", "told"),
    [
        (4, r"32 of 71 parameters are not in them \(encoder.layer.2.attention"),
        (1, r"16 tensors in them are of no part .*\(encoder.layer.1.attention"),
        (0, "num_hidden_layers 0"),
    ],
)
def test_another_number_of_layers_is_refused(folder, n_layers, told):
    change(folder / "config.json", num_hidden_layers=n_layers)
    with pytest.raises(InputError, match=told):
        load(folder)


def test_one_missing_tensor_is_named(folder):
    lost = "encoder.layer.1.output.LayerNorm.bias"
    change_weights(folder, lambda weights: {k: v for k, v in weights.items() if k != lost})
    with pytest.raises(InputError, match=rf"1 of 39 parameters are not in them \({lost}\)"):
        load(folder)


def test_heads_that_do_not_divide_are_refused(folder):
    change(folder / "config.json", num_attention_heads=3)
    with pytest.raises(InputError, match="multiple of the number of attention heads"):
        load(folder)


def old_names(weights):
    return {
        f"bert.{name}".replace("LayerNorm.weight", "LayerNorm.gamma").replace(
            "LayerNorm.bias", "LayerNorm.beta"
        ): value
        for name, value in weights.items()
    }


def without_pooler(weights):
    kept = {name: value for name, value in weights.items() if "pooler" not in name}
    return kept | {"embeddings.position_ids": torch.arange(64)[None]}


def with_language_head(weights):
    return {f"bert.{k}": v for k, v in weights.items()} | {
        "cls.predictions.transform.dense.weight": torch.ones(16, 16)
    }


@pytest.mark.parametrize("rename", [old_names, without_pooler, with_language_head])
def test_other_names_and_harmless_differences_give_the_same_vectors(tiny, folder, rename):
    expected = load(tiny).encode(["a river"])
    change_weights(folder, rename)
    assert abs(load(folder).encode(["a river"]) - expected).max() < 1e-6


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_every_family_is_known_by_its_weights(family, tmp_path):
    kind, config = FAMILIES[family]()
    kind(config).save_pretrained(tmp_path)
    check_weights(kind.from_pretrained(tmp_path), tmp_path)
    if family == "albert":  # its layers share their weights: how many there are cannot be seen
        return
    path = tmp_path / "config.json"
    said = json.loads(path.read_text("utf8"))
    count = next(name for name in ("num_hidden_layers", "n_layers", "num_layers") if name in said)
    for n_layers, told in ((3, "parameters are not in them"), (1, "tensors in them are of no")):
        types = {"layer_types": said["layer_types"][:1] * n_layers} if "layer_types" in said else {}
        path.write_text(json.dumps({**said, **types, count: n_layers}), "utf8")
        with pytest.raises(InputError, match=told):
            check_weights(kind.from_pretrained(tmp_path), tmp_path)


def test_transformers_below_the_folder_are_looked_at_where_they_lie(tiny, tmp_path):
    parts = [SentenceTransformer(str(tiny), device="cpu") for _ in range(2)]
    router = Router.for_query_document(
        query_modules=list(parts[0]), document_modules=list(parts[1])
    )
    folder = tmp_path / "router"
    whole = SentenceTransformer(modules=[router], device="cpu")
    whole.save_pretrained(str(folder), create_model_card=False)
    encoded = load(folder).encode(["a river"], role="query")
    assert abs(encoded - load(tiny).encode(["a river"])).max() < 1e-6
    (config,) = folder.glob("document*Transformer/config.json")
    change(config, num_hidden_layers=3)
    with pytest.raises(InputError, match="16 of 55 parameters are not in them"):
        load(folder)


HEADS = {
    "BertForMaskedLM": {},
    "RobertaForMaskedLM": {},
    "ElectraForPreTraining": {},
    "AlbertForMaskedLM": {},
    "MPNetForMaskedLM": {},
    "Qwen3ForCausalLM": {},
    "ModernBertForMaskedLM": dict.fromkeys(
        [f"{name}_token_id" for name in ("pad", "bos", "eos", "cls", "sep")], 0
    ),
}


@pytest.mark.parametrize("name", HEADS)
def test_heads_of_other_tasks_do_no_harm(name, tmp_path):
    kind = getattr(tf, name)
    kind(kind.config_class(**SMALL, **HEADS[name])).save_pretrained(tmp_path)
    check_weights(tf.AutoModel.from_pretrained(tmp_path), tmp_path)


# --- tokenizers


def test_a_folder_without_a_tokenizer_is_refused(folder):
    for name in TOKENIZER_FILES:
        (folder / name).unlink(missing_ok=True)
    with pytest.raises(InputError, match=r"holds no tokenizer: expected tokenizer.json, vocab.txt"):
        load(folder)


def test_a_tokenizer_of_another_model_is_refused(folder):
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.add_tokens(["neverseenbefore"])
    tokenizer.save(str(folder / "tokenizer.json"))
    with pytest.raises(InputError, match=r"token ids up to 30522, but .* vectors for 30522 tokens"):
        load(folder)


# --- models of another kind


def modules(*kinds):
    return [{"idx": i, "name": str(i), "path": "", "type": kind} for i, kind in enumerate(kinds)]


SPARSE = modules("sentence_transformers.sparse_encoder.modules.SpladePooling")
KINDS = [
    ("modules.json", SPARSE, "a sparse encoder"),
    ("config_sentence_transformers.json", {"model_type": "SparseEncoder"}, "a sparse encoder"),
    ("config_sentence_transformers.json", {"model_type": "CrossEncoder"}, "a cross-encoder"),
    ("config.json", {"architectures": ["BertForSequenceClassification"]}, "a classifier of texts"),
    ("config.json", {"architectures": ["RobertaForTokenClassification"]}, "classifier of tokens"),
    ("config.json", {"architectures": ["HF_ColBERT"]}, "many vectors a text"),
]


@pytest.mark.parametrize(("name", "content", "told"), KINDS)
def test_models_of_another_kind_are_refused_by_name(folder, name, content, told):
    if name == "config.json":
        (folder / "modules.json").unlink()
    (folder / name).write_text(json.dumps(content), "utf8")
    with pytest.raises(InputError, match=rf"holds {told}|holds a .*{told}"):
        load(folder)


# --- settings that anybody may have written

DEEP = "[" * 100_000 + "]" * 100_000
SETTINGS = [
    *(("modules.json", text) for text in ("null", "{}", "[]", "[7]", '[{"path": 1}]', DEEP)),
    ("modules.json", json.dumps(modules("sentence_transformers.util.http_get"))),
    ("modules.json", json.dumps(modules("sentence_transformers.no.such.Layer"))),
    *(("config.json", text) for text in ("null", "[]", "7", DEEP)),
    *(("config_sentence_transformers.json", text) for text in ("null", "[]", DEEP)),
    *(("sentence_bert_config.json", text) for text in ("null", "[]", DEEP)),
    *(
        ("sentence_bert_config.json", json.dumps({"max_seq_length": length}))
        for length in (-1, 0, 1, 2, 3.5, True, "abc", [])
    ),
]


@pytest.mark.parametrize(("name", "text"), SETTINGS, ids=range(len(SETTINGS)))
def test_settings_of_any_json_are_refused_by_their_file(folder, name, text):
    (folder / name).write_text(text, "utf8")
    with pytest.raises(InputError, match=name.partition(".")[0]):
        load(folder)


@pytest.mark.parametrize("path", ["..", "/etc", "1_Pooling/../..", "outside"])
def test_modules_outside_of_the_folder_are_refused(folder, path):
    (folder / "outside").symlink_to(folder.parent)
    listed = json.loads((folder / "modules.json").read_text("utf8"))
    listed[1]["path"] = path
    (folder / "modules.json").write_text(json.dumps(listed), "utf8")
    with pytest.raises(InputError, match="names a module outside of itself"):
        load(folder)


@pytest.mark.parametrize("path", ["no-such-folder", "vocab.txt"])
def test_a_module_whose_folder_is_not_there_is_refused(folder, path):
    listed = json.loads((folder / "modules.json").read_text("utf8"))
    listed[0]["path"] = path
    (folder / "modules.json").write_text(json.dumps(listed), "utf8")
    with pytest.raises(InputError, match=f"{path} holds no tokenizer"):
        load(folder)
    listed[0]["path"], listed[1]["path"] = "", path
    (folder / "modules.json").write_text(json.dumps(listed), "utf8")
    with pytest.raises(InputError, match="could not be loaded"):
        load(folder)


@pytest.mark.parametrize("name", ["num_hidden_layers", "hidden_size", "vocab_size"])
def test_sizes_that_the_weights_cannot_have_are_refused_before_room_is_made(folder, name):
    change(folder / "config.json", **{name: 10**9})
    with pytest.raises(InputError, match=rf"says {name} 1000000000, which the weights .* cannot"):
        load(folder)


def test_a_pointer_of_git_lfs_is_told(folder):
    (folder / "model.safetensors").write_text(
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n", "utf8"
    )
    with pytest.raises(InputError, match=r"model.safetensors is a pointer.*run git lfs pull"):
        load(folder)


def test_only_what_a_model_is_loaded_from_is_looked_at(folder):
    (folder / "1_Pooling" / "config.json").write_text("version https://git-lfs", "utf8")
    with pytest.raises(InputError, match=r"1_Pooling/config.json is a pointer"):
        load(folder)
    # A folder that was meant for another one may hold a whole disk.
    with pytest.raises(InputError, match=r"^/ holds no weights"):
        load(Path("/"))


def test_an_adapter_is_to_be_merged_first(folder):
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "a/base"}', "utf8")
    with pytest.raises(InputError, match=r"LoRA adapter for 'a/base'.*merge it first"):
        load(folder)


@pytest.mark.parametrize("name", ["minilm", "static"])
def test_a_device_that_computes_nothing_is_refused(name):
    with pytest.raises(InputError, match="device 'meta' cannot be used"):
        load_encoder(name, device="meta", store=None)


def test_advice_is_what_one_can_type(folder):
    change(folder / "config.json", model_type="strange", auto_map={"AutoModel": "strange.Model"})
    with pytest.raises(InputError, match=r'write load_encoder\(..., allow=\("remote-code",\)\)'):
        load(folder)
    with at_the_command_line(), pytest.raises(InputError, match="add --allow remote-code"):
        load(folder)


# --- pooling that nobody told, and prompts that the model does not bring


def test_pooling_that_had_to_be_guessed_is_told(tiny, folder):
    (folder / "modules.json").unlink()
    with pytest.warns(GuessedPoolingWarning, match="'mean' was guessed"):
        encoder = load(folder)
    assert encoder.pooling_guessed
    assert "pooling='mean' (guessed)" in repr(encoder)
    assert not load(folder, pooling="mean").pooling_guessed
    assert not encoder.at_layer(1, pooling="cls").pooling_guessed
    assert not load(tiny).pooling_guessed


PROMPTS = {"query": "search for this: ", "document": "passage: "}


@pytest.mark.parametrize("own", [None, {"query": "other: "}])
def test_prompts_can_be_given_to_a_model_that_needs_them(tmp_path, own):
    folder = tiny_model(tmp_path / "model", prompts=own)
    prompted = load(folder, prompts=PROMPTS)
    brought = load(tiny_model(tmp_path / "brings", prompts=PROMPTS))
    for role in PROMPTS:
        ours, theirs = (each.encode(["a river"], role=role) for each in (prompted, brought))
        assert abs(ours - theirs).max() < 1e-6
    assert prompted.prompts == brought.prompts == PROMPTS
    assert "prompts={'query': 'search for this: '" in repr(prompted)


def test_vectors_with_other_prompts_are_kept_apart(tiny, tmp_path):
    plain = load_encoder(str(tiny), device="cpu", store=tmp_path)
    prompted = load_encoder(str(tiny), device="cpu", store=tmp_path, prompts=PROMPTS)
    assert abs(plain.encode(["a river"]) - prompted.encode(["a river"])).max() > 1e-3
    assert len({each.fingerprint for each in (plain, prompted, load(tiny, prompts=None))}) == 2
    assert load(tiny, prompts={}).fingerprint == plain.fingerprint


@pytest.mark.parametrize(
    "prompts", ["query: ", {"passage": "passage: "}, {"query": 1}, {"query": "\ud800"}, 7]
)
def test_prompts_of_another_form_are_refused(tiny, prompts):
    with pytest.raises(InputError, match="prompts is"):
        load(tiny, prompts=prompts)


def test_static_takes_no_prompts():
    with pytest.raises(InputError, match="static was trained with none"):
        load_encoder("static", store=None, prompts=PROMPTS)
