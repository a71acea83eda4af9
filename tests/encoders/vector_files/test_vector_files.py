"""Files of vectors: every format gives the same rows, a batch at a time."""

import json
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch

from semshift_nb.encoders import holds_vectors, open_vectors
from semshift_nb.errors import InputError


@pytest.fixture
def rows() -> np.ndarray:
    return np.random.default_rng(0).standard_normal((1003, 7)).astype(np.float32)


def in_parquet(path: Path, rows: np.ndarray, *, fixed: bool, name: str = "embedding") -> None:
    numbers = pa.array(rows.reshape(-1))
    if fixed:
        lists = pa.FixedSizeListArray.from_arrays(numbers, rows.shape[1])
    else:
        offsets = np.arange(0, rows.size + 1, rows.shape[1], dtype=np.int32)
        lists = pa.ListArray.from_arrays(pa.array(offsets), numbers)
    ids = pa.array([f"d{i}" for i in range(len(rows))])
    pq.write_table(pa.table({"doc_id": ids, name: lists}), path, row_group_size=100)


WRITERS = {
    "rows.npy": np.save,
    "columns.npy": lambda path, rows: np.save(path, np.asfortranarray(rows)),
    "big_endian.npy": lambda path, rows: np.save(path, rows.astype(rows.dtype.newbyteorder(">"))),
    "stored.npz": lambda path, rows: np.savez(path, ids=np.arange(len(rows)), vectors=rows),
    "columns.npz": lambda path, rows: np.savez(path, a=np.eye(3)[0], v=np.asfortranarray(rows)),
    "packed.npz": lambda path, rows: np.savez_compressed(path, vectors=rows),
    "packed_columns.npz": lambda path, rows: np.savez_compressed(path, np.asfortranarray(rows)),
    "lists.parquet": lambda path, rows: in_parquet(path, rows, fixed=False),
    "fixed.parquet": lambda path, rows: in_parquet(path, rows, fixed=True),
    "tensors.safetensors": lambda path, rows: save_file({"embeddings": rows}, path),
}


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8"])
def test_every_format_gives_the_rows(name, dtype, rows, tmp_path):
    rows = (20 * rows).astype(dtype)
    WRITERS[name](tmp_path / name, rows)
    found = open_vectors(tmp_path / name)
    assert (found.n_vectors, found.dim) == rows.shape
    assert found.dtype == dtype
    for n_rows in (1, 250, 5000):
        batches = list(found.batches(n_rows))
        assert {len(batch) for batch in batches[:-1]} <= {n_rows}
        whole = np.concatenate(batches)
        assert whole.dtype == rows.dtype
        np.testing.assert_array_equal(whole, rows)


def test_bfloat16_comes_in_float32(rows, tmp_path):
    tensor = torch.tensor(rows).bfloat16()
    save_torch({"x": tensor}, tmp_path / "x.safetensors")
    found = open_vectors(tmp_path / "x.safetensors")
    assert found.dtype == "bfloat16"
    (batch,) = found.batches()
    np.testing.assert_array_equal(batch, tensor.float().numpy())


@pytest.mark.parametrize("ending", [".npz", ".safetensors", ".parquet"])
def test_of_several_matrices_one_must_be_named(ending, rows, tmp_path):
    path = tmp_path / f"two{ending}"
    pair = {"queries": rows[:4], "documents": rows}
    if ending == ".npz":
        np.savez(path, **pair)
    elif ending == ".safetensors":
        save_file(pair, path)
    else:
        columns = {name: pa.array(list(rows)) for name in pair}
        pq.write_table(pa.table(columns), path)
    with pytest.raises(InputError, match=r"several arrays: .*'queries'.*array=") as raised:
        open_vectors(path)
    assert "'documents'" in str(raised.value)
    found = open_vectors(path, array="documents")
    assert (found.array, found.n_vectors) == ("documents", len(rows))
    np.testing.assert_array_equal(np.concatenate(list(found.batches(100))), rows)
    with pytest.raises(InputError, match="holds no array 'texts', but '"):
        open_vectors(path, array="texts")


def test_a_matrix_among_other_shapes_is_found(rows, tmp_path):
    np.savez(tmp_path / "a.npz", ids=np.arange(3), cube=np.zeros((2, 2, 2)), vectors=rows)
    assert open_vectors(tmp_path / "a.npz").array == "vectors"
    with pytest.raises(
        InputError, match=r"'cube' \(float64 of shape \(2, 2, 2\)\).*expected a mat"
    ):
        open_vectors(tmp_path / "a.npz", array="cube")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.zeros((2, 3, 4)), r"holds float64 of shape \(2, 3, 4\), expected a matrix of numbers"),
        (np.zeros(5), r"of shape \(5,\), expected a matrix"),
        (np.zeros((5, 0)), r"of shape \(5, 0\), expected a matrix"),
        (np.array([["a", "b"]]), r"holds <U1 of shape \(1, 2\), expected a matrix of numbers"),
        (np.zeros((2, 2), complex), "holds complex128"),
    ],
)
def test_what_is_no_matrix_is_told(array, message, tmp_path):
    np.save(tmp_path / "a.npy", array)
    with pytest.raises(InputError, match=message):
        open_vectors(tmp_path / "a.npy")


