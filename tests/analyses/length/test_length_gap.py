"""The gap between short and long texts, its paired change, and the figures of issue 3."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses, load_corpus, measures
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, load_encoder
from semshift_nb.errors import InputError

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def far_sighted(tmp_path_factory) -> Encoder:
    return load_encoder("minilm", max_length=512, store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def gaps(wikipedia, far_sighted) -> pd.DataFrame:
    pair = [far_sighted, far_sighted.at_temperature(0.8)]
    return analyses.length_gap(wikipedia, pair, n_documents=16)


def test_long_texts_lie_closer(gaps):
    """Seen: a gap of 0.089 from 0.062 to 0.129; on all 87 long ones 0.083 from 0.074 to 0.093.

    Of so few documents the intervals of the two lengths may touch; that of their gap is paired.
    """
    short, long, gap = (
        analyses.single_row(gaps, tau=1.0, metric=metric)
        for metric in ("MPD@128", "MPD@500", "gap")
    )
    assert gap["value"] == pytest.approx(short["value"] - long["value"])
    assert analyses.above(gap, 0.04)
    assert gap["ci_high"] - gap["ci_low"] < long["ci_high"] - long["ci_low"]


def test_a_sharper_attention_narrows_the_gap(gaps):
    """Seen: -0.022 from -0.033 to -0.014; on all 87 long documents -0.024 from -0.027 to -0.021."""
    change = analyses.single_row(gaps, metric="gap_change", against="first encoder")
    by_tau = gaps[gaps["metric"] == "gap"].set_index("tau")["value"]
    assert change["tau"] == 0.8
    assert change["value"] == pytest.approx(by_tau[0.8] - by_tau[1.0])
    assert analyses.below(change, 0)


def test_texts_are_those_of_the_study_of_length(wikipedia, static):
    wanted = {"arms": ("cut", "random"), "n_documents": 20}
    gaps = analyses.length_gap(wikipedia, static, **wanted)
    table = analyses.length_collapse(wikipedia, static, lengths=(16, 128, 500), **wanted)
    for arm in wanted["arms"]:
        for length in (128, 500):
            study = analyses.single_row(table, metric="MPD", n_tokens=length, arm=arm)
            gap = analyses.single_row(gaps, metric=f"MPD@{length}", arm=arm)
            columns = ["value", "ci_low", "ci_high", "n"]
            assert study[columns].tolist() == pytest.approx(gap[columns].tolist())


def test_repeating_collapses_nothing_without_attention(wikipedia, static):
    """Cut and random texts fall, repeated ones hardly: seen 0.088, 0.089 and 0.004."""
    table = analyses.length_gap(wikipedia, static, arms=("cut", "repeat", "random"), n_documents=24)
    assert analyses.above(analyses.single_row(table, arm="cut", metric="gap"), 0.05)
    assert analyses.above(analyses.single_row(table, arm="random", metric="gap"), 0.05)
    less = analyses.single_row(table, arm="repeat", metric="gap_change", against="first arm")
    assert analyses.below(less, -0.05)


def test_arms_and_encoders_are_paired_by_document(static):
    news = load_corpus("news", n_documents=20)
    other = load_encoder("static", max_length=48, store=None)
    table = analyses.length_gap(news, [static, other], short=16, long=48, arms=("repeat", "random"))
    assert len(table) == 4 * 3 + 2 + 2
    # The same encoder but for a limit that nothing reaches: no change at all, with no interval.
    changes = table[table["against"] == "first encoder"]
    assert changes["encoder"].tolist() == [static.name] * 2
    assert np.abs(changes[["value", "ci_low", "ci_high"]]).max(axis=None) < 1e-12
    by_arm = table[table["against"] == "first arm"]
    assert by_arm["arm"].tolist() == ["random", "random"]
    gap = table[table["metric"] == "gap"].groupby("arm", sort=False)["value"].first()
    assert by_arm["value"].tolist() == pytest.approx([gap["random"] - gap["repeat"]] * 2)


def test_an_encoder_that_does_not_read_so_far_is_not_measured(static):
    news = load_corpus("news", n_documents=20)
    table = analyses.length_gap(
        news, [static, load_encoder("static", max_length=32, store=None)], short=16, long=64
    )
    last = table.iloc[3:].set_index("metric")
    assert last.loc["MPD@16", "status"] == "measured"
    for metric in ("MPD@64", "gap", "gap_change"):
        assert last.loc[metric, "status"] == "not measured"
        assert "max_length=64" in last.loc[metric, "reason"]
    assert set(last["truncated_share"]) == {1.0}
    assert set(table["truncated_share"].iloc[:3]) == {0.0}


def test_short_documents_leave_reasons(static):
    corpus = Corpus.from_texts(["One short text.", "Another short text.", ""])
    table = analyses.length_gap(corpus, static, short=3, long=30)
    assert table["status"].tolist() == ["measured", "not measured", "not measured"]
    assert table["reason"].iloc[1].startswith("0 of 3 documents have 30 tokens")
    assert "no interval" in table["reason"].iloc[0]


@pytest.mark.parametrize(
    "settings",
    [{"short": 64, "long": 64}, {"short": 65, "long": 64}, {"arms": ("cut", "natural")}],
)
def test_settings_are_checked(static, settings):
    with pytest.raises(InputError, match="expected short below long, and arms without natural"):
        analyses.length_gap(load_corpus("news", n_documents=3), static, **settings)


def test_value_is_the_difference_of_the_measure(static):
    news = load_corpus("news", n_documents=12)
    table = analyses.length_gap(news, static, short=8, long=40).set_index("metric")
    texts = news.documents["text"].tolist()
    spread = [
        measures.mean_pairwise_distance(
            load_encoder("static", max_length=n, store=None).encode(texts)
        )
        for n in (8, 40)
    ]
    assert table.loc["gap", "value"] == pytest.approx(spread[0] - spread[1], abs=1e-6)
