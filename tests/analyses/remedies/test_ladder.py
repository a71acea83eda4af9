"""The ladder: equal to what stands elsewhere, a planted cause mended, and bad input survived."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from semshift_nb import measures
from semshift_nb.analyses import chunk_retrieval, retrieval
from semshift_nb.analyses.remedies.catalogue import REMEDIES, check_remedies
from semshift_nb.analyses.remedies.ladder import KNOWN_ITEM, RemedyLadder, remedy_ladder
from semshift_nb.corpora import Corpus, RetrievalSet, known_item, load_corpus
from semshift_nb.encoders import load_encoder
from semshift_nb.errors import InputError

QUICK = {"n_resamples": 100, "n_permutations": 199}


def figures(ladder: RemedyLadder, metric: str, column: str = "value") -> dict[str, float]:
    told = ladder.table.query("queries != 'tuning' and metric == @metric and status == 'measured'")
    return dict(zip(told["remedy"], told[column], strict=True))


@pytest.fixture(scope="module")
def news() -> RetrievalSet:
    return known_item(load_corpus("news", n_documents=30), per_document=2)


@pytest.fixture(scope="module")
def everything(news, static) -> RemedyLadder:
    names = [*REMEDIES, "centred+int8", "turning-chunks+bm25-fused"]
    return remedy_ladder(news, static, remedies=names, tune=False, **QUICK)


def test_chunks_reach_what_chunk_retrieval_says(news, static, everything):
    table = chunk_retrieval(news, static, methods=["percentile", "fixed"], n_permutations=199)
    expected = dict(table.query("metric == 'nDCG@10'")[["method", "value"]].values)
    found = figures(everything, "nDCG@10")
    pairs = {
        "as it is": "whole document",
        "turning-chunks": "least_dilution",
        "percentile-chunks": "percentile",
        "even-chunks": "fixed",
        "mean-of-sentences": "mean of its sentences",
    }
    assert {name: found[name] for name in pairs} == pytest.approx(
        {name: expected[method] for name, method in pairs.items()}
    )


def test_the_model_as_it_is_reaches_what_retrieval_says(static):
    dataset = known_item(load_corpus("news", n_documents=30))
    ladder = remedy_ladder(dataset, static, remedies=[], tune=False, **QUICK)
    plain = retrieval(dataset, static, taus=(), by=())
    for metric in ("nDCG@10", "RR@10", "R@100", "AP", "MPD"):
        expected = plain.table.query("metric == @metric")["value"].item()
        assert figures(ladder, metric)["as it is"] == pytest.approx(expected, abs=1e-6)


def test_what_does_not_fit_is_said_and_the_others_run(everything):
    refused = everything.table.query("metric == 'nDCG@10' and status != 'measured'")
    assert set(refused["remedy"]) == {
        *("tau", "entropy-matched", "calibrated", "max-length", "late-chunks", "pca"),
    }
    assert refused["reason"].str.len().gt(10).all()
    assert set(figures(everything, "nDCG@10")) == {
        *("as it is", "centred+int8", "turning-chunks+bm25-fused"),
        *(set(REMEDIES) - set(refused["remedy"])),
    }
    assert sum(line.startswith("tau does not fit: static has") for line in everything.verdict) == 1


def test_tests_are_adjusted_for_all_remedies(everything):
    told = everything.table.query("metric == 'AP' and p_value == p_value")
    assert len(told) > 15
    assert told["p_holm"].tolist() == measures.holm(told["p_value"].to_numpy()).tolist()


def test_costs_are_counted(news, static, everything):
    size = figures(everything, "index_bytes")
    n = len(news.corpus)
    assert size["as it is"] == n * 384 * 4
    assert size["int8"] == n * 384 + 384 * 4
    assert size["sign"] == n * 48
    assert size["first"] == n * 192 * 4 + 4 * (384 + 192)
    assert size["csls"] == size["as it is"] + 4 * n
    assert size["mutual-proximity"] == size["as it is"] + 8 * n
    read = figures(everything, "tokens_read")
    assert read["as it is"] == static.encode_with_tokens(news.texts).n_tokens.sum()
    assert read["centred"] == read["as it is"]
    assert read["turning-chunks"] > read["as it is"]
    assert read["bm25"] == 0
    for metric in ("encode_time", "search_time"):
        assert figures(everything, metric)["as it is"] == 1
    assert figures(everything, "encode_time")["int8"] == 1, "the same vectors"


def test_hubness_is_the_skewness_of_how_often_each_is_found(news, static, everything):
    cosines = static.encode(news.queries["text"].tolist()) @ static.encode(news.texts).T
    best = np.argsort(-cosines, axis=1)[:, :10]
    counts = np.bincount(best.ravel(), minlength=len(news.corpus))
    assert figures(everything, "hubness")["as it is"] == pytest.approx(stats.skew(counts))


def coded(n: int) -> RetrievalSet:
    """Documents that each name a part by a code, and queries for the codes: only words can tell."""
    rng = np.random.default_rng(0)
    codes = ["".join(rng.choice(list("bcdfgkpqrtvxz"), 7)) for _ in range(n)]
    stories = load_corpus("news", n_documents=n).documents["text"].str[:600].tolist()
    texts = [f"{story} Part {code}." for story, code in zip(stories, codes, strict=True)]
    ids = [str(number) for number in range(n)]
    return RetrievalSet(
        Corpus("coded", pd.DataFrame({"doc_id": ids, "text": texts})),
        pd.DataFrame({"query_id": ids, "text": codes}),
        pd.DataFrame({"query_id": ids, "doc_id": ids, "relevance": 1}),
        "coded",
    )


@pytest.fixture(scope="module")
def mended(static) -> RemedyLadder:
    names = ["projected", "int8", "bm25", "bm25-fused"]
    return remedy_ladder(coded(60), static, remedies=names, n_resamples=200)


def test_a_planted_cause_is_mended_and_named(mended):
    """Words alone find all: nDCG@10 is 1, and what is gained is what was missing."""
    changes = figures(mended, "nDCG@10", "difference")
    assert figures(mended, "nDCG@10")["bm25"] == 1
    assert changes["bm25"] == pytest.approx(1 - figures(mended, "nDCG@10")["as it is"])
    assert changes["bm25"] > 0.3
    assert mended.chosen == "bm25"
    assert mended.verdict[0].startswith("Do this: bm25. It raises nDCG@10 by +0.")
    assert "30 things asked for, queries that had no part in the choice" in mended.verdict[0]
    assert mended.verdict[1].startswith("Shown to help, too: bm25-fused +0.")
    assert " times the time to search" in mended.timing


def test_choices_are_made_on_one_half_and_reported_on_the_other(mended, static):
    """Both halves together are all queries, each once."""
    both = mended.table.query("metric == 'nDCG@10'").pivot(
        index="remedy", columns="queries", values=["value", "n"]
    )
    assert (both["n"]["tuning"] + both["n"]["held out"] == 60).all()
    whole = remedy_ladder(coded(60), static, remedies=["bm25"], tune=False, **QUICK)
    for name in ("as it is", "bm25"):
        halves = both.loc[name, "value"].mean()
        assert figures(whole, "nDCG@10")[name] == pytest.approx(halves)


def test_the_setting_that_reaches_most_on_the_tuning_half_is_taken(news, static):
    ladder = remedy_ladder(news, static, remedies=["first"], **QUICK)
    alone = {
        part: static.after(measures.keep_dimensions(range(384 // part), dim=384))
        for part in (2, 4, 16)
    }
    reached = {}
    for part, view in alone.items():
        found = remedy_ladder(news, view, remedies=[], **QUICK).table
        reached[part] = found.query("queries == 'tuning'")["value"].item()
    best = max(reached, key=lambda part: reached[part])
    setting = ladder.table.query("remedy == 'first'")["setting"].iloc[0]
    assert setting == f"{384 // best} dimensions"


def test_each_text_is_encoded_once_and_a_second_run_finds_all_in_the_store(news, tmp_path):
    encoder = load_encoder("static", store=tmp_path)
    names = ["turning-chunks", "even-chunks", "maxsim", "centred", "csls", "bm25-fused"]
    first = remedy_ladder(news, encoder, remedies=names, **QUICK)
    again = remedy_ladder(news, encoder, remedies=names, **QUICK)
    assert again.tally.n_known == again.tally.n_asked == first.tally.n_asked
    kept = sum(len(pd.read_parquet(path)) for path in tmp_path.rglob("*.parquet"))
    assert kept == first.tally.n_asked - first.tally.n_known


def test_the_same_seed_gives_the_same_table(news, static):
    tables = [
        remedy_ladder(news, static, remedies=["random", "pq", "csls"], **QUICK).table
        for _ in range(2)
    ]
    timed = tables[0]["metric"].isin(["encode_time", "search_time"])
    pd.testing.assert_frame_equal(tables[0][~timed], tables[1][~timed])


def a_set(texts: dict[str, str], queries: dict[str, str], judged: dict[str, str]) -> RetrievalSet:
    return RetrievalSet(
        Corpus("hand", pd.DataFrame({"doc_id": list(texts), "text": texts.values()})),
        pd.DataFrame({"query_id": list(queries), "text": queries.values()}),
        pd.DataFrame(
            [(query, doc, int(doc in texts)) for query, doc in judged.items()],
            columns=["query_id", "doc_id", "relevance"],
        ),
        "hand",
        allow_unknown=True,
    )


LINE = "The river rises in the hills. It is cold there."
BAD = {
    "nothing relevant to one query": a_set(
        {"a": LINE, "b": "Prices rose again. Banks fell."},
        {"p": "cold rivers", "q": "unanswered"},
        {"p": "a", "q": "elsewhere"},
    ),
    "all documents equal": a_set(
        dict.fromkeys("abcdefgh", LINE), {"p": "river", "q": "hills"}, {"p": "a", "q": "h"}
    ),
    "one document": a_set({"a": LINE}, {"p": "river", "q": "bank"}, {"p": "a", "q": "a"}),
    "documents without a sentence": a_set(
        {"a": LINE, "b": "", "c": "   ", "d": "Banks fell."},
        {"p": "river", "q": "", "r": "..."},
        {"p": "a", "q": "b", "r": "c"},
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_survived_by_every_remedy(static, name):
    """k, dimensions and codes are larger than these corpora, too."""
    ladder = remedy_ladder(BAD[name], static, remedies=list(REMEDIES), tune=False, **QUICK)
    told = ladder.table.query("status == 'measured'")
    found = told[told["metric"].isin(["nDCG@10", "AP", "index_bytes"])]
    assert np.isfinite(found["value"]).all()
    assert {"int8", "bm25", "turning-chunks", "bm25-fused"} <= set(found["remedy"])
    assert ladder.verdict
    if name == "all documents equal":
        changes = figures(ladder, "nDCG@10", "difference")
        assert not [one for one, change in changes.items() if change < 0], "a tie falls by id"


def test_too_few_queries_leave_nothing_to_choose_on_and_that_is_told(static):
    ladder = remedy_ladder(BAD["all documents equal"], static, remedies=["first", "tau"], **QUICK)
    assert any(note.startswith("2 things are asked for, too few") for note in ladder.notes)
    assert set(ladder.table["queries"]) == {"all"}
    changes = ladder.figures.query("metric == 'change of nDCG@10'").set_index("remedy")
    assert changes["status"].to_dict() == {"first": "measured", "tau": "not measured"}


def test_queries_taken_out_of_documents_are_told(everything, mended):
    assert KNOWN_ITEM in everything.notes
    assert KNOWN_ITEM not in mended.notes


def test_names_and_combinations():
    assert check_remedies(["int8+centred", "centred+int8", "tau"]) == [
        ("centred", "int8"),
        ("tau",),
    ]
    for names, message in (
        (["taux"], "'taux' is none; expected tau, entropy-matched"),
        (["csls+local-scaling"], "csls and local-scaling exclude each other"),
        (["bm25+centred"], "bm25 searches by words alone"),
        ("tau", "expected a list of names"),
    ):
        with pytest.raises(InputError, match=message):
            check_remedies(names)


@pytest.mark.slow
def test_remedies_on_the_model(encoder):
    """Late chunks, temperatures and lengths run; what the model reads is longer or shorter."""
    dataset = known_item(load_corpus("news", n_documents=8))
    encoder = encoder.at_length(64)
    names = ["tau", "max-length", "late-chunks", "tau+late-chunks+int8"]
    ladder = remedy_ladder(dataset, encoder, remedies=names, tune=False, **QUICK)
    assert set(figures(ladder, "nDCG@10")) == {"as it is", *names}
    tau = retrieval(dataset, encoder, taus=(0.9,), by=()).table.query("tau == 0.9")
    expected = tau.query("metric == 'nDCG@10'")["value"].item()
    assert figures(ladder, "nDCG@10")["tau"] == pytest.approx(expected)
    longer = ladder.table.query("remedy == 'max-length'")["setting"].iloc[0]
    assert longer == "512 tokens"
    read = figures(ladder, "tokens_read")
    longest = encoder.at_length(512).encode_with_tokens(dataset.texts)
    assert read["max-length"] == longest.n_tokens.clip(max=512).sum()
    pairs = itertools.pairwise([read["as it is"], read["max-length"], read["late-chunks"]])
    assert all(low < high for low, high in pairs)
