"""Tasks of MTEB: one of our own data, and its mock of several languages."""

from typing import Any

import pytest
from mteb.mocks.mock_tasks.retrieval import MockMultilingualRetrievalTask

from mteb_local_task import local_task
from semshift_nb.corpora import load_retrieval, read_mteb
from semshift_nb.errors import InputError

DOCUMENTS = [
    {"id": "1", "title": "Rivers", "text": "A bank is the side of a river."},
    {"id": "2", "title": "", "text": " Money is kept in a bank. "},
]
QUERIES = [{"id": "1", "text": "where is money"}, {"id": "q", "text": "what is a bank"}]
JUDGED = {"1": {"2": 2, "9": 1}, "q": {"1": 1, "2": 0}}


def test_a_task_is_read_by_mtebs_rules() -> None:
    found = read_mteb(local_task(DOCUMENTS, QUERIES, JUDGED))
    assert (found.name, found.split) == ("LocalRetrieval", "test")
    assert found.texts == ["Rivers A bank is the side of a river.", "Money is kept in a bank."]
    assert found.relevance == JUDGED
    assert found.left_out.tolist() == [-1, -1]
    assert found.notes == ("1 judgement names a document that is not there and is never found",)


def test_the_task_decides_on_identical_ids() -> None:
    task = local_task(DOCUMENTS, QUERIES, JUDGED)
    task.ignore_identical_ids = True
    assert read_mteb(task).left_out.tolist() == [0, -1]
    assert read_mteb(task, ignore_identical_ids=False).left_out.tolist() == [-1, -1]


def test_an_instruction_follows_its_query() -> None:
    queries = [
        {**QUERIES[0], "instruction": "be brief"},
        {**QUERIES[1], "instruction": None},
    ]
    found = read_mteb(local_task(DOCUMENTS, queries, JUDGED))
    assert found.queries["text"].tolist() == ["where is money be brief", "what is a bank"]


def test_a_mock_of_mtebs_own_with_several_languages() -> None:
    task = MockMultilingualRetrievalTask()
    with pytest.raises(InputError, match="has several subsets: ask for one of 'eng', 'fra'"):
        read_mteb(task)
    found = read_mteb(task, subset="fra", split="test", language="fr")
    assert found.name == "MockMultilingualRetrievalTask/fra"
    assert set(found.corpus.documents["language"]) == {"fr"}
    with pytest.raises(InputError, match="has no split 'dev': ask for one of 'test'"):
        read_mteb(task, subset="eng", split="dev")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"top_ranked": {"1": ["1"]}}, "ranks given candidates"),
        ({"documents": [{"id": "1", "image": "x"}]}, "has no texts"),
        ({"queries": [{"id": "1", "text": [{"role": "user", "content": "a"}]}]}, "no strings"),
    ],
)
def test_what_is_no_search_of_texts(changed: dict[str, Any], says: str) -> None:
    data = {"documents": DOCUMENTS, "queries": QUERIES, "judged": JUDGED}
    with pytest.raises(InputError, match=says):
        read_mteb(local_task(**{**data, **changed}))


def test_what_is_no_task() -> None:
    with pytest.raises(InputError, match="3 is no retrieval task of mteb"):
        read_mteb(3)
    with pytest.raises(InputError, match=r"mteb has no such task.*SciFact"):
        load_retrieval("mteb:SciFat")


def test_a_task_that_is_not_here_is_fetched_only_by_permission() -> None:
    with pytest.raises(
        InputError, match=r"data of task \'SciFact\' .* write load_retrieval\(..., allow"
    ):
        load_retrieval("mteb:SciFact")
