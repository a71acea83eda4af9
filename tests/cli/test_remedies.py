"""``semshift remedies``: what it writes and says, with judgements and without."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from semshift_nb.analyses import remedy_ladder
from semshift_nb.cli import app
from semshift_nb.corpora import load_retrieval
from semshift_nb.errors import InputError

LINES = [
    "A river runs to the sea.",
    "Banks lend money.",
    "Cats sleep all day.",
    "Stars burn for ages.",
    "Prices rise again.",
    "The wind blows hard.",
    "Trains run late.",
    "Bread needs yeast.",
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")
    rows = [{"_id": f"d{n}", "text": f"{line} {LINES[n - 1]}"} for n, line in enumerate(LINES)]
    asked = [{"_id": f"q{n}", "text": line.split()[1]} for n, line in enumerate(LINES)]
    judged = "".join(f"q{n}\td{n}\t1\n" for n in range(len(LINES)))
    Path("beir/qrels").mkdir(parents=True)
    Path("beir/corpus.jsonl").write_text("\n".join(map(json.dumps, rows)))
    Path("beir/queries.jsonl").write_text("\n".join(map(json.dumps, asked)))
    Path("beir/qrels/test.tsv").write_text(f"query-id\tcorpus-id\tscore\n{judged}")


def semshift(*arguments: object) -> Result:
    given = ["remedies", *map(str, arguments), "--model", "static"]
    return CliRunner().invoke(app, given, catch_exceptions=False)


def test_the_tables_are_those_of_the_analysis(static) -> None:
    names = ["tau", "int8", "bm25", "centred+int8"]
    options = [part for name in names for part in ("--remedy", name)]
    done = semshift("beir", *options, "--out", "found")
    assert done.exit_code == 0
    expected = remedy_ladder(load_retrieval("beir"), static, remedies=names)
    table = pd.read_parquet("found/remedies.parquet")
    timed = table["metric"].isin(["encode_time", "search_time"])
    pd.testing.assert_frame_equal(table[~timed], expected.table[~timed], check_dtype=False)
    rungs = pd.read_csv("found/rungs.csv", keep_default_na=False)
    assert rungs["remedy"].tolist() == ["as it is", *names]
    said = Path("found/verdict.txt").read_text()
    assert all(line in said for line in expected.verdict)
    assert "tau does not fit: static has no attention" in done.stdout
    assert "vectors" in done.stdout.splitlines()[-2]
    assert done.stdout.splitlines()[-1] == "found"


def test_without_judgements_sentences_are_taken_out_and_that_is_told() -> None:
    text = "\n".join(
        json.dumps({"text": f"{a} {b}"}) for a, b in zip(LINES, LINES[::-1], strict=True)
    )
    Path("mine.jsonl").write_text(text)
    done = semshift("mine.jsonl", "--remedy", "int8", "--no-tune", "--out", "found")
    assert done.exit_code == 0
    assert "The queries are sentences taken out of the documents." in done.stdout
    assert "not what people would ask" in Path("found/verdict.txt").read_text()
    table = pd.read_parquet("found/remedies.parquet")
    assert set(table["split"]) == {"known item"}
    assert set(table["queries"]) == {"all"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["beir", "--remedy", "taux"], "--remedy 'taux': 'taux' is none; expected tau,"),
        (["beir", "--split", "dev"], "dev"),
        (["nothing"], "nothing"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_written(arguments, message) -> None:
    with pytest.raises(InputError, match=message):
        semshift(*arguments, "--out", "found")
    assert not Path("found").exists()


def test_too_few_queries_are_told() -> None:
    Path("beir/qrels/test.tsv").write_text("query-id\tcorpus-id\tscore\nq0\td0\t1\n")
    done = semshift("beir", "--remedy", "int8", "--out", "found")
    assert done.exit_code == 0
    assert "1 thing is asked for, too few to choose" in done.stdout
