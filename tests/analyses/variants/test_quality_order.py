"""Variants ordered by retrieval: views, figures, correlations and their two intervals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses import (
    encoder_views,
    order_verdicts,
    quality_order,
    read_ahead,
    retrieval,
    single_row,
)
from semshift_nb.analyses.variants.correlations import _correlations, _ranks, order_rows
from semshift_nb.analyses.variants.measured import Measured, Variant
from semshift_nb.corpora import (
    Corpus,
    adjacent_sentences,
    known_item,
    load_corpus,
    load_pairs,
    pair_sets,
)
from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError


@pytest.fixture(scope="module")
def news():
    return load_corpus("news", n_documents=30)


@pytest.fixture(scope="module")
def dataset(news):
    return known_item(news)


@pytest.fixture(scope="module")
def families(static, dataset):
    """Fewer and fewer dimensions, random ones in one family and the strongest in the other."""
    rows = static.encode(dataset.texts)
    kept = np.random.default_rng(0).permutation(384)
    return {
        "whole": [static],
        "random": [static.after(measures.keep_dimensions(kept[:n], dim=384)) for n in (2, 8, 64)],
        "principal": [
            static.after(measures.fit_principal_components(rows, n)) for n in (1, 2, 3, 4, 8)
        ],
        "twin": [static.random_twin()],
    }


@pytest.fixture(scope="module")
def found(dataset, families, news):
    pairs = [adjacent_sentences(news), load_pairs("wordsim353", n_pairs=60)]
    return quality_order(dataset, families, pairs=pairs, n_halves=60)


def test_quality_is_what_retrieval_says(found, dataset, static):
    table = retrieval(dataset, static, taus=(1.0,), by=()).table
    expected = single_row(table, metric="nDCG@10")["value"]
    row = single_row(found.variants, variant="static", metric="nDCG@10")
    assert row["value"] == pytest.approx(expected, abs=1e-12)
    assert row["n"] == len(dataset.queries)
    assert row["ci_low"] < row["value"] < row["ci_high"]


def test_every_variant_has_every_figure(found, families):
    n_variants = sum(map(len, families.values()))
    counts = found.variants.groupby(["of", "metric"]).size()
    assert counts.eq(n_variants).all()
    assert set(counts.index.get_level_values("of")) == {
        *("queries", "documents", "adjacent sentences", "labelled pairs"),
    }
    # One component has no second direction to be even in.
    lacking = found.variants[found.variants["status"] == "not measured"]
    assert set(lacking["metric"]) <= {"iso_score"}
    assert lacking["reason"].ne("").all()
    spectral = found.variants[found.variants["metric"] == "effective_rank"]
    assert spectral["ci_low"].isna().all()
    assert spectral["reason"].str.contains("follows the number of texts").all()


def test_correlations_are_scipys(found):
    wide = found.variants.pivot_table(index="variant", columns=["of", "metric"], values="value")
    wide = wide.round(5)  # float32 says no more
    quality = wide["queries", "nDCG@10"]
    everything = found.order.query("scope == 'all variants' and drawn == 'texts'")
    for row in everything[everything["controlled_for"] == ""].itertuples():
        column = wide[row.of, row.figure].dropna()
        expected = stats.spearmanr(column, quality[column.index]).statistic
        assert row.value == pytest.approx(expected, abs=1e-9)
        assert row.n == len(column)
    # Of one control the closed form is known.
    held = everything[everything["controlled_for"] == "uniformity"].iloc[0]
    columns = [quality, *(wide[held["of"], name] for name in ("alignment", "uniformity"))]
    matrix = stats.spearmanr(np.stack(columns, axis=1)).statistic
    yx, yz, xz = matrix[0, 1], matrix[0, 2], matrix[1, 2]
    expected = (yx - yz * xz) / np.sqrt((1 - yz**2) * (1 - xz**2))
    assert held["value"] == pytest.approx(expected, abs=1e-9)


def test_a_family_has_an_order_over_texts_only(found):
    within = found.order[found.order["scope"] != "all variants"]
    assert set(within["scope"]) == {"principal"}  # the others have fewer than five
    assert set(within["drawn"]) == {"texts"}
    # More of the strongest components find more, so that effective rank orders this family.
    row = single_row(within, figure="effective_rank")
    assert row["value"] > 0.8
    assert row["ci_low"] > 0
    verdict = single_row(order_verdicts(within), figure="effective_rank")
    assert (verdict["orders"], verdict["better"], verdict["over_families"]) == (True, "higher", "")


def test_a_variant_that_is_another_again_is_left_out(dataset, families, static):
    again = {**families, "again": [static.after(measures.keep_dimensions(range(384), dim=384))]}
    found = quality_order(dataset, again, n_halves=5)
    assert len(found.notes) == 1
    assert "is static again and is left out" in found.notes[0]
    assert "again" not in set(found.variants["family"])


def test_what_cannot_be_asked(dataset, families):
    with pytest.raises(InputError, match="there is no variant"):
        quality_order(dataset, {"none": []})
    pairs = [load_pairs("wordsim353"), load_pairs("wordsim353")]
    with pytest.raises(InputError, match="called the same"):
        quality_order(dataset, families, pairs=pairs)


def test_few_texts_and_few_variants_leave_reasons(static):
    texts = ["A first text. It has two sentences.", "", "One sentence here.", "z"]
    tiny = known_item(Corpus.from_texts(texts[:3]))
    wordless = pair_sets(Corpus.from_texts(["", "z"]))
    found = quality_order(tiny, encoder_views(static, texts), pairs=wordless, n_halves=9)
    for table in (found.variants, found.order):
        missing = table[table["value"].isna() | table["ci_low"].isna()]
        assert missing["reason"].ne("").all()
        assert len(missing) == len(table)
    assert order_verdicts(found.order)["orders"].isna().all()


def test_two_variants_compared_query_by_query(found, dataset, families, static):
    change = found.change("static, PCA 1", "static")
    before, after = (
        quality_order(dataset, {"x": [view]}, n_halves=1).variants.iloc[0]["value"]
        for view in (static, families["principal"][0])
    )
    assert change["value"] == pytest.approx(after - before, abs=1e-12)
    assert change["ci_low"] < change["value"] < change["ci_high"] < 0
    # Paired, it is narrower than either figure's own interval.
    own = single_row(found.variants, variant="static", metric="nDCG@10")
    nothing = found.change("static", "static")
    assert (nothing["ci_low"], nothing["ci_high"]) == (0, 0)
    assert own["ci_high"] > own["ci_low"]
    absent = found.change("bert", "static")
    assert (absent["status"], absent["reason"]) == ("not measured", "no variant is bert")


def variants(
    figure: np.ndarray, quality: np.ndarray, families: list[str], *, noise: float = 0.0
) -> list[Variant]:
    """Variants with a figure and a quality that are given, and halves about them."""
    rng = np.random.default_rng(0)

    def column(values: np.ndarray) -> list[Measured]:
        drawn = values[:, None] + noise * rng.standard_normal((len(values), 300))
        return [Measured(float(v), row, 9) for v, row in zip(values, drawn, strict=True)]

    nothing = np.zeros((0, 1), dtype=np.float32)
    encoder = load_encoder("static", store=None)
    return [
        Variant(family, encoder, nothing, {("queries", "nDCG@10"): q, ("pairs", "alignment"): f})
        for family, f, q in zip(families, column(figure), column(quality), strict=True)
    ]


def order_of(made: list[Variant]) -> pd.DataFrame:
    return pd.DataFrame(order_rows(made, n_resamples=400, seed=0))


def test_a_perfect_order_and_an_order_the_wrong_way():
    steps, families = np.arange(12.0), [f"family {i // 2}" for i in range(12)]
    for sign, expected in ((-1, True), (1, False)):
        order = order_of(variants(sign * steps, steps, families))
        assert order[["value", "ci_low", "ci_high"]].eq(sign).all(axis=None)
        assert order["reason"].tolist() == ["", "6 families"]
        (verdict,) = order_verdicts(order).to_dict("records")
        assert verdict["orders"] is expected
        assert verdict["over_texts"] == f"{sign:.2f} [{sign:.2f}, {sign:.2f}]"


def test_variants_that_float32_cannot_tell_apart_are_tied():
    """Otherwise each machine would order them anew."""
    steps, families = np.arange(12.0), [f"family {i // 2}" for i in range(12)]
    pairs = np.repeat(np.arange(6.0), 2)
    noisy = pairs + 1e-7 * np.random.default_rng(0).standard_normal(12)
    order = order_of(variants(noisy, steps, families))
    expected = stats.spearmanr(pairs, steps).statistic
    assert order["value"].tolist() == pytest.approx([expected] * 2, abs=1e-12)
    plain = order_of(variants(pairs, steps, families))
    pd.testing.assert_frame_equal(order, plain)


def test_noise_of_the_texts_widens_the_interval_over_texts_only():
    steps, families = np.arange(12.0), [f"family {i // 2}" for i in range(12)]
    order = order_of(variants(-steps, steps, families, noise=2.0)).set_index("drawn")
    assert order.loc["texts", "ci_high"] - order.loc["texts", "ci_low"] > 0.1
    assert order.loc["families", ["ci_low", "ci_high"]].tolist() == [-1, -1]


def test_relatives_say_the_same_thing_again():
    # Four families of six near copies: drawn one by one they would look like 24 witnesses.
    rng = np.random.default_rng(1)
    centres = np.repeat([[0.0, 3.0], [1.0, 1.0], [2.0, 2.0], [3.0, 0.0]], 6, axis=0)
    figure, quality = (centres + 0.01 * rng.standard_normal(centres.shape)).T
    families = np.repeat(list("abcd"), 6).tolist()
    row = order_of(variants(figure, quality, families)).query("drawn == 'families'").iloc[0]
    alone = measures.bootstrap_spearman(figure, quality)
    assert row["ci_high"] - row["ci_low"] > 1.5 * (alone.high - alone.low)
    # And it is the truth that is wide: without one of the four, the order is another one.
    assert row["ci_low"] < -0.8


def test_all_halves_at_once_are_correlated_as_one_by_one():
    rng = np.random.default_rng(2)
    quality, figure, held = rng.integers(0, 6, size=(3, 20, 9)).astype(np.float64)  # with ties
    ranks = [_ranks(columns) for columns in (quality, figure, held)]
    plain, partial = _correlations(*ranks[:2]), _correlations(*ranks)
    for row in range(20):
        assert plain[row] == pytest.approx(measures.spearman(figure[row], quality[row]), abs=1e-9)
        expected = measures.partial_spearman(figure[row], quality[row], held[row])
        assert partial[row] == pytest.approx(expected, abs=1e-9)
    # What is the same everywhere, not a number, or explained whole has no correlation.
    assert np.isnan(_correlations(ranks[0], _ranks(np.ones((20, 9))))).all()
    assert np.isnan(_correlations(ranks[0], _ranks(np.full((20, 9), np.nan)))).all()
    assert np.isnan(_correlations(ranks[0], ranks[1], ranks[1])).all()


def test_three_families_are_too_few_to_speak_of_others():
    steps, families = np.arange(12.0), [f"family {i // 4}" for i in range(12)]
    order = order_of(variants(-steps, steps, families))
    row = order.query("drawn == 'families'").iloc[0]
    assert (row["status"], row["value"]) == ("measured", -1)
    assert row["reason"] == "3 families; no interval: expected at least 4 of them"
    assert order_verdicts(order)["orders"].tolist() == [None]


def test_a_figure_without_any_order_is_not_measured():
    steps, families = np.arange(12.0), [f"family {i // 2}" for i in range(12)]
    order = order_of(variants(np.ones(12), steps, families))
    assert order["status"].eq("not measured").all()
    assert order_verdicts(order)["orders"].tolist() == [None]


def test_views_of_a_model_in_families(encoder, static):
    texts = load_corpus("news", n_documents=1).sentences["text"].tolist()
    views = encoder_views(
        encoder, texts, taus=[0.5], layers=[0, 6], corrections=["centring"], beside=[static]
    )
    names = {family: [view.name for view in members] for family, members in views.items()}
    assert names == {
        "temperature": ["minilm", "minilm"],
        "layers, mean": ["minilm layer 0 (mean)", "minilm layer 6 (mean)"],
        "layers, cls": ["minilm layer 6 (cls)"],
        "layers, max": ["minilm layer 0 (max)", "minilm layer 6 (max)"],
        "corrections": ["minilm, centred"],
        "static": ["static"],
    }
    assert [view.temperature.tau for view in views["temperature"]] == [1, 0.5]
    with pytest.raises(InputError, match="'sum' is unknown"):
        encoder_views(static, poolings=["sum"])


def test_a_model_without_attention_has_no_temperatures_and_no_first_token(static):
    views = encoder_views(static)
    n_of = {family: len(members) for family, members in views.items()}
    assert n_of == {"temperature": 1, "layers, mean": 1, "layers, max": 1}


def test_what_was_read_ahead_is_found_in_the_store(tmp_path):
    encoder = load_encoder("minilm", store=tmp_path)
    tiny = known_item(Corpus.from_texts(["A river has banks. Water flows there. Fish swim in it."]))
    pairs = [load_pairs(pd.DataFrame({"text1": ["a cat", ""], "text2": ["a dog", "a dog"]}))]
    read_ahead(encoder, tiny, pairs, layers=[0, 3], poolings=["mean", "cls"])
    assert {view.layer for view in encoder_views(encoder, layers=[0, 3])["layers, cls"]} == {3}
    kept = sum(1 for _ in tmp_path.rglob("*.parquet"))
    for layer, pooling in ((0, "mean"), (3, "mean"), (3, "cls")):
        view = encoder.at_layer(layer, pooling=pooling)
        view.encode([*tiny.texts, "a cat", "a dog", ""])
        view.encode(tiny.queries["text"].tolist(), role="query")
    # Nothing was written, so nothing was computed.
    assert sum(1 for _ in tmp_path.rglob("*.parquet")) == kept
    read_ahead(load_encoder("static", store=None), tiny)


def test_the_layer_of_a_variant_is_in_its_column(encoder, static, dataset):
    views = {"x": [encoder, encoder.at_layer(3)], "layers of mine": [static]}
    layers = quality_order(dataset, views, n_halves=2).variants.groupby("variant")["layer"]
    assert layers.nunique(dropna=False).eq(1).all()
    assert layers.first().to_dict() == {
        encoder.name: pytest.approx(float("nan"), nan_ok=True),
        encoder.at_layer(3).name: 3.0,
        static.name: pytest.approx(float("nan"), nan_ok=True),
    }
