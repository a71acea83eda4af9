"""Retrieval sets: what is read of a folder, and what is said of one that cannot be used."""

import json
from pathlib import Path

import pandas as pd
import pytest

from semshift_nb.corpora import Corpus, RetrievalSet, load_retrieval
from semshift_nb.errors import InputError

DOCUMENTS = [
    {"_id": "d1", "title": "Rivers", "text": "A bank is the side of a river. ", "metadata": {}},
    {"_id": "d2", "title": "", "text": " A bank keeps money."},
    {"_id": "d3", "text": "Money is lent at interest."},
]
QUERIES = [
    {"_id": "q1", "text": "where is money kept", "metadata": {}},
    {"_id": "q2", "text": "the side of a river"},
    {"_id": "q3", "text": "a query of another split"},
]
HEADER = "query-id\tcorpus-id\tscore\n"
TEST = HEADER + "q1\td2\t2\nq1\td3\t1\nq2\td1\t1\nq2\td2\t0\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, DOCUMENTS)))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, QUERIES)))
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels" / "test.tsv").write_text(TEST)
    (tmp_path / "qrels" / "dev.tsv").write_text(HEADER + "q3\td1\t1\n")
    return tmp_path


def test_a_folder_is_read_as_it_was_written(folder: Path) -> None:
    found = load_retrieval(folder)
    assert (found.name, found.split) == (folder.name, "test")
    assert found.corpus.documents["doc_id"].tolist() == ["d1", "d2", "d3"]
    # As MTEB joins them (_corpus_to_dict in its _create_dataloaders.py).
    assert found.texts == [
        "Rivers A bank is the side of a river.",
        "A bank keeps money.",
        "Money is lent at interest.",
    ]
    assert found.corpus.documents["text"][0] == DOCUMENTS[0]["text"]
    assert found.queries["query_id"].tolist() == ["q1", "q2"]
    assert found.relevance == {"q1": {"d2": 2, "d3": 1}, "q2": {"d1": 1, "d2": 0}}
    assert found.notes == ("1 query has no judgement in 'test' and is left out",)
    assert repr(found).endswith("(test): 3 documents, 2 queries, 4 judgements>")


def test_another_split_and_language(folder: Path) -> None:
    found = load_retrieval(str(folder), split="dev", language="de")
    assert found.relevance == {"q3": {"d1": 1}}
    assert set(found.corpus.documents["language"]) == {"de"}


def test_header_in_another_order_and_windows_line_ends(folder: Path) -> None:
    lines = "\ufeffscore\tquery-id\tcorpus-id\r\n2.0\tq1\td2\r\n\r\n2.0\tq1\td2\r\n"
    (folder / "qrels" / "test.tsv").write_text(lines, "utf-8")
    assert load_retrieval(folder).relevance == {"q1": {"d2": 2}}


BAD_JUDGEMENTS = {
    "no header": ("q1\td1\t1\n", r"begins with 'q1\\td1\\t1'.*put it on top"),
    "trec": ("q1\t0\td1\t1\n", "fourth column"),
    "empty": ("", "begins with ''"),
    "header only": (HEADER, "has no judgement"),
    "a cell too many": (HEADER + "q1\td1\t1\nq1\td2\t1\tx\n", "line 3, has 4 cells"),
    "spaces for tabs": (HEADER + "q1 d1 1\n", "line 2, has 1 cell:"),
    "unknown documents": (
        HEADER + "q1\td9\t1\nq2\td1\t1\nq2\td8\t1\n",
        r"documents that are not there: 2 of 3 judgements, 2 ids \('d9', 'd8'\)",
    ),
    "unknown queries": (HEADER + "q9\td1\t1\n", r"queries that are not there: 1 of 1.*'q9'"),
    "half a score": (HEADER + "q1\td1\t0.5\n", "a relevance is '0.5', expected a whole number"),
    "no number": (HEADER + "q1\td1\tyes\n", "a relevance is 'yes'"),
    "not a number": (HEADER + "q1\td1\tnan\n", "a relevance is 'nan'"),
    "two opinions": (HEADER + "q1\td1\t1\nq1\td1\t0\n", "judged twice for one query"),
    "nothing relevant": (HEADER + "q1\td1\t0\nq2\td1\t-1\n", "none of 2 judgements is above 0"),
}


@pytest.mark.parametrize(("content", "says"), BAD_JUDGEMENTS.values(), ids=BAD_JUDGEMENTS.keys())
def test_bad_judgements(folder: Path, content: str, says: str) -> None:
    (folder / "qrels" / "test.tsv").write_text(content)
    with pytest.raises(InputError, match=says):
        load_retrieval(folder)


