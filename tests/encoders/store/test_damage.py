"""Stores that were tampered with: each damage is told once, set aside, and the vectors are right.

Shards are forged with a right sha256 in their name: only what they hold gives them away.
"""

import contextlib
import hashlib
import json
import os
import warnings
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from semshift_nb.cli import app
from semshift_nb.encoders import Store, StoreWarning, TokenCounts, load_encoder
from semshift_nb.encoders.cache import VectorCache
from semshift_nb.encoders.encoding import Encoding
from semshift_nb.encoders.store.key import text_key
from semshift_nb.encoders.store.shards import write_shard

TEXTS = [f"the river number {number} runs to the sea" for number in range(20)]


@pytest.fixture
def space(tmp_path, static):
    """A space with one shard of all texts."""
    anew(static, tmp_path / "store").encode(TEXTS)
    (folder,) = (tmp_path / "store").iterdir()
    return folder


@pytest.fixture
def device(tmp_path):
    """A device that never ends when read, where this process may make one."""
    path = tmp_path / "device"
    with contextlib.suppress(OSError):
        os.mknod(path, 0o20666, os.makedev(1, 5))
        return path
    path.symlink_to("/dev/zero")
    return path


def anew(encoder, root):
    """Give the encoder that another process would have loaded, without loading it."""
    return replace(encoder, cache=VectorCache(Store(root)))


def shard(folder):
    (path,) = folder.glob("*.parquet")
    return path


def encoded_with_warnings(folder, static, texts=TEXTS):
    """Encode as another process; return the vectors and what was warned of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        vectors = anew(static, folder.parent).encode(texts)
    assert {warning.category for warning in caught} <= {StoreWarning}, caught
    return vectors, [str(warning.message) for warning in caught]


def assert_mended(folder, static, told):
    """Check that the damage is told once, nothing of it is taken, and all is well afterwards."""
    vectors, messages = encoded_with_warnings(folder, static)
    np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)
    assert len(messages) == 1, messages
    assert told in messages[0]
    assert "is set aside" in messages[0]
    again, messages = encoded_with_warnings(folder, static)
    assert not messages
    np.testing.assert_array_equal(again, vectors)
    assert not Store(folder.parent).damage()
    assert Store(folder.parent).spaces()["n_vectors"].tolist() == [len(TEXTS)]


def named_by_content(table, **options):
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **{"use_dictionary": False, **options})
    content = sink.getvalue().to_pybytes()
    return f"{hashlib.sha256(content).hexdigest()}.parquet", content


def forge(path, table, **options):
    """Put another file in a shard's place, with its sha256 for a name."""
    path.unlink()
    name, content = named_by_content(table, **options)
    path.with_name(name).write_bytes(content)


def with_column(table, name, column):
    return table.set_column(table.schema.get_field_index(name), name, column)


def with_rows(table, change):
    """Change some of the vectors."""
    vectors = np.stack(table["vector"].to_numpy()).astype(np.float32)
    change(vectors)
    numbers = pa.array(vectors.reshape(-1))
    return with_column(table, "vector", pa.FixedSizeListArray.from_arrays(numbers, 384))


def scaled(vectors):
    vectors[7] *= 1.001


def planted(number):
    def plant(vectors):
        vectors[7, 3] = number

    return plant


def zero(vectors):
    vectors[7] = 0


def a_null(table, name):
    values = table[name].to_pylist()
    values[7] = None
    return with_column(table, name, pa.array(values, table.schema.field(name).type))


def a_null_number(table):
    rows = table["vector"].to_pylist()
    rows[7][3] = None
    return with_column(table, "vector", pa.array(rows, table.schema.field("vector").type))


def as_type(table, name, type_):
    return with_column(table, name, table[name].cast(type_))


def as_lists(table):
    return as_type(table, "vector", pa.list_(pa.float32()))


def text_for(table, name):
    return with_column(table, name, pa.array(["x"] * len(table)))


def of_another_dim(table):
    vectors = pa.FixedSizeListArray.from_arrays(pa.array(np.ones(40, np.float32)), 2)
    return with_column(table, "vector", vectors)


