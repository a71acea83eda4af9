"""Retrieval at several temperatures, against MTEB's own evaluation, by hand, and against scipy."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses import RetrievalResult, retrieval
from semshift_nb.corpora import Corpus, RetrievalSet, known_item, load_corpus
from semshift_nb.encoders import Encoder, entropy_matched
from semshift_nb.errors import InputError

METRICS = ["nDCG@10", "RR@10", "R@100", "AP"]
LETTERS = ["cats sleep", "dogs bark", "stars burn", "rivers run", "prices rise", "winds blow"]


def a_set(
    documents: dict[str, str],
    queries: dict[str, str],
    judged: Sequence[tuple[str, str, int]],
    **more: object,
) -> RetrievalSet:
    corpus = Corpus("hand", pd.DataFrame({"doc_id": list(documents), "text": documents.values()}))
    asked = pd.DataFrame({"query_id": list(queries), "text": queries.values()})
    table = pd.DataFrame(judged, columns=["query_id", "doc_id", "relevance"])
    return RetrievalSet(corpus, asked, table, "hand", **more)


def figures(result: RetrievalResult, **chosen: object) -> dict[str, float]:
    """The values by metric of one temperature, of all documents unless a bucket is chosen."""
    wanted = {"tau": 1.0, "length_bucket": "all", "shift_bucket": "all", **chosen}
    table = result.table
    for column, value in wanted.items():
        table = table[table[column] == value]
    assert table["metric"].is_unique
    return dict(zip(table["metric"], table["value"], strict=True))


@pytest.fixture(scope="module")
def news() -> RetrievalSet:
    return known_item(load_corpus("news", n_documents=24))


@pytest.fixture(scope="module")
def found(news: RetrievalSet, encoder: Encoder) -> RetrievalResult:
    return retrieval(news, encoder.at_length(64), taus=(0.9, 0.5), n_resamples=200)


def test_graded_judgements_by_hand(static: Encoder) -> None:
    """Each query is one of the documents; gains are linear and negative ones nothing, as in
    trec_eval: DCG = 1 / log2(2) + 3 / log2(r + 1), and the ideal one has the 3 first."""
    documents = dict(zip("abcdef", LETTERS, strict=True))
    judged = [("q", "a", 1), ("q", "b", 3), ("q", "c", -2)]
    result = retrieval(a_set(documents, {"q": "cats sleep"}, judged), static, taus=(), by=())
    vectors = static.encode(LETTERS)
    rank = 1 + int((vectors @ vectors[0] > vectors[1] @ vectors[0]).sum())
    dcg = 1 + 3 / np.log2(rank + 1)
    found = figures(result)
    assert found["nDCG@10"] == pytest.approx(dcg / (3 + 1 / np.log2(3)))
    assert found["AP"] == pytest.approx((1 + 2 / rank) / 2)
    assert found["RR@10"] == found["R@100"] == 1
    assert found["MPD"] == pytest.approx(measures.mean_pairwise_distance(vectors))
    reasons = result.table.set_index("metric")["reason"]
    assert reasons["AP"].startswith("no interval: 1 document, expected at least 2")


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
def test_ties_go_to_the_lower_id_wherever_it_stands(static: Encoder, order: list[int]) -> None:
    """Ids compare as strings, so that "10" comes before "9"."""
    texts = {"9": "cats sleep", "10": "cats sleep", "8": "stars burn", "b": "cats sleep"}
    documents = {list(texts)[i]: list(texts.values())[i] for i in order}
    for relevant, rank in (("10", 1), ("9", 2), ("b", 3)):
        dataset = a_set(documents, {"q": "cats sleep"}, [("q", relevant, 1)])
        assert figures(retrieval(dataset, static, taus=(), by=()))["RR@10"] == 1 / rank


def test_the_querys_own_document_is_left_out_of_its_ranking(static: Encoder) -> None:
    documents = dict(zip("abc", LETTERS[:3], strict=True))
    queries = {"a": "cats sleep", "x": "cats sleep"}
    judged = [("a", "b", 1), ("a", "c", 1), ("x", "a", 1)]
    kept = retrieval(a_set(documents, queries, judged), static, taus=(), by=())
    values = kept.by_query.pivot(index="query_id", columns="metric", values="value")
    assert values.loc["a", ["AP", "RR@10"]].tolist() == [1.0, 1.0]
    assert values.loc["x", "RR@10"] == 1.0
    assert kept.notes == ("1 ranking leaves out the query's own document",)
    dataset = a_set(documents, queries, judged, ignore_identical_ids=False)
    again = retrieval(dataset, static, taus=(), by=()).by_query
    row = again[(again["query_id"] == "a") & (again["metric"] == "RR@10")]
    assert row["value"].tolist() == [0.5]


def test_texts_without_direction_neither_find_nor_are_found(static: Encoder) -> None:
    documents = {"a": "", "b": "cats sleep", "c": ""}
    queries = {"q": "cats", "r": "", "s": "dogs"}
    judged = [("q", "b", 1), ("q", "a", 1), ("r", "b", 1), ("s", "b", 0)]
    result = retrieval(a_set(documents, queries, judged), static, taus=())
    values = result.by_query[result.by_query["length_bucket"] == "all"]
    values = values[values["shift_bucket"] == "all"].pivot(
        index="query_id", columns="metric", values="value"
    )
    assert values.loc["q", METRICS].tolist() == pytest.approx(
        [1 / (1 + 1 / np.log2(3)), 1, 0.5, 0.5]
    )
    assert values.loc["r"].tolist() == values.loc["s"].tolist() == [0, 0, 0, 0]
    assert result.notes == (
        "1 query has no relevant document and counts as 0",
        "3 documents or queries have no words",
        "1 query has no direction and finds nothing",
        "2 documents have no direction and are never found",
    )
    mpd = result.table[result.table["metric"] == "MPD"].iloc[0]
    assert (mpd["status"], mpd["n"]) == ("not measured", 1)


def test_the_mean_is_that_of_the_queries_and_the_reference_is_first(
    found: RetrievalResult, news: RetrievalSet
) -> None:
    whole = found.table[(found.table[["length_bucket", "shift_bucket"]] == "all").all(axis=1)]
    assert whole["tau"].drop_duplicates().tolist() == [1.0, 0.9, 0.5]
    assert whole["metric"].drop_duplicates().tolist() == [*METRICS, "MPD"]
    means = found.by_query.groupby(["tau", "length_bucket", "shift_bucket", "metric"], sort=False)[
        "value"
    ].mean()
    for row in found.table[found.table["metric"] != "MPD"].to_dict("records"):
        key = tuple(row[name] for name in means.index.names)
        assert row["value"] == pytest.approx(means[key])
        assert row["status"] == "measured"
        if row["n"] > 1:
            assert row["ci_low"] <= row["value"] <= row["ci_high"]
        else:
            assert row["reason"].startswith("no interval")
    assert whole.loc[whole["metric"] != "MPD", "n"].unique().tolist() == [len(news.queries)]


def test_differences_are_tested_query_by_query(found: RetrievalResult) -> None:
    """Against scipy's test; Holm over both temperatures, or both and all buckets, of a metric."""
    table = found.table
    assert table.loc[table["tau"] == 1, ["difference", "p_value", "p_holm"]].isna().all(axis=None)
    columns = ["tau", "length_bucket", "shift_bucket", "metric"]
    values = {key: rows["value"].to_numpy() for key, rows in found.by_query.groupby(columns)}
    tested = table[(table["tau"] != 1) & (table["metric"] != "MPD") & (table["n"] > 1)]
    for row in tested.to_dict("records"):
        arm = values[tuple(row[name] for name in columns)]
        before = values[1.0, *(row[name] for name in columns[1:])]
        assert row["difference"] == pytest.approx((arm - before).mean(), abs=1e-12)
        assert row["difference_low"] <= row["difference"] <= row["difference_high"]
        by_scipy = stats.permutation_test(
            (arm, before),
            lambda x, y, axis: (x - y).mean(axis=axis),
            permutation_type="samples",
            vectorized=True,
            n_resamples=4000,
            rng=np.random.default_rng(1),
        ).pvalue
        assert row["p_value"] == pytest.approx(by_scipy, abs=0.04)
    parted = [table[name] != "all" for name in ("length_bucket", "shift_bucket")]
    n_families = 0
    for _, family in table.dropna(subset="p_value").groupby(["metric", *parted]):
        assert family["p_holm"].tolist() == measures.holm(family["p_value"]).tolist()
        n_families += 1
    assert n_families == 4 * 3


