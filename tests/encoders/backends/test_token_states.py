"""Tokens of texts, their states, and the table that they come from."""

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import StaticEmbedding
from tokenizers import Tokenizer

from semshift_nb.encoders import load_encoder
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model


def test_states_are_those_of_each_text_alone(minilm, reference):
    texts = ["the longest of all of these texts", "a river", "the bank closed"]
    found = minilm.token_states(texts)
    model = reference[0].model
    for row, text in enumerate(texts):
        tokens = reference.tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            states = model(**tokens, output_hidden_states=True).hidden_states
        mine = found.rows == row
        assert found.ids[mine].tolist() == tokens["input_ids"][0].tolist()
        assert found.special[mine].tolist() == [True, *[False] * (mine.sum() - 2), True]
        for layer in range(7):
            expected = states[layer][0].numpy()
            np.testing.assert_allclose(found.states[layer][mine], expected, atol=2e-5)
    assert found.rows.tolist() == sorted(found.rows)
    assert list(found.states) == list(range(7))


def test_states_follow_the_temperature(minilm):
    plain = minilm.token_states(["a river runs"], layers=[0, 1])
    sharp = minilm.at_temperature(0.5).token_states(["a river runs"], layers=[0, 1])
    np.testing.assert_allclose(sharp.states[0], plain.states[0], atol=1e-6)
    assert np.abs(sharp.states[1] - plain.states[1]).max() > 1e-3


def test_no_text_has_no_token(minilm, static):
    for encoder in (minilm, static):
        found = encoder.token_states([], layers=[0])
        assert len(found.rows) == len(found.ids) == len(found.states[0]) == 0
        assert encoder.token_ids([]) == []


def test_statics_states_are_rows_of_its_table(static):
    found, table = static.token_states(["a river", "bank"]), static.input_embeddings()
    assert [table.tokens[token] for token in found.ids] == ["a", "river", "bank"]
    assert found.rows.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(found.states[0], table.vectors[found.ids])
    assert not found.special.any()


def test_tokens_are_cut_where_the_encoder_cuts(minilm, static, reference):
    ids = minilm.token_ids(RAGGED)
    expected = [
        reference.tokenizer(text, truncation=True, max_length=256)["input_ids"] for text in RAGGED
    ]
    assert [row.tolist() for row in ids] == expected
    assert [len(row) for row in static.at_length(5).token_ids(["one two three four", "one"])] == [
        3,
        1,
    ]


def test_a_prompt_is_among_the_tokens(tmp_path):
    folder = tiny_model(tmp_path / "model", prompts={"query": "find: ", "document": ""})
    encoder = load_encoder(str(folder), device="cpu", store=None)
    plain, prompted = (
        encoder.token_ids(["a river"], role=role)[0] for role in ("document", "query")
    )
    assert len(prompted) == len(plain) + 2
    assert (
        encoder.token_states(["a river"], role="query", layers=[0]).ids.tolist()
        == prompted.tolist()
    )


def test_tokens_stand_where_their_letters_are(minilm, static):
    text = "The river Neretva, in Bosnia \u2014 unbelievably cold."
    for encoder in (minilm, static):
        tokens = encoder.input_embeddings().tokens
        (ids,), (spans,) = encoder.token_ids([text]), encoder.token_spans([text])
        assert len(ids) == len(spans)
        for token, (start, end) in zip(ids, spans, strict=True):
            written = tokens[token].removeprefix("##")
            assert text[start:end].lower() == ("" if written.startswith("[") else written)
        assert encoder.token_spans([]) == []
        assert len(encoder.at_length(6).token_spans([text])[0]) == len(
            encoder.at_length(6).token_ids([text])[0]
        )


def test_a_prompt_stands_before_the_text(tmp_path):
    folder = tiny_model(tmp_path / "model", prompts={"query": "find: ", "document": ""})
    encoder = load_encoder(str(folder), device="cpu", store=None)
    (spans,) = encoder.token_spans(["a river"], role="query")
    assert [tuple(span) for span in spans.tolist() if span[1] > 0] == [(0, 1), (2, 7)]


def test_the_table_is_the_models_own(minilm, static, reference):
    weights = reference[0].model.get_input_embeddings().weight.detach().numpy()
    for encoder in (minilm, static):
        table = encoder.input_embeddings()
        np.testing.assert_array_equal(table.vectors, weights)
        assert [table.tokens[place] for place in np.flatnonzero(table.special)] == [
            "[PAD]",
            "[CLS]",
            "[SEP]",
            "[MASK]",
        ]
        assert table.tokens[2314] == "river"
    table.vectors[:] = 0
    assert static.input_embeddings().vectors.any(), "a copy"


def test_a_table_of_static_embeddings(tmp_path):
    tokenizer = Tokenizer.from_file(str(bundled_folder() / "tokenizer.json"))
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((tokenizer.get_vocab_size(), 12)).astype(np.float32)
    folder = tmp_path / "model"
    layer = StaticEmbedding(tokenizer, embedding_weights=weights)
    SentenceTransformer(modules=[layer], device="cpu").save_pretrained(
        str(folder), create_model_card=False
    )
    encoder = load_encoder(str(folder), device="cpu", store=None)
    table = encoder.input_embeddings()
    np.testing.assert_array_equal(table.vectors, weights)
    ids = encoder.token_ids(["a river", "bank"])
    assert [[table.tokens[token] for token in row] for row in ids] == [["a", "river"], ["bank"]]
    with pytest.raises(InputError, match="does not say where its tokens stand"):
        encoder.token_spans(["a"])
    for ask in (
        lambda: encoder.layers,
        lambda: encoder.at_layer(0),
        lambda: encoder.token_states(["a"]),
    ):
        with pytest.raises(InputError, match="no hidden states"):
            ask()
    twin = encoder.random_twin(0)
    assert np.abs(twin.input_embeddings().vectors - weights).max() > 1