FORGERIES = {
    "a column too few": (lambda table: table.drop_columns(["truncated"]), "its columns are"),
    "a column too many": (lambda table: table.append_column("x", table["key"]), "its columns"),
    "no columns": (lambda _: pa.table({}), "its columns are"),
    "no rows": (lambda table: table.slice(0, 0), "it claims 0 rows"),
    "another order": (lambda table: table.select(table.column_names[::-1]), "its columns are"),
    "string keys": (lambda table: text_for(table, "key"), "'key' is string"),
    "string vectors": (lambda table: text_for(table, "vector"), "'vector' is string"),
    "string tokens": (lambda table: text_for(table, "n_tokens"), "'n_tokens' is string"),
    "string flags": (lambda table: text_for(table, "truncated"), "'truncated' is string"),
    "doubles": (lambda table: as_type(table, "vector", pa.list_(pa.float64(), 384)), "double"),
    "lists": (as_lists, "'vector' is list"),
    "another dim": (of_another_dim, "[2], expected"),
    "a null key": (lambda table: a_null(table, "key"), "'key' has 19 of 20"),
    "a null vector": (lambda table: a_null(table, "vector"), ""),
    "a null number": (a_null_number, "lack 1 of"),
    "a null count": (lambda table: a_null(table, "n_tokens"), "'n_tokens' has 19 of 20"),
    "a null flag": (lambda table: a_null(table, "truncated"), "'truncated' has 19 of 20"),
    "a share above 1": (
        lambda table: with_column(table, "unknown", pa.array([1.5] * 20)),
        "unknown tokens in it is not from 0 to 1",
    ),
    "a NaN": (lambda table: with_rows(table, planted(np.nan)), "length nan"),
    "infinity": (lambda table: with_rows(table, planted(np.inf)), "length inf"),
    "a huge number": (lambda table: with_rows(table, planted(3e38)), "length 3e+38"),
    "a zero row": (lambda table: with_rows(table, zero), "length 0"),
    "a long row": (lambda table: with_rows(table, scaled), "length 1.001"),
    "negative tokens": (
        lambda table: with_column(table, "n_tokens", pa.array([-1] * len(table))),
        "-1 tokens",
    ),
    "of another space": (
        lambda table: table.replace_schema_metadata({"space": "0" * 32}),
        "another space, 000",
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_shard_is_set_aside(space, static, name):
    change, told = FORGERIES[name]
    path = shard(space)
    forge(path, change(pq.read_table(path)))
    assert_mended(space, static, told)


def test_other_row_groups_are_set_aside(space, static):
    path = shard(space)
    forge(path, pq.read_table(path), row_group_size=7)
    assert_mended(space, static, "row groups have [7, 7, 6] rows")


def test_a_shard_of_an_earlier_version_is_taken(space, static):
    path = shard(space)
    forge(path, pq.read_table(path).replace_schema_metadata(None))
    _, messages = encoded_with_warnings(space, static)
    assert not messages
    assert Store(space.parent).spaces()["n_vectors"].tolist() == [20]


def test_a_shard_that_was_copied_from_another_space_is_set_aside(tmp_path, space, static):
    other = load_encoder("static", store=tmp_path / "other", max_length=3)
    other.encode(TEXTS)
    shard(space).unlink()
    path = next((tmp_path / "other").rglob("*.parquet"))
    path.rename(space / path.name)
    assert_mended(space, static, "it belongs to another space")


def test_what_a_damaged_shard_lost_is_taken_from_a_sound_one(space, static, monkeypatch):
    """Two shards have the same texts, and the one that is looked at first is damaged."""
    sound = shard(space)
    table = with_rows(pq.read_table(sound), zero)
    for count in range(1000):
        table = with_column(table, "n_tokens", pa.array([count] * len(table)))
        name, content = named_by_content(table)
        if name < sound.name:
            break
    (space / name).write_bytes(content)
    monkeypatch.setattr(static.backend, "embed", lambda *_: pytest.fail("computed again"))
    vectors, messages = encoded_with_warnings(space, static)
    monkeypatch.undo()
    assert "length 0" in messages[0]
    np.testing.assert_allclose(vectors, static.encode(TEXTS), atol=1e-6)


def test_a_shard_of_an_earlier_version_is_read_and_its_unknown_tokens_are_counted(
    space, static, monkeypatch
):
    texts = [*TEXTS[:5], "a river 🪐"]
    anew(static, space.parent).encode(texts)
    expected = static.encode_with_tokens(texts)
    for path in list(space.glob("*.parquet")):
        forge(path, pq.read_table(path).drop_columns(["unknown"]))
    monkeypatch.setattr(static.backend, "embed", lambda *_: pytest.fail("computed again"))
    read = anew(static, space.parent).encode_with_tokens(texts)
    np.testing.assert_array_equal(read.vectors, expected.vectors)
    assert read.unknown.tolist() == expected.unknown.tolist() == [0] * 5 + [1 / 3]


def test_too_many_rows_for_the_bytes_are_not_unpacked(space, static):
    """A dictionary makes gigabytes of a small file."""
    path = shard(space)
    forge(
        path, with_rows(pq.read_table(path), lambda vectors: vectors.fill(0)), use_dictionary=True
    )
    assert_mended(space, static, "it claims 20 rows in")


def test_vectors_that_are_not_unit_are_not_kept_either(space, static):
    """What is read as damage is never written, or each run would set it aside anew."""
    short = Encoding(np.full((1, 384), 1e-3, np.float32), TokenCounts.blank(1))
    assert not short.is_unit.any()
    shard(space).unlink()
    write_shard(space, [text_key(TEXTS[0])], short)
    assert_mended(space, static, "expected 1")


def in_place(path, kind, device):
    """Put what is no file in a file's place."""
    path.unlink()
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "device":
        device.rename(path)
    elif kind == "circle":
        path.symlink_to(path)
    else:
        (path / "inside").mkdir(parents=True)


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "circle"])
def test_no_file_in_a_shards_place(space, static, device, kind):
    path = shard(space)
    in_place(path, kind, device)
    ((_, (what,)),) = Store(space.parent).damage().items()
    assert "not a file" in what
    assert_mended(space, static, "not a file")


