"""Vectors in text, and files that hold them in a way that is explained instead of read."""

import json
import pickle
import shlex
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.io
import scipy.sparse
import torch
from gensim.models import KeyedVectors

from semshift_nb.encoders import holds_vectors, open_vectors
from semshift_nb.encoders.vector_files.vector_files import found_vectors
from semshift_nb.errors import InputError, at_the_command_line

ROWS = np.random.default_rng(0).standard_normal((23, 5))
WORDS = [f"w{i}" for i in range(len(ROWS))]
NAMED = pd.DataFrame(ROWS, columns=[f"x_{i}" for i in range(5)])


def in_word2vec(path: Path) -> None:
    vectors = KeyedVectors(5)
    vectors.add_vectors(WORDS, ROWS.astype(np.float32))
    vectors.save_word2vec_format(path, binary=False)


def in_lists(path: Path, write) -> None:
    frame = pd.DataFrame({"id": WORDS, "embedding": [write(row) for row in ROWS]})
    frame.to_csv(path, index=False)


WRITERS = {
    "bare.csv": lambda path: np.savetxt(path, ROWS, delimiter=","),
    "bare.tsv": lambda path: np.savetxt(path, ROWS, delimiter="\t"),
    "pandas.csv": lambda path: pd.DataFrame(ROWS).to_csv(path, index=False),
    "index.csv": lambda path: pd.DataFrame(ROWS).to_csv(path),
    "words.csv": lambda path: pd.DataFrame(ROWS, index=WORDS).to_csv(path, header=False),
    "named.csv": lambda path: NAMED.assign(year=2026, note="a, b").to_csv(path, index=False),
    "lists.csv": lambda path: in_lists(path, list),
    "numpy.csv": lambda path: in_lists(path, lambda row: np.array2string(row, max_line_width=30)),
    "arrays.csv": lambda path: in_lists(path, lambda row: repr(row.astype(np.float32))),
    "json.csv": lambda path: in_lists(path, lambda row: json.dumps(row.tolist())),
    "objects.jsonl": lambda path: path.write_text(
        "\n\n".join(json.dumps({"n": 1, "v": row.tolist()}) for row in ROWS)
    ),
    "lists.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, ROWS.tolist()))),
    "word2vec.vec": in_word2vec,
    "word2vec.txt": in_word2vec,
}


@pytest.mark.parametrize("name", WRITERS)
def test_vectors_are_read_from_text(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    WRITERS[name](path)
    assert holds_vectors(path)
    found = open_vectors(path)
    assert (found.n_vectors, found.dim) == ROWS.shape
    rough = name.startswith(("word2vec", "numpy", "arrays"))
    for n_rows in (1, 10, 5000):
        whole = np.concatenate(list(found.batches(n_rows)))
        np.testing.assert_allclose(whole, ROWS, rtol=1e-6 if rough else 0, atol=rough * 1e-8)


def test_vectors_beside_texts_are_found_and_can_be_asked_for(tmp_path: Path) -> None:
    lists = [row.tolist() for row in ROWS]
    table = pd.DataFrame({"text": WORDS, "n": 1, "vector": lists, "other": lists})
    for ending, write in {
        ".parquet": table.to_parquet,
        ".csv": lambda path: table.to_csv(path, index=False),
        ".jsonl": lambda path: table.to_json(path, orient="records", lines=True),
    }.items():
        path = tmp_path / f"t{ending}"
        write(path)
        assert not holds_vectors(path)
        assert [found.name for found in found_vectors(path)] == ["vector", "other"]
        whole = np.concatenate(list(open_vectors(path, array="other").batches()))
        np.testing.assert_allclose(whole, ROWS, atol=1e-9)
    wide = pd.DataFrame(np.tile(ROWS, 2), columns=[f"v{i}" for i in range(10)]).assign(text="a")
    wide.to_csv(tmp_path / "wide.csv", index=False)
    assert [found.shape for found in found_vectors(tmp_path / "wide.csv")] == [(23, 10)]
    few = pd.DataFrame({"text": ["a"], "score1": [1.0], "score2": [2.0], "year": [2026]})
    few.to_csv(tmp_path / "few.csv", index=False)
    assert found_vectors(tmp_path / "few.csv") == []
    assert found_vectors("wikipedia") == found_vectors(tmp_path / "nowhere.csv") == []


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("v.jsonl", '{"v": [1, 2]}\n{"v": [1]}', "line 2, holds 1 number, expected 2"),
        ("v.jsonl", '{"v": [1, 2]}\n{"u": 1}', "line 2, holds no list of numbers"),
        ("v.jsonl", '{"v": [1, 2]}\n{"v": [1, "a"]}', "line 2, holds 'a', expected a number"),
        ("v.jsonl", '{"v": [1, 2]}\n{"v"', "line 2, is not JSON"),
        ("v.jsonl", b"[1, 2]\n\xff\n", "is not UTF-8"),
        ("v.csv", "x0,x1\n1,2\n3\n", "line 3, has 1 cell, expected 2"),
        ("v.csv", "x0,x1\n1,2\n3,\n", "line 3, holds '', expected a number"),
        ("v.csv", "v\n[1 2 3]\n[1 ... 3]\n", "never written"),
        ("v.csv", "height,width\n1,2\n", "not numbered, as x0"),
        ("v.csv", "0,0.5,0.1\n1,0.5,0.2\n2,0.5,0.3\n", "first column .*counts the rows"),
        ("v.vec", "2 3\na 1 2 3\nb 1 2\n", "line 3, holds 'b', expected a number"),
        ("v.vec", "3 3\na 1 2 3\nb 1 2 3\n", "ends after 2 of 3 vectors"),
        ("v.vec", "1 3\na 1 2 3\nb 1 2 3\n", "holds 2 vectors, but its head says 1"),
        ("v.vec", "the 1 2 3 4\n", "first line is the number of vectors.*GloVe"),
    ],
)
def test_what_makes_no_matrix_is_named_by_its_line(name, content, message, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=message):
        list(open_vectors(path).batches())


