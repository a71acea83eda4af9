"""``semshift check``: the card it prints, and the exit status that bounds give it."""

import re

import pandas as pd
import pytest
from typer.testing import CliRunner

from semshift_nb import load_encoder
from semshift_nb.analyses import card_metrics, report_card, single_row
from semshift_nb.cli import app
from semshift_nb.corpora import load_corpus
from semshift_nb.errors import InputError

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
