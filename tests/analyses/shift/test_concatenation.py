"""The concatenation experiment: its texts, what is compared, and corpora that are too small."""

import numpy as np
import pandas as pd
import pytest

from semshift_nb import analyses, measures
from semshift_nb.corpora import Corpus
from semshift_nb.errors import InputError

SIZES = {"ks": (1, 2, 3), "n_anchors": 4, "n_library": 12}
WORDS = [
    "river",
    "stone",
    "market",
    "engine",
    "poem",
    "soldier",
    "garden",
    "planet",
    "violin",
    "bread",
]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Six documents of five sentences, all different."""
    return Corpus.from_texts(
        [
            " ".join(f"The {a} of number {i} meets a {b}." for b in WORDS[i % 2 :: 2])
            for i, a in enumerate(WORDS[:6])
        ],
        name="six",
    )


@pytest.fixture(scope="module")
def texts(corpus, static) -> pd.DataFrame:
    return analyses.concatenation_texts(corpus, static, **SIZES)


def test_texts_are_built_as_their_mode_says(corpus, texts):
    sentences = corpus.sentences
    assert len(texts) == 3 * 3 * 4
    assert texts.groupby(["mode", "k"])["anchor_id"].agg(list).map(tuple).nunique() == 1
    for row in texts.itertuples():
        anchor = sentences["text"][row.anchor_id]
        follow = sentences["text"][row.anchor_id : row.anchor_id + row.k].tolist()
        expected = {"repeat": [anchor] * row.k, "sequential": follow}
        assert sentences["doc_id"][row.anchor_id + 2] == row.doc_id
        if row.mode == "random":
            assert row.text.startswith(anchor)
            parts = row.text.replace(". ", ".|").split("|")
            assert len(set(parts)) == row.k
            assert set(parts) <= set(sentences["text"])
        else:
            assert row.text == " ".join(expected[row.mode])


def test_smaller_random_texts_begin_the_larger_ones(texts):
    drawn = texts[texts["mode"] == "random"].pivot_table(
        index="anchor_id", columns="k", values="text", aggfunc="first"
    )
    assert all(long.startswith(short) for short, long in zip(drawn[2], drawn[3], strict=True))


def test_figures_are_the_measures(corpus, static, texts):
    for row in texts[texts["mode"] == "sequential"].itertuples():
        parts = corpus.sentences["text"][row.anchor_id : row.anchor_id + row.k].tolist()
        rows, whole = static.encode(parts), static.encode([row.text])[0]
        assert row.dispersion == pytest.approx(measures.dispersion(rows), abs=1e-6)
        assert row.semantic_shift == pytest.approx(measures.semantic_shift(rows), abs=1e-6)
        assert row.discrepancy == pytest.approx(measures.discrepancy(rows, whole), abs=1e-6)
        assert row.cosine_to_anchor == pytest.approx(rows[0] @ whole, abs=1e-6)
    assert (texts["lost_overlap"] == 1 - texts["overlap_at_1"]).all()
    assert not texts["truncated"].any()


def test_a_text_of_one_sentence_is_its_anchor(texts):
    single = texts[texts["k"] == 1]
    assert (single[["overlap_at_1", "overlap_at_5", "overlap_at_10"]] == 1).all(axis=None)
    assert single["cosine_to_anchor"].tolist() == pytest.approx([1.0] * len(single))


def test_repetition_means_the_same_to_the_static_control(texts):
    """The mean of the same tokens again: what repetition does elsewhere is attention's doing."""
    repeated = texts[texts["mode"] == "repeat"]
    assert repeated["dispersion"].max() < 1e-12
    assert (repeated["overlap_at_10"] == 1).all()


def test_overlap_counts_others_than_the_anchor(corpus, static, texts):
    """Worked out again with a full sort over the whole corpus, which is the library at 30."""
    everything = analyses.concatenation_texts(corpus, static, **{**SIZES, "n_library": 30})
    library = static.encode(corpus.sentences["text"].tolist()).astype(np.float64)
    for row in everything.itertuples():
        text = static.encode([row.text])[0].astype(np.float64)
        top = [
            [i for i in np.argsort(-(library @ query), kind="stable") if i != row.anchor_id]
            for query in (text, library[row.anchor_id])
        ]
        for k in (1, 5, 10):
            expected = len(set(top[0][:k]) & set(top[1][:k])) / k
            assert getattr(row, f"overlap_at_{k}") == expected


