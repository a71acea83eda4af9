"""Ways to leave dimensions out, and what they cost: against scikit-learn and by hand."""

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA

from semshift_nb import analyses, load_corpus
from semshift_nb.corpora import Corpus, known_item
from semshift_nb.errors import InputError

REDUCTIONS = ["PCA", "highest variance", "random", "first", "lowest variance"]
WORDS = [
    "river water boat fish bank flood stream bridge",
    "court judge law trial jury crime prison appeal",
    "music song band guitar concert album singer drum",
]


def method(ablations, name, n_dimensions=None):
    sizes = {n_dimensions} if n_dimensions else {a.n_dimensions for a in ablations}
    (found,) = (a for a in ablations if a.method == name and a.n_dimensions in sizes)
    return found


def topics(n_each: int, n_documents: int) -> Corpus:
    """Documents whose sentences are made of one topic's words; each document its own topic."""
    rng = np.random.default_rng(0)
    texts = []
    for document in range(n_documents):
        words = WORDS[document % len(WORDS)].split()
        drawn = [" ".join(rng.permutation(words)[:6]) for _ in range(n_each)]
        texts.append(" ".join(f"The {sentence}." for sentence in drawn))
    return Corpus.from_texts(texts, name="topics")


@pytest.fixture(scope="module")
def halves() -> tuple[Corpus, Corpus]:
    return analyses.document_halves(load_corpus("news", n_documents=40))


@pytest.fixture(scope="module")
def fitted(halves) -> list[str]:
    return halves[0].sentences["text"].tolist()


@pytest.fixture(scope="module")
def spaces(fitted, static) -> list[analyses.Ablation]:
    return analyses.ablations(static, fitted, sizes=[96, 24], n_random=3)


@pytest.fixture(scope="module")
def found(halves, spaces) -> pd.DataFrame:
    return analyses.ablated_retrieval(known_item(halves[1], per_document=2), spaces)


def test_halves_share_no_document_and_hold_all(halves):
    ids = [set(half.documents["doc_id"]) for half in halves]
    assert [len(half) for half in ids] == [20, 20]
    assert not ids[0] & ids[1]
    again = analyses.document_halves(load_corpus("news", n_documents=40))
    assert again[0].documents.equals(halves[0].documents)
    other = analyses.document_halves(load_corpus("news", n_documents=40), seed=1)
    assert not other[0].documents.equals(halves[0].documents)
    with pytest.raises(InputError, match="1 document, expected at least 2"):
        analyses.document_halves(Corpus.from_texts(["One."]))


def test_each_size_is_kept_in_every_way_ascending(spaces):
    assert [a.method for a in spaces] == [
        "all dimensions", "without near-zero", "without outliers", *REDUCTIONS, *REDUCTIONS
    ]  # fmt: skip
    assert [a.n_dimensions for a in spaces[3:]] == [24] * 5 + [96] * 5
    for ablation in spaces[3:]:
        assert {encoder.dim for encoder in ablation.encoders} == {ablation.n_dimensions}
        assert len(ablation.encoders) == (3 if ablation.method == "random" else 1)


def test_dimensions_are_those_of_most_and_of_least_variance(spaces, fitted, static):
    rows, some = static.encode(fitted), ["a river", "the court sat"]
    order = np.argsort(rows.var(axis=0))
    whole = static.encode(some)
    for name, kept in (("highest variance", order[:-25:-1]), ("lowest variance", order[:24])):
        shown = method(spaces, name, 24).encoders[0].encode(some)
        expected = whole[:, kept] / np.linalg.norm(whole[:, kept], axis=1, keepdims=True)
        assert shown @ shown.T == pytest.approx(expected @ expected.T, abs=1e-5)


def test_components_are_those_of_scikit_learn(spaces, fitted, static):
    reference = PCA(24, svd_solver="full").fit(static.encode(fitted).astype(np.float64))
    some = ["a river", "the court sat", "prices rose"]
    expected = reference.transform(static.encode(some))
    expected /= np.linalg.norm(expected, axis=1, keepdims=True)
    shown = method(spaces, "PCA", 24).encoders[0].encode(some)
    assert np.abs(shown) == pytest.approx(np.abs(expected), abs=1e-4)


