"""The store: what is kept, what is told apart, and what happens to damaged files."""

import os
import random
import warnings

import numpy as np
import pyarrow.parquet as pq
import pytest

from semshift_nb.encoders import Store, StoreWarning, TokenCounts, load_encoder
from semshift_nb.encoders.cache import Tally
from semshift_nb.encoders.encoding import Encoding, unit_rows
from semshift_nb.encoders.store import shards as shard_files
from semshift_nb.encoders.store import writer
from semshift_nb.encoders.store.damage import DamagedError
from semshift_nb.encoders.store.key import StoreKey, text_key
from semshift_nb.encoders.store.shards import read_rows, write_shard
from semshift_nb.errors import InputError
from tests.encoders.material import RAGGED, tiny_model

TEXTS = [f"the river number {number} runs to the sea" for number in range(200)]


@pytest.fixture
def small_shards(monkeypatch):
    monkeypatch.setattr(writer, "SHARD_ROWS", 32)
    monkeypatch.setattr(
        "semshift_nb.encoders.backends.static._RUN", {"n_texts": 16, "n_characters": 10**6}
    )


def shards(root):
    return sorted(root.rglob("*.parquet"))


def forbid_computing(encoder, monkeypatch):
    def refuse(*_):
        raise AssertionError("computed again")

    monkeypatch.setattr(encoder.backend, "embed", refuse)


def test_the_second_time_nothing_is_computed(tmp_path, minilm, monkeypatch):
    texts = [*RAGGED, "lone \ud800", "lone \udfff", "nul \x00"]
    first = load_encoder("minilm", device="cpu", store=tmp_path).encode_with_tokens(texts)
    again = load_encoder("minilm", device="cpu", store=tmp_path)
    forbid_computing(again, monkeypatch)
    second = again.encode_with_tokens(texts[::-1])
    np.testing.assert_array_equal(second.vectors[::-1], first.vectors)
    np.testing.assert_array_equal(second.n_tokens[::-1], first.n_tokens)
    np.testing.assert_array_equal(second.truncated[::-1], first.truncated)
    np.testing.assert_allclose(first.vectors, minilm.encode(texts), atol=1e-5)


def test_only_what_is_missing_is_computed(tmp_path, static):
    encoder = load_encoder("static", store=tmp_path)
    encoder.encode(TEXTS[:50])
    computed = []
    embed = encoder.backend.embed
    encoder.backend.embed = lambda texts, *how: computed.extend(texts) or embed(texts, *how)
    vectors = encoder.encode(TEXTS[:60] + TEXTS[:10])
    assert computed == TEXTS[50:60]
    np.testing.assert_allclose(vectors, static.encode(TEXTS[:60] + TEXTS[:10]), atol=1e-6)


def test_what_differs_is_kept_apart(tmp_path):
    model = str(tiny_model(tmp_path / "model", prompts={"query": "find: ", "document": ""}))
    options = [{}, {"max_length": 8}, {"pooling": "cls"}, {"dtype": "bfloat16"}]
    texts = ["a river runs through the old town and on to the sea", "a bank"]
    for number, option in enumerate(options):
        kept = load_encoder(model, device="cpu", store=tmp_path / "store", **option)
        fresh = load_encoder(model, device="cpu", store=None, **option)
        for role in ("document", "query"):
            expected = fresh.encode_with_tokens(texts, role=role)
            for _ in range(2):
                got = kept.encode_with_tokens(texts, role=role)
                np.testing.assert_allclose(got.vectors, expected.vectors, atol=1e-5)
                np.testing.assert_array_equal(got.truncated, expected.truncated)
        assert len(kept.store.spaces()) == 2 * (number + 1)
    spaces = kept.store.spaces()
    assert set(spaces["role"]) == {"document", "query"}
    assert set(spaces["max_length"]) == {8, 32}
    assert set(spaces["pooling"]) == {"mean", "cls"}
    assert set(spaces["dtype"]) == {"float32", "bfloat16"}
    assert (spaces["n_vectors"] == 2).all()


