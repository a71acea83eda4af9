"""A retrieval task of MTEB whose data are handed in, so that no network is needed."""

from typing import Any

from datasets import Dataset
from mteb.abstasks.retrieval import AbsTaskRetrieval
from mteb.abstasks.task_metadata import TaskMetadata


class LocalTask(AbsTaskRetrieval):
    metadata = TaskMetadata(
        name="LocalRetrieval",
        description="Documents and queries of a test.",
        reference=None,
        dataset={"path": "nowhere", "revision": "none"},
        type="Retrieval",
        category="t2t",
        modalities=["text"],
        eval_splits=["test"],
        eval_langs=["eng-Latn"],
        main_score="ndcg_at_10",
        date=("2020-01-01", "2020-01-02"),
        domains=["Written"],
        task_subtypes=[],
        license="not specified",
        annotations_creators="derived",
        dialect=[],
        sample_creation="created",
        bibtex_citation="",
    )

    def __init__(self, **data: Any) -> None:
        super().__init__()
        self._data = {"top_ranked": None, **data}

    def load_data(self, **_: Any) -> None:
        # MTEB lets go of a task's data once it has been evaluated, and loads them again.
        self.dataset = {"default": {"test": dict(self._data)}}
        self.data_loaded = True


def local_task(
    documents: list[dict[str, str]],
    queries: list[dict[str, str]],
    judged: dict[str, dict[str, int]],
    **more: Any,
) -> LocalTask:
    return LocalTask(
        corpus=Dataset.from_list(documents),
        queries=Dataset.from_list(queries),
        relevant_docs=judged,
        **more,
    )
