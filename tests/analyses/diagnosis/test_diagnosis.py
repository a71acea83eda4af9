"""Diagnoses of planted causes, each gain against a search made by hand, and what is refused."""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from semshift_nb.analyses import MissReport, found_first, miss_report, why_not_found
from semshift_nb.corpora import Corpus, RetrievalSet, known_item, load_corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

sys.path.insert(0, str(Path(__file__).parent))
import planted

NEARLY_ALL = 0.9


def by_hand(
    dataset: RetrievalSet, encoder: Encoder, query: str, doc_id: str, text: str | None = None
) -> int:
    """Rank a document, perhaps with another text, by nothing but cosines and a sort."""
    ids = dataset.corpus.documents["doc_id"].tolist()
    texts = [
        text if one == doc_id and text else said
        for one, said in zip(ids, dataset.texts, strict=True)
    ]
    asked = dataset.queries.set_index("query_id")["text"][query]
    vectors = encoder.encode(texts).astype(np.float64)
    cosines = vectors @ encoder.encode([asked], role="query")[0].astype(np.float64)
    order = sorted(range(len(ids)), key=lambda row: (-round(cosines[row], 9), ids[row]))
    return 1 + [ids[row] for row in order].index(doc_id)


def report(dataset: RetrievalSet, encoder: Encoder, k: int) -> MissReport:
    return miss_report(dataset, encoder, k=k, by=(), check=False, n_resamples=20)


def named(found: MissReport, cause: str, *, among: "pd.Series | None" = None) -> float:
    misses = found.misses if among is None else found.misses[among]
    assert len(misses) >= 6, "too few planted misses to judge by"
    return float((misses["main_cause"] == cause).mean())


def test_an_answer_beyond_the_limit_is_truncated(static: Encoder) -> None:
    dataset, encoder = planted.beyond_the_limit(), static.at_length(48)
    found = report(dataset, encoder, 10)
    assert named(found, "truncated") >= NEARLY_ALL
    rows = found.causes[found.causes["cause"] == "truncated"]
    for row in rows.to_dict("records"):
        answer = dataset.queries.set_index("query_id")["text"][row["query_id"]]
        assert row["rank_before"] == by_hand(dataset, encoder, row["query_id"], row["doc_id"])
        after = by_hand(dataset, encoder, row["query_id"], row["doc_id"], answer)
        assert (row["rank_after"], row["gain"]) == (after, row["rank_before"] - after)


def test_an_answer_among_foreign_sentences_is_diluted(static: Encoder) -> None:
    dataset = planted.among_foreign_sentences()
    found = report(dataset, static, 1)
    assert named(found, "diluted") >= NEARLY_ALL
    assert named(report(dataset, static, 1), "position") == 0  # the order of words means nothing
    for row in found.causes[found.causes["cause"] == "diluted"].head(3).to_dict("records"):
        told = why_not_found(dataset, static, row["query_id"], row["doc_id"], k=1)
        best = told.sentences.nlargest(1, "cosine")["text"].item()
        assert row["rank_after"] == by_hand(dataset, static, row["query_id"], row["doc_id"], best)


@pytest.mark.slow
def test_what_is_moved_to_the_front_by_hand_is_a_matter_of_position(encoder: Encoder) -> None:
    """As far as the answer in front would be found: elsewhere its place was not the cause."""
    dataset = planted.at_the_end()
    found = report(dataset, encoder, 3)
    texts = dict(zip(dataset.corpus.documents["doc_id"], dataset.texts, strict=True))
    answers = dataset.queries.set_index("query_id")["text"]
    in_front = []
    for row in found.misses.to_dict("records"):
        answer = answers[row["query_id"]]
        moved = f"{answer} {texts[row['doc_id']].removesuffix(answer).strip()}"
        in_front.append(by_hand(dataset, encoder, row["query_id"], row["doc_id"], moved))
    position = found.causes[found.causes["cause"] == "position"]
    moved = position.set_index("query_id").loc[found.misses["query_id"]]
    whole = (
        moved["tested"] == "sentence 8 of 8 moved to the front"
    ).tolist()  # not joined to another
    assert sum(whole) >= 6
    assert moved["rank_after"][whole].tolist() == pd.Series(in_front)[whole].tolist()
    planted_there = pd.Series(in_front) <= 3
    assert named(found, "position", among=planted_there) >= NEARLY_ALL


def test_what_is_found_without_the_hubs_was_crowded_out(static: Encoder) -> None:
    right, n = 0, 0
    for seed in (3, 4, 6):
        dataset = planted.hubs(seed=seed)
        found = report(dataset, static, 10)
        kept = ~dataset.corpus.documents["doc_id"].str.startswith("hub")
        without = RetrievalSet(
            Corpus("no hubs", dataset.corpus.documents[kept]),
            *[dataset.queries, dataset.judgements, "no hubs"],
        )
        for row in found.misses.to_dict("records"):
            if by_hand(without, static, row["query_id"], row["doc_id"]) <= 10:
                n += 1
                right += row["main_cause"] == "crowded"
    assert n >= 10
    assert right >= NEARLY_ALL * n