def test_mpd_beside(found: RetrievalResult, news: RetrievalSet, encoder: Encoder) -> None:
    vectors = {
        tau: encoder.at_length(64).at_temperature(tau).encode(news.texts) for tau in (1, 0.5)
    }
    distances = {tau: measures.mean_pairwise_distance(rows) for tau, rows in vectors.items()}
    assert figures(found)["MPD"] == pytest.approx(distances[1], abs=1e-6)
    assert figures(found, tau=0.5)["MPD"] == pytest.approx(distances[0.5], abs=1e-6)
    row = found.table[(found.table["tau"] == 0.5) & (found.table["metric"] == "MPD")].iloc[0]
    assert row["difference"] == pytest.approx(distances[0.5] - distances[1], abs=1e-6)
    assert row["truncated_share"] == pytest.approx(
        encoder.at_length(64).encode_with_tokens(news.texts).truncated.mean()
    )


def test_a_bucket_is_the_set_without_the_others_relevant_documents(encoder: Encoder) -> None:
    """Two relevant documents, a short and a long one: each bucket equals a set in which the other
    was never there."""
    texts = load_corpus("news", n_documents=16).documents["text"].tolist()
    queries = {str(i): texts[i][:60] for i in range(0, 16, 2)}
    documents = {f"d{i}": text[:90] if i % 2 else text[:600] for i, text in enumerate(texts)}
    judged = [(q, f"d{int(q) + step}", 1) for q in queries for step in (0, 1)]
    result = retrieval(a_set(documents, queries, judged), encoder, taus=(0.8,), by=("length",))
    tokens = encoder.encode_with_tokens(list(documents.values())).n_tokens
    found = result.by_query.query("length_bucket != 'all' and tau == 0.8")
    assert found["length_bucket"].nunique() >= 3
    row_of = {doc_id: row for row, doc_id in enumerate(documents)}
    for label, rows in found.groupby("length_bucket"):
        low, high = (int(word) for word in label.split() if word.isdigit())
        for query, values in rows.groupby("query_id"):
            mine = [d for q, d, _ in judged if q == query]
            counted = [d for d in mine if low <= tokens[row_of[d]] <= high]
            others = {d: t for d, t in documents.items() if d not in mine or d in counted}
            alone = a_set(others, {query: queries[query]}, [(query, d, 1) for d in counted])
            expected = figures(
                retrieval(alone, encoder, taus=(0.8,), by=(), n_resamples=1), tau=0.8
            )
            for metric, value in zip(values["metric"], values["value"], strict=True):
                assert value == pytest.approx(expected[metric], abs=1e-9)
            assert set(values["n_relevant"]) == {len(counted)}


