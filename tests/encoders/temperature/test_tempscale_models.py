"""Models of all sorts in ``tempscale``: nested, shared, odd, and not understood."""

import copy
import inspect
import math
import pickle
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import transformers as tf
from sentence_transformers import SentenceTransformer
from torch.nn import functional
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS

from semshift_nb.encoders import entropy_matched, tempscale
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError, SemshiftError
from tests.encoders.temperature.families import SHARED, hidden, ragged, tiny

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def model():
    return tiny("bert", "sdpa")


@pytest.fixture
def batch():
    return ragged()


def at(model, tau, batch):
    with tempscale(model, tau):
        return hidden(model, batch)


def test_the_innermost_block_holds_and_does_not_multiply(model, batch):
    half, double, own = at(model, 0.5, batch), at(model, 2, batch), hidden(model, batch)
    with tempscale(model, 0.5):
        with tempscale(model, 2):
            assert torch.equal(hidden(model, batch), double)
            with tempscale(model, 1):
                assert torch.equal(hidden(model, batch), own)
        assert torch.equal(hidden(model, batch), half)
    assert torch.equal(hidden(model, batch), own)


def test_two_models_at_once_and_no_other(batch):
    one, two, three = (tiny(family, "sdpa") for family in ("bert", "roberta", "bert"))
    expected = at(one, 0.5, batch), at(two, 2, batch), hidden(three, batch)
    with tempscale(one, 0.5), tempscale(two, 2):
        found = [hidden(each, batch) for each in (one, two, three)]
    assert all(torch.equal(a, b) for a, b in zip(found, expected, strict=True))


def test_blocks_left_in_an_order_of_their_own(model, batch):
    half, double, own = at(model, 0.5, batch), at(model, 2, batch), hidden(model, batch)
    first, second = tempscale(model, 0.5), tempscale(model, 2)
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert torch.equal(hidden(model, batch), double)
    second.__exit__(None, None, None)
    assert torch.equal(hidden(model, batch), own)
    assert torch.equal(at(model, 0.5, batch), half)