def test_bad_folders(folder: Path) -> None:
    with pytest.raises(InputError, match=r"no judgements for the split 'train'; it has 'dev', 't"):
        load_retrieval(folder, split="train")
    with pytest.raises(InputError, match="no judgements for the split"):
        load_retrieval(folder, split="../corpus")
    with pytest.raises(InputError, match="is no folder"):
        load_retrieval(folder / "corpus.jsonl")
    with pytest.raises(InputError, match=r"lacks corpus\.jsonl, queries\.jsonl, qrels"):
        load_retrieval(folder / "qrels")
    with pytest.raises(InputError, match="got ' '"):
        load_retrieval(" ")
    for file in (folder / "qrels").iterdir():
        file.unlink()
    with pytest.raises(InputError, match=r"none \(no \.tsv file in qrels\)"):
        load_retrieval(folder)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (['{"_id": "q1", "text": "a"}'] * 2, r"query ids: 1 occurs more than once \('q1'\)"),
        (['{"text": "a"}'], 'needs an "_id" and a "text"'),
        (['{"_id": "q1"}'], 'needs an "_id" and a "text"'),
        (['{"_id": "q1", "text": 3}'], r"line 1: the text is no string \(3\)"),
        (['{"_id": "q1", "text": "a"}', '{"text": "b"}'], "1 query has no query_id"),
        (['{"_id": "q1", "text": "a"}', '{"_id": "q2"}'], "line 2: the text is missing"),
        (["{"], "line 1, is not JSON"),
    ],
)
def test_bad_queries(folder: Path, lines: list[str], says: str) -> None:
    (folder / "queries.jsonl").write_text("\n".join(lines))
    with pytest.raises(InputError, match=says):
        load_retrieval(folder)


def test_documents_with_the_same_id(folder: Path) -> None:
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, [DOCUMENTS[0]] * 2)))
    with pytest.raises(InputError, match="more than once"):
        load_retrieval(folder)


def test_what_is_no_error_is_noted(folder: Path) -> None:
    more = [{"_id": "d4", "title": " ", "text": ""}, {"_id": "q2", "text": "the  side of a river"}]
    (folder / "corpus.jsonl").write_text("\n".join(map(json.dumps, DOCUMENTS + more)))
    judgements = TEST.replace("q2\td1\t1", "q2\td1\t0") + "q1\td9\t1\n"
    (folder / "qrels" / "test.tsv").write_text(judgements)
    found = load_retrieval(folder, allow_unknown=True)
    assert found.notes == (
        "1 query has no judgement in 'test' and is left out",
        "1 query has no relevant document and counts as 0",
        "1 judgement names a document that is not there and is never found",
        "1 text has no words",
        "1 ranking leaves out the query's own document",
    )
    assert found.relevance["q1"]["d9"] == 1


def test_the_advice_for_unknown_ids_is_advice_that_works(folder: Path) -> None:
    (folder / "qrels" / "test.tsv").write_text(HEADER + "q1\td1\t1\nq9\td1\t1\nq1\td9\t1\n")
    with pytest.raises(InputError, match=r"go on with allow_unknown=True: judgements of unknown q"):
        load_retrieval(folder)
    found = load_retrieval(folder, allow_unknown=True)
    assert found.relevance == {"q1": {"d1": 1, "d9": 1}}
    assert "1 judgement names a query that is not there and is left out" in found.notes
    (folder / "qrels" / "test.tsv").write_text(HEADER + "q9\td1\t1\n")
    with pytest.raises(InputError, match="no judgement names a query that is there"):
        load_retrieval(folder, allow_unknown=True)


@pytest.mark.parametrize(
    ("asked", "left_out"), [(None, [-1, 1]), (True, [0, 1]), (False, [-1, -1])]
)
def test_a_querys_own_document(asked: bool | None, left_out: list[int]) -> None:
    """Query 0 only shares its number with a document; query 1 is document 1."""
    corpus = Corpus.from_texts(["one", "two  words"])
    queries = pd.DataFrame({"query_id": ["0", "1"], "text": ["other", "two words"]})
    judged = pd.DataFrame({"query_id": ["0", "1"], "doc_id": ["0", "0"], "relevance": 1})
    found = RetrievalSet(corpus, queries, judged, "x", ignore_identical_ids=asked)
    assert found.left_out.tolist() == left_out


def test_a_set_of_ones_own_is_checked_too() -> None:
    corpus = Corpus.from_texts(["one", "two"])
    queries = pd.DataFrame({"query_id": ["q"], "text": ["one"]})
    judged = pd.DataFrame({"query_id": ["q"], "doc_id": ["0"], "relevance": [1]})
    assert RetrievalSet(corpus, queries, judged, "x").texts == ["one", "two"]
    with pytest.raises(InputError, match="the queries have no column 'query_id'; they have 'id'"):
        RetrievalSet(corpus, queries.rename(columns={"query_id": "id"}), judged, "x")
    with pytest.raises(InputError, match="the judgements have no column 'relevance'"):
        RetrievalSet(corpus, queries, judged.drop(columns="relevance"), "x")
    with pytest.raises(InputError, match="has no query: hand in"):
        RetrievalSet(corpus, queries.iloc[:0], judged, "x")
    with pytest.raises(InputError, match="passages are 1 for 2 documents"):
        RetrievalSet(corpus, queries, judged, "x", passages=["one"])