def test_a_second_folder_finds_a_name_to_be_set_aside_under(space, static, device):
    path = shard(space)
    for _ in range(2):
        in_place(path, "folder", device)
        assert_mended(space, static, "it is a folder, not a file")
    assert len(list(space.glob("*.corrupt"))) == 2


DESCRIPTIONS = {
    "list": "[]",
    "null": "null",
    "string": '"x"',
    "number": "1e400",
    "nested": "[" * 100_000,
    "objects": '{"a":' * 100_000,
    "other keys": '{"dim": 4}',
    "no text": b"\xff\x00\xfe",
    "nothing": "",
    "many digits": '{"dim": ' + "9" * 5000 + "}",
}
VALUES = [None, [], {}, float("inf"), float("nan"), 10**30, "\x1b[31m", True, -1, [[1]]]


@pytest.mark.parametrize("content", DESCRIPTIONS.values(), ids=DESCRIPTIONS)
def test_any_description_is_listed_set_aside_and_written_again(space, static, content):
    description = space / "space.json"
    sound = description.read_bytes()
    description.write_bytes(content if isinstance(content, bytes) else content.encode())
    store = Store(space.parent)
    spaces = store.spaces()
    assert spaces["n_vectors"].tolist() == [20]
    assert spaces["encoder"].isna().all()
    ((name, (what,)),) = store.damage().items()
    assert (name, what[:10]) == (space.name, "space.json")
    _, messages = encoded_with_warnings(space, static)
    assert not messages, "it is not needed to read vectors"
    _, messages = encoded_with_warnings(space, static, [*TEXTS, "one more"])
    assert len(messages) == 1
    assert description.read_bytes() == sound
    assert not store.damage()


def test_any_value_in_a_description(space):
    description = space / "space.json"
    settings = json.loads(description.read_text(encoding="utf8"))
    for name in settings:
        for value in VALUES:
            if name == "encoder" and isinstance(value, str):
                continue  # it is called what it is called
            if settings[name] == value and type(settings[name]) is type(value):
                continue
            description.write_text(json.dumps({**settings, name: value}), encoding="utf8")
            assert Store(space.parent).damage(), (name, value)
            assert len(Store(space.parent).spaces()) == 1


@pytest.mark.parametrize("kind", ["fifo", "device", "folder", "circle"])
def test_no_file_in_a_descriptions_place(space, static, device, kind):
    in_place(space / "space.json", kind, device)
    listing = CliRunner().invoke(app, ["store"], env={"SEMSHIFT_STORE": str(space.parent)})
    assert listing.exit_code == 0, listing.output
    assert f"damaged: {space.name}: space.json: it is a " in listing.stdout
    command = ["store", "delete", space.name]
    asked = CliRunner().invoke(app, command, env={"SEMSHIFT_STORE": str(space.parent)}, input="n")
    assert "20 vectors of an unknown encoder?" in asked.stdout
    _, messages = encoded_with_warnings(space, static, [*TEXTS, "one more"])
    assert len(messages) == 1
    assert not Store(space.parent).damage()


def test_a_space_that_is_a_link_is_not_followed(tmp_path, space, static):
    elsewhere = tmp_path / "elsewhere"
    space.rename(elsewhere)
    space.symlink_to(elsewhere)
    before = {path.name: path.read_bytes() for path in elsewhere.iterdir()}
    assert Store(space.parent).damage() == {
        space.name: ["it is a link; of a store, only its root may be one"]
    }
    assert_mended(space, static, "it is a link")
    assert {path.name: path.read_bytes() for path in elsewhere.iterdir()} == before


def test_deleting_a_link_leaves_what_it_leads_to(tmp_path, space):
    elsewhere = tmp_path / "elsewhere"
    space.rename(elsewhere)
    space.symlink_to(elsewhere)
    Store(space.parent).delete(space.name)
    assert not space.is_symlink()
    assert shard(elsewhere).exists()


def test_the_root_may_be_a_link(tmp_path, space, static, monkeypatch):
    (tmp_path / "link").symlink_to(space.parent)
    assert not Store(tmp_path / "link").damage()
    monkeypatch.setattr(static.backend, "embed", lambda *_: pytest.fail("computed again"))
    assert len(anew(static, tmp_path / "link").encode(TEXTS)) == 20


@pytest.mark.parametrize("make", ["touch", "fifo"])
def test_no_folder_in_a_spaces_place(tmp_path, space, static, make):
    space.rename(tmp_path / "away")
    os.mkfifo(space) if make == "fifo" else space.touch()
    assert_mended(space, static, "not a folder")
