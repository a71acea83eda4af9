"""Ways to make a space smaller, each as an encoder: by variance, by components, at random."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.analyses.results import interval_row
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.names import count

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

    Examples
    --------
    >>> Ablation("PCA", 96, (), "fitted on fewer texts").encoders
    ()
    """

    method: str
    n_dimensions: int
    encoders: tuple[Encoder, ...]
    reason: str = ""


@by_name
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
            f"corpus {corpus.name!r} has {count(len(corpus), 'document')}, expected at least 2 to "
            "part."
        )
    order = np.random.default_rng(seed).permutation(len(corpus))
    middle = len(corpus) // 2
    first, second = (
        Corpus(corpus.name, corpus.documents.iloc[np.sort(rows)])
        for rows in (order[:middle], order[middle:])
    )
    return first, second


@by_name
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
        `dimension_profile`); then for each size, ascending

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
    """
    if n_random < 1 or not all(size >= 1 for size in sizes):
        raise InputError(f"sizes are {list(sizes)} and n_random {n_random}, expected 1 or more.")
    encoded = encode_all(encoder, texts)
    rows = encoded.vectors[encoded.has_direction]
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
        reason = (
            f"{count(len(rows), 'text has', 'texts have')} a direction, expected at least 2 to fit "
            "on"
        )
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


COLUMNS = [
    *["corpus", "encoder", "task", "method", "n_dimensions", "metric", "against", "value"],
    *["ci_low", "ci_high", "n", "unit", "n_choices", "truncated_share", "unknown_share"],
    *["status", "reason"],
]

_LEAST_UNITS = 8
"""Percentiles over fewer say little: with five, a tenth of the resamples are but two of them."""

Scores: TypeAlias = NDArray[np.float64]
"""What each choice (a row) gave on each query or set of documents (a column)."""


class Study(NamedTuple):
    """What is scored, and what is drawn again for an interval."""

    score: Callable[[Encoder], NDArray[np.float64]]
    metric: str
    unit: str
    units: str
    groups: Sequence[str] | None
    nothing: str
    n_resamples: int
    seed: int


def ablation_rows(ablations: Sequence[Ablation], study: Study) -> Iterator[dict[str, object]]:
    """Yield what each ablation reaches, and by how much it differs from others."""
    if not ablations or ablations[0].method != EVERYTHING:
        raise InputError(
            f"expected ablations that begin with {EVERYTHING!r}, as ablations() gives."
        )
    scores = [_scores(ablation, study) for ablation in ablations]
    for place, ablation in enumerate(ablations):
        labels = {
            "method": ablation.method,
            "n_dimensions": ablation.n_dimensions,
            "n_choices": len(ablation.encoders),
            "unit": study.unit,
        }
        figure = _figure(scores[place], study, reason=ablation.reason)
        yield {**labels, "metric": study.metric, "against": "", **figure}
        for rival in _rivals(ablations, place):
            change = _difference(scores[place], scores[rival])
            reason = ablation.reason or ablations[rival].reason
            figure = _figure(change, study, reason=reason)
            labels["against"] = ablations[rival].method
            yield {**labels, "metric": f"{study.metric} difference", **figure}


def _scores(ablation: Ablation, study: Study) -> Scores | None:
    if not ablation.encoders:
        return None
    return np.stack([study.score(encoder) for encoder in ablation.encoders])


def _difference(scores: Scores | None, others: Scores | None) -> Scores | None:
    """Subtract on the same rows; a single choice is set against each of several."""
    return None if scores is None or others is None else scores - others


def _rivals(ablations: Sequence[Ablation], place: int) -> Iterator[int]:
    """Yield what to compare with: all dimensions; the highest variance also with its rivals."""
    own = ablations[place]
    if place:
        yield 0
    if own.method != HIGHEST:
        return
    for other, rival in enumerate(ablations):
        same_size = rival.n_dimensions == own.n_dimensions
        if same_size and rival.method in REDUCTIONS and rival.method != HIGHEST:
            yield other


def _figure(scores: Scores | None, study: Study, *, reason: str) -> dict[str, object]:
    """Return the mean of some scores with its interval, over documents and over choices."""
    n = 0 if scores is None else scores.shape[1]

    def known() -> Scores:
        if scores is None or not n:
            raise InputError(reason or study.nothing)
        return scores

    def interval() -> Interval:
        n_units = n if study.groups is None else len(set(study.groups))
        if n_units < _LEAST_UNITS:
            raise InputError(f"{n_units} {study.units}, expected at least {_LEAST_UNITS}")
        return measures.bootstrap_two_way_mean(
            known(), groups=study.groups, n_resamples=study.n_resamples, seed=study.seed
        )

    return interval_row(lambda: float(known().mean()), interval, n=n)
