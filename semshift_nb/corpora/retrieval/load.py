"""load_retrieval: a BEIR folder or a task of MTEB, made into a retrieval set."""

import os
from collections.abc import Collection
from pathlib import Path

from semshift_nb.corpora.retrieval.beir import read_beir
from semshift_nb.corpora.retrieval.mteb_task import read_mteb
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.errors import InputError
from semshift_nb.permissions import DOWNLOAD, check_permissions

MTEB = "mteb:"


def load_retrieval(
    source: str | Path,
    *,
    split: str | None = None,
    language: str | None = None,
    ignore_identical_ids: bool | None = None,
    allow_unknown: bool = False,
    allow: Collection[str] = (),
) -> RetrievalSet:
    """Load documents, queries and judgements.

    Parameters
    ----------
    source : str or Path
        A BEIR folder (``corpus.jsonl``, ``queries.jsonl``, ``qrels/<split>.tsv``); or
        ``mteb:NAME`` or ``mteb:NAME/SUBSET``, a retrieval task of MTEB, which needs the extra
        ``mteb``. A task that is not in a list, made by yourself say, goes to `read_mteb`.
    split : str, optional
        Which of its splits; "test" of a folder and the first of a task if left out.
    language : str, optional
        Language code of the documents, for their sentences; if left out or "", what ``language``
        of a document says, or else "en".
    ignore_identical_ids : bool, optional
        Whether a document is left out of the ranking of the query that has its id; if left out,
        where both have the same text, and of a task where the task says so.
    allow_unknown : bool, default False
        Whether judgements may name documents that are not there, which count as never found then.
        (In a task of MTEB they always may.)
    allow : collection of {"download"}
        What is permitted besides what lies on this machine: to fetch a task's data.

    Returns
    -------
    RetrievalSet
        Its ``notes`` say what was found that is not an error.

    Raises
    ------
    InputError
        If the source is not there or cannot be used; the message says why and what to do.
    SemshiftError
        If a task's data could not be loaded.

    References
    ----------
    Thakur et al. 2021, "BEIR"; Muennighoff et al. 2023, "MTEB".
    """
    permitted = check_permissions(allow, (DOWNLOAD,))
    if isinstance(source, str) and source.startswith(MTEB):
        name, _, subset = source.removeprefix(MTEB).partition("/")
        return read_mteb(
            name,
            subset=subset or None,
            split=split,
            language=language,
            ignore_identical_ids=ignore_identical_ids,
            allow=permitted,
        )
    return read_beir(
        _folder(source),
        split=split or "test",
        language=language,
        ignore_identical_ids=ignore_identical_ids,
        allow_unknown=allow_unknown,
    )


def _folder(source: object) -> Path:
    if isinstance(source, str | Path) and str(source).strip():
        return Path(os.path.expanduser(source))  # noqa: PTH111 - Path's own fails on unknown users
    raise InputError(f"a retrieval set is a BEIR folder or mteb:NAME, but got {source!r:.60}.")
