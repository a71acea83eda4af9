"""BEIR folders: corpus.jsonl, queries.jsonl and qrels/<split>.tsv."""

from pathlib import Path

import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.files import read_jsonl, unreadable
from semshift_nb.corpora.retrieval.retrieval_set import RetrievalSet
from semshift_nb.errors import InputError
from semshift_nb.files import check_path
from semshift_nb.names import count
from semshift_nb.plain_text import read_text

HEADER = ("query-id", "corpus-id", "score")
_FILES = ("corpus.jsonl", "queries.jsonl")


def read_beir(
    path: Path,
    *,
    split: str = "test",
    language: str | None = None,
    ignore_identical_ids: bool | None = None,
    allow_unknown: bool = False,
) -> RetrievalSet:
    """Read a BEIR folder.

    References
    ----------
    Thakur et al. 2021, "BEIR", whose folders these are.
    """
    path = check_path(path)
    _check_folder(path)
    try:
        documents, queries = (read_jsonl(path / name) for name in _FILES)
        judgements = read_judgements(_judgement_file(path, split))
    except OSError as error:
        raise unreadable(path, error) from error
    if language:
        documents = documents.assign(language=language)
    corpus = Corpus(path.resolve().name, documents)
    return RetrievalSet(
        corpus,
        _with_ids(queries, path / _FILES[1]),
        judgements,
        corpus.name,
        split,
        passages=passages(documents),
        ignore_identical_ids=ignore_identical_ids,
        allow_unknown=allow_unknown,
    )


def passages(documents: pd.DataFrame) -> list[str]:
    """Join titles and texts as MTEB and BEIR do before they encode."""
    titles = documents["title"] if "title" in documents else pd.Series("", documents.index)
    pairs = zip(titles, documents["text"], strict=True)
    return [
        f"{title} {text}".strip() if isinstance(title, str) and title else text.strip()
        for title, text in pairs
    ]


def read_judgements(path: Path) -> pd.DataFrame:
    """Read a file of judgements in BEIR's form."""
    lines = [line.rstrip("\r") for line in read_text(path).split("\n")]
    header = tuple(cell.strip().lower() for cell in lines[0].split("\t"))
    if sorted(header) != sorted(HEADER):
        raise InputError(
            f"{path} begins with {lines[0]!r:.80}, but the header line "
            f"{' '.join(HEADER)!r}, separated by tabs, was expected: put it on top. (Files in the "
            "form of TREC have a fourth column, which must go.)"
        )
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if line.strip() and len(cells) != len(HEADER):
            raise InputError(
                f"{path}, line {number}, has {count(len(cells), 'cell')}: {line!r:.80}. Every line "
                f"needs {' '.join(HEADER)}, separated by tabs."
            )
        if line.strip():
            rows.append([cell.strip() for cell in cells])
    places = [header.index(name) for name in HEADER]
    table = pd.DataFrame(rows, columns=range(len(HEADER)), dtype=object)[places]
    return table.set_axis(["query_id", "doc_id", "relevance"], axis=1)


def _check_folder(path: Path) -> None:
    missing = [name for name in (*_FILES, "qrels") if not (path / name).exists()]
    if not path.is_dir() or missing:
        there = f"lacks {', '.join(missing)}" if path.is_dir() else "is no folder"
        raise InputError(
            f"{path} {there}; expected a BEIR folder: corpus.jsonl, queries.jsonl and "
            "qrels/<split>.tsv."
        )


def _judgement_file(path: Path, split: str) -> Path:
    file = check_path(path / "qrels" / f"{split}.tsv")
    if not file.is_file() or file.parent.name != "qrels":
        splits = sorted(other.stem for other in (path / "qrels").glob("*.tsv"))
        raise InputError(
            f"{path} has no judgements for the split {split!r}; it has "
            f"{', '.join(map(repr, splits)) or 'none (no .tsv file in qrels)'}: ask for one of "
            "these."
        )
    return file


def _with_ids(queries: pd.DataFrame, path: Path) -> pd.DataFrame:
    missing = {"doc_id", "text"} - set(queries.columns)
    if missing:
        raise InputError(
            f'{path}: every line needs an "_id" and a "text", such as '
            '{"_id": "q1", "text": "what is a shift"}.'
        )
    return queries.rename(columns={"doc_id": "query_id"})
