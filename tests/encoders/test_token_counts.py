"""What a model read of texts, against the tokenizers themselves."""

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from semshift_nb.encoders.backends.special_tokens import special_ids, unknown_shares
from semshift_nb.encoders.loading.folders import bundled_folder

CHINESE = "黑豹队的防守丢了多少分。贾里德在职业生涯中有多少次擒杀。"
TEXTS = ["a river", CHINESE, f"a river 🪐 {CHINESE} " * 9, "", "[UNK] [SEP] a bank", "a 🪐"]


def by_the_tokenizer(text: str, max_length: int | None) -> tuple[int, bool, float]:
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()))
    whole = tokenizer(text, verbose=False)["input_ids"]
    cut = tokenizer(text, truncation=max_length is not None, max_length=max_length, verbose=False)
    names = tokenizer.convert_ids_to_tokens(cut["input_ids"])
    read = [name for name in names if name not in ("[CLS]", "[SEP]", "[PAD]", "[MASK]")]
    share = read.count("[UNK]") / len(read) if read else 0.0
    return len(whole), len(cut["input_ids"]) < len(whole), share


@pytest.mark.parametrize("max_length", [16, None])
@pytest.mark.parametrize("name", ["minilm", "static"])
def test_what_was_read_is_what_the_tokenizer_says(name, max_length, request):
    encoder = request.getfixturevalue(name).at_length(max_length)
    expected = [by_the_tokenizer(text, encoder.max_length) for text in TEXTS]
    encoding = encoder.encode_with_tokens(TEXTS, no_direction="zero")
    for read in (encoding.tokens, encoder.token_counts(TEXTS)):
        n_tokens, truncated, unknown = zip(*expected, strict=True)
        assert read.n_tokens.tolist() == list(n_tokens)
        assert read.truncated.tolist() == list(truncated)
        np.testing.assert_allclose(read.unknown, unknown, rtol=1e-12)
    assert 0.5 < encoding.unknown[1] < 0.8
    assert encoding.unknown[0] == 0
    assert encoding.tokens.shares() == {
        "truncated_share": np.mean(truncated),
        "unknown_share": pytest.approx(np.mean(unknown)),
    }


def test_attention_tells_what_was_not_known(minilm):
    known, unknown = minilm.attention(["a river", "a 🪐"])
    assert (known.unknown, unknown.unknown) == (0.0, 0.5)


def of_words(kind: str) -> Tokenizer:
    """A tokenizer that knows two words, with its sign for what is unknown in another place."""
    if kind == "word level":
        return Tokenizer(models.WordLevel({"<s>": 0, "?": 1, "a": 2, "b": 3}, unk_token="?"))
    return Tokenizer(models.Unigram([("?", 0.0), ("<s>", 0.0), ("a", -1.0), ("b", -1.0)], unk_id=0))


@pytest.mark.parametrize("kind", ["word level", "unigram"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_any_sign_for_the_unknown_is_found(kind, wrapped):
    plain = of_words(kind)
    plain.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    plain.add_special_tokens(["<s>"])
    ids = [np.array(plain.encode(text).ids) for text in ("<s> a b", "<s> a x", "x", "")]
    tokenizer = (
        PreTrainedTokenizerFast(tokenizer_object=plain, unk_token="?", bos_token="<s>")
        if wrapped
        else plain
    )
    assert unknown_shares(ids, tokenizer).tolist() == [0, 0.5, 1, 0]


def test_bytes_are_never_unknown():
    alphabet = {sign: place for place, sign in enumerate(pre_tokenizers.ByteLevel.alphabet())}
    plain = Tokenizer(models.BPE({**alphabet, "<|end|>": 256}, []))
    plain.pre_tokenizer = pre_tokenizers.ByteLevel()
    ids = [np.array(plain.encode(text).ids) for text in TEXTS]
    # As GPT-2 has it: the sign for the unknown is the one that ends a text.
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=plain, unk_token="<|end|>", eos_token="<|end|>"
    )
    assert special_ids(tokenizer) == {256}
    assert [len(row) > 0 for row in ids] == [bool(text) for text in TEXTS]
    assert not unknown_shares(ids, tokenizer).any()
