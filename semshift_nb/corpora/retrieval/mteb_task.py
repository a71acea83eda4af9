"""MTEB's retrieval tasks as retrieval sets; the tasks come from the package ``mteb``, an extra."""

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.hub import fetching
from semshift_nb.corpora.retrieval.beir import passages
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.errors import InputError, SemshiftError
from semshift_nb.permissions import DOWNLOAD, check_permissions


def read_mteb(
    task: Any,  # noqa: ANN401 - a class of a library that may not be installed
    *,
    subset: str | None = None,
    split: str | None = None,
    language: str | None = None,
    ignore_identical_ids: bool | None = None,
    allow: Collection[str] = (),
) -> RetrievalSet:
    """Read a retrieval task of MTEB.

    Parameters
    ----------
    task : mteb.AbsTaskRetrieval or str
        The task, or its name; its data are loaded if they are not yet.
    subset : str, optional
        Which of its subsets, often a language; needed where there are several.
    split : str, optional
        Which of its splits; its first if left out.
    language : str, optional
        Language code of the documents; "en" if left out.
    ignore_identical_ids : bool, optional
        Whether the document with a query's id is left out of its ranking; as the task says if left
        out.
    allow : collection of {"download"}
        What is permitted besides what lies on this machine: to fetch the task's data.

    Returns
    -------
    RetrievalSet
        With MTEB's rules: a document is its title and text, a query its text and instruction, and
        judgements of documents that are not there count as never found.

    Raises
    ------
    InputError
        If mteb is not installed or has no such task, subset or split; if it is no task of
        searching for text in a collection of texts.
    SemshiftError
        If the task's data could not be loaded.

    References
    ----------
    Muennighoff et al. 2023, "MTEB".
    """
    permitted = check_permissions(allow, (DOWNLOAD,))
    loaded = _loaded(_task(task) if isinstance(task, str) else task, permitted)
    name = loaded.metadata.name
    subsets: Mapping[str, Any] = loaded.dataset
    chosen = _choose(subset, subsets, f"task {name!r}", "subset", only_if_single=True)
    chosen_split = _choose(split, subsets[chosen], f"task {name!r}", "split", only_if_single=False)
    data = subsets[chosen][chosen_split]
    if data.get("top_ranked") or loaded.skip_first_result:
        raise InputError(
            f"task {name!r} ranks given candidates instead of searching a collection: choose a "
            "retrieval task."
        )
    documents = _frame(data["corpus"], name).rename(columns={"id": "doc_id"})
    corpus = Corpus(name, documents.assign(language=language) if language else documents)
    return RetrievalSet(
        corpus,
        _queries(_frame(data["queries"], name)),
        _judgements(data["relevant_docs"]),
        name if len(subsets) == 1 else f"{name}/{chosen}",
        chosen_split,
        passages=passages(documents),
        ignore_identical_ids=(
            bool(loaded.ignore_identical_ids)
            if ignore_identical_ids is None
            else ignore_identical_ids
        ),
        allow_unknown=True,
    )


def _task(name: str) -> Any:  # noqa: ANN401
    try:
        import mteb
    except ImportError:
        raise InputError(
            "MTEB's tasks need the package mteb, which is not installed: type "
            'pip install "semshift-nb[mteb]".'
        ) from None
    try:
        return mteb.get_task(name)
    except KeyError as error:
        raise InputError(f"mteb has no such task: {error.args[0]}") from None


def _loaded(task: Any, allow: Collection[str]) -> Any:  # noqa: ANN401
    needed = ("metadata", "load_data", "convert_v1_dataset_format_to_v2", "ignore_identical_ids")
    if not all(hasattr(task, name) for name in needed):
        raise InputError(
            f"{task!r:.80} is no retrieval task of mteb: choose one of its retrieval tasks."
        )
    what = f"the data of task {task.metadata.name!r}"
    try:
        with fetching(what, "load_retrieval", allow):
            task.load_data()
    except SemshiftError:
        raise
    except (OSError, ValueError) as error:
        raise SemshiftError(
            f"{what} could not be loaded ({error!s:.300}): check the connection, or load them once "
            "where there is one."
        ) from error
    task.convert_v1_dataset_format_to_v2(num_proc=None)
    return task


def _choose(
    wanted: str | None, there: Mapping[str, Any], what: str, kind: str, *, only_if_single: bool
) -> str:
    if wanted is None and there and (len(there) == 1 or not only_if_single):
        return next(iter(there))
    if wanted in there:
        return str(wanted)
    asked = f"has no {kind} {wanted!r}" if wanted is not None else f"has several {kind}s"
    raise InputError(f"{what} {asked}: ask for one of {', '.join(map(repr, there)) or 'none'}.")


def _frame(dataset: Any, name: str) -> pd.DataFrame:  # noqa: ANN401
    table: pd.DataFrame = dataset.to_pandas()
    if not {"id", "text"} <= set(table.columns):
        raise InputError(
            f"task {name!r} has no texts (its columns are {', '.join(map(repr, table.columns))}): "
            "choose a task of text."
        )
    return table


def _queries(table: pd.DataFrame) -> pd.DataFrame:
    texts = table["text"]
    if "instruction" in table:
        pairs = zip(texts, table["instruction"], strict=True)
        texts = pd.Series(
            [f"{text} {more}" if isinstance(more, str) else text for text, more in pairs]
        )
    return pd.DataFrame({"query_id": table["id"], "text": texts})


def _judgements(relevant: Mapping[str, Mapping[str, int]]) -> pd.DataFrame:
    rows = [(q, d, score) for q, scores in relevant.items() for d, score in scores.items()]
    return pd.DataFrame(rows, columns=["query_id", "doc_id", "relevance"])
