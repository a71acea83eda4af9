"""Texts whose segments are known: read from a file, or put together from a corpus."""

from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.files import read_jsonl
from semshift_nb.errors import InputError
from semshift_nb.files import check_path
from semshift_nb.names import count
from semshift_nb.unicode import well_formed

_SHAPE = '{"_id": ..., "segments": [["a sentence", ...], ...]}'


def load_segments(path: str | Path) -> pd.DataFrame:
    """Read texts of known segments.

    Parameters
    ----------
    path : str or Path
        A .jsonl file with ``{"_id": ..., "segments": [["a sentence", ...], ...]}`` on each line.
        Without ``_id`` texts are numbered; where a line alone has none, it is called by its number.

    Returns
    -------
    DataFrame
        One row for each text: ``doc_id`` and ``segments``, a list of lists of sentences.

    Raises
    ------
    InputError
        If there is no such file, or a line holds anything else; the message says which.
    """
    file = check_path(path)
    if not file.exists():
        raise InputError(f"there is no file {str(path)!r}.")
    if not file.is_file() or file.suffix.lower() != ".jsonl":
        raise InputError(f"{str(path)!r} is no .jsonl file: name one with {_SHAPE} on each line.")
    table = read_jsonl(file, only_known=False)
    if "segments" not in table.columns:
        raise InputError(f"{path} has no 'segments' on any line: it needs {_SHAPE}.")
    segments = [_checked(cell, line, path) for line, cell in table["segments"].items()]
    ids = table["doc_id"].tolist() if "doc_id" in table.columns else range(len(table))
    names = [str(line if one is None else one) for line, one in zip(table.index, ids, strict=True)]
    repeated = pd.Series(names)[pd.Index(names).duplicated()].tolist()
    if repeated:
        raise InputError(
            f"{path} has several texts with the _id {repeated[0]!r:.60}: give each its own."
        )
    return _table(names, segments)


def concatenated_segments(
    corpus: Corpus,
    *,
    n_texts: int,
    n_segments: int = 10,
    n_sentences: tuple[int, int] = (3, 11),
    seed: int = 0,
) -> pd.DataFrame:
    """Put texts together from stretches of documents, as Choi did.

    Parameters
    ----------
    corpus : Corpus
        Where the stretches come from.
    n_texts, n_segments : int
        How many texts, and how many stretches in each, of different documents.
    n_sentences : (int, int)
        Fewest and most sentences of a stretch. Documents shorter than the fewest are left out; of
        one that is shorter than what was drawn all is taken.
    seed : int
        Of all draws.

    Returns
    -------
    DataFrame
        As `load_segments` gives it.

    Raises
    ------
    InputError
        If a number cannot be, or fewer documents are long enough than a text has segments.

    References
    ----------
    Choi, "Advances in domain independent linear text segmentation", NAACL 2000.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["One cat. Two dogs. A bird."] * 2)
    >>> table = concatenated_segments(corpus, n_texts=1, n_segments=2, n_sentences=(3, 3))
    >>> sorted(len(segment) for segment in table["segments"][0])
    [3, 3]
    """
    fewest, most = n_sentences
    if min(n_texts, n_segments, fewest) < 1 or most < fewest:
        raise InputError(
            f"{count(n_texts, 'text')} of {n_segments} segments of {fewest} to {most} sentences "
            "were asked for: expected at least one of each, and no fewer at most than at least."
        )
    groups = [group.tolist() for _, group in corpus.sentences.groupby("doc_id", sort=False)["text"]]
    pool = [sentences for sentences in groups if len(sentences) >= fewest]
    if len(pool) < n_segments:
        raise InputError(
            f"corpus {corpus.name!r} has {count(len(pool), 'document')} of at least {fewest} "
            f"sentences, but a text is to have segments of {n_segments}: ask for fewer."
        )
    generator = np.random.default_rng(seed)
    segments = [
        [
            _stretch(pool[row], n_sentences, generator)
            for row in generator.choice(len(pool), size=n_segments, replace=False)
        ]
        for _ in range(n_texts)
    ]
    return _table([f"{corpus.name}-{number}" for number in range(n_texts)], segments)


def segments_corpus(table: pd.DataFrame, *, name: str, language: str = "en") -> Corpus:
    """Return texts of known segments as a corpus of running texts.

    Parameters
    ----------
    table : DataFrame
        As `load_segments` gives it.
    name : str
        Of the corpus.
    language : str
        Language code of all texts.

    Returns
    -------
    Corpus
        Sentences are joined by spaces.

    Raises
    ------
    InputError
        If there is no text.

    Examples
    --------
    >>> table = pd.DataFrame({"doc_id": ["a"], "segments": [[["One."], ["Two.", "Three."]]]})
    >>> segments_corpus(table, name="two").documents["text"].tolist()
    ['One. Two. Three.']
    """
    texts = [" ".join(chain.from_iterable(segments)) for segments in table["segments"]]
    ids = table["doc_id"].tolist()
    return Corpus.from_texts(texts, titles=ids, name=name, language=language)


def _stretch(
    sentences: list[str], bounds: tuple[int, int], generator: np.random.Generator
) -> list[str]:
    size = min(int(generator.integers(bounds[0], bounds[1] + 1)), len(sentences))
    start = int(generator.integers(0, len(sentences) - size + 1))
    return sentences[start : start + size]


def _checked(cell: object, line: object, path: str | Path) -> list[list[str]]:
    segments = cell if isinstance(cell, list) else []
    if not segments or not all(isinstance(segment, list) and segment for segment in segments):
        raise InputError(
            f"{path}, line {line}, has segments {cell!r:.60}: expected one or more "
            "lists, each of one or more sentences."
        )
    for sentence in chain.from_iterable(segments):
        if not isinstance(sentence, str) or not sentence.strip():
            raise InputError(
                f"{path}, line {line}, has the sentence {sentence!r:.60}: expected "
                "a string with words."
            )
    return [[well_formed(sentence) for sentence in segment] for segment in segments]


def _table(ids: list[str], segments: list[list[list[str]]]) -> pd.DataFrame:
    return pd.DataFrame({"doc_id": ids, "segments": pd.Series(segments, dtype=object)})