def test_text_is_not_taken_for_vectors(tmp_path: Path) -> None:
    for name, content in {
        "a.txt": "The lake froze.\nSnow fell.\n",
        "b.txt": "12 30\nlines of a poem\n",
        "c.csv": "text,year,month\na,2026,1\n",
        "d.jsonl": '{"text": "a", "tags": ["x"]}\n',
        "e.csv": "id,body\n1,a\n",
    }.items():
        (tmp_path / name).write_text(content)
        assert not holds_vectors(tmp_path / name), name


def save_raw(path: Path) -> None:
    np.tile(ROWS, (1, 80))[:, :384].astype(np.float32).tofile(path)


OTHERS = {
    "t.pt": (lambda path: torch.save(torch.tensor(ROWS), path), "torch.save writes, a pickle"),
    "t.pkl": (lambda path: path.write_bytes(pickle.dumps(ROWS)), "a pickle, which is not opened"),
    "sparse.npz": (
        lambda path: scipy.sparse.save_npz(path, scipy.sparse.csr_matrix(ROWS)),
        "a sparse matrix of SciPy",
    ),
    "t.mat": (lambda path: scipy.io.savemat(path, {"v": ROWS}), "a file of MATLAB"),
    "words.bin": (
        lambda path: (
            in_word2vec(path.with_suffix(".vec")),
            KeyedVectors.load_word2vec_format(path.with_suffix(".vec")).save_word2vec_format(
                path, binary=True
            ),
        ),
        "word2vec's binary format",
    ),
    "raw.bin": (save_raw, "numbers without a shape"),
    "it's.feather": (NAMED.assign(v=list(ROWS))[["v"]].to_feather, "an Arrow file"),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_to_type_for_another_format_works(name: str, tmp_path: Path) -> None:
    write, kind = OTHERS[name]
    path = tmp_path / name
    write(path)
    assert holds_vectors(path)
    with at_the_command_line(), pytest.raises(InputError, match=kind) as raised:
        open_vectors(path)
    message = str(raised.value)
    start = message.index("python -c ")
    _, option, code, *_ = shlex.split(message[start:])
    subprocess.run([sys.executable, option, code], check=True)
    (new,) = (p for p in tmp_path.iterdir() if p.suffix in (".npy", ".parquet"))
    assert f"then semshift geometry {shlex.quote(str(new))}" in message
    whole = np.concatenate(list(open_vectors(new).batches()))
    wanted = np.fromfile(path, np.float32).reshape(-1, 384) if name == "raw.bin" else ROWS
    np.testing.assert_allclose(whole, wanted, rtol=1e-6)


def test_other_formats_are_told_apart_by_their_beginning(tmp_path: Path) -> None:
    for name, head, kind in (
        ("a.index", b"IxF2", "an index of FAISS.*reconstruct_n"),
        ("a.h5", b"\x89HDF", "an HDF5 file"),
        ("a.bin", struct.pack("<i", 793712314), "a model of fastText"),
        ("b.bin", b"PK\x03\x04", "torch.save"),
    ):
        (tmp_path / name).write_bytes(head)
        with pytest.raises(InputError, match=kind):
            open_vectors(tmp_path / name)


def test_a_file_of_gloves_gets_its_head_as_told(tmp_path: Path) -> None:
    path = tmp_path / "glove.txt"
    wide = np.tile(ROWS, (1, 2))
    path.write_text(
        "".join(f"{w} {' '.join(map(str, row))}\n" for w, row in zip(WORDS, wide, strict=True))
    )
    assert holds_vectors(path)
    with pytest.raises(InputError, match="Files of GloVe lack it; put it on top with ") as raised:
        open_vectors(path)
    command = str(raised.value).split("on top with ")[1].removesuffix(".")
    subprocess.run(["sh", "-c", command], check=True)
    whole = np.concatenate(list(open_vectors(tmp_path / "glove-with-head.vec").batches()))
    np.testing.assert_array_equal(whole, wide)


def test_separators_are_for_csv(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "v.csv", ROWS, delimiter=";")
    assert holds_vectors(tmp_path / "v.csv", sep=";")
    assert open_vectors(tmp_path / "v.csv", sep=";").dim == 5
    np.save(tmp_path / "v.npy", ROWS)
    with pytest.raises(InputError, match=r"only \.csv and \.tsv files have separators"):
        open_vectors(tmp_path / "v.npy", sep=";")
