"""``semshift check``: the card it prints, and the exit status that bounds give it."""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from semshift_nb import load_encoder
from semshift_nb.analyses import card_changes, card_metrics, report_card, single_row
from semshift_nb.cli import app
from semshift_nb.cli.check import read_card
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError
from semshift_nb.reports import Results
from semshift_nb.reports.manifest import Manifest, Record, write_manifest
from semshift_nb.reports.tables import write_table

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True, scope="module")
def store(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SEMSHIFT_STORE", str(tmp_path_factory.mktemp("store")))
        patch.setenv("COLUMNS", "200")
        yield


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """30 news stories as somebody's own file."""
    path = tmp_path_factory.mktemp("texts") / "stories.jsonl"
    load_corpus("news", n_documents=30).documents.to_json(path, orient="records", lines=True)
    return path


def check(*arguments):
    return CliRunner().invoke(app, ["check", *map(str, arguments)])


def test_the_card_names_every_figure_with_controls_and_advice(source):
    done = check(source)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("minilm on stories")
    for metric in card_metrics():
        assert metric in done.stdout
    card = report_card(load_corpus(str(source)), load_encoder())
    value = single_row(card, metric="MPD")["value"]
    assert f"{value:.3f} [" in done.stdout
    assert "minilm (random 0) 0." in done.stdout
    assert "n_near_zero_dimensions: Drop them" in done.stdout


def test_bounds_that_are_kept_leave_the_exit_status_alone(source):
    done = check(source, "--min", "MPD=0.5", "--max", "n_near_zero_dimensions=3")
    assert done.exit_code == 0
    assert "kept: n_near_zero_dimensions at most 3, MPD at least 0.5" in done.stdout


def test_every_broken_bound_is_told_with_its_figure(source):
    done = check(source, "--max", "n_near_zero_dimensions=2", "--max", "MPD=2", "--min", "MPD=0.99")
    assert done.exit_code == 1
    broken = [line for line in done.stdout.splitlines() if line.startswith("broken:")]
    assert broken[0] == "broken: n_near_zero_dimensions at most 2; it is 3"
    assert broken[1].startswith("broken: MPD at least 0.99; it is 0.")
    assert len(broken) == 2


def test_a_card_that_is_kept_is_a_baseline(source, tmp_path):
    kept = tmp_path / "card.json"
    assert check(source, "--out", kept).exit_code == 0
    # The bundled model reads the stories better than the mean of its word vectors does.
    done = check(source, "--model", "static", "--baseline", kept)
    assert done.exit_code == 1
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("broken: MPD"))
    assert re.fullmatch(r"broken: MPD: worse, 0\.\d+ \[.*\] before, 0\.\d+ \[.*\] now", line)
    assert "n_near_zero_dimensions: better, 3 before, 0 now" in done.stdout
    # What was kept reads back as it was, from any kind of table.
    card = read_card(kept)
    for ending in ("csv", "parquet", "jsonl"):
        write_table(card, tmp_path / f"card.{ending}")
        pd.testing.assert_frame_equal(
            card_changes(card, read_card(tmp_path / f"card.{ending}")), card_changes(card, card)
        )


def test_the_card_of_a_reports_run_is_a_baseline(tmp_path):
    corpus = Corpus.from_texts(
        ["Rates rose. Banks fell.", "It rained. A dog barked.", "Ice flows."]
    )
    card = report_card(
        corpus, "static", controls=[load_encoder("static", store=None).random_twin()]
    )
    results = Results("00_report_card", out=str(tmp_path))
    results.add(card, group="card")
    results.finish()
    files = ["00_report_card.metrics.parquet", "00_report_card.claims.json"]
    record = Record("00_report_card", "", "", "", {}, status="done", files=files)
    write_manifest(Manifest("run", {}, {}, {}, {}, [record]), tmp_path)
    pd.testing.assert_frame_equal(card_changes(card, read_card(tmp_path)), card_changes(card, card))
    write_manifest(Manifest("run", {}, {}, {}, {}, []), tmp_path)
    with pytest.raises(InputError, match="holds no report card"):
        read_card(tmp_path)


def test_what_is_no_baseline_is_refused_before_the_work(source, tmp_path):
    (tmp_path / "card.csv").write_text("a,b\n1,2\n")
    for path, says in (
        (tmp_path / "card.csv", "is no report card"),
        (tmp_path / "card.txt", "is no report card"),
        (tmp_path / "none.json", "is no report card"),
        (tmp_path, "is not the manifest of a run"),
    ):
        done = check("no-such-corpus", "--baseline", path)
        assert isinstance(done.exception, InputError)
        assert says in str(done.exception)
    other = report_card(load_corpus("wikipedia", n_documents=4), load_encoder("static"))
    other.to_csv(tmp_path / "other.csv", index=False)
    done = check(source, "--model", "static", "--baseline", tmp_path / "other.csv")
    assert "the baseline is of wikipedia, this card of stories" in str(done.exception)


def test_a_bound_on_what_cannot_be_measured_is_broken(tmp_path):
    (tmp_path / "short.csv").write_text("text\nOne.\nTwo.\nThree.\n")
    done = check(tmp_path / "short.csv", "--max", "gap=0.1")
    assert done.exit_code == 1
    assert "gap at most 0.1; it was not measured" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--max", "mpd=1"], "METRIC being one of own_passage@1, MPD"),
        (["--max", "MPD"], "expected METRIC=VALUE"),
        (["--min", "MPD=much"], "'much' is no number"),
        (["--min", "MPD=nan"], "'nan' is no number"),
    ],
)
def test_a_bound_that_says_nothing_is_refused_before_any_work(arguments, says):
    done = check("no-such-corpus", *arguments)
    assert isinstance(done.exception, InputError)
    assert says in str(done.exception)


@pytest.mark.filterwarnings("ignore::semshift_nb.corpora.TextWarning")
def test_a_model_that_cannot_read_the_texts_says_so_and_keeps_no_bound(tmp_path):
    source = tmp_path / "chinese.jsonl"
    paragraph = "黑豹队的防守丢了三百分。他在职业生涯中擒杀很多次。"
    texts = [f"{paragraph * 2}第{n}段。" for n in "一二三四"]
    table = pd.DataFrame({"text": texts, "language": "zh"})
    table.to_json(source, orient="records", lines=True)
    share = load_encoder("static", store=None).token_counts(texts).unknown.mean()
    assert share > 0.4
    bounds = ["--min", "MPD=0.1", "--max", "unknown_share=0.2"]
    done = check(source, "--model", "static", *bounds)
    assert done.exit_code == 1
    assert f"MPD at least 0.1; it was not measured: {share:.0%} of the tokens are" in done.stdout
    assert f"unknown_share at most 0.2; it is {share:.4g}" in done.stdout
    assert "good" not in done.stdout
    for command in ("shift", "geometry", "split"):
        out = tmp_path / f"{command}.csv"
        arguments = [command, str(source), "--model", "static", "--out", str(out)]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        column = "unknown_share" if command == "geometry" else "unknown"
        told = pd.read_csv(out)[column].mean()
        assert re.search(rf"{told:.0%} of (their|the) tokens.* unknown to", done.stdout)
        assert told == pytest.approx(share) or command == "split"  # a chunk is another text