@pytest.mark.parametrize(
    "change",
    [
        {"fingerprint": "b"},
        {"role": "query"},
        {"prompt": "p: "},
        {"max_length": None},
        {"pooling": "max"},
        {"dtype": "float16"},
        {"temperature": 0.9},
    ],
)
def test_every_setting_makes_another_space(change):
    settings = {
        "encoder": "m",
        "fingerprint": "a",
        "role": "document",
        "prompt": "",
        "max_length": 256,
        "pooling": "mean",
        "dtype": "float32",
        "temperature": 1.0,
        "dim": 4,
    }
    assert StoreKey(**settings).id != StoreKey(**{**settings, **change}).id
    assert StoreKey(**settings).id == StoreKey(**{**settings, "encoder": "another name"}).id


def test_keys_tell_malformed_texts_apart():
    texts = ["a", "a\x00", "\ud800", "\udfff", "\N{REPLACEMENT CHARACTER}", ""]
    assert len({text_key(text) for text in texts}) == len(texts)


def test_spaces_are_listed_and_deleted(tmp_path, static):
    store = Store(tmp_path / "store")
    assert store.spaces().empty
    encoder = load_encoder("static", store=store)
    encoder.encode(TEXTS)
    row = store.spaces().iloc[0]
    assert (row["encoder"], row["role"], row["n_vectors"], row["dim"]) == (
        "static",
        "document",
        200,
        384,
    )
    assert row["n_bytes"] == sum(path.stat().st_size for path in tmp_path.rglob("*.*"))
    for wrong in ("nonsense", "..", "", "../store"):
        with pytest.raises(InputError, match="no space"):
            store.delete(wrong)
    store.delete(row["space"])
    assert store.spaces().empty
    np.testing.assert_allclose(encoder.encode(TEXTS), static.encode(TEXTS), atol=1e-6)
    assert store.spaces()["n_vectors"].tolist() == [200]


def test_the_default_store_follows_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "elsewhere"))
    load_encoder("static").encode(["a river"])
    assert len(shards(tmp_path / "elsewhere")) == 1
    monkeypatch.delenv("SEMSHIFT_STORE")
    assert "semshift-nb" in str(load_encoder("static").store.root)


def test_shards_are_ordinary_parquet(tmp_path, static):
    load_encoder("static", store=tmp_path).encode(TEXTS)
    table = pq.read_table(shards(tmp_path)[0]).to_pandas()
    assert list(table.columns) == ["key", "vector", "n_tokens", "truncated", "unknown"]
    assert table["key"][7] == text_key(TEXTS[7])
    np.testing.assert_allclose(np.stack(table["vector"]), static.encode(TEXTS), atol=1e-6)


def test_rows_come_from_any_row_group(tmp_path, monkeypatch):
    rng = np.random.default_rng(0)
    n_texts = 2 * shard_files._ROW_GROUP + 10
    vectors = unit_rows(rng.standard_normal((n_texts, 4)).astype(np.float32))
    encoding = Encoding(
        vectors,
        TokenCounts(np.arange(n_texts), np.arange(n_texts) % 2 == 0, np.arange(n_texts) / n_texts),
    )
    write_shard(tmp_path, [text_key(str(row)) for row in range(n_texts)], encoding)
    rows = np.array([n_texts - 1, 3, 0, shard_files._ROW_GROUP, 3])
    got = read_rows(shards(tmp_path)[0], rows, 4)
    np.testing.assert_array_equal(got.vectors, vectors[rows])
    assert got.n_tokens.tolist() == rows.tolist()
    with pytest.raises(DamagedError, match=r"float>\[4\], expected .*\[5\]"):
        read_rows(shards(tmp_path)[0], rows, 5)


def cut_short(content, rng):
    return content[: rng.randrange(len(content))]


def noise(content, rng):
    damaged = bytearray(content)
    for _ in range(rng.choice([1, 1, 50])):
        damaged[rng.randrange(len(damaged))] ^= rng.randrange(1, 256)
    return bytes(damaged)


def noise_at_the_end(content, rng):
    damaged = bytearray(content)
    damaged[-rng.randrange(1, 2000)] ^= rng.randrange(1, 256)
    return bytes(damaged)


