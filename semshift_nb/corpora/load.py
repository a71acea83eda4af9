"""load_corpus: a name, a path, a dataset of the hub or a table, made into a corpus."""

import difflib
import os
import warnings
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd

from semshift_nb.corpora.bundled import BUNDLED
from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.files import read_path, without_separator
from semshift_nb.corpora.hub import read_hub
from semshift_nb.corpora.sentences import (
    DEFAULT_LANGUAGE,
    TextWarning,
    base_language,
    check_language,
)
from semshift_nb.errors import InputError, option
from semshift_nb.permissions import DOWNLOAD, check_permissions
from semshift_nb.validation import check_whole

_HUB = "hub:"
_KNOWN = (
    f"Known are {', '.join(BUNDLED)}, hub:NAME, and the path of a .csv, .tsv, .jsonl, .parquet "
    "or .txt file or of a folder."
)


def load_corpus(
    source: str | Path | pd.DataFrame,
    *,
    language: str | None = None,
    n_documents: int | None = None,
    seed: int = 0,
    sep: str | None = None,
    allow: Collection[str] = (),
) -> Corpus:
    """Load a corpus by name, from a path, from the hub or from a table.

    Parameters
    ----------
    source : str, Path or DataFrame
        One of

        - a name: ``wikipedia``, ``news``, ``python-docs`` or ``reviews``, which installed packages
          carry (of a folder with such a name, write ``./news``);
        - a .csv, .tsv, .jsonl or .parquet file with a column ``text``, and ``doc_id``, ``title``,
          ``language``, ``label`` if they are there;
        - a .txt file, which is one document, or a folder of such files, or a BEIR folder
          (``corpus.jsonl``);
        - ``hub:NAME``, a dataset of the hub that lies in the local cache, or a local dataset
          folder; needs the extra ``hub``;
        - a DataFrame with the same columns as a file.
    language : str, optional
        Language code of all documents; without it, or with "", what a column ``language`` says of
        each, or else "en". The bundled corpora are English, and stay so.
    n_documents : int, optional
        At most so many documents, drawn at random and kept in their order; without it all.
    seed : int
        Of the draw: the same seed draws the same documents.
    sep : str, optional
        What stands between the cells of a .csv or .tsv file; without it a comma or a tab.
    allow : collection of {"download"}
        What is permitted besides what lies on this machine: to fetch a dataset of the hub.

    Returns
    -------
    Corpus
        Named as the source is; an empty text is a document too.

    Raises
    ------
    InputError
        If the source is unknown, not there, cannot be read, holds no text, or holds documents that
        cannot be used; the message says which and what to do.
    SemshiftError
        If a dataset of the hub could not be fetched.

    Examples
    --------
    >>> len(load_corpus("news", n_documents=10))
    10
    """
    if n_documents is not None:
        check_whole(n_documents, "n_documents", least=1)
    check_whole(seed, "seed", least=0)
    permitted = check_permissions(allow, (DOWNLOAD,))
    name, table = _read(source, sep, permitted)
    if language:
        table = table.assign(language=_language_for(source, language))
    corpus = Corpus(name, table)
    if n_documents is None or n_documents >= len(corpus):
        return corpus
    rows = np.random.default_rng(seed).choice(len(corpus), size=n_documents, replace=False)
    return Corpus(name, corpus.documents.iloc[np.sort(rows)])


def _language_for(source: object, language: str) -> str:
    """Return the language of a source; one that is bundled has its own."""
    if (
        isinstance(source, str)
        and source in BUNDLED
        and base_language(check_language(language)) != "en"
    ):
        warnings.warn(
            f"{source} is in English: {option('language', value=language)} is not used for it.",
            TextWarning,
            stacklevel=3,
        )
        return DEFAULT_LANGUAGE
    return language


def _read(
    source: str | Path | pd.DataFrame, sep: str | None, allow: Collection[str]
) -> tuple[str, pd.DataFrame]:
    if not isinstance(source, str | Path | pd.DataFrame):
        raise InputError(
            f"a corpus is a name, a path or a DataFrame, but got {type(source).__name__}: of a "
            "list of texts make one with Corpus.from_texts."
        )
    if isinstance(source, str) and not source.removeprefix(_HUB).strip():
        raise InputError(f"a corpus has a name or a path, but got {source!r}. {_KNOWN}")
    if isinstance(source, pd.DataFrame):
        return "texts", without_separator(source, sep)
    if isinstance(source, str) and source in BUNDLED:
        return source, without_separator(BUNDLED[source], sep)()
    if isinstance(source, str) and source.startswith(_HUB):
        name = source.removeprefix(_HUB)
        return Path(name).name, without_separator(read_hub, sep)(name, allow)
    return _read_file(Path(source), sep)


def _read_file(path: Path, sep: str | None) -> tuple[str, pd.DataFrame]:
    path = Path(os.path.expanduser(path))  # noqa: PTH111 - Path's own fails on unknown users
    if not os.path.lexists(path):
        close = difflib.get_close_matches(str(path), BUNDLED, n=1)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise InputError(
            f"there is no corpus {str(path)!r:.80} and nothing at that path. {hint}{_KNOWN}"
        )
    table = read_path(path, sep)
    return path.resolve().name if path.is_dir() else path.stem, table
