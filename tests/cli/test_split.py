"""``semshift split``: chunks of documents, and methods compared on known segments."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from semshift_nb import load_encoder, split
from semshift_nb.analyses import SPLIT_METHODS, evaluate_splits
from semshift_nb.cli import app
from semshift_nb.corpora import concatenated_segments, load_corpus, load_segments
from semshift_nb.errors import InputError

TEXTS = [
    "Cats purr. A kitten follows its mother.\n\nStars burn hydrogen. A galaxy holds stars.\n",
    "",
    "今天天气很好。我们去公园散步。",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.chdir(tmp_path)
    table = pd.DataFrame({"doc_id": ["a", "b", "c"], "text": TEXTS, "language": ["en", "en", "zh"]})
    table.to_csv("mine.csv", index=False)
    return tmp_path


def run(*arguments: str):
    return CliRunner().invoke(app, ["split", *arguments, "--model", "static"])


@pytest.mark.filterwarnings("ignore:more than 10% of the tokens")  # a line of Chinese
def test_chunks_are_written_and_joined_give_the_documents():
    done = run("mine.csv", "--out", "chunks.jsonl", "--max-tokens", "12")
    assert done.exit_code == 0, done.output
    rows = [json.loads(line) for line in Path("chunks.jsonl").read_text().splitlines()]
    said = f"3 documents, {len(rows)} chunks (of none: 1, without text)"
    assert done.stdout.splitlines()[0] == said
    assert done.stdout.splitlines()[-1] == "chunks.jsonl"
    for doc_id, text in zip("abc", TEXTS, strict=True):
        assert "".join(row["text"] for row in rows if row["doc_id"] == doc_id) == text
    assert all(row["n_tokens"] <= 12 for row in rows)


def test_chunks_read_back_from_csv_whatever_ends_their_lines():
    texts = ["Ice.\rSnow. Rain.", "One.\r\nTwo.\rThree.\u2028Four.", "NA"]
    Path("mine.jsonl").write_text("\n".join(json.dumps({"text": text}) for text in texts))
    done = run("mine.jsonl", "--out", "chunks.csv")
    assert done.exit_code == 0, done.output
    run("mine.jsonl", "--out", "chunks.parquet")
    wanted = pd.read_parquet("chunks.parquet")
    found = pd.read_csv("chunks.csv", keep_default_na=False)
    assert found["text"].tolist() == wanted["text"].tolist()
    assert "".join(wanted.loc[wanted["doc_id"] == "1", "text"]) == texts[1]


def test_chunks_that_the_model_would_cut_are_marked_and_told():
    """Without --max-tokens nothing bounds a chunk."""
    Path("long.txt").write_text("The same thing is said here once more. " * 60 + "Stars burn.")
    done = CliRunner().invoke(app, ["split", "long.txt", "--out", "long.parquet"])
    assert done.exit_code == 0, done.output
    table = pd.read_parquet("long.parquet")
    assert table["truncated"].tolist() == (table["n_tokens"] > 256).tolist()
    n_long = int(table["truncated"].sum())
    assert n_long > 0
    assert f"{n_long} of {len(table)} chunks are longer than the 256 tokens" in done.stdout


def test_granularity_makes_coarser_chunks_and_texts_without_a_turn_are_told():
    Path("book.txt").write_text(" ".join(TEXTS[:2]))
    numbers = []
    for times in ("0.1", "1", "50"):
        done = run("book.txt", "--out", "chunks.parquet", "--granularity", times)
        assert done.exit_code == 0, done.output
        table = pd.read_parquet("chunks.parquet")
        numbers.append(len(table))
        uncut = table["note"].str.startswith("no turn that pays").any()
        assert uncut == ("1 document without a turn that pays" in done.stdout) == (len(table) == 1)
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > numbers[-1] == 1


def test_a_text_file_is_one_document():
    Path("book.txt").write_text(TEXTS[0])
    done = run("book.txt", "--out", "chunks.csv", "--method", "fixed", "--max-tokens", "9")
    assert done.exit_code == 0, done.output
    encoder = load_encoder("static", store=None)
    expected = split(TEXTS[0], encoder, method="fixed", max_tokens=9)
    assert pd.read_csv("chunks.csv")["text"].tolist() == expected.texts


def test_methods_are_compared_a_row_each(here):
    known = concatenated_segments(load_corpus("news", n_documents=20), n_texts=3, n_segments=4)
    known.rename(columns={"doc_id": "_id"}).to_json("known.jsonl", orient="records", lines=True)
    done = run("--evaluate", "known.jsonl", "--out", "figures.parquet")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert lines[0] == "3 texts"
    assert lines[1].split()[:3] == ["Pk", "WindowDiff", "F1"]
    table = evaluate_splits(load_segments("known.jsonl"), load_encoder("static", store=None))
    pd.testing.assert_frame_equal(
        pd.read_parquet("figures.parquet"), table, check_dtype=False, atol=1e-6
    )
    pks = table[table["metric"] == "Pk"].set_index("method")["value"]
    for line, method in zip(lines[2:], SPLIT_METHODS, strict=False):
        assert line.split()[:2] == [method, f"{pks[method]:.4f}"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--out", "a.csv"], "either SRC or --evaluate"),
        (["mine.csv", "--evaluate", "known.jsonl", "--out", "a.csv"], "either SRC or --evaluate"),
        (["mine.csv"], "say where the chunks go"),
        (["mine.csv", "--out", "a.docx"], "end its name with one of"),
        (["mine.csv", "--out", "a.csv", "--method", "magic"], "method is 'magic'"),
        (["mine.csv", "--out", "a.csv", "--price", "dear"], "--price 'dear'"),
        (["mine.csv", "--out", "a.csv", "--granularity", "0"], "granularity is 0.0"),
        (["mine.csv", "--out", "a.csv", "--max-tokens", "2"], "the model itself adds 2 tokens"),
        (["--evaluate", "none.jsonl"], "there is no file"),
        (["--evaluate", "mine.csv"], "is no .jsonl file"),
        *(
            (["--evaluate", "known.jsonl", *option], "leave out --method, --max-tokens")
            for option in (
                ("--method", "fixed"),
                ("--max-tokens", "9"),
                ("--min-sentences", "2"),
                ("--price", "1.5"),
                ("--granularity", "2"),
            )
        ),
    ],
)
def test_asked_wrongly(arguments, says):
    done = run(*arguments)
    assert isinstance(done.exception, InputError)
    assert says in str(done.exception)
    assert not list(Path().glob("a.*"))