@pytest.mark.parametrize("damage", [cut_short, noise, noise_at_the_end])
@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_shard_is_noticed_set_aside_and_done_again(
    tmp_path, static, small_shards, monkeypatch, damage, seed
):
    rng = random.Random(seed)
    load_encoder("static", store=tmp_path).encode(TEXTS)
    hurt = rng.choice(shards(tmp_path))
    sound = len(shards(tmp_path))
    hurt.write_bytes(damage(hurt.read_bytes(), rng))
    encoder = load_encoder("static", store=tmp_path)
    with pytest.warns(StoreWarning, match="is damaged.*set aside"):
        vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)
    assert [path.name for path in tmp_path.rglob("*.corrupt")] == [f"{hurt.name}.corrupt"]
    assert len(shards(tmp_path)) == sound
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        forbid_computing(encoder, monkeypatch)
        encoder.encode(TEXTS)
        load_encoder("static", store=tmp_path).encode(TEXTS)


def test_an_empty_shard_and_foreign_files_do_no_harm(tmp_path, static):
    encoder = load_encoder("static", store=tmp_path)
    encoder.encode(TEXTS[:10])
    folder = shards(tmp_path)[0].parent
    (folder / "empty.parquet").touch()
    (folder / "notes.txt").write_text("mine", encoding="utf8")
    (tmp_path / "stray").touch()
    with pytest.warns(StoreWarning, match="is damaged"):
        vectors = encoder.encode(TEXTS)
    np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)
    assert (folder / "notes.txt").exists()


def test_a_shard_of_another_layout_is_set_aside(tmp_path):
    import pyarrow as pa

    encoder = load_encoder("static", store=tmp_path)
    encoder.encode(TEXTS[:10])
    folder = shards(tmp_path)[0].parent
    pq.write_table(pa.table({"key": ["a"], "vector": [1.0]}), folder / "other.parquet")
    with pytest.warns(StoreWarning, match="its columns are"):
        encoder.encode(TEXTS)


def test_a_description_that_is_lost_is_written_again(tmp_path):
    encoder = load_encoder("static", store=tmp_path)
    encoder.encode(TEXTS[:10])
    description = next(tmp_path.rglob("space.json"))
    description.write_text("{ noise", encoding="utf8")
    assert encoder.store.spaces()["n_vectors"].tolist() == [10]
    with pytest.warns(StoreWarning, match="set aside"):
        encoder.encode(TEXTS)
    assert encoder.store.spaces()["encoder"].tolist() == ["static"]


def test_what_a_killed_run_left_is_removed_when_it_is_old(tmp_path):
    encoder = load_encoder("static", store=tmp_path)
    encoder.encode(TEXTS[:10])
    folder = shards(tmp_path)[0].parent
    old, young = (folder / f".tmp-{digit * 32}" for digit in "0f")
    old.write_bytes(b"half a shard")
    young.write_bytes(b"somebody is writing this")
    os.utime(old, (0, 0))
    encoder.encode(TEXTS)
    assert not old.exists()
    assert young.exists()


def test_an_interrupted_run_keeps_what_it_had(tmp_path, small_shards):
    encoder = load_encoder("static", store=tmp_path)
    embed = encoder.backend.embed

    def interrupted(*arguments):
        for number, batch in enumerate(embed(*arguments)):
            if number == 5:
                raise KeyboardInterrupt
            yield batch

    encoder.backend.embed = interrupted
    with pytest.raises(KeyboardInterrupt):
        encoder.encode(TEXTS)
    assert encoder.store.spaces()["n_vectors"].tolist() == [5 * 16]


def test_another_process_is_noticed(tmp_path, monkeypatch):
    first, second = (load_encoder("static", store=tmp_path) for _ in range(2))
    expected = first.encode(TEXTS[:50])
    second.encode(TEXTS[50:])
    expected = np.concatenate([expected, second.encode(TEXTS[50:])])
    for encoder in (first, second):
        forbid_computing(encoder, monkeypatch)
        np.testing.assert_array_equal(encoder.encode(TEXTS), expected)


def test_a_tally_counts_what_the_store_had(tmp_path):
    tally = Tally()
    encoder = load_encoder("static", store=tmp_path).counting(tally)
    encoder.encode(["a river", "a bank", "a river"])
    assert (tally.n_asked, tally.n_known) == (2, 0)
    encoder.encode(["a river", "a boat"])
    assert (tally.n_asked, tally.n_known) == (4, 1)
    assert str(tally) == "1 of 4 vectors (25%) were in the store"
