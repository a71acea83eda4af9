"""Queries and judgements, checked against each other and against the documents."""

import math
from collections.abc import Iterable

import pandas as pd

from semshift_nb.errors import InputError
from semshift_nb.unicode import well_formed


def check_queries(table: pd.DataFrame, source: str) -> pd.DataFrame:
    """Check a table of queries; return its ids and texts as strings."""
    _check_columns(table, ("query_id", "text"), f"{source}: the queries")
    if table.empty:
        raise InputError(f"{source} has no query: hand in at least one.")
    for column in ("query_id", "text"):
        missing = table.index[table[column].isna()].tolist()
        if missing:
            raise InputError(
                f"{source}: {len(missing)} queries have no {column} (rows {_shown(missing)}, "
                "counted from 0): fill in or leave out these rows."
            )
    wrong = [text for text in table["text"] if not isinstance(text, str)]
    if wrong:
        raise InputError(
            f"{source}: {len(wrong)} queries are no strings (the first is {wrong[0]!r:.60}); only "
            "text can be searched for."
        )
    ids = [well_formed(str(query_id)) for query_id in table["query_id"]]
    _refuse_repeated(ids, f"{source}: query ids", "give every query an id of its own")
    texts = pd.Series([well_formed(text) for text in table["text"]], dtype=object)
    return pd.DataFrame({"query_id": ids, "text": texts})


def check_judgements(
    table: pd.DataFrame,
    *,
    known_queries: Iterable[str],
    known_documents: Iterable[str],
    source: str,
    allow_unknown: bool,
) -> tuple[pd.DataFrame, int]:
    """Check a table of judgements; return it and how many of them name unknown documents."""
    _check_columns(table, ("query_id", "doc_id", "relevance"), f"{source}: the judgements")
    if table.empty:
        raise InputError(f"{source} has no judgement: without one nothing can be measured.")
    judged = pd.DataFrame(
        {
            "query_id": [well_formed(str(cell)) for cell in table["query_id"]],
            "doc_id": [well_formed(str(cell)) for cell in table["doc_id"]],
            "relevance": [_whole(cell, source) for cell in table["relevance"]],
        }
    ).drop_duplicates(ignore_index=True)
    _refuse_contradictions(judged, source)
    _refuse_unknown(judged["query_id"], known_queries, f"{source}: judgements name queries")
    n_unknown = int((~judged["doc_id"].isin(set(known_documents))).sum())
    if not allow_unknown:
        _refuse_unknown(judged["doc_id"], known_documents, f"{source}: judgements name documents")
    if not (judged["relevance"] > 0).any():
        raise InputError(
            f"{source}: none of {len(judged)} judgements is above 0, so no document is relevant to "
            "any query: a relevant document needs a relevance of 1 or more."
        )
    return judged, n_unknown


def _check_columns(table: pd.DataFrame, wanted: tuple[str, ...], what: str) -> None:
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise InputError(
            f"{what} have no column {', '.join(map(repr, missing))}; they have "
            f"{', '.join(map(repr, table.columns)) or 'none'}: name the columns "
            f"{', '.join(wanted)}."
        )


def _whole(cell: object, source: str) -> int:
    """Return a relevance as a whole number."""
    try:
        number = float(str(cell))
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise InputError(
            f"{source}: a relevance is {cell!r:.60}, expected a whole number: 0 for a document "
            "that is not relevant, 1 or more for one that is."
        )
    return int(number)


def _refuse_repeated(ids: list[str], what: str, advice: str) -> None:
    index = pd.Index(ids)
    repeated = index[index.duplicated()].unique().tolist()
    if repeated:
        raise InputError(
            f"{what}: {len(repeated)} occur more than once ({_shown(repeated)}): {advice}."
        )


def _refuse_contradictions(judged: pd.DataFrame, source: str) -> None:
    twice = judged[judged.duplicated(["query_id", "doc_id"])]
    if len(twice):
        pairs = [f"query {q!r} and document {d!r}" for q, d, _ in twice.itertuples(index=False)]
        raise InputError(
            f"{source}: {len(twice)} documents are judged twice for one query, and differently "
            f"({'; '.join(pairs[:3])}): keep one judgement of each."
        )


def _refuse_unknown(ids: "pd.Series[str]", known: Iterable[str], what: str) -> None:
    unknown = ids[~ids.isin(set(known))]
    if len(unknown):
        names = unknown.unique().tolist()
        raise InputError(
            f"{what} that are not there: {len(unknown)} of {len(ids)} judgements, {len(names)} ids "
            f"({_shown(names)}). Are these the files of one set? Mend the ids, or leave out these "
            "judgements (allow_unknown counts such documents as relevant and never found)."
        )


def _shown(values: list[object] | list[str]) -> str:
    return ", ".join(map(repr, values[:5])) + (", ..." if len(values) > 5 else "")
