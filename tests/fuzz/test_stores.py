"""Generated stores with random damage: vectors are right, and what was good is kept.

`SEMSHIFT_FUZZ` multiplies the number of stores. What is planted with a right name is never a unit
vector: of those nothing tells a wrong one from a right one.
"""

import hashlib
import os
import random
import shutil
import warnings
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from semshift_nb.encoders import Encoder, Store, StoreWarning, load_encoder
from semshift_nb.encoders.cache import VectorCache

STORES = 10 * int(os.environ.get("SEMSHIFT_FUZZ", "1"))
TEXTS = [f"the river number {number} runs to the sea" for number in range(60)]
GROUPS = [TEXTS[start : start + 15] for start in range(0, 60, 15)]


@pytest.fixture(scope="module")
def encoders():
    """Two spaces of one model, which have other vectors for the same texts."""
    encoder = load_encoder("static", store=None)
    return [encoder, load_encoder("static", store=None, max_length=3)]


@pytest.fixture(scope="module")
def truth(encoders):
    return [encoder.encode(TEXTS) for encoder in encoders]


@pytest.fixture(scope="module")
def sound(encoders, tmp_path_factory):
    """A store of both spaces, four shards each, to be copied and hurt."""
    root = tmp_path_factory.mktemp("sound")
    for encoder in encoders:
        for group in GROUPS:
            kept_in(root, encoder).encode(group)
    return root


def kept_in(root, encoder: Encoder) -> Encoder:
    """Give the encoder that another process would have loaded."""
    return replace(encoder, cache=VectorCache(Store(root)))


def files(root):
    return sorted(path for path in root.rglob("*") if path.is_file())


def shards(root):
    return sorted(path for path in root.rglob("*.parquet") if path.is_file())


def flip(root, rng):
    path = rng.choice(files(root))
    content = bytearray(path.read_bytes())
    for _ in range(rng.choice([1, 1, 30])):
        # Half of them where a Parquet file tells of itself.
        span = len(content) if rng.random() < 0.5 else min(len(content), 1500)
        if span:
            content[-rng.randrange(1, span + 1)] ^= rng.randrange(1, 256)
    path.write_bytes(content)


def truncate(root, rng):
    path = rng.choice(files(root))
    os.truncate(path, rng.randrange(path.stat().st_size + 1))


def append(root, rng):
    with rng.choice(files(root)).open("ab") as file:
        file.write(rng.randbytes(rng.choice([1, 8, 5000])))


def swap(root, rng):
    """Swap two files, of whatever kinds and spaces."""
    one, other = rng.choice(files(root)), rng.choice(files(root))
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def copy_across(root, rng):
    """Copy a file to another folder, under its name."""
    path = rng.choice(files(root))
    folder = rng.choice([folder for folder in root.iterdir() if folder.is_dir()])
    if folder != path.parent and not (folder / path.name).is_dir():
        shutil.copy(path, folder / path.name)


def plant(root, rng):
    """Change rows, and give the shard the name that its content asks for."""
    path = rng.choice(shards(root) or [None])
    try:
        table = pq.read_table(path)
        vectors = np.stack(table["vector"].to_numpy()).astype(np.float32)
    except (OSError, TypeError, ValueError, KeyError, pa.ArrowException):
        return  # there is none, or it is hurt already
    rows = rng.sample(range(len(vectors)), rng.randrange(1, len(vectors) + 1))
    bad = [0.0, 1e-30, 3e38, np.nan, np.inf, -np.inf]
    scale = [vectors[rows] * rng.choice([0.5, 1.01, -3.0]), rng.choice(bad)]
    vectors[rows] = rng.choice(scale)
    numbers = pa.FixedSizeListArray.from_arrays(pa.array(vectors.reshape(-1)), vectors.shape[1])
    place = table.schema.get_field_index("vector")
    sink = pa.BufferOutputStream()
    groups = rng.choice([1024, 1024, 5])
    pq.write_table(
        table.set_column(place, "vector", numbers),
        sink,
        use_dictionary=False,
        row_group_size=groups,
    )
    content = sink.getvalue().to_pybytes()
    path.unlink()
    path.with_name(f"{hashlib.sha256(content).hexdigest()}.parquet").write_bytes(content)


def replace_by_none(root, rng):
    """Put a pipe, a folder or a link in the place of a file or of a space."""
    path = rng.choice([*files(root), *root.iterdir()])
    away = root.with_name(f"{root.name}-away-{rng.randrange(10**9)}")
    path.rename(away)
    kind = rng.choice(["pipe", "folder", "link", "file", "nothing", "loop"])
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_bytes(rng.randbytes(50))
    elif kind in ("link", "loop"):
        path.symlink_to(away if kind == "link" else path)


def describe(root, rng):
    """Write any JSON for a description."""
    values = [
        "[]",
        "null",
        "1e400",
        "[" * 100_000,
        '{"dim": 1e400}',
        '{"a": {}}',
        "",
        "\x00",
        "NaN",
    ]
    folder = rng.choice(list(root.iterdir()))
    path = folder / "space.json"
    if folder.is_dir() and (path.is_file() or not os.path.lexists(path)):
        path.write_text(rng.choice(values), encoding="utf8")


DAMAGES = [flip, truncate, append, swap, copy_across, plant, replace_by_none, describe]


def untouched(sound, root):
    """Find the shards that are whole and where they were."""
    return [
        path.relative_to(sound)
        for path in shards(sound)
        if (root / path.relative_to(sound)).is_file()
        and not (root / path.relative_to(sound)).parent.is_symlink()
        and (root / path.relative_to(sound)).read_bytes() == path.read_bytes()
    ]


@pytest.mark.parametrize("seed", range(STORES))
def test_a_damaged_store_gives_right_vectors(tmp_path, sound, encoders, truth, seed):
    rng = random.Random(seed)
    root = tmp_path / "store"
    shutil.copytree(sound, root)
    for _ in range(rng.choice([1, 2, 5])):
        if files(root):
            rng.choice(DAMAGES)(root, rng)
    good = untouched(sound, root)
    # A text that no store has makes the store be written to, descriptions and all.
    for told, texts in (("ignore", [*TEXTS, "one more"]), ("error", TEXTS)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter(told, StoreWarning)
            assert len(Store(root).damage()) <= len(Store(root).spaces())
            for encoder, expected in zip(encoders, truth, strict=True):
                vectors = kept_in(root, encoder).encode(texts)
                np.testing.assert_allclose(vectors[: len(TEXTS)], expected, atol=1e-6)
    for path in good:
        assert (root / path).read_bytes() == (sound / path).read_bytes(), "what was good is lost"
    assert not Store(root).damage()
    assert Store(root).spaces()["n_vectors"].min() >= len(TEXTS)
