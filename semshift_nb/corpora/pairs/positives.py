"""Pairs that mean alike without anybody having said so: neighbours, repetitions, translations."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.load import load_corpus
from semshift_nb.corpora.pairs.load import load_pairs
from semshift_nb.corpora.pairs.pairs import TextPairs
from semshift_nb.corpora.sentences import MIN_CHARACTERS
from semshift_nb.errors import InputError

ADJACENT, REPEATED, PARALLEL = "adjacent sentences", "repeated texts", "parallel texts"


def adjacent_sentences(corpus: Corpus, *, per_document: int = 1, seed: int = 0) -> TextPairs:
    """Pair sentences with those that follow them.

    Neighbours are about the same thing most often, and say different things of it: positives that
    every corpus has, and weaker ones than paraphrases.

    Parameters
    ----------
    corpus : Corpus
        Any documents.
    per_document : int, default 1
        At most so many pairs of each document, drawn at random.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    TextPairs
        In the order of the documents; the group of a pair is its document. There are none where no
        document has two neighbours of 12 characters.

    Raises
    ------
    InputError
        If ``per_document`` is below 1.

    References
    ----------
    Wang & Isola 2020 define alignment over whatever pairs are held to be positive.

    Examples
    --------
    >>> adjacent_sentences(Corpus.from_texts(["The sun came out. Birds began to sing."]))
    <TextPairs 'texts' (adjacent sentences): 1 pair>
    """
    here = _sentences(corpus)
    following = here[["doc_id", "position", "text"]].assign(position=here["position"] - 1)
    both = here.merge(following, on=["doc_id", "position"], suffixes=("", "_next"))
    taken = _draw(both, per_document, seed=seed)
    return _pairs(corpus.name, ADJACENT, taken, taken["text_next"])


def repeated_texts(
    corpus: Corpus, *, times: int = 3, per_document: int = 1, seed: int = 0
) -> TextPairs:
    """Pair sentences with themselves, said several times over.

    They mean the same, and only the length differs: what alignment there is to lose here is lost
    to length alone, as by the *repeat* arm of `semshift_nb.analyses.length.length_collapse`.

    Parameters
    ----------
    corpus : Corpus
        Any documents.
    times : int, default 3
        How often the sentence stands in the second text, from 2.
    per_document : int, default 1
        At most so many sentences of each document, drawn at random.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    TextPairs
        In the order of the documents; the group of a pair is its document.

    Raises
    ------
    InputError
        If ``times`` is below 2 or ``per_document`` below 1.

    References
    ----------
    Semantic shift, arXiv 2603.21437, has texts of one sentence repeated.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["The sun came out."])
    >>> repeated_texts(corpus, times=2).table["right"].tolist()
    ['The sun came out. The sun came out.']
    """
    if times < 2:
        raise InputError(f"times is {times}, expected at least 2: once is the text itself.")
    taken = _draw(_sentences(corpus), per_document, seed=seed)
    return _pairs(corpus.name, REPEATED, taken, taken["text"].map(lambda s: " ".join([s] * times)))


def parallel_texts(left: Corpus, right: Corpus) -> TextPairs:
    """Pair the documents of two corpora that have the same ids: a text and its translation.

    Parameters
    ----------
    left, right : Corpus
        Two versions of the same documents. Documents that only one of them has are left out, and
        so are those without words.

    Returns
    -------
    TextPairs
        In the order of the left corpus; the group of a pair is its document. Named after both.

    Raises
    ------
    InputError
        If no document is in both.

    References
    ----------
    Artetxe, Ruder, Yogatama 2020 (XQuAD) has the same paragraphs in several languages.

    Examples
    --------
    >>> english = Corpus.from_texts(["The sun came out."], name="en")
    >>> parallel_texts(english, Corpus.from_texts(["Die Sonne kam heraus."], name="de"))
    <TextPairs 'en and de' (parallel texts): 1 pair>
    """
    both = left.documents.merge(right.documents, on="doc_id", suffixes=("", "_right"))
    both = both[both["text"].str.strip().ne("") & both["text_right"].str.strip().ne("")]
    if both.empty:
        ids = [corpus.documents["doc_id"].iloc[0] for corpus in (left, right)]
        raise InputError(
            f"no document of corpus {left.name!r} is in {right.name!r} as well: expected the same "
            f"doc_id in both, but they begin with {ids[0]!r} and {ids[1]!r}."
        )
    return _pairs(f"{left.name} and {right.name}", PARALLEL, both, both["text_right"])


def load_parallel(path: str | Path, *, parts: Sequence[str] = ()) -> TextPairs:
    """Load two versions of the same documents from a folder that holds both.

    Parameters
    ----------
    path : str or Path
        A folder with two corpora: folders (BEIR or of text files) or .csv, .jsonl or .parquet
        files, as ``xquad/en`` and ``xquad/zh``.
    parts : sequence of str, optional
        Which two, where there are more; their names in the folder.

    Returns
    -------
    TextPairs
        As `parallel_texts` gives it.

    Raises
    ------
    InputError
        If the folder does not hold two corpora, or one of them cannot be used.

    References
    ----------
    See `parallel_texts`.
    """
    folder = Path(path).expanduser()
    there = [] if not folder.is_dir() else sorted(_visible(folder))
    asked = list(parts) or there
    if len(asked) != 2 or not set(asked) <= set(there):
        raise InputError(
            f"{folder} holds {', '.join(map(repr, there)) or 'nothing'}, and "
            f"{', '.join(map(repr, asked)) or 'nothing'} was asked for: expected a folder with two "
            'corpora, or the names of two of them, as parts=("en", "zh").'
        )
    left, right = (load_corpus(folder / name) for name in asked)
    return parallel_texts(left, right)


def _visible(folder: Path) -> Iterator[str]:
    return (entry.name for entry in folder.iterdir() if not entry.name.startswith("."))


def _sentences(corpus: Corpus) -> pd.DataFrame:
    sentences = corpus.sentences
    return sentences[[len(text) >= MIN_CHARACTERS for text in sentences["text"]]]


def _draw(rows: pd.DataFrame, per_document: int, *, seed: int) -> pd.DataFrame:
    """Draw at most so many rows of each document, in the order of the corpus."""
    if per_document < 1:
        raise InputError(f"per_document is {per_document}, expected at least 1.")
    order = np.random.default_rng(seed).permutation(len(rows))
    return rows.iloc[order].groupby("doc_id").head(per_document).sort_index()


def _pairs(name: str, kind: str, rows: pd.DataFrame, right: "pd.Series[str]") -> TextPairs:
    table = {"group": rows["doc_id"], "left": rows["text"], "right": right}
    return TextPairs(name, kind, pd.DataFrame(table).reset_index(drop=True))


def pair_sets(
    corpus: Corpus,
    *,
    labelled: str | Path = "",
    parallel: str | Path = "",
    min_score: float | None = None,
    per_document: int = 1,
    n_pairs: int | None = None,
    seed: int = 0,
) -> list[TextPairs]:
    """Make pairs of a corpus's own sentences, and load those that are asked for.

    Parameters
    ----------
    corpus : Corpus
        Its adjacent sentences and its repeated ones are always there.
    labelled : str or Path, optional
        Labelled pairs, as `load_pairs` takes them; none if left out.
    parallel : str or Path, optional
        Parallel texts, as `load_parallel` takes them; none if left out.
    min_score : float, optional
        From which score on a labelled pair is positive; see `load_pairs`.
    per_document : int, default 1
        How many pairs to make of each document.
    n_pairs : int, optional
        At most so many of those that are loaded, drawn at random; without it all.
    seed : int, default 0
        Of all draws.

    Returns
    -------
    list of TextPairs
        Adjacent, repeated, labelled, parallel, as far as they are there.

    Raises
    ------
    InputError
        If pairs cannot be loaded, or a setting is out of range.

    References
    ----------
    See `adjacent_sentences`, `repeated_texts`, `load_pairs` and `parallel_texts`.

    Examples
    --------
    >>> corpus = Corpus.from_texts(["The sun came out. Birds began to sing."])
    >>> [pairs.kind for pairs in pair_sets(corpus, labelled="wordsim353")]
    ['adjacent sentences', 'repeated texts', 'labelled pairs']
    """
    own = {"per_document": per_document, "seed": seed}
    sets = [adjacent_sentences(corpus, **own), repeated_texts(corpus, **own)]
    if labelled:
        sets.append(load_pairs(labelled, min_score=min_score, n_pairs=n_pairs, seed=seed))
    if parallel:
        both = load_parallel(parallel)
        sets.append(both if n_pairs is None else both.sample(n_pairs, seed=seed))
    return sets
