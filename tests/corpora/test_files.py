"""Files and folders: what is read, and what is said of what cannot be read."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from semshift_nb.corpora import load_corpus
from semshift_nb.errors import InputError

ROWS = [
    {"doc_id": "01", "title": "One", "text": 'A, "b".\nNA', "language": "en", "label": "x"},
    {"doc_id": "02", "title": "Two", "text": "你好。", "language": "zh", "label": "y"},
    {"doc_id": "NA", "title": "null", "text": "", "language": "en", "label": "x"},
]


def write_csv(path: Path) -> None:
    pd.DataFrame(ROWS).assign(other=1).to_csv(path, index=False)


def write_csv_with_mark(path: Path) -> None:
    pd.DataFrame(ROWS).to_csv(path, index=False, encoding="utf-8-sig")


def write_jsonl(path: Path) -> None:
    path.write_text("\n\n".join(json.dumps({**row, "other": [1]}) for row in ROWS), "utf-8")


def write_parquet(path: Path) -> None:
    # As an index, which pandas would hide from a reader of columns.
    pd.DataFrame(ROWS).assign(other=1).set_index("doc_id").to_parquet(path)


WRITERS = {
    "t.csv": write_csv,
    "t.CSV": write_csv_with_mark,
    "t.jsonl": write_jsonl,
    "t.parquet": write_parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_read_as_it_was_written(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / name)
    corpus = load_corpus(tmp_path / name)
    assert corpus.name == "t"
    assert corpus.documents.to_dict("records") == ROWS
    assert load_corpus(str(tmp_path / name)).fingerprint == corpus.fingerprint


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", 'text\nOne.\n""\n'),
        ("t.jsonl", '{"text": "One."}\n{"text": ""}\n'),
        ("t.csv", 'text\r\n"One."\r\n""\r\n'),
    ],
)
def test_texts_alone_are_enough(tmp_path: Path, name: str, content: str) -> None:
    (tmp_path / name).write_bytes(content.encode())
    documents = load_corpus(tmp_path / name).documents
    assert documents["doc_id"].tolist() == ["0", "1"]
    assert documents["text"].tolist() == ["One.", ""]
    assert documents["title"].tolist() == ["One.", ""]


def test_a_folder_of_texts(tmp_path: Path) -> None:
    for name in ("b.txt", "a.v1.TXT", "sub/c.txt", "notes.md", "._b.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"This is {name}.", "utf-8")
    corpus = load_corpus(tmp_path)
    assert corpus.name == tmp_path.name
    assert corpus.documents["doc_id"].tolist() == ["a.v1", "b", "sub/c"]
    assert corpus.documents["title"].tolist() == ["a.v1", "b", "c"]
    assert corpus.documents["text"].tolist()[2] == "This is sub/c.txt."


def test_a_beir_folder(tmp_path: Path) -> None:
    lines = [{"_id": "d1", "title": "T", "text": "One.", "metadata": {}}, {"_id": "d2", "text": ""}]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (tmp_path / "queries.jsonl").write_text('{"_id": "q1", "text": "?"}')
    (tmp_path / "readme.txt").write_text("Not a document.")
    documents = load_corpus(tmp_path).documents
    assert documents[["doc_id", "title", "text"]].to_numpy().tolist() == [
        ["d1", "T", "One."],
        ["d2", "", ""],
    ]


def test_strange_characters_come_through(tmp_path: Path) -> None:
    text = "a\x00b \u2028 \u202e مرحبا 👋🏽\x85"
    (tmp_path / "t.jsonl").write_text(json.dumps({"text": text}, ensure_ascii=False), "utf-8")
    assert load_corpus(tmp_path / "t.jsonl").documents["text"].tolist() == [text]
    (tmp_path / "t.csv").write_text(f'text\n"{text}"\n', "utf-8")
    assert load_corpus(tmp_path / "t.csv").documents["text"].tolist() == [text]
    (tmp_path / "s.jsonl").write_text('{"text": "\\ud800 \\ud83d\\ude00"}')
    assert load_corpus(tmp_path / "s.jsonl").documents["text"].tolist() == ["\ufffd 😀"]


BAD = {
    "empty csv": ("t.csv", b"", "t.csv is empty"),
    "csv of names only": ("t.csv", b"doc_id,text\n", "corpus 't' has no documents"),
    "csv in cp1252": (
        "t.csv",
        b"text\nok\ncaf\xe9\n",
        r"not UTF-8: byte 0xe9 at position 11 \(line 3\).*cp1252",
    ),
    "csv in cp1252 behind a mark": ("t.csv", b"\xef\xbb\xbfab\xe9", "0xe9 at position 5"),
    "csv in utf-16": ("t.csv", "text\nok\n".encode("utf-16"), "UTF-16, but UTF-8 was expected"),
    "csv without texts": ("t.csv", b"id,body\n1,a\n", "no column 'text'; it has 'id', 'body'"),
    "csv with semicolons": (
        "t.csv",
        b"doc_id;text\n1;a\n",
        r"semicolons between its columns \('doc_id;text'\).*sep=';'",
    ),
    "csv with a cell too many": (
        "t.csv",
        b"doc_id,text\n1,a,b\n",
        "line 2, has 3 cells, but .* 2: '1,a,b'",
    ),
    "csv with a quote never closed": (
        "t.csv",
        b'doc_id,text\n1,"a\n2,b\n',
        "line 2: the cell that begins '\"a' opens a double quote that is never closed",
    ),
    "repeated ids": ("t.csv", b"doc_id,text\n1,a\n1,b\n", r"more than once \('1'\)"),
    "gzip as csv": ("t.csv", b"\x1f\x8b\x08" + bytes(30), "is packed by gzip.*gunzip"),
    "spreadsheet as csv": ("t.csv", b"PK\x03\x04" + bytes(30), "spreadsheets.*csv in UTF-8"),
    "pointer of git-lfs": (
        "t.parquet",
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
        "git lfs pull",
    ),
    "csv in utf-16 without a mark": (
        "t.csv",
        "text\nThe lake froze.\n".encode("utf-16-le"),
        "UTF-16, but UTF-8 was expected.*iconv -f UTF-16",
    ),
    "csv in utf-32": ("t.csv", "text\nok\n".encode("utf-32"), "is encoded in UTF-32"),
    "csv with a name twice": ("t.csv", b"text,text\na,b\n", "has several columns 'text'"),
    "json as corpus": ("t.json", b"[]", "ends with '.json', but only .*lines=True"),
    "json with brackets": ("t.jsonl", b'[\n{"text": "a"}\n]', "line 1, is not JSON .*brackets"),
    "jsonl with a text twice": (
        "t.jsonl",
        b'{"text": "a"}\n{"text": "b", "text": "c"}',
        "line 2, is not JSON .*'text' is there 2 times",
    ),
    "empty jsonl": ("t.jsonl", b"\n \n", "t.jsonl is empty"),
    "broken line": ("t.jsonl", b'{"text": "a"}\n\n{"text": \n', r"line 3, is not JSON .*'\{\"text"),
    "line of another kind": ("t.jsonl", b'{"text": "a"}\n["b"]\n', "line 2, holds list"),
    "deep nesting": ("t.jsonl", b"[" * 100_000, "line 1, is not JSON"),
    "jsonl without texts": ("t.jsonl", b'{"body": "a"}', "no column 'text'; it has 'body'"),
    "jsonl with a text missing": (
        "t.jsonl",
        b'{"text": "a"}\n{"title": "b"}\n{"text": null}',
        r"line 2: the text is missing; 2 of 3 lines are so \(2, 3\)",
    ),
    "jsonl with a number": ("t.jsonl", b'{"text": 3}', r"line 1: the text is no string \(3\)"),
    "jsonl in cp1252": ("t.jsonl", b'{"text": "\xe9"}', "byte 0xe9 at position 10"),
    "empty parquet": ("t.parquet", b"", "t.parquet is damaged or no parquet file"),
    "noise as parquet": ("t.parquet", b"PAR1" + bytes(200) + b"PAR1", "damaged or no parquet"),
    "another ending": (
        "t.docx",
        b"text",
        r"ends with '\.docx', but only \.csv, \.tsv, \.jsonl, \.parquet, \.txt",
    ),
    "no ending": ("t", b"text", "ends with ''"),
}


@pytest.mark.parametrize(("name", "content", "message"), BAD.values(), ids=BAD.keys())
def test_bad_files(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        load_corpus(tmp_path / name)


def test_a_parquet_file_cut_short_or_spoilt(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"text": ["One sentence. " * 50] * 200}).to_parquet(path, compression="gzip")
    whole = path.read_bytes()
    for damaged in (whole[:-20], whole[: len(whole) // 2], b"PAR1" + b"\xff" * 300 + whole[304:]):
        path.write_bytes(damaged)
        with pytest.raises(InputError, match="damaged or no parquet file"):
            load_corpus(path)


def test_parquet_with_damaged_text_or_remarks(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"text": ["caf\u00e9 one", "two"]}).to_parquet(path, compression=None)
    whole = path.read_bytes()
    path.write_bytes(whole.replace("\u00e9 one".encode(), b"\xe9\xe9 one"))
    with pytest.raises(InputError, match="damaged or no parquet file"):
        load_corpus(path)
    path.write_bytes(whole.replace(b'"pandas_version"', b'"pandas_version['))
    assert load_corpus(path).documents["text"].tolist() == ["caf\u00e9 one", "two"]


def test_parquet_columns(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pd.DataFrame({"body": ["a"]}).to_parquet(path)
    with pytest.raises(InputError, match="no column 'text'; it has 'body'"):
        load_corpus(path)
    pd.DataFrame({"text": ["a", None]}).to_parquet(path)
    with pytest.raises(InputError, match=r"text is missing: 1 of 2.* at 1 "):
        load_corpus(path)
    pd.DataFrame({"text": pd.Series(dtype=str)}).to_parquet(path)
    with pytest.raises(InputError, match="has no documents"):
        load_corpus(path)


def test_folders_without_documents(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no \.txt file and no corpus\.jsonl"):
        load_corpus(tmp_path)
    (tmp_path / "corpus.jsonl").touch()
    with pytest.raises(InputError, match=r"corpus\.jsonl is empty"):
        load_corpus(tmp_path)


def test_a_file_of_the_folder_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"fine")
    (tmp_path / "b.txt").write_bytes(b"caf\xe9")
    with pytest.raises(InputError, match=r"b\.txt is not UTF-8: byte 0xe9 at position 3"):
        load_corpus(tmp_path)


def test_a_file_that_cannot_be_opened(tmp_path: Path) -> None:
    # A link to itself: root may open any file, but not this one.
    (tmp_path / "t.csv").symlink_to("t.csv")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").symlink_to("nowhere")
    (tmp_path / "folder" / "b.txt").write_text("One.")
    for name, named in (("t.csv", r"t\.csv"), ("folder", r"folder/a\.txt")):
        with pytest.raises(InputError, match=rf"{named} cannot be read \(.+\): check path"):
            load_corpus(tmp_path / name)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "name", ["t.csv", "t.tsv", "t.jsonl", "t.parquet", "d/t.txt", "b/corpus.jsonl"]
)
def test_pipes_and_devices_are_refused_and_not_waited_for(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    os.mkfifo(path)
    source = path if path.parent == tmp_path else path.parent
    with pytest.raises(InputError, match=rf"{path.name} is a named pipe, but a file was expected"):
        load_corpus(source)
    path.unlink()
    path.symlink_to("/dev/zero")
    with pytest.raises(InputError, match="is a device, but a file was expected"):
        load_corpus(source)


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    for name in ("far/b.txt", "near/a.txt", "near/.hidden/c.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("One.")
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far")
    assert load_corpus(tmp_path / "near").documents["doc_id"].tolist() == ["a", "link/b"]
    (tmp_path / "far" / "circle").symlink_to(tmp_path / "near")
    with pytest.raises(InputError, match="are the same folder, one of them by a link"):
        load_corpus(tmp_path / "near")


def test_a_folder_named_like_a_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    (tmp_path / "t.csv" / "a.txt").write_text("One.")
    assert load_corpus(tmp_path / "t.csv").documents["doc_id"].tolist() == ["a"]
