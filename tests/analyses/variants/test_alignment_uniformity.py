"""The plane: against the authors' own formulas in torch, and what is known of these encoders."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats

from semshift_nb.analyses import alignment_uniformity, single_row
from semshift_nb.analyses.variants.figures import (
    HalfSamples,
    document_figures,
    document_halves,
    half_interval,
    pair_figures,
    pair_halves,
    read_pairs,
)
from semshift_nb.corpora import (
    TextPairs,
    adjacent_sentences,
    load_corpus,
    load_pairs,
    repeated_texts,
)
from semshift_nb.errors import InputError

SETS = ["adjacent sentences", "repeated texts", "labelled pairs"]


@pytest.fixture(scope="module")
def sets():
    news = load_corpus("news", n_documents=24)
    return [
        adjacent_sentences(news, per_document=2),
        repeated_texts(news),
        load_pairs("wordsim353", n_pairs=120),
    ]


@pytest.fixture(scope="module")
def table(sets, static):
    return alignment_uniformity(sets, static)


def value(table: pd.DataFrame, kind: str, metric: str) -> float:
    return float(single_row(table, kind=kind, metric=metric)["value"])


@pytest.mark.parametrize("place", range(3))
def test_the_formulas_of_the_paper_in_torch(place, sets, table, static):
    # github.com/SsnL/align_uniform: (x - y).norm(p=2, dim=1).pow(2).mean() and
    # pdist(x, p=2).pow(2).mul(-2).exp().mean().log(), here over the texts, each once.
    pairs, kind = sets[place], SETS[place]
    positive = pairs.table[pairs.positive]
    left, right = (
        torch.from_numpy(static.encode(positive[side].tolist())).double()
        for side in ("left", "right")
    )
    align = (left - right).norm(p=2, dim=1).pow(2).mean()
    assert value(table, kind, "alignment") == pytest.approx(float(align), abs=1e-6)
    texts = list(dict.fromkeys(pairs.table[["left", "right"]].to_numpy().ravel()))
    apart = torch.pdist(torch.from_numpy(static.encode(texts)).double()).pow(2)
    uniform = apart.mul(-2).exp().mean().log()
    assert value(table, kind, "uniformity") == pytest.approx(float(uniform), abs=1e-6)
    relative = float(align / apart.mean())
    assert value(table, kind, "relative_alignment") == pytest.approx(relative, abs=1e-6)
    cosine = 1 - float(apart.mean()) / 2
    assert value(table, kind, "mean_cosine") == pytest.approx(cosine, abs=1e-6)


def test_cosines_follow_human_judgement(sets, table, static):
    pairs = sets[2]
    left, right = (static.encode(pairs.table[side].tolist()) for side in ("left", "right"))
    expected = stats.spearmanr((left * right).sum(axis=1), pairs.scores).statistic
    row = single_row(table, kind="labelled pairs", metric="Spearman")
    assert row["value"] == pytest.approx(expected, abs=1e-6)
    assert row["n"] == 120
    assert row["ci_low"] < row["value"] < row["ci_high"]
    alignment = single_row(table, kind="labelled pairs", metric="alignment")
    assert (alignment["n"], alignment["reason"]) == (pairs.positive.sum(), "pairs from 8 on")
    # Only labelled pairs have a score to compare with.
    assert (table["metric"] == "Spearman").sum() == 1


def test_a_mean_of_tokens_does_not_feel_repetition(table):
    # The same tokens in the same shares: the vector is the same, and its pair coincides.
    assert value(table, "repeated texts", "alignment") == pytest.approx(0, abs=1e-9)
    assert value(table, "repeated texts", "relative_alignment") == pytest.approx(0, abs=1e-9)


def test_every_figure_has_its_interval_and_its_unit(table):
    assert table["status"].eq("measured").all()
    inside = table["ci_low"].le(table["value"] + 1e-9) & table["value"].le(table["ci_high"] + 1e-9)
    assert inside.all()
    assert (table["truncated_share"] == 0).all()
    assert table["unit"].ne("").all()


def test_sides_in_one_place_and_sides_at_random(static):
    # A text paired with itself has no distance; texts paired at random have the mean of all pairs.
    texts = load_corpus("news", n_documents=60).documents["text"].str.slice(0, 80).unique().tolist()
    same = TextPairs("x", "same", pd.DataFrame({"left": texts, "right": texts}))
    # Every text with every other one: the mean over these pairs is the mean over all.
    left, right = np.triu_indices(len(texts), k=1)
    every = {"left": [texts[i] for i in left], "right": [texts[j] for j in right]}
    crossed = TextPairs("y", "crossed", pd.DataFrame(every))
    found = alignment_uniformity([same, crossed], static)
    assert value(found, "same", "alignment") == pytest.approx(0, abs=1e-12)
    assert value(found, "crossed", "relative_alignment") == pytest.approx(1, abs=1e-9)


def test_what_has_no_direction_is_left_out_and_said(static):
    table = pd.DataFrame({"left": ["a river", "", "snow fell"], "right": ["a bank", "x", "rain"]})
    found = alignment_uniformity(TextPairs("some", "labelled", table), static)
    row = single_row(found, metric="alignment")
    assert row["n"] == 2
    assert "1 pair has no direction" in row["reason"]
    nothing = TextPairs("none", "labelled", pd.DataFrame({"left": [""], "right": [""]}))
    assert alignment_uniformity(nothing, static)["status"].eq("not measured").all()


def test_no_pairs_are_refused(static):
    with pytest.raises(InputError, match="there are no pairs"):
        alignment_uniformity([], static)


def test_halves_vary_as_the_mean_itself_does():
    # Of n values with variance s^2 the mean has variance s^2 / n; over halves it is the same.
    values = np.random.default_rng(0).gamma(2, size=60)
    groups = np.arange(60).astype(object)
    kept = HalfSamples([("x", groups)], n_halves=4000, seed=1).of("x", groups)
    assert (kept.sum(axis=1) == 30).all()
    means = (kept @ values) / 30
    assert means.var() == pytest.approx(values.var(ddof=1) / 60, rel=0.08)
    interval = half_interval(values.mean(), means, n=60)
    expected = stats.t.interval(0.95, 59, values.mean(), stats.sem(values))
    assert (interval.low, interval.high) == pytest.approx(expected, rel=0.05)


def test_a_document_is_in_a_half_with_all_that_belongs_to_it():
    groups = np.array(["a", "b", "b", "c", "d", "d", "d"], dtype=object)
    others = np.array(["d", "a"], dtype=object)
    halves = HalfSamples([("x", groups), ("x", others), ("y", others)], n_halves=50, seed=0)
    kept, also = halves.of("x", groups), halves.of("x", others)
    assert (kept[:, 1] == kept[:, 2]).all()
    assert (kept[:, 4] == also[:, 0]).all()
    assert (kept[:, 0] == also[:, 1]).all()
    with pytest.raises(InputError, match="fewer than 4 documents"):
        half_interval(0.5, halves.of("y", others)[:, 0], n=2)
    with pytest.raises(InputError, match="n_halves is 0"):
        HalfSamples([("x", groups)], n_halves=0, seed=0)


@pytest.mark.parametrize("place", range(3))
def test_figures_of_all_halves_at_once_are_those_of_each(place, sets, static):
    pairs = sets[place]
    read = read_pairs(pairs, static)
    groups = (read.pair_groups, read.text_groups)
    halves = HalfSamples([(pairs.name, rows) for rows in groups], n_halves=5, seed=3)
    in_pairs, in_texts = (halves.of(pairs.name, rows) for rows in groups)
    at_once = pair_halves(read, in_pairs, in_texts)
    for half in range(5):
        positive = in_pairs[half] & read.positive
        left, right = (read.vectors[rows[positive]] for rows in (read.left, read.right))
        alignment = float(((left - right).astype(np.float64) ** 2).sum(axis=1).mean())
        assert at_once["alignment"][half] == pytest.approx(alignment, abs=1e-5)
        texts = document_figures(read.vectors[in_texts[half]].astype(np.float64))
        for name in ("uniformity", "mean_cosine"):
            assert at_once[name][half] == pytest.approx(texts[name], abs=1e-9)
        relative = alignment / (2 * (1 - texts["mean_cosine"]))
        assert at_once["relative_alignment"][half] == pytest.approx(relative, abs=1e-5)
    assert pair_figures(read).keys() == at_once.keys()


@pytest.mark.parametrize("n", [30, 500])
def test_spectra_of_halves_are_those_of_the_vectors_themselves(n, static):
    # Fewer and more texts than dimensions: the halves are worked out in a space turned and cut.
    sentences = load_corpus("news").sentences["text"].iloc[:n].tolist()
    vectors = static.encode(sentences)
    groups = np.arange(n).astype(object)
    kept = HalfSamples([("x", groups)], n_halves=2, seed=0).of("x", groups)
    at_once = document_halves(vectors, kept)
    for place, half in enumerate(kept):
        for name, expected in document_figures(vectors[half].astype(np.float64)).items():
            assert at_once[name][place] == pytest.approx(expected, rel=1e-6, abs=1e-8), name