def test_a_copy_that_was_not_judged_is_told(static: Encoder) -> None:
    dataset = planted.copies()
    found = report(dataset, static, 10)
    assert named(found, "judged wrongly perhaps") >= NEARLY_ALL
    assert (found.misses["rank"] == 13).all()
    assert (found.misses["rank_after"] == 1).all()


DOCUMENTS = {
    "cats": "Cats sleep all day.",
    "dogs": "Dogs bark at night.",
    "stars": "Stars burn hydrogen. The harbour was full of boats. Rates rose in May.",
}


def a_set(judged: dict[str, list[str]], query: str = "cats and dogs") -> RetrievalSet:
    return planted.judged(DOCUMENTS, {name: (query, docs) for name, docs in judged.items()})


def test_more_relevant_documents_than_places_is_a_matter_of_capacity(static: Encoder) -> None:
    told = why_not_found(a_set({"q": ["cats", "dogs"]}), static, "q", k=1)
    row = told.causes.set_index("cause").loc["capacity"]
    assert (row["rank_before"], row["rank_after"], row["gain"]) == (2, 1, 1)
    assert told.main_cause == "capacity"


def test_a_query_longer_than_the_model_reads_is_cut_off(static: Encoder) -> None:
    long = (
        "Dogs bark. " * 10 + "Tell me of stars and hydrogen, and of harbours, boats and rates. " * 9
    )
    dataset = a_set({"q": ["stars"]}, long)
    told = why_not_found(dataset, static.at_length(16), "q", k=1)
    row = told.causes.set_index("cause").loc["cut off"]
    assert told.main_cause == "cut off", told.causes.T
    assert (row["rank_before"], row["rank_after"]) == (3, 1)


def test_words_of_the_query_that_only_winners_have_are_lexical(static: Encoder) -> None:
    documents = {f"w{i}": f"Harbour town number {i}." for i in range(3)}
    documents |= {"right": "Ships and boats lie in port.", "else": "Rates rose in May."}
    documents |= {f"x{i}": f"Foreign words {i}." for i in range(4)}
    dataset = planted.judged(documents, {"q": ("boats at harbour town", ["right"])})
    told = why_not_found(dataset, static, "q", k=1)
    row = told.causes.set_index("cause").loc["lexical"]
    assert row["tested"] == "the query without harbour, town"
    other = planted.judged(documents, {"q": ("boats at", ["right"])})
    assert row["rank_after"] == by_hand(other, static, "q", "right")
    assert told.main_cause == "lexical"


def test_why_and_the_report_say_the_same(static: Encoder) -> None:
    dataset = known_item(load_corpus("news", n_documents=40), per_document=2)
    found = miss_report(dataset, static, k=5, n_resamples=50)
    assert len(found.misses) > 5
    for miss in found.misses.head(4).to_dict("records"):
        told = why_not_found(dataset, static, miss["query_id"], miss["doc_id"], k=5)
        assert (told.rank, told.main_cause) == (miss["rank"], miss["main_cause"])
        own = found.causes.query("query_id == @miss['query_id'] and doc_id == @miss['doc_id']")
        pd.testing.assert_frame_equal(told.causes, own.reset_index(drop=True))
        assert told.rank == by_hand(dataset, static, miss["query_id"], miss["doc_id"])
        asked = told.ranking[told.ranking["is_asked"]]
        assert asked["rank"].item() == told.rank
    everywhere = found.shares[
        (found.shares[["length_bucket", "shift_bucket"]] == "all").all(axis=1)
    ]
    assert everywhere["value"].sum() == pytest.approx(1)
    counted = found.misses["main_cause"].value_counts(normalize=True)
    shares = everywhere.set_index("cause")["value"]
    assert shares[counted.index].tolist() == pytest.approx(counted.tolist())
    assert (everywhere["ci_low"] <= everywhere["value"]).all()
    parts = found.shares[found.shares["length_bucket"] != "all"]
    assert parts.drop_duplicates("length_bucket")["n"].sum() == len(found.misses)
    assert set(found.remedies["metric"]) == {
        *("mended_share", "mended_share_of_others", "lost_share", "change of R@5"),
    }
    assert found.remedies["is_main_of_tuning"].sum() in (0, 4)


