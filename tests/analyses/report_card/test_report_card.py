"""The report card: every figure against a plain way to get it, every verdict by hand."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta
from transformers import AutoTokenizer

from semshift_nb import load_corpus, load_encoder
from semshift_nb.analyses import (
    card_changes,
    card_controls,
    card_metrics,
    card_verdicts,
    length_gap,
    report_card,
    single_row,
)
from semshift_nb.analyses.report_card.card import N_SENTENCES, draw_texts
from semshift_nb.corpora import Corpus, TextWarning
from semshift_nb.encoders.loading.folders import bundled_folder
from semshift_nb.errors import InputError

SIZES = {"n_documents": 30, "n_sentences": 60, "n_passages": 12}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    return load_encoder(max_length=64, store=tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def corpus():
    return load_corpus("news", n_documents=40)


@pytest.fixture(scope="module")
def card(corpus, encoder):
    static = load_encoder("static", max_length=64, store=None)
    return report_card(corpus, encoder, controls=[static], **SIZES)


@pytest.fixture(scope="module")
def texts(corpus):
    return draw_texts(corpus, **SIZES, seed=0)


def test_every_encoder_has_every_figure_with_its_interval(card):
    assert card.groupby("encoder", sort=False)["metric"].apply(list).to_dict() == {
        "minilm": card_metrics(),
        "static": card_metrics(),
    }
    assert set(card["status"]) == {"measured"}
    assert card["role"].tolist() == ["model"] * 9 + ["control"] * 9
    counted = card["metric"].str.startswith("n_")
    assert card.loc[~counted, ["ci_low", "ci_high"]].notna().all(axis=None)


def test_passages_are_six_sentences_as_they_stand_and_do_not_overlap(corpus, texts):
    assert len(texts.documents) == 30
    assert len(texts.sentences) == 60
    assert len(texts.passages) == 12
    assert texts.members.groupby("passage").size().eq(N_SENTENCES).all()
    assert not texts.members.duplicated(["doc_id", "position"]).any()
    whole = corpus.documents.set_index("doc_id")["text"]
    for passage, members in texts.members.groupby("passage"):
        row = texts.passages.loc[passage]
        assert row["text"] in whole[row["doc_id"]]
        assert all(sentence in row["text"] for sentence in members["text"])
    assert texts.passages["doc_id"].is_unique  # more than 12 documents are long enough


def test_the_figures_are_those_of_plain_arithmetic(card, texts, encoder):
    model = card[card["role"] == "model"].set_index("metric")["value"]
    documents = encoder.encode_with_tokens(texts.documents.documents["text"].tolist())
    cosines = documents.vectors @ documents.vectors.T
    assert model["MPD"] == pytest.approx(1 - cosines[np.triu_indices(30, 1)].mean(), abs=1e-5)
    passages = encoder.encode(texts.passages["text"].tolist())
    members = encoder.encode(texts.members["text"].tolist())
    hits = (members @ passages.T).argmax(axis=1) == texts.members["passage"]
    assert model["own_passage@1"] == pytest.approx(hits.mean())
    assert model["truncated_share"] == documents.truncated.mean()
    assert model["unknown_share"] == documents.unknown.mean()
    sigma = np.linalg.svd(
        (rows := encoder.encode(texts.sentences["text"].tolist()).astype(float)) - rows.mean(0)
    )[1]
    shares = sigma / sigma.sum()
    entropy = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
    assert model["effective_rank"] == pytest.approx(np.exp(entropy), rel=1e-4)
    assert model["first_component_share"] == pytest.approx(sigma[0] ** 2 / (sigma**2).sum())
    dead = np.flatnonzero(rows.std(0) < 1e-3 * np.median(rows.std(0)))
    assert model["n_near_zero_dimensions"] == len(dead) == 3


def test_the_gap_is_that_of_length_gap_at_a_length_that_documents_reach(card, texts, encoder):
    row = single_row(card, role="model", metric="gap")
    assert row["reason"].startswith("MPD at 16 less that at 64 tokens")
    table = length_gap(texts.documents, encoder, short=16, long=64, n_documents=20)
    assert row["value"] == pytest.approx(single_row(table, metric="gap")["value"])


def test_the_truncated_share_has_its_exact_binomial_interval(card):
    row = single_row(card, role="model", metric="truncated_share")
    n, cut = row["n"], round(row["value"] * row["n"])
    low = beta.ppf(0.025, cut, n - cut + 1) if cut else 0.0
    high = beta.ppf(0.975, cut + 1, n - cut) if cut < n else 1.0
    assert (row["ci_low"], row["ci_high"]) == pytest.approx((low, high))


def test_what_the_texts_do_not_allow_is_told_and_not_made_up(encoder):
    short = Corpus.from_texts([f"Number {i} is {i * i}." for i in range(12)])
    card = report_card(short, encoder)
    missing = card[card["status"] != "measured"].set_index("metric")["reason"]
    assert "passages of 6 sentences" in missing["own_passage@1"]
    assert "expected at least 32" in missing["gap"]
    verdicts = card_verdicts(card).set_index("metric")
    assert verdicts.loc["gap", "verdict"] == "not measured"
    assert verdicts.loc["gap", "why"] == missing["gap"]
    assert verdicts.loc["MPD", "why"] == "nothing to compare with"


@pytest.mark.parametrize("sizes", [{"n_documents": 1}, {"n_sentences": 1}, {"n_passages": 0}])
def test_a_card_of_next_to_nothing_is_refused(corpus, encoder, sizes):
    with pytest.raises(InputError, match="at least 2 of each"):
        report_card(corpus, encoder, **sizes)


def test_two_encoders_of_one_name_are_refused(corpus, encoder):
    with pytest.raises(InputError, match="a name for each"):
        report_card(corpus, encoder, controls=[encoder])


def test_the_controls_lack_attention_or_training_and_are_never_the_model_itself(encoder):
    controls = card_controls(encoder)
    assert [control.name for control in controls] == ["static", "minilm (random 0)"]
    assert [control.max_length for control in controls] == [64, 64]
    static = load_encoder("static", store=None)
    others = card_controls(static)
    assert "static" not in [control.name for control in others]
    assert "minilm" in [control.name for control in others]
    assert all(control.store is None for control in others)


def by_hand(**values: tuple[float, float, float]) -> pd.DataFrame:
    """Give a card of one model and one control whose figures are as told."""
    rows = [
        {"encoder": encoder, "role": role, "metric": metric, "value": mid, "ci_low": low,
         "ci_high": high, "n": 9, "status": "measured", "reason": ""}
        for metric in card_metrics()
        for encoder, role, (low, mid, high) in (
            ("mine", "model", values.get(metric.replace("@", "_"), (0.5, 0.6, 0.7))),
            ("static", "control", (0.5, 0.6, 0.7)),
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("metric", "figure", "verdict", "why"),
    [
        ("MPD", (0.8, 0.85, 0.9), "good", "better than static"),
        ("MPD", (0.1, 0.2, 0.3), "look closer", "worse than static"),
        ("MPD", (0.6, 0.7, 0.8), "undecided", "not told apart from static"),
        ("first_component_share", (0.1, 0.2, 0.3), "good", "better than static"),
        ("first_component_share", (0.8, 0.85, 0.9), "look closer", "worse than static"),
        ("gap", (0.01, 0.02, 0.05), "good", "at most 0.050"),
        ("gap", (0.06, 0.07, 0.08), "look closer", "above 0.050"),
        ("gap", (0.04, 0.06, 0.08), "undecided", "the interval holds 0.050"),
        ("n_near_zero_dimensions", (np.nan, 0, np.nan), "good", "at most 0"),
        ("n_near_zero_dimensions", (np.nan, 3, np.nan), "look closer", "above 0"),
    ],
)
def test_verdicts_follow_from_intervals(metric, figure, verdict, why):
    table = card_verdicts(by_hand(**{metric: figure})).set_index("metric")
    assert (table.loc[metric, "verdict"], table.loc[metric, "why"]) == (verdict, why)
    assert bool(table.loc[metric, "advice"]) == (verdict == "look closer")


def card_with(metric: str, value: float, low: float, high: float) -> pd.DataFrame:
    """A card whose figures are all 1, without an interval, but for one."""
    figures = [(name, 1.0, np.nan, np.nan) for name in card_metrics() if name != metric]
    figures.append((metric, value, low, high))
    table = pd.DataFrame(figures, columns=["metric", "value", "ci_low", "ci_high"])
    return table.assign(corpus="c", role="model", status="measured", reason="")


@pytest.mark.parametrize(
    ("metric", "before", "now", "change"),
    [
        ("MPD", (0.9, 0.85, 0.95), (0.8, 0.75, 0.84), "worse"),
        ("MPD", (0.8, 0.75, 0.84), (0.9, 0.85, 0.95), "better"),
        ("MPD", (0.9, 0.85, 0.95), (0.8, 0.75, 0.86), "not told apart"),
        ("gap", (0.1, 0.05, 0.15), (0.3, 0.25, 0.35), "worse"),
        ("gap", (0.3, 0.25, 0.35), (0.1, 0.05, 0.15), "better"),
        ("n_near_zero_dimensions", (3, np.nan, np.nan), (4, np.nan, np.nan), "worse"),
        (
            "n_near_zero_dimensions",
            (3, np.nan, np.nan),
            (3 + 1e-12, np.nan, np.nan),
            "not told apart",
        ),
    ],
)
def test_a_change_for_the_worse_is_one_beyond_the_intervals(metric, before, now, change):
    changes = card_changes(card_with(metric, *now), card_with(metric, *before))
    found = changes.set_index("metric")["change"]
    assert found[metric] == change
    assert found.drop(metric).eq("not told apart").all()


def test_a_figure_that_one_card_lacks_has_no_change():
    card, older = card_with("MPD", 1, 0.9, 1.1), card_with("MPD", 1, 0.9, 1.1)
    older = older[older["metric"] != "gap"]
    found = card_changes(card, older).set_index("metric")
    assert found.loc["gap", "change"] == "not measured"
    with pytest.raises(InputError, match="the baseline is of d, this card of c"):
        card_changes(card, older.assign(corpus="d"))


def test_what_a_model_cannot_read_is_not_measured_and_not_called_good(encoder):
    """Six paragraphs of Chinese, of whose signs minilm's tokenizer knows less than half."""
    paragraph = "黑豹队的防守丢了三百分。他在职业生涯中擒杀很多次。" * 4
    texts = [f"{paragraph}第{n}段。" for n in "一二三四五六"]
    chinese = Corpus("chinese", pd.DataFrame({"text": texts, "language": "zh"}))
    with pytest.warns(TextWarning, match="more than 10% of the tokens of some texts are unknown"):
        card = report_card(chinese, encoder, controls=[load_encoder("static", store=None)])
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()))
    ids = [tokenizer(text, truncation=True, max_length=64)["input_ids"][1:-1] for text in texts]
    share = np.mean([np.mean(np.array(row) == tokenizer.unk_token_id) for row in ids])
    assert share > 0.4
    told = card_verdicts(card).set_index("metric")
    others = told.drop("unknown_share")
    assert set(others["verdict"]) == {"not measured"}
    reason = f"{share:.0%} of the tokens are unknown to minilm, whose vocabulary seems to lack this"
    assert set(others["why"]) == {f"{reason} script"}
    assert told.loc["unknown_share", ["verdict", "why"]].tolist() == ["look closer", "above 0.10"]
    row = single_row(card, role="model", metric="unknown_share")
    assert row["value"] == pytest.approx(share)
    assert (card["unknown_share"].dropna() > 0.4).all()
    assert card.loc[card["metric"] != "unknown_share", "value"].isna().all()