def test_random_choices_differ_and_come_again_with_the_seed(spaces, fitted, static):
    def shown(ablations):
        return [encoder.encode(["a river"]) for encoder in method(ablations, "random", 24).encoders]

    for left, right in itertools.combinations(shown(spaces), 2):
        assert np.abs(left - right).max() > 0.01
    again = analyses.ablations(static, fitted, sizes=[24], n_random=3)
    assert np.array_equal(shown(again), shown(spaces))
    other = analyses.ablations(static, fitted, sizes=[24], n_random=3, seed=1)
    assert not np.array_equal(shown(other), shown(spaces))


def test_near_zero_dimensions_of_the_bundled_model_are_left_out(encoder, fitted):
    spaces = analyses.ablations(encoder, fitted[:80], sizes=[96, 384])
    assert method(spaces, "without near-zero").n_dimensions == 381
    outliers = method(spaces, "without outliers")
    assert (outliers.encoders, outliers.reason) == ((), "0 of 384 dimensions are so")
    # Of 80 texts there are 79 components; of 384 dimensions none is left to leave out.
    assert "expected 1 to 79" in method(spaces, "PCA", 96).reason
    assert {a.reason for a in spaces if a.method in REDUCTIONS and a.n_dimensions == 384} == {
        "there are only 384 dimensions"
    }


@pytest.mark.parametrize("settings", [{"sizes": [0]}, {"n_random": 0}])
def test_settings_are_checked(static, fitted, settings):
    with pytest.raises(InputError, match="expected 1 or more"):
        analyses.ablations(static, fitted[:9], **settings)


def test_retrieval_is_scored_query_by_query(found, halves, spaces):
    """With one relevant document nDCG@10 is 1 / log2(1 + rank) up to rank 10."""
    dataset = known_item(halves[1], per_document=2)
    encoder = method(spaces, "PCA", 24).encoders[0]
    cosines = encoder.encode(dataset.queries["text"].tolist()) @ encoder.encode(dataset.texts).T
    asked_for = [next(iter(judged)) for judged in dataset.relevance.values()]
    rows = dataset.corpus.documents["doc_id"].tolist()
    own = cosines[np.arange(len(asked_for)), [rows.index(doc) for doc in asked_for]]
    rank = 1 + (cosines > own[:, None]).sum(axis=1)
    row = analyses.single_row(found, method="PCA", n_dimensions=24, metric="nDCG@10")
    assert row["value"] == pytest.approx(np.where(rank <= 10, 1 / np.log2(1 + rank), 0).mean())
    assert row["n"] == len(asked_for)
    assert row["ci_low"] < row["value"] < row["ci_high"]


def test_differences_are_those_of_the_values(found):
    values = found[found["against"] == ""].set_index(["method", "n_dimensions"])["value"]
    differences = found[(found["against"] != "") & (found["status"] == "measured")]
    assert len(differences) >= 2 * (5 + 4)
    for row in differences.itertuples():
        other = 384 if row.against == "all dimensions" else row.n_dimensions
        expected = values[row.method, row.n_dimensions] - values[row.against, other]
        assert row.value == pytest.approx(expected)
    rivals = differences[differences["against"] != "all dimensions"]
    assert set(rivals["method"]) == {"highest variance"}
    assert set(rivals["against"]) == set(REDUCTIONS) - {"highest variance"}
    assert found.loc[found["method"] == "random", "n_choices"].unique().tolist() == [3]


def test_a_corpus_is_searched_for_its_own_sentences(halves, spaces, found):
    table = analyses.ablated_retrieval(halves[1], spaces[:1], per_document=2)
    pd.testing.assert_frame_equal(table, found[:1])
    none = analyses.ablated_retrieval(Corpus.from_texts(["One sentence here."]), spaces[:4])
    assert set(none["status"]) == {"not measured"}
    assert "no document of corpus 'texts' has more than 3 sentences" in none["reason"][0]
    with pytest.raises(InputError, match="per_document is 0"):
        analyses.ablated_retrieval(halves[1], spaces, per_document=0)