def test_a_free_question_to_a_corpus(static: Encoder) -> None:
    corpus = Corpus("free", pd.DataFrame({"doc_id": list(DOCUMENTS), "text": DOCUMENTS.values()}))
    told = why_not_found(corpus, static, "what do cats do at night?", "stars", k=2)
    assert told.rank == 3
    assert told.sentences["text"].tolist()[1] == "The harbour was full of boats."
    assert told.ranking["doc_id"].tolist()[-1] == "stars"
    first = found_first(corpus, static, "what do cats do at night?", k=10)
    assert first["doc_id"].tolist() == told.ranking["doc_id"].tolist()
    with pytest.raises(InputError, match="name the one that should be found"):
        why_not_found(corpus, static, "cats")


def test_nothing_to_explain_and_nothing_to_test(static: Encoder) -> None:
    first = why_not_found(a_set({"q": ["cats"]}, "Cats sleep all day."), static, "q")
    assert first.rank == 1
    assert first.verdict.startswith("it ranks first")
    alone = planted.judged({"one": "A single text."}, {"q": ("a text", ["one"])})
    told = why_not_found(alone, static, "q", k=50)  # k is larger than the corpus
    assert (told.rank, told.main_cause) == (1, "none of these")
    assert told.causes["reason"].str.len().gt(0).all()


@pytest.mark.parametrize("text", ["", "  ", "?!"])
def test_a_document_without_words_is_never_found(static: Encoder, text: str) -> None:
    dataset = planted.judged({"empty": text, **DOCUMENTS}, {"q": ("cats", ["empty"])})
    told = why_not_found(dataset, static, "q")
    assert told.main_cause == "none of these"
    if told.rank is None:
        assert "has no direction" in told.verdict
    assert miss_report(dataset, static, n_resamples=9).misses["doc_id"].tolist() in ([], ["empty"])


def test_equal_documents_are_told_as_such(static: Encoder) -> None:
    same = {f"d{i}": "Cats sleep all day on the warm mat by the old door." for i in range(6)}
    told = why_not_found(planted.judged(same, {"q": ("cats", ["d5"])}), static, "q", k=2)
    assert told.rank == 6
    assert told.main_cause == "judged wrongly perhaps"
    found = miss_report(planted.judged(same, {"q": ("cats", ["d5"])}), static, k=2, n_resamples=9)
    assert found.misses["main_cause"].tolist() == ["judged wrongly perhaps"]


def test_more_documents_than_can_be_compared_are_not(
    static: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("interventions", "why"):
        monkeypatch.setattr(f"semshift_nb.analyses.diagnosis.{module}.MOST_COMPARED", 2)
    told = why_not_found(a_set({"q": ["stars"]}), static, "q", k=1)
    row = told.causes.set_index("cause").loc["crowded"]
    assert row["status"] == "not measured"
    assert row["reason"] == "3 documents, and 3 to 2 with a direction can be compared"
    assert told.ranking["n_found_by"].isna().all()


def refused() -> list[tuple[str, Callable[[Encoder], object]]]:
    none = a_set({"q": ["cats"]})
    nothing = RetrievalSet(
        *[none.corpus, pd.DataFrame({"query_id": ["p", "q"], "text": ["boats", "cats"]})],
        pd.DataFrame({"query_id": ["p", "q"], "doc_id": "cats", "relevance": [0, 1]}),
        "nothing relevant",
    )
    return [
        ("has no relevant document", lambda encoder: why_not_found(nothing, encoder, "p")),
        ("there is no document 'x'", lambda encoder: why_not_found(none, encoder, "q", "x")),
        ("there is no document 'x'", lambda encoder: why_not_found(none, encoder, "new", "x")),
        ("the query is '  '", lambda encoder: why_not_found(none, encoder, "  ")),
        ("k is 0", lambda encoder: why_not_found(none, encoder, "q", k=0)),
        ("n_misses is 0", lambda encoder: miss_report(none, encoder, n_misses=0)),
        ("by is", lambda encoder: miss_report(none, encoder, by=("size",))),
    ]


@pytest.mark.parametrize(("says", "call"), refused())
def test_what_cannot_be_asked_is_refused(
    static: Encoder, says: str, call: Callable[[Encoder], object]
) -> None:
    with pytest.raises(InputError, match=says):
        call(static)


def test_where_nothing_is_missed_there_are_reasons_and_still_an_example(static: Encoder) -> None:
    dataset = known_item(load_corpus("news", n_documents=6))
    found = miss_report(dataset, static, k=6, n_resamples=9)
    assert found.misses.empty
    assert found.shares["reason"].eq("nothing is missed here").all()
    mended = found.remedies[found.remedies["metric"] == "mended_share"]
    assert len(mended) >= 5
    assert mended["status"].eq("not measured").all()
    query, document = found.example(dataset)
    judged = dataset.judgements.set_index("query_id").loc[query]
    assert (judged["doc_id"], judged["relevance"]) == (document, 1)
