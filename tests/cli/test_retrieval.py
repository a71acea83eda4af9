"""``semshift retrieval``: what it writes, what it says, and with which exit status."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from semshift_nb import load_encoder
from semshift_nb.analyses import RetrievalResult, retrieval
from semshift_nb.cli import app
from semshift_nb.cli.retrieval import verdict
from semshift_nb.corpora import known_item, load_corpus, load_retrieval
from semshift_nb.encoders import Temperature, entropy_matched
from semshift_nb.errors import InputError
from tests.encoders.material import tiny_model

pytestmark = pytest.mark.slow

CALL = "from semshift_nb.cli import main; main()"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMSHIFT_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("COLUMNS", "200")


def semshift(*arguments: object) -> Result:
    """In this process, for the imports take longer than the work; what `main` prints is raised."""
    return CliRunner().invoke(app, ["retrieval", *map(str, arguments)])


def write_lines(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("\n".join(map(json.dumps, rows)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """24 news stories, cut short so that they are quickly read, and a sentence out of each."""
    source = known_item(load_corpus("news", n_documents=24))
    path = tmp_path / "news[red]"
    (path / "qrels").mkdir(parents=True)
    documents = zip(source.corpus.documents["doc_id"], source.texts, strict=True)
    write_lines(path / "corpus.jsonl", [{"_id": i, "text": text[:200]} for i, text in documents])
    queries = zip(source.queries["query_id"], source.queries["text"], strict=True)
    write_lines(path / "queries.jsonl", [{"_id": i, "text": text} for i, text in queries])
    judged = [f"{query}\t{doc}\t1" for query, docs in source.relevance.items() for doc in docs]
    lines = ["query-id\tcorpus-id\tscore", *judged]
    (path / "qrels" / "test.tsv").write_text("\n".join(lines))
    (path / "qrels" / "dev.tsv").write_text("\n".join(lines[:6]))
    return path


def test_the_tables_are_those_of_the_analysis(folder: Path, tmp_path: Path) -> None:
    done = semshift(
        *[folder, "--tau", 0.6, "--schedule", "entropy-matched:16"],
        *["--max-length", 32, "--out", "t.parquet", "--by-query", "q.csv"],
    )
    assert done.exit_code == 0, done.output
    expected = retrieval(
        load_retrieval(folder),
        load_encoder(max_length=32, store=tmp_path / "store"),
        taus=(0.6,),
        schedules=[entropy_matched(16)],
    )
    found = pd.read_parquet(tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(found, expected.table, check_dtype=False, atol=1e-6)
    values = pd.read_csv(tmp_path / "q.csv", keep_default_na=False)["value"]
    assert values.tolist() == pytest.approx(expected.by_query["value"].tolist(), abs=1e-6)

    lines = done.stdout.splitlines()
    assert lines[0].startswith("news[red] (test), minilm at 32 tokens: 24 queries; ")
    shown = {line.strip().split("  ")[0]: line for line in lines}
    assert "reference" in shown["tau 1"]
    assert "entropy_matched(16)" in shown
    whole = expected.table.query("length_bucket == 'all' and shift_bucket == 'all' and tau == 0.6")
    main = whole[whole["metric"] == "nDCG@10"].iloc[0]
    assert f"{main['value']:.4f}" in shown["tau 0.6"]
    assert f"{main['difference']:+.4f} [{main['difference_low']:+.4f}" in shown["tau 0.6"]
    assert lines[-1] == "t.parquet"


def test_tuning_and_another_split(folder: Path, tmp_path: Path) -> None:
    done = semshift(folder, "--tau", 0.8, "--tune", "--max-length", 32, "--out", "t.json")
    assert done.exit_code == 0, done.output
    assert "12 queries held out" in done.stdout
    assert "on 12 " in done.stdout.splitlines()[-2] + done.stdout.splitlines()[-3]
    table = pd.read_json(tmp_path / "t.json")
    assert set(table["queries"]) == {"tuning", "held out"}
    done = semshift(folder, "--split", "dev", "--out", "d.csv", "--model", "static")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[:2] == [
        (
            "news[red] (dev), static: 5 queries; 0% of their relevant documents are longer than "
            "the model reads, 0% of their tokens unknown to it"
        ),
        "19 queries have no judgement in 'dev' and are left out",
    ]
    assert set(pd.read_csv(tmp_path / "d.csv")["tau"]) == {1}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere", "--out", "t.csv"], "nowhere is no folder; expected a BEIR folder"),
        (["set", "--out", "t.xlsx"], "end its name with one of .parquet"),
        (["set", "--out", "t.csv", "--by-query", "q.txt"], "end its name with one of .parquet"),
        (["set", "--out", "t.csv", "--tune"], "--tune needs something to choose from"),
        (["set", "--out", "t.csv", "--schedule", "linear"], "--schedule 'linear' is none"),
        (["set", "--out", "t.csv", "--schedule", "calibrated:x"], "'calibrated:x' is none"),
        (["set", "--out", "t.csv", "--schedule", "calibrated:"], "'calibrated:' is none"),
        (["set", "--out", "t.csv", "--split", "dev"], "it has 'test'"),
        (["set", "--out", "t.csv", "--tau", "0"], "0"),
        (["set", "--out", "t.csv", "--tau", "nan"], "nan"),
        (["set", "--out", "t.csv", "--max-length", "1"], "--max-length is 1"),
        (["set", "--out", "t.csv", "--model", "static", "--tau", "0.9"], "static"),
        (["set", "--out", "t.csv", "--tau", "0.9", "--tune"], "too few to tune"),
        (["mteb:NoSuchTask", "--out", "t.csv"], "mteb has no such task"),
    ],
)
def test_asked_wrongly(arguments: list[str], says: str, tmp_path: Path) -> None:
    (tmp_path / "set" / "qrels").mkdir(parents=True)
    write_lines(tmp_path / "set" / "corpus.jsonl", [{"_id": "a", "text": "cats sleep"}])
    write_lines(tmp_path / "set" / "queries.jsonl", [{"_id": "q", "text": "cats"}])
    judged = tmp_path / "set" / "qrels" / "test.tsv"
    judged.write_text("query-id\tcorpus-id\tscore\nq\ta\t1\n")
    done = semshift(*arguments)
    assert isinstance(done.exception, InputError)
    assert says in str(done.exception)
    assert done.stdout == ""
    assert not list(tmp_path.glob("t.*"))


def test_as_a_program() -> None:
    """What is raised above is one line and status 2; what typer itself refuses is, too."""
    for arguments, says in ((["nowhere", "--out", "t.csv"], "no folder"), (["set"], "--out")):
        done = subprocess.run(
            [sys.executable, "-c", CALL, "retrieval", *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (2, "")
        assert says in done.stderr
        assert "Traceback" not in done.stderr
    assert semshift("set", "--out", "t.csv", "--tau", "nine").exit_code == 2


def test_unknown_documents_are_refused_and_allowed(tmp_path: Path) -> None:
    (tmp_path / "qrels").mkdir()
    write_lines(tmp_path / "corpus.jsonl", [{"_id": "a", "text": "cats sleep"}])
    write_lines(tmp_path / "queries.jsonl", [{"_id": "q", "text": "cats"}])
    (tmp_path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq\ta\t1\nq\tb\t1\n")
    ask = [tmp_path, "--model", "static", "--out", "t.csv"]
    with pytest.raises(
        InputError, match=r"not there: 1 of 2 judgements, 1 id \('b'\).*--allow-unknown:"
    ):
        raise semshift(*ask).exception
    done = semshift(*ask, "--allow-unknown")
    assert done.exit_code == 0, done.output
    values = pd.read_csv(tmp_path / "t.csv").query("metric == 'AP'")["value"]
    # One of two is found; of the documents of its own length or shift, it is the only one.
    assert values.tolist() == [0.5, 1.0, 1.0]


def a_result(
    *, chosen: float | None = None, p_holm: float = 0.3, difference: float = 0.01
) -> RetrievalResult:
    """A result as `verdict` reads it: one temperature beside the reference."""
    shared = {"length_bucket": "all", "shift_bucket": "all", "schedule": "constant", "n": 100}
    queries = "all" if chosen is None else "held out"
    rows = [
        {"tau": 1.0, "p_holm": math.nan, "difference": math.nan, "queries": queries},
        {"tau": 0.9, "p_holm": p_holm, "difference": difference, "queries": queries},
        {"tau": 1.0, "p_holm": math.nan, "difference": math.nan, "queries": "tuning"},
    ]
    table = pd.DataFrame([{**shared, **row, "metric": "nDCG@10"} for row in rows])
    temperature = None if chosen is None else Temperature(chosen, "constant", str(chosen))
    return RetrievalResult(table if chosen != 1 else table.iloc[[0, 2]], table, temperature, ())


def test_the_verdict_says_what_was_shown_and_what_was_not() -> None:
    (nothing,) = verdict(a_result())
    assert nothing.startswith("No change of nDCG@10 is shown")
    assert "the smallest p is 0.3, of tau 0.9" in nothing
    assert verdict(a_result(p_holm=0.012)) == ["tau 0.9 raises nDCG@10 by 0.0100 (p = 0.012)."]
    lowered = verdict(a_result(p_holm=0.05, difference=-0.02))
    assert lowered == ["tau 0.9 lowers nDCG@10 by 0.0200 (p = 0.05)."]
    tuned = verdict(a_result(chosen=0.9, p_holm=0.5))
    assert tuned[0] == "tau 0.9 was chosen on 100 other queries."
    assert tuned[1].startswith("No change of nDCG@10")
    assert verdict(a_result(chosen=1.0)) == [
        "Nothing did better than tau 1 on 100 queries kept for tuning."
    ]


def test_the_declared_similarity_is_obeyed_named_and_can_be_chosen(
    folder: Path, tmp_path: Path
) -> None:
    model = tiny_model(tmp_path / "declares", similarity="dot")
    asked = [folder, "--model", model, "--out"]
    done = semshift(*asked, "dot.csv")
    assert done.exit_code == 0, done.output
    assert "declares declares the similarity dot: retrieval ranks by it" in done.stderr
    assert "declares at 32 tokens, ranked by dot: 24 queries" in done.stdout
    assert "ranked by" not in semshift(*asked, "cosine.csv", "--similarity", "cosine").stdout
    semshift(*asked, "again.csv", "--similarity", "dot")
    tables = {name: pd.read_csv(f"{name}.csv") for name in ("dot", "cosine", "again")}
    assert [set(table["similarity"]) for table in tables.values()] == [{"dot"}, {"cosine"}, {"dot"}]
    pd.testing.assert_frame_equal(tables["dot"], tables["again"])
    assert (tables["dot"]["value"] != tables["cosine"]["value"]).any()


def test_an_unknown_similarity_is_refused_before_anything_is_loaded(folder: Path) -> None:
    done = semshift(folder, "--similarity", "l2", "--model", "nowhere", "--out", "t.csv")
    assert isinstance(done.exception, InputError)
    assert str(done.exception) == (
        "--similarity is 'l2': expected one of cosine, dot, euclidean, manhattan."
    )