def test_a_few_unknown_tokens_are_told_and_no_more(corpus, encoder):
    some = Corpus.from_texts([f"🪐 {text}" for text in corpus.documents["text"].head(12)])
    card = report_card(some, encoder)
    row = single_row(card, metric="unknown_share")
    assert 0 < row["value"] < 0.1
    assert single_row(card, metric="MPD")["status"] == "measured"
    assert card_verdicts(card).set_index("metric").loc["unknown_share", "verdict"] == "good"


def test_advice_names_what_helped_on_these_texts_or_says_that_nothing_did():
    card = by_hand(truncated_share=(0.3, 0.4, 0.5), gap=(0.3, 0.4, 0.5), MPD=(0.8, 0.85, 0.9))
    columns = ["remedy", "difference", "difference_low", "difference_high", "p_holm"]

    def advice(*rows: tuple[str, float, float, float, float]) -> dict[str, str]:
        rungs = pd.DataFrame(rows, columns=columns)
        return card_verdicts(card, rungs=rungs).set_index("metric")["advice"].to_dict()

    plain = card_verdicts(card).set_index("metric")["advice"].to_dict()
    assert plain["truncated_share"]
    helped = advice(("late-chunks", 0.2, 0.1, 0.3, 0.01), ("maxsim", 0.1, -0.1, 0.3, 0.5))
    said = f"{plain['truncated_share']} On these texts it helped: "
    assert helped["truncated_share"] == f"{said}late-chunks (+0.200 [+0.100, +0.300] nDCG@10)."
    assert helped["MPD"] == plain["MPD"] == ""
    none = advice(("max-length", 0.1, -0.1, 0.3, 0.5), ("tau", -0.1, -0.2, -0.05, 0.01))
    assert none["truncated_share"].endswith("On these texts none was shown to help: max-length.")
    assert none["gap"].endswith("none was shown to help: tau.")
    assert advice(("bm25", 0.2, 0.1, 0.3, 0.01)) == plain, "no remedy of these was tried"
