"""Models other than the bundled one, against sentence-transformers itself."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from semshift_nb.encoders import load_encoder
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, reference_model, tiny_model

PROMPTS = {"query": "search for this: ", "document": "passage: "}


def unit(vectors):
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def load(folder, **options):
    return load_encoder(str(folder), device="cpu", store=None, **options)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max", "weightedmean", "lasttoken"])
@pytest.mark.parametrize("include_prompt", [True, False])
def test_prompts_by_role(tmp_path, pooling, include_prompt):
    folder = tiny_model(
        tmp_path / "model", pooling=pooling, include_prompt=include_prompt, prompts=PROMPTS
    )
    encoder, reference = load(folder), reference_model(folder)
    for role, encode in (
        ("query", reference.encode_query),
        ("document", reference.encode_document),
    ):
        expected = unit(encode(RAGGED, convert_to_numpy=True))
        np.testing.assert_allclose(encoder.encode(RAGGED, role=role), expected, atol=1e-5)
    assert encoder.pooling == pooling


@pytest.mark.parametrize(
    "prompts",
    [{"passage": "passage: "}, {"corpus": "c: ", "other": "o: "}, {"query": "q: "}, {}],
)
def test_prompts_are_looked_up_as_there(tmp_path, prompts):
    default = "other" if "other" in prompts else None
    folder = tiny_model(tmp_path / "model", prompts=prompts, default_prompt=default)
    encoder, reference = load(folder), reference_model(folder)
    np.testing.assert_allclose(
        encoder.encode(RAGGED), unit(reference.encode_document(RAGGED)), atol=1e-5
    )
    np.testing.assert_allclose(
        encoder.encode(RAGGED, role="query"), unit(reference.encode_query(RAGGED)), atol=1e-5
    )


def test_the_prompt_counts_as_tokens(tmp_path):
    folder = tiny_model(tmp_path / "model", prompts=PROMPTS)
    encoder = load(folder)
    query = encoder.encode_with_tokens(["a river"], role="query").n_tokens[0]
    document = encoder.encode_with_tokens(["a river"]).n_tokens[0]
    assert (query, document) == (4 + 4, 4 + 2)


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_pooling_can_be_replaced(tmp_path, pooling):
    own = load(tiny_model(tmp_path / "own", pooling=pooling))
    replaced = load(tiny_model(tmp_path / "other", pooling="lasttoken"), pooling=pooling)
    assert replaced.pooling == pooling
    np.testing.assert_allclose(replaced.encode(RAGGED), own.encode(RAGGED), atol=1e-6)


@pytest.mark.parametrize("pooling", ["mean", ("mean", "max")])
def test_layers_after_pooling_are_applied(tmp_path, pooling):
    folder = tiny_model(tmp_path / "model", pooling=pooling, dense=True)
    encoder = load(folder)
    assert encoder.dim == 8
    np.testing.assert_allclose(
        encoder.encode(RAGGED), reference_model(folder).encode(RAGGED), atol=1e-5
    )


def test_pooling_that_does_not_fit_the_next_layer_is_refused(tmp_path):
    folder = tiny_model(tmp_path / "model", pooling=("mean", "max"), dense=True)
    assert load(folder).pooling == "mean+max"
    with pytest.raises(InputError, match=r"gives 16 numbers.*expects 32"):
        load(folder, pooling="mean")


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_half_precision_with_later_layers(tmp_path, dtype):
    folder = tiny_model(tmp_path / "model", dense=True)
    encoder = load(folder, dtype=dtype)
    cosine = (encoder.encode(RAGGED) * reference_model(folder).encode(RAGGED)).sum(axis=1)
    assert encoder.dtype == dtype
    assert cosine.min() > 0.99


def test_positions_counted_from_the_padding_token(tmp_path):
    folder = tiny_model(tmp_path / "model", kind="roberta", max_length=66)
    encoder = load(folder)
    assert encoder.max_length == 64  # 66 positions, the first two never used
    assert encoder.encode_with_tokens(["word " * 100]).truncated[0]
    with pytest.raises(InputError, match="positions for 64"):
        load(folder, max_length=65)


def test_static_embedding_models(tmp_path):
    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    rng = np.random.default_rng(0)
    table = rng.standard_normal((tokenizer.get_vocab_size(), 12)).astype(np.float32)
    layer = StaticEmbedding(tokenizer, embedding_weights=table)
    folder = tmp_path / "model"
    SentenceTransformer(modules=[layer], device="cpu").save_pretrained(
        str(folder), create_model_card=False
    )
    encoder = load(folder)
    texts = [text for text in RAGGED if text.strip()]
    encoding = encoder.encode_with_tokens(texts)
    np.testing.assert_allclose(
        encoding.vectors, unit(reference_model(folder).encode(texts)), atol=1e-5
    )
    counts = [len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts]
    assert encoding.n_tokens.tolist() == counts
    assert not encoding.truncated.any()
    assert (encoder.pooling, encoder.max_length) == ("none", None)
    for wrong in ({"max_length": 12}, {"pooling": "max"}):
        with pytest.raises(InputError, match="leave it out"):
            load(folder, **wrong)


def test_weights_of_another_model_are_refused_instead_of_being_random(tmp_path):
    folder = tiny_model(tmp_path / "model")
    file = folder / "model.safetensors"
    save_file({f"other{i}": tensor for i, tensor in enumerate(load_file(file).values())}, file)
    with pytest.raises(InputError, match=r"do not belong to its config: 37 of 39 parameters"):
        load_encoder(str(folder), store=None)