def test_threads_have_temperatures_of_their_own(model, batch):
    taus = [0.5, 1, 2, entropy_matched(4)]
    expected = [at(model, tau, batch) for tau in taus]
    right, ready = [True] * len(taus), threading.Barrier(len(taus))

    def work(place):
        ready.wait()
        for _ in range(20):
            right[place] &= torch.equal(at(model, taus[place], batch), expected[place])

    threads = [threading.Thread(target=work, args=(place,)) for place in range(len(taus))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(right)
    assert "forward" not in vars(model)


def test_a_sentence_transformer_and_what_lies_in_it():
    whole = SentenceTransformer(str(bundled_folder()), device="cpu", local_files_only=True)
    texts = ["a river", "the bank of a river " * 9]
    with tempscale(whole[0].model, 0.7):
        expected = whole.encode(texts)
    with tempscale(whole, 0.7):
        np.testing.assert_array_equal(whole.encode(texts), expected)
    assert np.abs(whole.encode(texts) - expected).max() > 1e-3


@pytest.mark.parametrize("kind", [tf.BertForMaskedLM, tf.BertForSequenceClassification])
def test_a_model_with_a_head_and_the_model_below_it(kind, batch):
    model = kind(tf.BertConfig(**SHARED)).eval()
    model(**batch)
    with tempscale(model.bert, 0.2):
        below = [hidden(model.bert, batch), model(**batch).logits]
    with tempscale(model, 0.2):
        above = [hidden(model.bert, batch), model(**batch).logits]
    assert all(torch.equal(a, b) for a, b in zip(above, below, strict=True))
    assert not torch.equal(above[0], hidden(model.bert, batch))


def test_heads_that_differ_by_layer(batch):
    model = tiny("bert", "sdpa")
    many = tf.BertModel(tf.BertConfig(**{**SHARED, "num_attention_heads": 4})).double().eval()
    model.encoder.layer[1] = many.encoder.layer[0]
    with pytest.raises(InputError, match=r"tau\[1\] has 2 entries, but that layer has 4 heads"):
        tempscale(model, [[1, 2], [1, 2]])
    seen = []
    for layer in model.encoder.layer:
        layer.attention.self.register_forward_hook(
            lambda module, inputs, output: seen.append((module, inputs[0], output[0]))
        )
    taus = [[0.5, 2], [0.3, 0.6, 1, 3]]
    at(model, taus, batch)
    check_layers(seen, taus, batch["attention_mask"][:, None, None] == 0)


@torch.inference_mode()
def check_layers(seen, taus, mask):
    """Compare each layer's output with its formula, head by head."""
    for (module, states, output), tau in zip(seen, taus, strict=True):
        query, key, value = (
            part(states).unflatten(-1, (len(tau), -1)).transpose(1, 2)
            for part in (module.query, module.key, module.value)
        )
        scores = query @ key.transpose(-1, -2) / math.sqrt(query.shape[-1])
        scores = scores / torch.tensor(tau, dtype=torch.float64)[:, None, None]
        expected = torch.softmax(scores.masked_fill(mask, -torch.inf), dim=-1) @ value
        torch.testing.assert_close(output, expected.transpose(1, 2).flatten(2), rtol=0, atol=1e-10)


WRONG = [
    0,
    -0.5,
    math.nan,
    math.inf,
    True,
    None,
    "0.8",
    {},
    [0.5],
    [0.5] * 3,
    [0.5, 0],
    [[1, 1]] * 3,
]
WRONG += [[[1], [1]], [[1, 1], [1, math.nan]], [[1, 1], [[1], [1]]], np.ones((2, 2, 2)), []]


@pytest.mark.parametrize("tau", WRONG, ids=str)
def test_wrong_temperatures_are_refused_before_the_block_opens(model, tau):
    with pytest.raises(InputError, match="tau"):
        tempscale(model, tau)


@pytest.mark.parametrize("tau", WRONG, ids=str)
def test_a_function_that_gives_wrong_temperatures_is_refused(model, batch, tau):
    with pytest.raises(InputError, match=r"tau\(9\)"), tempscale(model, lambda n_tokens: tau):
        model(**batch)
    assert "forward" not in vars(model)


@pytest.mark.parametrize("other", [None, "minilm", 3, torch.nn.Linear(2, 2), tf.BertModel])
def test_what_is_no_model_is_refused(other):
    with pytest.raises(InputError, match="tempscale takes an encoder"):
        tempscale(other, 0.5)


def odd(attention):
    """Make a BERT whose second layer attends in a way of its own."""

    class OddAttention(torch.nn.Module):
        def forward(self, states, attention_mask=None, **_):
            return attention(states), None

    model = tf.BertModel(tf.BertConfig(**SHARED)).eval()
    model.encoder.layer[1].attention.self = OddAttention()
    return model


def by_hand(states):
    scores = (states @ states.transpose(-1, -2)).exp()
    return scores / scores.sum(dim=-1, keepdim=True) @ states


def in_rows(states):
    return functional.softmax(states @ states.transpose(-1, -2), dim=-1) @ states


saved = functional.softmax
ODD = {
    "by hand": by_hand,
    "three dimensions": in_rows,
    "torch": lambda x: (torch.softmax(x[:, None] @ x[:, None].mT, -1) @ x[:, None])[:, 0],
    "method": lambda x: ((x[:, None] @ x[:, None].mT).softmax(-1) @ x[:, None])[:, 0],
    "saved": lambda x: (saved(x[:, None] @ x[:, None].mT, -1) @ x[:, None])[:, 0],
    "fused, three dimensions": lambda x: functional.scaled_dot_product_attention(x, x, x),
}


@pytest.mark.parametrize("way", ODD)
def test_attention_that_is_not_understood_is_an_error_that_names_its_class(way):
    with pytest.raises(InputError, match=r"BertModel.*OddAttention|BertModel.*shape \(2, 5"):
        tempscale(odd(ODD[way]), 0.5)


def test_a_model_without_attention_is_an_error_that_names_its_class():
    model = tf.BertModel(tf.BertConfig(**{**SHARED, "num_hidden_layers": 0})).eval()
    with pytest.raises(InputError, match=r"BertModel: no attention .* anywhere in it .*'sdpa'"):
        tempscale(model, 0.5)


def test_a_model_that_does_not_run_on_text_alone_is_refused():
    model = tf.T5Model(
        tf.T5Config(vocab_size=60, d_model=16, d_kv=8, d_ff=24, num_layers=1, num_heads=2)
    )
    with pytest.raises(InputError, match=r"T5Model could not be run.*get_encoder"):
        tempscale(model, 0.5)
    tempscale(model.get_encoder(), 0.5)


def test_another_implementation_is_an_error_that_names_it(model):
    def attention(module, query, key, value, mask, **_):
        scores = (query @ key.mT).exp()
        return (scores / scores.sum(-1, keepdim=True) @ value).transpose(1, 2), None

    tf.AttentionInterface.register("by_hand", attention)
    tf.AttentionMaskInterface.register("by_hand", ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])
    try:
        model.set_attn_implementation("by_hand")
        with pytest.raises(InputError, match=r"BertSelfAttention.*'by_hand'"):
            tempscale(model, 0.5)
    finally:
        del tf.AttentionInterface._global_mapping["by_hand"]
        del tf.AttentionMaskInterface._global_mapping["by_hand"]


