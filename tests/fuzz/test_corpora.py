"""Generated corpora, sound and damaged: texts are equal or refused, and nothing foreign is raised.

`SEMSHIFT_FUZZ` multiplies the number of corpora.
"""

import csv
import json
import os
import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from semshift_nb.corpora import Corpus, load_corpus, load_pairs, load_segments
from semshift_nb.encoders import holds_vectors, open_vectors
from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed

CORPORA = 250 * int(os.environ.get("SEMSHIFT_FUZZ", "1"))
"""Of each of the three tests."""

PARTS = [
    *[
        "The lake froze.",
        "Snow fell, and it lay.",
        "湖结冰了。",
        "برد",
        "👩‍👩‍👧",
        "e\u0301",
        " ",
        "NA",
        "null",
    ],
    *['"', '""', '6" nail', '\\"', "\\", ",", ";", "\t", "|", "'", "=1+1", "-", "{", "}", "[", "]"],
    *[
        "\n",
        "\r\n",
        "\r",
        "\n\n",
        "\u2028",
        "\x85",
        "\x00",
        "\x0b",
        "\x1c",
        "\x7f",
        "\u202e",
        "\ufeff",
    ],
    *["2,two", "b,c", "\n3,three", "1.5", "-0", "nan", "true", "<b>", "\x1b[31m"],
]
HOSTILE = [*PARTS, "\ud800", "x" * 200_000]
SEPARATORS = [",", ";", "\t", "|"]


def text(rng: random.Random, parts: list[str] = PARTS) -> str:
    return "".join(rng.choices(parts, k=rng.choice([0, 1, 1, 2, 3, 8])))


def rows_of(rng: random.Random, parts: list[str] = PARTS) -> list[dict[str, Any]]:
    n = rng.randint(1, 7)
    columns: dict[str, Callable[[int], object]] = {
        "doc_id": lambda i: rng.choice(["", "d", "é\t"]) + str(i),
        "title": lambda i: text(rng),
        "label": lambda i: rng.choice(["x", "y", "=1"]),
        "other": lambda i: text(rng),
    }
    named = [name for name in columns if rng.random() < 0.5] + ["text"]
    columns["text"] = lambda i: text(rng, parts)
    if rng.random() < 0.2:
        named.append("vector")
        columns["vector"] = lambda i: [float(i), 1.0]
    rng.shuffle(named)
    return [{name: columns[name](i) for name in named} for i in range(n)]


def write_csv(rng: random.Random, folder: Path) -> tuple[Path, list[str], str | None]:
    rows, sep = rows_of(rng), rng.choice(SEPARATORS)
    path = folder / rng.choice(["t.csv", "t.tsv"])
    if rng.random() < 0.3:
        table = pd.DataFrame(rows, dtype=object)
        table.to_csv(path, sep=sep, index=False, quoting=rng.choice([0, 1]))
    else:
        mark = rng.choice(["utf-8", "utf-8-sig"])
        with path.open("w", encoding=mark, newline="") as file:
            writer = csv.DictWriter(
                file,
                list(rows[0]),
                delimiter=sep,
                lineterminator=rng.choice(["\n", "\r\n"]),
                quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
            )
            writer.writeheader()
            writer.writerows(rows)
    return path, [row["text"] for row in rows], sep


def write_jsonl(rng: random.Random, folder: Path) -> tuple[Path, list[str], str | None]:
    ascii_only = rng.random() < 0.5
    rows = rows_of(rng, HOSTILE if ascii_only else PARTS)
    name = rng.choice(["t.jsonl", "beir/corpus.jsonl"])
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    lines = [json.dumps({**row, "deep": [[1]]}, ensure_ascii=ascii_only) for row in rows]
    ends = rng.choice(["\n", "\r\n", "\n\n"])
    path.write_text(ends.join(lines), "utf-8", newline="")
    return path if name == "t.jsonl" else path.parent, [row["text"] for row in rows], None


def write_parquet(rng: random.Random, folder: Path) -> tuple[Path, list[str], str | None]:
    rows = rows_of(rng)
    table = pd.DataFrame(rows)
    if rng.random() < 0.3:
        table["text"] = table["text"].astype("category")
    table.to_parquet(folder / "t.parquet", compression=rng.choice(["snappy", "gzip", None]))
    return folder / "t.parquet", [row["text"] for row in rows], None


def write_folder(rng: random.Random, folder: Path) -> tuple[Path, list[str], str | None]:
    root = folder / "texts"
    names = sorted({rng.choice(["", "a/", "a/b.txt/"]) + f"é {i}.TXT" for i in range(4)}, key=Path)
    texts = [text(rng).lstrip("\ufeff") for _ in names]
    for name, content in zip(names, texts, strict=True):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, rng.choice(["utf-8", "utf-8-sig"]), newline="")
    (root / ".hidden.txt").write_text("no")
    return root, texts, None


WRITERS = [write_csv, write_csv, write_jsonl, write_parquet, write_folder]


