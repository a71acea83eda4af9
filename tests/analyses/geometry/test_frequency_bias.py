"""Input embeddings by frequency, against counting by hand and against SciPy."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import cdist

from semshift_nb.analyses.geometry.frequency_bias import count_tokens, frequency_bias, ranks_of
from semshift_nb.corpora import Corpus, load_corpus
from semshift_nb.errors import InputError

BANDS = (10, 50)


@pytest.fixture(scope="module")
def news():
    return Corpus("news", load_corpus("news").documents.iloc[:40])


@pytest.fixture(scope="module")
def counted_by_hand(news, static):
    """Count pieces of words by the tokenizer's own words, document by document."""
    tokenizer = static.backend.tokenizer
    table = static.input_embeddings()
    counts, documents = Counter(), defaultdict(set)
    for row in news.sentences.itertuples():
        for token in tokenizer.encode(row.text, add_special_tokens=False).ids:
            counts[token] += 1
            documents[token].add(row.doc_id)
    kept = [t for t in counts if len(documents[t]) >= 2 and not table.special[t]]
    return {token: counts[token] for token in kept}


@pytest.fixture(scope="module")
def table(news, static):
    return frequency_bias(news, static, bands=BANDS, ks=(3,), n_parts=10, seed=1)


def test_tokens_are_counted(news, static, counted_by_hand):
    found = count_tokens(news, static)
    names = static.input_embeddings().tokens
    expected = {names[token]: count for token, count in counted_by_hand.items()}
    totals = dict(zip(found.tokens, found.counts.sum(axis=0).tolist(), strict=True))
    assert totals == expected
    assert found.n_documents == 40


def test_a_bands_figures_are_means_over_its_tokens(table, static, counted_by_hand):
    vectors = static.input_embeddings().vectors.astype(np.float64)
    ids = np.array(list(counted_by_hand))
    order = ids[np.argsort([-counted_by_hand[token] for token in ids], kind="stable")]
    first = vectors[order[:10]]  # their counts differ, so that no tie is broken by lot
    assert counted_by_hand[order[9]] > counted_by_hand[order[10]]
    told = table.set_index(["band", "metric"])
    assert told.loc[("1-10", "norm"), "value"] == pytest.approx(
        np.linalg.norm(first, axis=1).mean(), rel=1e-5
    )
    cosines = 1 - cdist(first, first, "cosine")
    assert told.loc[("1-10", "mean_cosine"), "value"] == pytest.approx(
        cosines[np.triu_indices(10, 1)].mean(), abs=1e-5
    )
    distances = np.sort(cdist(first, vectors[ids]), axis=1)[:, 1:4]
    assert told.loc[("1-10", "knn_distance@3"), "value"] == pytest.approx(
        distances.mean(), rel=1e-4
    )
    assert told.loc[("1-10", "norm"), "n"] == 10
    assert set(table["band"]) == {"1-10", "11-50", f"51-{len(ids)}", "all"}


def test_correlations_are_scipys(table, static, counted_by_hand):
    vectors = static.input_embeddings().vectors
    ids = list(counted_by_hand)
    rarity = [-counted_by_hand[token] for token in ids]
    expected = stats.spearmanr(rarity, np.linalg.norm(vectors[ids], axis=1)).statistic
    told = table.set_index("metric").loc["spearman_norm"]
    assert told["value"] == pytest.approx(expected, abs=1e-6)
    assert told["ci_low"] <= told["value"] <= told["ci_high"]
    assert (told["band"], told["n"], told["n_documents"]) == ("all", len(ids), 40)


def test_a_random_table_has_no_bias(news, static):
    twin = frequency_bias(news, static.random_twin(0), bands=BANDS, ks=(3,), n_parts=10)
    told = twin.set_index("metric").loc["spearman_norm"]
    # Under no relation the standard error of a rank correlation is about 1 / sqrt(n).
    assert abs(told["value"]) < 4 / np.sqrt(told["n"])


def test_ties_are_broken_by_lot_and_not_by_the_vocabularys_order():
    counts = np.array([5.0, *[1.0] * 500, 0.0])
    ranks = ranks_of(counts, 0)
    assert (ranks[0], ranks[-1]) == (0, 501)
    assert abs(stats.spearmanr(np.arange(500), ranks[1:-1]).statistic) < 0.2
    assert sorted(ranks) == list(range(502))


def test_more_bands_than_tokens_are_left_out(news, static):
    bands = frequency_bias(news, static, bands=(10, 10**6), ks=(1,), n_parts=4)["band"]
    assert len(set(bands)) == 3


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"bands": ()}, "bands is"),
        ({"bands": (100, 100)}, "ranks that rise"),
        ({"bands": (0,)}, "ranks that rise"),
        ({"ks": ()}, "ks is"),
        ({"ks": (0,)}, "ks is"),
        ({"n_parts": 1}, "n_parts 1"),
    ],
)
def test_impossible_settings_are_refused(news, static, wrong, named):
    with pytest.raises(InputError, match=named):
        frequency_bias(news, static, **wrong)


def test_more_neighbours_than_tokens_are_refused(static):
    text = "the river runs to the sea and the bank of it is green in spring"
    with pytest.raises(InputError, match=r"ks is \(50,\), but only \d+ other tokens"):
        frequency_bias(Corpus.from_texts([text, text + " too"]), static, ks=(50,))


def test_a_corpus_with_too_few_tokens_leaves_reasons(static):
    found = frequency_bias(Corpus.from_texts(["one two", "three two"]), static)
    assert set(found["band"]) == {"1-100", "all"}
    assert found["value"].isna().all()
    assert set(found["status"]) == {"not measured"}
    assert found["reason"].str.contains("1 token stands in at least 2 documents").all()
    assert set(found["metric"]) >= {"norm", "knn_distance@3", "mean_cosine", "spearman_norm"}
