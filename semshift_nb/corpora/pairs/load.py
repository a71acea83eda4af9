"""load_pairs: a name, a file or a table, made into pairs of texts."""

import os
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from semshift_nb.corpora.files import (
    Reader,
    find_reader,
    read_csv,
    read_jsonl,
    read_parquet,
    unreadable,
)
from semshift_nb.corpora.pairs.pairs import TextPairs
from semshift_nb.errors import InputError
from semshift_nb.files import gensim_file
from semshift_nb.validation import shortened

KIND = "labelled pairs"
WORD_PAIRS = {"wordsim353": "wordsim353.tsv", "simlex999": "simlex999.txt"}

_HIGHEST = 10.0
"""Both sets of word pairs were judged on a scale from 0 to 10."""

_TEXTS = (
    ("text1", "text2"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("left", "right"),
    ("anchor", "positive"),
)
_SCORES = ("score", "similarity_score", "similarity", "label")
_READERS: dict[str, Reader] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".jsonl": partial(read_jsonl, only_known=False),
    ".parquet": partial(read_parquet, only_known=False),
}


def load_pairs(
    source: str | Path | pd.DataFrame,
    *,
    columns: Sequence[str] | None = None,
    min_score: float | None = None,
    n_pairs: int | None = None,
    seed: int = 0,
    sep: str | None = None,
) -> TextPairs:
    """Load pairs of texts, with or without a score.

    Parameters
    ----------
    source : str, Path or DataFrame
        A .csv, .tsv, .jsonl or .parquet file or a table with a row for each pair; or
        ``wordsim353`` or ``simlex999``, pairs of English words with a score from 0 to 10, which
        gensim carries (of relatedness the first, of likeness proper the second).
    columns : sequence of str, optional
        The columns of the two texts and, if there is one, of the score. If left out, those that
        are usual: text1 and text2, sentence1 and sentence2, left and right, anchor and positive;
        score, similarity_score, similarity, label.
    min_score : float, optional
        A pair is a positive one from this score on. If left out, where the upper fifth of the
        scale begins: 8 of the word pairs, and of a file the scale of the scores found.
    n_pairs : int, optional
        At most so many pairs, drawn at random and kept in their order; without it all.
    seed : int, default 0
        Of the draw.
    sep : str, optional
        What stands between the cells of a .csv or .tsv file; without it a comma or a tab.

    Returns
    -------
    TextPairs
        Named as the source is.

    Raises
    ------
    InputError
        If the source is unknown, not there or cannot be read, a column is missing, or a text or a
        score cannot be used; the message says which and what to do.

    References
    ----------
    Finkelstein et al. 2002 (WordSim-353); Hill, Reichart, Korhonen 2015 (SimLex-999).

    Examples
    --------
    >>> load_pairs("wordsim353")
    <TextPairs 'wordsim353' (labelled pairs): 353 pairs, 59 of them from 8 on>
    """
    name, table = _read(source, sep)
    if isinstance(source, str) and source in WORD_PAIRS and min_score is None:
        min_score = 0.8 * _HIGHEST
    if table.empty:
        raise InputError(f"pairs {name!r} have no row: expected one for each pair.")
    pairs = TextPairs(name, KIND, _renamed(table, columns, name), min_score)
    return pairs if n_pairs is None else pairs.sample(n_pairs, seed=seed)


def _read(source: str | Path | pd.DataFrame, sep: str | None) -> tuple[str, pd.DataFrame]:
    if isinstance(source, pd.DataFrame):
        return "pairs", source
    if isinstance(source, str) and source in WORD_PAIRS:
        return source, _word_pairs(WORD_PAIRS[source])
    return _read_file(source, sep)


def _read_file(source: object, sep: str | None) -> tuple[str, pd.DataFrame]:
    known = f"{', '.join(WORD_PAIRS)}, or the path of a {', '.join(_READERS)} file"
    if not isinstance(source, str | Path) or not str(source).strip():
        raise InputError(f"pairs are {known}, but got {source!r:.60}.")
    path = Path(os.path.expanduser(source))  # noqa: PTH111 - Path's own fails on unknown users
    if not os.path.lexists(path) or path.is_dir():
        what = "is a folder" if path.is_dir() else "is not there"
        raise InputError(f"there are no pairs {str(path)!r:.80}, which {what}; known are {known}.")
    reader = find_reader(path, _READERS, sep)
    try:
        return path.stem, reader(path)
    except OSError as error:
        raise unreadable(path, error) from error


def _word_pairs(file: str) -> pd.DataFrame:
    lines = gensim_file(file).read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return pd.DataFrame(rows, columns=["left", "right", "score"])


def _renamed(table: pd.DataFrame, columns: Sequence[str] | None, name: str) -> pd.DataFrame:
    """Return the two texts and the score under the names that `TextPairs` takes."""
    there = list(map(str, table.columns))
    asked = list(columns) if columns is not None else _usual(there)
    missing = [column for column in asked if column not in there]
    if missing or len(asked) not in (2, 3) or len(set(asked)) < len(asked):
        shown = shortened(there, most=20, write=lambda column: f"{column!r:.60}")
        wanted = ", ".join(map(repr, asked)) or "the usual ones"
        raise InputError(
            f"pairs {name!r} have the columns {shown or 'none'}, and "
            f"{wanted} were looked for: name the columns of the two texts, and of the score if "
            'there is one, as columns=("text1", "text2", "score").'
        )
    repeated = [column for column in asked if there.count(column) > 1]
    if repeated:
        raise InputError(
            f"pairs {name!r} have several columns {repeated[0]!r}: give each a name of its own."
        )
    kept = table[asked]
    return kept.set_axis(["left", "right", "score"][: len(asked)], axis=1)


def _usual(there: Sequence[str]) -> list[str]:
    """Return the columns that are usually called so, or none."""
    texts = next((pair for pair in _TEXTS if set(pair) <= set(there)), None)
    if texts is None:
        return []
    return [*texts, *[name for name in _SCORES if name in there][:1]]