def test_shift_buckets_hold_a_third_of_the_documents_each(
    found: RetrievalResult, news: RetrievalSet, encoder: Encoder
) -> None:
    sentences = news.corpus.sentences
    shifts = pd.Series(
        {
            doc_id: measures.dispersion(encoder.at_length(64).encode(texts.tolist()))
            for doc_id, texts in sentences.groupby("doc_id")["text"]
        }
    )
    rows = found.by_query.query("shift_bucket != 'all' and tau == 1 and metric == 'AP'")
    several = rows[rows["shift_bucket"] != "one sentence"]
    assert several["shift_bucket"].nunique() == 3
    assert several["shift_bucket"].value_counts().between(7, 9).all()
    for label, group in several.groupby("shift_bucket"):
        low, high = (float(word) for word in label.split()[1::2])
        documents = group["query_id"].str.partition("#")[0]
        assert shifts[documents].between(low - 0.005, high + 0.005).all()


def test_tuning_chooses_on_one_half_and_reports_on_the_other(
    news: RetrievalSet, encoder: Encoder
) -> None:
    result = retrieval(
        news, encoder.at_length(64), taus=(0.9, 0.5, 0.3), tune=True, by=(), n_resamples=50, seed=4
    )
    tuning, held_out = (
        result.table[result.table["queries"] == name] for name in ("tuning", "held out")
    )
    assert len(tuning) + len(held_out) == len(result.table)
    assert tuning["metric"].unique().tolist() == ["nDCG@10"]
    assert tuning["tau"].tolist() == [1.0, 0.9, 0.5, 0.3]
    assert tuning["p_value"].isna().all()
    assert tuning["reason"].str.contains("a choice was made by this figure").all()
    best = tuning["tau"].iloc[int(np.argmax(tuning["value"]))]
    assert result.chosen is not None
    assert result.chosen.tau == best
    assert set(held_out["tau"]) == {1.0, best}
    ids = {name: set(rows["query_id"]) for name, rows in result.by_query.groupby("queries")}
    assert ids["tuning"].isdisjoint(ids["held out"])
    assert ids["tuning"] | ids["held out"] == set(news.queries["query_id"])
    # What the other temperatures reach on the queries held out is nowhere to be seen.
    seen = result.by_query[result.by_query["queries"] == "held out"]
    assert set(seen["tau"]) == {1.0, best}
    everything = retrieval(news, encoder.at_length(64), taus=(best,), by=(), n_resamples=50)
    values = everything.by_query.query("tau == @best and metric == 'nDCG@10'")
    expected = values[values["query_id"].isin(ids["held out"])]["value"].mean()
    assert held_out.query("tau == @best and metric == 'nDCG@10'")["value"].tolist() == [
        pytest.approx(expected)
    ]


