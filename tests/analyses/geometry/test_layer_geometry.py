"""The cone inside a model: every figure against the measure itself on vectors made another way."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.analyses.geometry.frequency_bias import leave_out
from semshift_nb.analyses.geometry.geometry import spread_rows
from semshift_nb.analyses.geometry.layers import LayerReading, Space, read_layer_geometry
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError
from tests.encoders.material import tiny_model


@pytest.fixture(scope="module")
def news():
    from semshift_nb.corpora import load_corpus

    corpus = load_corpus("news")
    return Corpus("news", corpus.documents.iloc[:12])


@pytest.fixture(scope="module")
def reading(news, encoder):
    return read_layer_geometry(news, encoder, n_sentences=60, n_tokens=200, seed=3)


@pytest.fixture(scope="module")
def figures(reading):
    return reading.figures().set_index(["of", "layer", "metric"])


def space(vectors, *, groups=None, of="mean", layer=0):
    groups = np.arange(len(vectors)) if groups is None else groups
    return Space("m", of, layer, np.asarray(vectors, np.float32), groups, 0.0)


def test_pooled_sentences_are_the_layers_of_the_encoder(reading, figures, encoder, news):
    texts = news.sentences.drop_duplicates("text")["text"].tolist()
    mean = next(each for each in reading.spaces if (each.of, each.layer) == ("mean", 2))
    every = encoder.at_layer(2).encode(texts)
    nearest = (mean.vectors @ every.T).max(axis=1)
    np.testing.assert_allclose(nearest, 1, atol=1e-5)
    for of in ("mean", "cls", "max"):
        rows = next(each for each in reading.spaces if (each.of, each.layer) == (of, 5)).vectors
        expected = measures.mean_cosine(rows)
        assert figures.loc[(of, 5, "mean_cosine"), "value"] == pytest.approx(expected, abs=1e-6)
        for metric in ("iso_score", "effective_rank", "first_component_share"):
            expected = getattr(measures, metric)(rows)
            found = figures.loc[(of, 5, metric), "value"]
            assert found == pytest.approx(expected, rel=1e-4), (of, metric)


def test_tokens_are_states_without_special_ones(encoder, small):
    found = read_layer_geometry(small, encoder, n_tokens=10_000)
    texts = small.sentences["text"].tolist()
    by_hand = [attention.hidden[4][~attention.special] for attention in encoder.attention(texts)]
    rows = np.concatenate(by_hand)
    expected = measures.mean_cosine(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    figures = found.figures().set_index(["of", "layer", "metric"])
    told = figures.loc[("tokens", 4, "mean_cosine")]
    assert told["n"] == len(rows)
    assert told["value"] == pytest.approx(expected, abs=1e-5)


def test_the_same_tokens_are_looked_at_in_every_layer(reading):
    groups = [each.groups.tolist() for each in reading.spaces if each.of == "tokens"]
    assert len(groups) == 7
    assert all(each == groups[0] for each in groups)
    assert len(groups[0]) == 200
    assert len(set(groups[0])) > 5


def test_the_first_token_goes_into_the_first_layer_as_it_always_does(figures):
    same = figures.xs(("cls", 0), level=("of", "layer"))
    assert same.loc["mean_cosine", "value"] == pytest.approx(1, abs=1e-6)
    assert same.loc["iso_score", "status"] == "not measured"
    assert "do not differ" in same.loc["iso_score", "reason"]
    assert np.isnan(same.loc["iso_score", "value"])


def test_values_lie_in_their_intervals(figures):
    measured = figures[figures["status"].eq("measured")]
    assert (measured["ci_low"] <= measured["value"] + 1e-9).all()
    assert (measured["ci_high"] >= measured["value"] - 1e-9).all()
    width = measured["ci_high"] - measured["ci_low"]
    assert (width[width.index.get_level_values("of") != "cls"] > 0).all()


def test_a_training_head_is_a_space_of_its_own(tmp_path, small, encoder, static):
    plain = load_encoder(str(tiny_model(tmp_path / "plain")), device="cpu", store=None)
    headed = load_encoder(str(tiny_model(tmp_path / "model", dense=True)), device="cpu", store=None)
    assert (encoder.head, static.head, plain.head) == ((), (), ())
    assert headed.head == ("Dense",)
    assert headed.at_layer(1).head == ("Dense",)
    found = read_layer_geometry(small, [headed, plain], n_tokens=20).cosines()
    kinds = found.groupby("encoder")["of"].agg(set).to_dict()
    assert kinds[plain.name] == {"tokens", "mean", "cls", "max", "output"}
    assert kinds[headed.name] == {"tokens", "mean", "cls", "max", "output"}
    output = found[found["of"].eq("output")].set_index("encoder")[["layer", "dim"]]
    assert output.loc[headed.name].tolist() == [2, 8]
    assert output.loc[plain.name].tolist() == [2, 16]


def test_the_output_is_what_the_encoder_gives(reading, encoder, news):
    output = next(each for each in reading.spaces if each.of == "output")
    texts = news.sentences.drop_duplicates("text")["text"].tolist()
    nearest = (output.vectors @ encoder.encode(texts).T).max(axis=1)
    np.testing.assert_allclose(nearest, 1, atol=1e-5)


def test_static_has_one_layer_and_texts_without_direction_are_left_out(static):
    corpus = Corpus.from_texts(["One here. \u200b\u200b. Two there.", "Three. Four now. Five."])
    found = read_layer_geometry(corpus, static, n_tokens=10)
    assert set(found.cosines()["layer"]) == {0}
    assert set(found.cosines()["of"]) == {"tokens", "mean", "max", "output"}


def test_cosines_of_known_vectors():
    reading = LayerReading(
        "c",
        [
            space(np.eye(8)),
            space(np.ones((6, 4)) / 2, layer=1),
            space([[1, 0], [-1, 0]] * 5, groups=np.array(["a", "b"] * 5), layer=2),
            space([[1, 0], [1, 0], [0, 1]], groups=np.array(["a"] * 3), layer=3),
        ],
        seed=0,
    )
    table = reading.cosines().set_index("layer")
    quantiles = ["q05", "q25", "q50", "q75", "q95"]
    assert (table.loc[0, quantiles] == 0).all()
    assert table.loc[1, quantiles].to_numpy(float) == pytest.approx(1, abs=1e-6)
    assert (table.loc[2, quantiles] == -1).all(), "only pairs across documents"
    assert set(table.loc[3, quantiles]) <= {0, 1}


def test_spectra_add_up(reading):
    rows = next(each for each in reading.spaces if (each.of, each.layer) == ("mean", 6)).vectors
    sigma = np.linalg.svd(rows - rows.mean(axis=0, dtype=np.float64), compute_uv=False)
    table = reading.spectra()
    table = table[table["of"].eq("mean") & table["layer"].eq(6)]
    expected = (sigma**2 / (sigma**2).sum())[table["rank"] - 1]
    np.testing.assert_allclose(table["share"], expected, rtol=1e-4)
    assert table["rank"].iloc[0] == 1
    assert len(reading.spectra()) < 5000
    constant = LayerReading("c", [space(np.ones((6, 4)) / 2)], seed=0)
    assert constant.spectra().empty


def test_leaving_out_agrees_with_the_jackknife_of_measures():
    rng = np.random.default_rng(1)
    rows = rng.standard_normal((60, 8))
    groups = np.repeat(np.arange(15), 4)
    for n_parts in (100, 5):
        expected = measures.jackknife_spectral_figures(
            rows, groups=groups, n_parts=n_parts, seed=4
        )["iso_score"]
        found = leave_out(
            15,
            lambda there: {"iso": measures.iso_score(rows[there[groups]])},
            n_parts=n_parts,
            seed=4,
        )["iso"]
        assert tuple(found)[:3] == pytest.approx(tuple(expected)[:3], rel=1e-9)


def test_too_few_documents_have_no_interval():
    rows = np.eye(6)
    told = spread_rows(rows, np.array(["a"] * 6), ["iso_score"], n_parts=5, seed=0)[0]
    assert told["status"] == "measured"
    assert np.isnan(told["ci_low"])
    assert "1 document, expected at least" in told["reason"]


@pytest.mark.parametrize("wrong", [{"n_sentences": 1}, {"n_tokens": 0}, {"n_tokens": True}])
def test_too_small_a_sample_is_refused(small, static, wrong):
    with pytest.raises(InputError, match="expected a whole number from 2 on"):
        read_layer_geometry(small, static, **wrong)


def test_a_corpus_of_one_sentence_is_refused(static):
    with pytest.raises(InputError, match="1 different sentence,"):
        read_layer_geometry(Corpus.from_texts(["Only this. Only this."]), static)