@pytest.fixture(autouse=True)
def warnings_fail() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_sound_corpora_are_read_as_they_were_written_or_refused(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(CORPORA):
        rng = random.Random(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        path, texts, sep = rng.choice(WRITERS)(rng, folder)
        found, message = outcome(load_corpus, path, sep=sep)
        if found is None:
            # A csv writer left a carriage return without quotes, or a text is like rows.
            reasons = ("carriage return", "looks like a row", "has 1 cell", "cells, but the line")
            assert any(reason in message for reason in reasons), (seed, message)
            assert path.suffix in (".csv", ".tsv"), (seed, message)
        else:
            assert found.documents["text"].tolist() == [well_formed(one) for one in texts], seed
        outcomes["refused" if found is None else "equal"] += 1
    assert outcomes["equal"] > 0.8 * CORPORA, outcomes


def outcome(load: Callable[..., Any], *args: object, **options: object) -> tuple[Any, str]:
    """What was loaded, or why not."""
    try:
        return load(*args, **options), ""
    except InputError as error:
        return None, str(error)


def hurt(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    until = min(len(data), at + rng.choice([1, 1, 3, 50]))
    lines = data.split(b"\n")
    line = rng.randrange(len(lines))
    piece = rng.choice(
        [b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b'\\"', b"{", b"[" * 2000, b"\t"]
    )
    return rng.choice(
        [
            lambda: data[:at] + piece + data[at:],
            lambda: data[:at] + data[until:],
            lambda: data[:at],
            lambda: data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :],
            lambda: b"\n".join(lines[:line] + lines[line : line + 1] * 2 + lines[line + 1 :]),
            lambda: b"\n".join(lines[:line] + lines[line + 1 :]),
            lambda: rng.randbytes(200),
            lambda: data.decode("utf-8", "replace").encode(rng.choice(["utf-16", "utf-16-le"])),
            lambda: data.decode("utf-8", "replace").encode("cp1252", "replace"),
            lambda: b"\xef\xbb\xbf\xef\xbb\xbf" + data,
            lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n",
        ]
    )()


def obstruct(path: Path, rng: random.Random) -> None:
    """Put something in the place of a file that is none."""
    path.unlink()
    rng.choice(
        [
            lambda: os.mkfifo(path),
            lambda: path.symlink_to(path.name),
            lambda: path.symlink_to("nowhere"),
            lambda: path.symlink_to("/dev/zero"),
            lambda: path.symlink_to(path.parent),
            path.mkdir,
        ]
    )()


def read_vectors(path: Path, sep: str | None) -> list[Any]:
    return list(open_vectors(path, sep=sep).batches())


LOADERS = [load_corpus, load_pairs, load_segments, read_vectors, holds_vectors]


@pytest.mark.timeout(600)
def test_damaged_corpora_are_read_or_refused(tmp_path: Path) -> None:
    outcomes: Counter[str] = Counter()
    for seed in range(CORPORA):
        rng = random.Random(f"damaged {seed}")
        folder = tmp_path / str(seed)
        folder.mkdir()
        path, _, sep = rng.choice(WRITERS)(rng, folder)
        files = sorted(file for file in folder.rglob("*") if file.is_file())
        victim = rng.choice(files)
        if rng.random() < 0.15:
            obstruct(victim, rng)
        else:
            data = victim.read_bytes()
            for _ in range(rng.choice([1, 1, 3])):
                data = hurt(data, rng)
            victim.write_bytes(data)
        for load in LOADERS:
            separator = {"sep": sep} if load in (load_corpus, read_vectors) else {}
            found, message = outcome(load, path, **separator)
            assert len(message) < 3000, seed
            outcomes["refused" if found is None else "read"] += 1
            if isinstance(found, Corpus):
                assert all(isinstance(one, str) for one in found.documents["text"]), seed
                assert len(found.fingerprint) == 64, seed
    assert outcomes["read"] > 0.1 * CORPORA, outcomes


def test_a_lone_quote_or_a_short_row_never_costs_another_text(tmp_path: Path) -> None:
    """Of one character put into a csv file, or taken out, at most the texts of its row know."""
    outcomes: Counter[str] = Counter()
    plain = [
        "The lake froze.",
        "It fell, and lay.",
        'A "b" c',
        "One.\nTwo.",
        '6" nail',
        "",
        "=1",
        "é",
    ]
    for seed in range(CORPORA):
        rng = random.Random(f"quote {seed}")
        path = tmp_path / "t.csv"
        rows = [[f"d{i}", rng.choice(plain), rng.choice(plain)] for i in range(rng.randint(2, 9))]
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=rng.choice([0, 1]), lineterminator="\r\n")
            writer.writerows([["doc_id", "title", "text"], *rows])
        data = path.read_bytes()
        at = rng.randrange(23, len(data))
        changed = [data[:at] + b'"' + data[at:], data[:at] + data[at + 1 :]]
        if data[at : at + 1] not in b"\r\n":
            changed = changed[:1] + changed[1:] * (data[at : at + 1] in b'",')
        path.write_bytes(rng.choice(changed))
        corpus, _ = outcome(load_corpus, path)
        outcomes["refused" if corpus is None else "read"] += 1
        if corpus is None:
            continue
        found = corpus.documents
        assert len(found) == len(rows), seed
        wanted = [row[2] for row in rows]
        differing = [i for i, one in enumerate(found["text"]) if one != wanted[i]]
        assert len(differing) <= 1, (seed, differing)
    assert min(outcomes["read"], outcomes["refused"]) > 0.1 * CORPORA, outcomes