def test_tuning_that_finds_nothing_better_reports_the_reference(static: Encoder) -> None:
    documents = dict(zip("abcdef", LETTERS, strict=True))
    queries = {f"q{i}": text for i, text in enumerate(LETTERS)}
    judged = [(f"q{i}", "abcdef"[i], 1) for i in range(6)]
    dataset = a_set(documents, queries, judged)
    result = retrieval(dataset, static, taus=(1.0,), tune=True, by=())
    assert result.chosen is not None
    assert result.chosen.tau == 1
    assert result.table["difference"].isna().all()
    few = a_set(documents, {"q": "cats"}, [("q", "a", 1)])
    with pytest.raises(InputError, match="1 query is too few to tune"):
        retrieval(few, static, taus=(), tune=True)


def test_schedules_and_repeated_temperatures(news: RetrievalSet, encoder: Encoder) -> None:
    tempered = encoder.at_length(64).at_temperature(0.7)
    result = retrieval(
        news,
        tempered,
        taus=(1, 0.9, 0.9),
        schedules=[entropy_matched(32)],
        by=(),
        n_resamples=50,
    )
    arms = result.table[["tau", "schedule"]].drop_duplicates().to_numpy().tolist()
    assert arms[:2] == [[1.0, "constant"], [0.9, "constant"]]
    assert np.isnan(arms[2][0])
    assert arms[2][1] == "entropy_matched(32)"
    assert len(arms) == 3


def test_what_cannot_be_asked(news: RetrievalSet, encoder: Encoder, static: Encoder) -> None:
    with pytest.raises(InputError, match=r"by is .*expected some of length, shift"):
        retrieval(news, static, taus=(), by=("width",))
    with pytest.raises(InputError):
        retrieval(news, static, taus=(0.9,))
    with pytest.raises(InputError):
        retrieval(news, encoder, taus=(0.0,))
    with pytest.raises(InputError, match="n_resamples"):
        retrieval(news, static, taus=(), by=(), n_resamples=0)
    with pytest.raises(InputError, match="n_permutations 0, expected at least 1"):
        retrieval(news, static, taus=(), by=(), n_permutations=0)


def test_the_same_seed_gives_the_same_table(news: RetrievalSet, static: Encoder) -> None:
    first, again = (retrieval(news, static, taus=(), n_resamples=50) for _ in range(2))
    pd.testing.assert_frame_equal(first.table, again.table)
