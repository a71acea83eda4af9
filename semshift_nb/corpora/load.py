"""load_corpus: a name, a path or a table, made into a corpus."""

from pathlib import Path

import numpy as np
import pandas as pd

from semshift_nb.corpora.bundled import BUNDLED
from semshift_nb.corpora.corpus import Corpus
from semshift_nb.errors import InputError


def load_corpus(
    source: str | Path | pd.DataFrame,
    *,
    language: str | None = None,
    n_documents: int | None = None,
    seed: int = 0,
) -> Corpus:
    """TODO."""
    name, table = _read(source)
    if language is not None:
        table = table.assign(language=language)
    corpus = Corpus(name, table)
    return corpus if n_documents is None else _sample(corpus, n_documents, seed)


def _read(source: str | Path | pd.DataFrame) -> tuple[str, pd.DataFrame]:
    if isinstance(source, pd.DataFrame):
        return "texts", source
    if isinstance(source, str) and source in BUNDLED:
        return source, BUNDLED[source]()
    raise InputError(f"unknown corpus {source!r}")


def _sample(corpus: Corpus, n_documents: int, seed: int) -> Corpus:
    rng = np.random.default_rng(seed)
    rows = rng.choice(len(corpus), size=min(n_documents, len(corpus)), replace=False)
    return Corpus(corpus.name, corpus.documents.iloc[np.sort(rows)])
