"""Ways to make a space smaller, each as an encoder: by variance, by components, at random."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._encoded import encode_all
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

EVERYTHING = "all dimensions"
NO_NEAR_ZERO, NO_OUTLIERS = "without near-zero", "without outliers"
HIGHEST, LOWEST = "highest variance", "lowest variance"
FIRST, RANDOM, PCA = "first", "random", "PCA"
REDUCTIONS = (PCA, HIGHEST, RANDOM, FIRST, LOWEST)
SIZES = (24, 48, 96, 192)


@dataclass(frozen=True, eq=False)
class Ablation:
    """One way to leave dimensions out, and the encoders that do so.

    Attributes
    ----------
    method : str
        ``"all dimensions"``, ``"without near-zero"``, ``"without outliers"``, or one of
        `REDUCTIONS`.
    n_dimensions : int
        How many are left.
    encoders : tuple of Encoder
        One; of ``"random"`` one for each choice. Without any, ``reason`` says why.
    reason : str
        Why there is no encoder; empty where there is.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> Ablation("PCA", 96, (), "fitted on fewer texts").encoders
    ()
    """

    method: str
    n_dimensions: int
    encoders: tuple[Encoder, ...]
    reason: str = ""


def document_halves(corpus: Corpus, *, seed: int = 0) -> tuple[Corpus, Corpus]:
    """Part the documents of a corpus at random: one half to fit on, the other to judge by.

    Parameters
    ----------
    corpus : Corpus
        At least two documents.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    tuple of Corpus
        Both with the corpus' name, their documents in its order; of an odd number the second has
        one more.

    Raises
    ------
    InputError
        If there are fewer than two documents.

    Examples
    --------
    >>> from semshift_nb import load_corpus
    >>> document_halves(load_corpus("news", n_documents=5))
    (<Corpus 'news' of 2 documents>, <Corpus 'news' of 3 documents>)
    """
    if len(corpus) < 2:
        raise InputError(
            f"corpus {corpus.name!r} has {len(corpus)} documents, expected at least 2 to part."
        )
    order = np.random.default_rng(seed).permutation(len(corpus))
    middle = len(corpus) // 2
    first, second = (
        Corpus(corpus.name, corpus.documents.iloc[np.sort(rows)])
        for rows in (order[:middle], order[middle:])
    )
    return first, second


def ablations(
    encoder: Encoder,
    texts: Sequence[str],
    *,
    sizes: Sequence[int] = SIZES,
    n_random: int = 5,
    seed: int = 0,
) -> list[Ablation]:
    """Make the encoders that an ablation study compares.

    Parameters
    ----------
    encoder : Encoder
        The whole space.
    texts : sequence of str
        What variances and components are fitted on: others than those they are judged on.
    sizes : sequence of int, default (24, 48, 96, 192)
        How many dimensions to keep.
    n_random : int, default 5
        Choices of random dimensions for each size.
    seed : int, default 0
        Of these choices.

    Returns
    -------
    list of Ablation
        First all dimensions; then without the near-zero and without the outlier ones (see
        `dimension_profile`); then for each size, ascending,

        - *PCA*: the first principal components, centred;
        - *highest variance* and *lowest variance*: the dimensions that spread most, or least;
        - *random*: dimensions drawn at random;
        - *first*: the first so many, as ``truncate_dim`` of sentence-transformers keeps, which is
          meant for models trained for it.

        What cannot be made of so few texts or dimensions has no encoder and a reason.

    Raises
    ------
    InputError
        If a size or ``n_random`` is below 1.

    References
    ----------
    Takeshita et al. 2025, arXiv 2508.17744 (random and last dimensions left out).

    Examples
    --------
    >>> [a.method for a in ablations(encoder, texts, sizes=[96])][3]  # doctest: +SKIP
    'PCA'
    """
    if n_random < 1 or not all(size >= 1 for size in sizes):
        raise InputError(f"sizes are {list(sizes)} and n_random {n_random}, expected 1 or more.")
    encoded = encode_all(encoder, texts)
    rows = encoded.vectors[encoded.directed]
    rng = np.random.default_rng(seed)
    found = [Ablation(EVERYTHING, encoder.dim, (encoder,))]
    found.extend(_removed(encoder, rows))
    for size in sorted(set(sizes)):
        choices = _choices(rng, encoder.dim, size=size, n_choices=n_random)
        found.extend(_reduced(encoder, rows, size, choices=choices))
    return found


def _removed(encoder: Encoder, rows: NDArray[np.float32]) -> Iterator[Ablation]:
    """Yield the space without the dimensions that are said to be useless, or to do too much."""
    for method, find in (
        (NO_NEAR_ZERO, measures.near_zero_dimensions),
        (NO_OUTLIERS, measures.outlier_dimensions),
    ):
        try:
            gone = find(rows).tolist()
        except InputError as error:
            yield Ablation(method, encoder.dim, (), str(error))
            continue
        left = encoder.dim - len(gone)
        if 0 < len(gone) < encoder.dim:
            view = encoder.after(measures.drop_dimensions(gone, dim=encoder.dim))
            yield Ablation(method, left, (view,))
        else:
            yield Ablation(method, left, (), f"{len(gone)} of {encoder.dim} dimensions are so")


def _reduced(
    encoder: Encoder, rows: NDArray[np.float32], size: int, *, choices: list[NDArray[np.intp]]
) -> Iterator[Ablation]:
    """Yield all ways to keep so many dimensions."""
    reason = f"there are only {encoder.dim} dimensions" if size >= encoder.dim else ""
    if len(rows) < 2:
        reason = f"{len(rows)} texts have a direction, expected at least 2 to fit on"
    if reason:
        yield from (Ablation(method, size, (), reason) for method in REDUCTIONS)
        return
    yield _components(encoder, rows, size)
    by_variance = np.argsort(-rows.var(axis=0, dtype=np.float64), kind="stable")
    kept = {
        HIGHEST: [by_variance[:size]],
        RANDOM: choices,
        FIRST: [np.arange(size)],
        LOWEST: [by_variance[-size:]],
    }
    for method, picks in kept.items():
        views = [measures.keep_dimensions(pick.tolist(), dim=encoder.dim) for pick in picks]
        yield Ablation(method, size, tuple(encoder.after(view) for view in views))


def _components(encoder: Encoder, rows: NDArray[np.float32], size: int) -> Ablation:
    try:
        correction = measures.fit_principal_components(rows, size)
    except InputError as error:
        return Ablation(PCA, size, (), str(error))
    return Ablation(PCA, size, (encoder.after(correction),))


def _choices(
    rng: np.random.Generator, dim: int, *, size: int, n_choices: int
) -> list[NDArray[np.intp]]:
    """Draw dimensions, each choice in their order."""
    if size >= dim:
        return []
    return [np.sort(rng.choice(dim, size=size, replace=False)) for _ in range(n_choices)]
