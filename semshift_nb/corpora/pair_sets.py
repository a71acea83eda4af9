"""Every kind of pairs that there is for a corpus, in one call."""

from pathlib import Path

from semshift_nb.corpora.corpus import Corpus
from semshift_nb.corpora.load_pairs import load_pairs
from semshift_nb.corpora.pairs import TextPairs
from semshift_nb.corpora.positives import adjacent_sentences, load_parallel, repeated_texts


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
