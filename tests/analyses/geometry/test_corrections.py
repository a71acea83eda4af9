"""What corrections do, on what they were fitted on and on what was held out."""

import numpy as np
import pytest

from semshift_nb import measures
from semshift_nb.analyses.geometry.corrections import correction_effects
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError


@pytest.fixture(scope="module")
def news():
    return Corpus("news", load_corpus("news").documents.iloc[:150])


@pytest.fixture(scope="module")
def table(news, static):
    return correction_effects(news, static, n_sentences=1000, seed=2)


@pytest.fixture(scope="module")
def values(table):
    return table.set_index(["correction", "half", "metric"])["value"]


def test_the_mean_is_gone_where_it_was_learnt(values):
    # Each row is centred and brought back to unit length, so that a little of a mean returns.
    assert abs(values["centring", "fitted on", "mean_cosine"]) < 0.01
    assert values["none", "fitted on", "mean_cosine"] > 0.4
    assert 0 < values["centring", "held out", "mean_cosine"] < 0.1


def test_whitening_is_perfect_only_where_it_was_learnt(values):
    assert values["whitening", "fitted on", "iso_score"] > 0.95
    assert values["whitening", "held out", "iso_score"] < 0.5


def test_figures_are_those_of_the_measures(news, static, values):
    sentences = news.sentences.drop_duplicates("text")
    places = np.sort(np.random.default_rng(2).choice(len(sentences), 1000, replace=False))
    drawn = sentences.iloc[places]
    names = np.unique(drawn["doc_id"])
    order = np.random.default_rng([2, 5]).permutation(len(names))
    first = drawn["doc_id"].isin(names[order[: len(names) // 2]]).to_numpy()
    vectors = static.encode(drawn["text"].tolist())
    corrected = measures.fit_all_but_the_top(vectors[first])(vectors[~first])
    for metric in ("mean_cosine", "uniformity", "partition_isotropy", "iso_score"):
        expected = getattr(measures, metric)(corrected)
        found = values["all-but-the-top", "held out", metric]
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-6), metric


def test_halves_share_no_document_and_hold_all_sentences(table):
    by_half = table[table["metric"].eq("mean_cosine") & table["correction"].eq("none")]
    assert by_half["n"].sum() == 1000
    assert by_half["n"].min() > 384
    assert set(table["metric"]) == {
        *("mean_cosine", "uniformity", "partition_isotropy", "iso_score"),
        *("effective_rank", "participation_ratio", "first_component_share"),
    }


def test_intervals_hold_their_values(table):
    assert table["status"].eq("measured").all()
    assert (table["ci_low"] <= table["value"] + 1e-9).all()
    assert (table["value"] <= table["ci_high"] + 1e-9).all()


def test_an_unknown_correction_is_refused(news, static):
    with pytest.raises(InputError, match=r"expected some of centring, all-but-the-top, whitening"):
        correction_effects(news, static, corrections=["bleaching"])


def test_too_few_documents_are_refused(static):
    corpus = Corpus.from_texts(["One here. Two there.", "Three. Four.", "Five. Six."])
    with pytest.raises(InputError, match="3 documents, expected at least 4"):
        correction_effects(corpus, static)


def test_too_few_vectors_to_learn_from_leave_reasons(static):
    corpus = Corpus.from_texts(["red sea", "blue sky", "green hill", "grey stone"])
    found = correction_effects(corpus, static, corrections=["all-but-the-top"])
    missing = found[found["correction"] == "all-but-the-top"]
    assert missing["value"].isna().all()
    assert missing["reason"].str.contains("fit it on more vectors").all()
    assert found.loc[found["correction"].eq("none"), "value"].notna().any()