def test_one_text_is_too_few_to_fit_on(static, halves):
    spaces = analyses.ablations(static, ["a river", ""], sizes=[24], n_random=1)
    assert [len(a.encoders) for a in spaces] == [1] + [0] * 7
    assert {a.reason for a in spaces[3:]} == {
        "1 text has a direction, expected at least 2 to fit on"
    }
    assert "expected at least 2" in spaces[1].reason
    table = analyses.ablated_retrieval(halves[1], spaces)
    assert table["status"].tolist() == ["measured"] + ["not measured"] * (len(table) - 1)


def test_what_is_not_there_has_a_reason(halves, static, fitted):
    spaces = analyses.ablations(static, fitted[:30], sizes=[24, 400], n_random=1)
    table = analyses.ablated_retrieval(known_item(halves[1]), spaces)
    unmeasured = table[table["status"] == "not measured"]
    assert set(unmeasured.loc[unmeasured["n_dimensions"] == 400, "reason"]) == {
        "there are only 384 dimensions"
    }
    assert unmeasured["value"].isna().all()


def test_clusters_that_are_documents_agree_wholly_and_shuffled_ones_by_chance(static, fitted):
    spaces = analyses.ablations(static, fitted, sizes=[96], n_random=2)[:1]
    corpus = topics(6, 24)
    settings = {"n_documents": 3, "n_sentences": 6, "n_starts": 3}
    # Sets of three documents at random hold a topic twice; ordered by topic they never do.
    agree = analyses.ablated_clustering(corpus, spaces, **settings).iloc[0]
    one_each = Corpus("three", corpus.documents.iloc[:3])
    whole = analyses.ablated_clustering(one_each, spaces, **settings).iloc[0]
    assert whole["value"] == pytest.approx(1)
    assert 0.2 < agree["value"] < 0.8
    sentences = corpus.sentences["text"].to_numpy(dtype=object)
    mixed = np.random.default_rng(0).permutation(sentences).reshape(24, 6)
    by_lot = Corpus.from_texts([" ".join(texts) for texts in mixed])
    chance = analyses.ablated_clustering(by_lot, spaces, **settings).iloc[0]
    assert chance["value"] == pytest.approx(0, abs=0.15)
    assert (agree["metric"], agree["n"], agree["task"]) == ("AMI", 8, "clustering")


def test_few_sets_have_no_interval_and_no_set_has_no_figure(static, fitted):
    spaces = analyses.ablations(static, fitted, sizes=[96], n_random=2)
    few = analyses.ablated_clustering(topics(4, 9), spaces, n_documents=3).iloc[0]
    assert (few["n"], few["status"]) == (3, "measured")
    assert np.isnan(few["ci_low"])
    assert few["reason"] == "no interval: 3 sets of 3 documents, expected at least 8"
    none = analyses.ablated_clustering(topics(4, 2), spaces, n_documents=3)
    assert set(none["status"]) == {"not measured"}
    assert none["reason"].iloc[0].startswith("3 documents of two sentences or more are needed")


def test_clustering_comes_again_with_the_seed(static, fitted, halves):
    spaces = analyses.ablations(static, fitted, sizes=[24], n_random=2)
    once, again = (analyses.ablated_clustering(halves[1], spaces, n_documents=2) for _ in range(2))
    pd.testing.assert_frame_equal(once, again)
    assert analyses.above(once.iloc[0], 0.1)


@pytest.mark.parametrize("settings", [{"n_documents": 1}, {"n_sentences": 1}, {"n_starts": 0}])
def test_settings_of_clustering_are_checked(spaces, halves, settings):
    with pytest.raises(InputError, match="expected at least"):
        analyses.ablated_clustering(halves[1], spaces, **settings)


def test_a_study_needs_the_whole_space_to_compare_with(spaces, halves):
    with pytest.raises(InputError, match="expected ablations that begin with 'all dimensions'"):
        analyses.ablated_retrieval(known_item(halves[1]), spaces[1:])