def test_a_compiled_model_is_refused(model):
    model.encoder.layer[0].compile(backend="eager")
    whole = torch.compile(tiny("bert", "sdpa"), backend="eager")
    for each, name in ((model, "BertLayer"), (whole, "BertModel")):
        with pytest.raises(InputError, match=f"{name} is compiled"):
            tempscale(each, 0.5)


def test_a_model_whose_layers_change_is_an_error_and_no_guess(model, batch):
    at(model, 0.5, batch)
    del model.encoder.layer[1]
    with pytest.raises(SemshiftError, match=r"BertModel attended 1 times.* for 2 layers"):
        at(model, 0.5, batch)


def test_the_implementation_may_change(model, batch):
    half = at(model, 0.5, batch)
    model.set_attn_implementation("eager")
    real = batch["attention_mask"] != 0
    torch.testing.assert_close(at(model, 0.5, batch)[real], half[real], rtol=0, atol=1e-10)


def test_lengths_come_from_the_mask_of_this_call(model, batch):
    tau = entropy_matched(4)
    expected = at(model, tau, batch)
    with tempscale(model, tau), torch.inference_mode():
        ids, mask = batch.values()
        assert torch.equal(model(ids, mask).last_hidden_state, expected)
        whole = model(ids).last_hidden_state
        vectors = model.get_input_embeddings()(ids)
        assert torch.equal(model(inputs_embeds=vectors).last_hidden_state, whole)
        square = mask[:, None, None].expand(-1, 1, 9, -1).bool()
        with pytest.raises(InputError, match=r"got Tensor of shape \(3, 1, 9, 9\)"):
            model(ids, attention_mask=square)
    assert torch.equal(whole, at(model, tau, {"input_ids": batch["input_ids"]}))
    assert not torch.equal(whole, expected)


def test_added_scores_are_tempered_and_masks_are_not(model, batch):
    # A mask of numbers that a caller adds to the scores holds a bias B and a mask M.
    bias = torch.randn(3, 1, 9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ruled_out = batch["attention_mask"][:, None, None] == 0
    least = torch.finfo(torch.float64).min
    real = batch["attention_mask"] != 0
    for lowest in (least, -math.inf):
        given = {**batch, "attention_mask": bias.masked_fill(ruled_out, lowest)}
        eager = tiny("bert", "eager")
        half = [at(each, [0.5, [0.3, 2]], given)[real] for each in (model, eager)]
        torch.testing.assert_close(*half, rtol=0, atol=1e-10)
        assert half[0].isfinite().all()


def test_a_copy_of_a_tempered_model_is_its_own(model, batch):
    own = hidden(model, batch)
    with tempscale(model, 0.5):
        other = copy.deepcopy(model)
        for weights in other.parameters():
            weights.data.zero_()
        assert torch.equal(hidden(other, batch), torch.zeros_like(own))


def test_a_tempered_model_does_not_go_to_another_process_untempered(model):
    with tempscale(model, 0.5), pytest.raises(InputError, match="in one process"):
        pickle.dumps(model)
    pickle.dumps(model)


def test_a_tempered_model_is_called_with_what_it_always_was(model):
    expected = inspect.signature(model.forward)
    with tempscale(model, 0.5):
        assert inspect.signature(model.forward) == expected


def test_gradient_checkpointing_is_refused(model, batch):
    model.train()
    model.activation_checkpointing_enable()
    with pytest.raises(InputError, match="gradient checkpointing"), tempscale(model, 0.5):
        model(**batch)


def test_a_forward_that_another_library_put_there_is_kept(model, batch):
    calls = []
    plain = model.forward

    def counted(*args, **kwargs):
        calls.append(1)
        return plain(*args, **kwargs)

    half = at(model, 0.5, batch)
    model.forward = counted
    assert torch.equal(at(model, 0.5, batch), half)
    assert model.forward is counted
    assert len(calls) == 1


def test_a_mode_of_torch_does_not_count_a_layer_twice(batch):
    model = tiny("bert", "eager")
    half = at(model, 0.5, batch)
    with torch.device("cpu"):
        assert torch.equal(at(model, 0.5, batch), half)


def test_gradients_and_dropout_go_on_as_before(model, batch):
    model.train()
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    block = tempscale(model, 0.5)
    assert torch.equal(torch.rand(1), expected)
    with block:
        model(**batch).last_hidden_state.sum().backward()
    assert all(layer.attention.self.query.weight.grad.norm() > 0 for layer in model.encoder.layer)


def test_other_attention_in_a_block_is_left_alone(model):
    query = torch.randn(1, 2, 3, 4)
    others = SimpleNamespace(
        fused=functional.scaled_dot_product_attention(query, query, query),
        soft=functional.softmax(query, dim=-1),
    )
    with tempscale(model, 0.5):
        fused = functional.scaled_dot_product_attention(query, query, query)
        assert torch.equal(fused, others.fused)
        assert torch.equal(functional.softmax(query, dim=-1), others.soft)