def test_pickles_are_never_opened(tmp_path):
    objects = np.array([[{"a": 1}, None]], dtype=object)
    np.save(tmp_path / "a.npy", objects, allow_pickle=True)
    np.savez(tmp_path / "a.npz", a=objects)
    for name in ("a.npy", "a.npz"):
        with pytest.raises(InputError, match="object of shape"):
            open_vectors(tmp_path / name)


@pytest.mark.parametrize("name", ["a.npy", "a.npz", "a.parquet", "a.safetensors"])
@pytest.mark.parametrize("content", [b"", b"text, not numbers", b"PK\x05\x06" + bytes(18)])
def test_files_of_another_kind_are_told(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"cannot be read|holds no array at all"):
        open_vectors(tmp_path / name)


@pytest.mark.parametrize("name", ["rows.npy", "columns.npy", "stored.npz", "packed.npz"])
def test_a_file_cut_off_is_told(name, rows, tmp_path):
    path = tmp_path / name
    WRITERS[name](path, rows)
    if name.endswith(".npy"):
        path.write_bytes(path.read_bytes()[:-9000])
        with pytest.raises(InputError, match=r"ends after \d+ of 1003 vectors: it was cut off"):
            list(open_vectors(path).batches(100))
        return
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content[: len(content) - 60] if name == "stored.npz" else content)
    with pytest.raises(InputError, match=r"cannot be read|is damaged"):
        list(open_vectors(path).batches(100))


def test_safetensors_with_a_head_that_lies_are_told(tmp_path):
    head = json.dumps({"x": {"dtype": "F32", "shape": [10, 4], "data_offsets": [0, 160]}}).encode()
    (tmp_path / "x.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + bytes(20))
    with pytest.raises(InputError, match=r"cannot be read as a \.safetensors file"):
        open_vectors(tmp_path / "x.safetensors")


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ([[1.0, 2.0]] * 150 + [[1.0]] + [[1.0, 2.0]] * 9, "row 150 holds a list of 1 number, exp"),
        ([[1.0, 2.0]] * 150 + [None], "row 150 holds no list, expected 2 as in row 0"),
        ([[1.0, 2.0]] * 130 + [[1.0, None]], "row 130 holds a missing number"),
    ],
)
def test_lists_that_make_no_matrix_are_named_by_row(lists, message, tmp_path):
    pq.write_table(pa.table({"v": lists}), tmp_path / "v.parquet", row_group_size=40)
    with pytest.raises(InputError, match=message):
        list(open_vectors(tmp_path / "v.parquet").batches(100))


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"text": ["a"]}, "holds no array at all, expected a matrix"),
        ({"v": [["a", "b"]]}, r"'v' \(string of shape \(1, 2\)\)"),
        ({"v": [[]]}, r"of shape \(1, 0\)"),
        ({"v": pa.array([], pa.list_(pa.float32()))}, r"of shape \(0, 0\)"),
    ],
)
def test_parquet_without_vectors_is_told(columns, message, tmp_path):
    pq.write_table(pa.table(columns), tmp_path / "v.parquet")
    with pytest.raises(InputError, match=message):
        open_vectors(tmp_path / "v.parquet")


def test_paths_are_checked(tmp_path):
    for name in ("vectors.docx", "vectors", "."):
        with pytest.raises(
            InputError, match="is no file of vectors; expected a file that ends with"
        ):
            open_vectors(tmp_path / name)
    with pytest.raises(InputError, match=r"nowhere\.npy is not there"):
        open_vectors(tmp_path / "nowhere.npy")


def test_which_files_hold_vectors(rows, tmp_path):
    assert holds_vectors("a.npy")
    assert holds_vectors("b.SAFETENSORS")
    assert not holds_vectors("wikipedia")
    assert not holds_vectors(tmp_path / "nowhere.parquet")
    in_parquet(tmp_path / "v.parquet", rows, fixed=True)
    assert holds_vectors(tmp_path / "v.parquet")
    pq.write_table(pa.table({"text": ["a"]}), tmp_path / "t.parquet")
    assert not holds_vectors(tmp_path / "t.parquet")
    pq.write_table(pa.table({"text": ["a"], "embedding": [[1.0]]}), tmp_path / "both.parquet")
    assert not holds_vectors(tmp_path / "both.parquet")


def test_batches_hold_at_least_a_row(rows, tmp_path):
    np.save(tmp_path / "a.npy", rows)
    with pytest.raises(InputError, match="n_rows is 0"):
        open_vectors(tmp_path / "a.npy").batches(0)