def test_summary_is_made_of_the_texts(corpus, static, texts):
    table = analyses.concatenation(corpus, static, **SIZES)
    assert len(table) == 3 * 3 * 6
    assert set(table["corpus"]) == {"six"}
    assert set(table["encoder"]) == {static.name}
    assert set(table["status"]) == {"measured"}
    figures = table.set_index(["mode", "k", "metric"])
    for (mode, k), part in texts.groupby(["mode", "k"]):
        expected = {
            "Overlap@5": part["overlap_at_5"].mean(),
            "cosine_to_anchor": part["cosine_to_anchor"].mean(),
            "n_tokens": part["n_tokens"].mean(),
            "MPD": measures.mean_pairwise_distance(static.encode(part["text"].tolist())),
        }
        for metric, value in expected.items():
            row = figures.loc[(mode, k, metric)]
            assert row["value"] == pytest.approx(value, abs=1e-6)
            assert row["n"] == 4
    assert (table["ci_low"] <= table["ci_high"]).all()


def test_lists_of_corpora_and_encoders(corpus, static):
    other = Corpus.from_texts(corpus.documents["text"].tolist()[:4], name="four")
    table = analyses.concatenation([corpus, other], [static], ks=(2,), n_anchors=3, n_library=12)
    assert table["corpus"].drop_duplicates().tolist() == ["six", "four"]
    assert len(table) == 2 * 3 * 6


def test_less_than_asked_for_is_told(corpus, static):
    table = analyses.concatenation(corpus, static, ks=(2,))
    assert set(table["status"]) == {"measured"}
    (reason,) = set(table["reason"])
    assert reason == (
        "the corpus has only 24 anchors of 600 asked for and 30 library sentences of 3000 asked for"
    )


def test_corpus_without_followers_is_not_measured(static):
    single = Corpus.from_texts([f"A sentence about the {word}." for word in WORDS], name="single")
    table = analyses.concatenation(single, static, ks=(1, 2))
    assert set(table["status"]) == {"not measured"}
    assert table["reason"].str.contains("leave out sequential").all()
    (row,) = analyses.concatenation_texts(single, static).itertuples()
    assert row.status == "not measured"
    alone = analyses.concatenation(single, static, ks=(1, 2), modes=("repeat", "random"))
    of_one = alone[alone["metric"] != "Overlap@10"]
    assert set(of_one["status"]) == {"measured"}
    # Ten sentences, the anchor not counted: there is no tenth neighbour.
    lacking = alone[alone["metric"] == "Overlap@10"]
    assert set(lacking["status"]) == {"not measured"}
    assert lacking["reason"].str.contains("too few sentences for Overlap@10").all()


def test_one_document_has_figures_and_no_interval(corpus, static):
    alone = Corpus.from_texts(corpus.documents["text"].tolist()[:1])
    table = analyses.concatenation(alone, static, ks=(2,), n_anchors=3, n_library=4)
    row = table[table["metric"] == "MPD"].iloc[0]
    assert row["status"] == "measured"
    assert np.isfinite(row["value"])
    assert np.isnan(row["ci_low"])
    assert "no interval: 1 document" in row["reason"]


def test_sentence_without_direction_loses_only_its_texts(static):
    """Fifteen zero-width spaces are long enough to be an anchor and have no token."""
    texts = [f"The {word} is here now. The {word} goes away." for word in WORDS]
    corpus = Corpus.from_texts([*texts, "\u200b" * 15 + "\n\nHere is one more."])
    assert "\u200b" * 15 in corpus.sentences["text"].tolist()
    table = analyses.concatenation_texts(corpus, static, ks=(1, 2), modes=("repeat",))
    lost = table[table["status"] == "not measured"]
    assert len(lost) == 2
    assert lost["reason"].str.contains("no direction").all()
    assert lost[["dispersion", "overlap_at_1", "lost_overlap"]].isna().all(axis=None)
    summary = analyses.concatenation(corpus, static, ks=(1, 2), modes=("repeat",))
    assert set(summary["n"]) == {len(table) // 2 - 1}
    assert summary["reason"].str.contains("1 text without direction was left out").all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"ks": ()}, "ks is"),
        ({"ks": (0, 2)}, "ks is"),
        ({"modes": ("backwards",)}, "expected some of repeat, sequential, random"),
        ({"modes": ()}, "modes is"),
        ({"n_anchors": 1}, "n_anchors is 1"),
        ({"n_library": 1}, "n_library 1"),
    ],
)
def test_settings_are_checked(corpus, static, settings, message):
    with pytest.raises(InputError, match=message):
        analyses.concatenation(corpus, static, **settings)
