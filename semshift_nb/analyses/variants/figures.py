"""What is measured of a variant's vectors: its pairs of texts and its documents."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from semshift_nb import measures
from semshift_nb.analyses.encoded import encode_all
from semshift_nb.corpora import TextPairs
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError
from semshift_nb.measures import Interval
from semshift_nb.names import count

Rows: TypeAlias = NDArray[np.float64]

ALIGNMENT, RELATIVE, SPEARMAN = "alignment", "relative_alignment", "Spearman"
UNIFORMITY, MEAN_COSINE = "uniformity", "mean_cosine"
EFFECTIVE_RANK, ISO_SCORE, PARTITION = "effective_rank", "iso_score", "partition_isotropy"

BETTER = dict.fromkeys((ALIGNMENT, RELATIVE, UNIFORMITY, MEAN_COSINE), "lower")
BETTER |= dict.fromkeys((SPEARMAN, EFFECTIVE_RANK, ISO_SCORE, PARTITION), "higher")
"""Which way the literature holds a figure to be good."""

FOLLOWS_N = (EFFECTIVE_RANK, ISO_SCORE, PARTITION)
"""Figures that follow the number of texts, so that those of a half are of another size."""


@dataclass(frozen=True, eq=False)
class PairVectors:
    """Vectors of some pairs and of their texts, each with the document that it belongs to.

    ``left`` and ``right`` are rows of ``vectors``, one a pair; ``vectors`` has each distinct text
    once. Pairs and texts without a direction are not in here, and ``note`` says how many.
    """

    vectors: NDArray[np.float32]
    text_groups: NDArray[np.object_]
    left: NDArray[np.intp]
    right: NDArray[np.intp]
    pair_groups: NDArray[np.object_]
    positive: NDArray[np.bool_]
    scores: NDArray[np.float64] | None
    shares: dict[str, float]
    note: str

    def positives(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return both sides of the pairs that mean alike."""
        return self.vectors[self.left[self.positive]], self.vectors[self.right[self.positive]]

    def cosines(self) -> NDArray[np.float64]:
        """Return the cosine of each pair."""
        sides = (self.vectors[rows].astype(np.float64) for rows in (self.left, self.right))
        return np.asarray(np.vecdot(*sides))


def read_pairs(pairs: TextPairs, encoder: Encoder) -> PairVectors:
    """Encode each distinct text of some pairs once, in one call."""
    texts = pairs.texts
    encoded = encode_all(encoder, texts["text"].tolist())
    # Rows of the texts that have a direction, and -1 for those that have none.
    has_direction = encoded.has_direction
    row_of = np.where(has_direction, np.cumsum(has_direction) - 1, -1)
    place = dict(zip(texts["text"], row_of.tolist(), strict=True))
    left, right = (
        np.array([place[text] for text in pairs.table[side]], dtype=np.intp)
        for side in ("left", "right")
    )
    kept = (left >= 0) & (right >= 0)
    n_lost = int((~kept).sum())
    return PairVectors(
        vectors=encoded.vectors[has_direction],
        text_groups=texts["group"].to_numpy(dtype=object)[has_direction],
        left=left[kept],
        right=right[kept],
        pair_groups=pairs.table["group"].to_numpy(dtype=object)[kept],
        positive=pairs.positive[kept],
        scores=None if pairs.scores is None else pairs.scores[kept],
        shares=encoded.tokens.take(has_direction).shares(),
        note=f"{count(n_lost, 'pair has', 'pairs have')} no direction in this encoder: left out"
        if n_lost
        else "",
    )


def relative_alignment(alignment: float, distance: float) -> float:
    """Return alignment over what two texts taken at random have: 2 MPD is their squared distance.

    NaN where all texts lie in one place.
    """
    return alignment / (2 * distance) if distance > 0 else np.nan


def pair_figures(read: PairVectors) -> dict[str, float]:
    """Return the figures of some pairs and of their texts; NaN where undefined."""
    alignment = number(lambda: measures.alignment(*read.positives()))
    distance = number(lambda: measures.mean_pairwise_distance(read.vectors))
    figures = {
        ALIGNMENT: alignment,
        RELATIVE: relative_alignment(alignment, distance),
        UNIFORMITY: number(lambda: measures.uniformity(read.vectors)),
        MEAN_COSINE: 1 - distance,
    }
    if read.scores is None:
        return figures
    scores = read.scores
    return {**figures, SPEARMAN: number(lambda: measures.spearman(read.cosines(), scores))}


def pair_counts(read: PairVectors) -> dict[str, int]:
    """Return of how many pairs or texts each figure is."""
    n_positive, n_texts = int(read.positive.sum()), len(read.vectors)
    counts = {ALIGNMENT: n_positive, RELATIVE: n_positive, SPEARMAN: len(read.left)}
    return {**counts, UNIFORMITY: n_texts, MEAN_COSINE: n_texts}


def document_figures(rows: Rows) -> dict[str, float]:
    """Return the figures of some documents; NaN where undefined."""
    return {
        UNIFORMITY: number(lambda: measures.uniformity(rows)),
        MEAN_COSINE: number(lambda: measures.mean_cosine(rows)),
        **spectral(rows, dim=rows.shape[1]),
    }


def spectral(rows: Rows, *, dim: int) -> dict[str, float]:
    """Return the figures that turning the space does not change, of rows in ``dim`` dimensions."""
    found: dict[str, float | str] = {}
    if len(rows) > 1:
        sigma = np.linalg.svd(rows - rows.mean(axis=0), compute_uv=False)
        size = float(np.linalg.norm(rows))
        least = min(len(rows), dim)
        found = measures.spectral_figures(sigma[:least], n_texts=len(rows), dim=dim, size=size)
    known = {name: found.get(name, "") for name in (EFFECTIVE_RANK, ISO_SCORE)}
    return {
        **{name: np.nan if isinstance(value, str) else value for name, value in known.items()},
        PARTITION: number(lambda: measures.partition_isotropy(rows)),
    }


def number(figure: Callable[[], float]) -> float:
    """Return a figure, or NaN where it has no value."""
    try:
        return float(figure())
    except InputError:
        return np.nan


_BLOCK = 1024


def pair_halves(
    read: PairVectors, pairs: NDArray[np.bool_], texts: NDArray[np.bool_]
) -> dict[str, Rows]:
    """Return the figures of halves, which hold these pairs and texts, one row a half."""
    rows = read.vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    apart = ((rows[read.left] - rows[read.right]) ** 2).sum(axis=1)
    positive = pairs & read.positive
    figures = {ALIGNMENT: _ratio(positive @ apart, positive.sum(axis=1)), **_spread(rows, texts)}
    figures[RELATIVE] = _ratio(figures[ALIGNMENT], 2 * (1 - figures[MEAN_COSINE]))
    if read.scores is None:
        return figures
    cosines, scores = read.cosines(), read.scores
    ranked = [number(partial(measures.spearman, cosines[half], scores[half])) for half in pairs]
    return {**figures, SPEARMAN: np.array(ranked)}


def document_halves(vectors: NDArray[np.float32], kept: NDArray[np.bool_]) -> dict[str, Rows]:
    """Return the figures of halves of some documents."""
    rows = vectors.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    dim = rows.shape[1]
    turned = _turned(rows)
    by_half = [spectral(turned[half], dim=dim) for half in kept]
    found = {name: np.array([figures[name] for figures in by_half]) for name in FOLLOWS_N}
    return {**_spread(rows, kept), **found}


def _spread(rows: Rows, kept: NDArray[np.bool_]) -> dict[str, Rows]:
    """Return uniformity and mean cosine of each half."""
    chosen = kept.astype(np.float64)
    n = chosen.sum(axis=1)
    n_pairs = n * (n - 1)
    totals = ((chosen @ rows) ** 2).sum(axis=1)
    potentials = np.zeros(len(kept))
    for start in range(0, len(rows), _BLOCK):
        block = slice(start, start + _BLOCK)
        distances = np.clip(2 - 2 * rows[block] @ rows.T, 0, None)
        potentials += np.vecdot(chosen[:, block] @ np.exp(-2 * distances), chosen)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Each text meets itself, at a potential of 1.
        uniformity = np.log(_ratio(potentials - n, n_pairs))
    return {UNIFORMITY: uniformity, MEAN_COSINE: _ratio(totals - n, n_pairs)}


def _turned(rows: Rows) -> Rows:
    """Return the rows in as few dimensions as they span, and one more if there are more.

    No figure of a spectrum feels a turn of the space. Of the directions in which there is nothing
    one is kept: partition isotropy looks at all directions, and those are alike.
    """
    if not len(rows):
        return rows
    left, sigma, _ = np.linalg.svd(rows, full_matrices=False)
    spare = np.zeros((len(rows), int(rows.shape[1] > len(sigma))))
    return np.hstack([left * sigma, spare])


def _ratio(top: Rows, bottom: Rows) -> Rows:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Rows = np.where(bottom > 0, top / bottom, np.nan)
    return ratio


# Halves give intervals to figures that no resample with copies in it can give. A half of the
# documents, drawn without copies, varies about the whole as the whole about what it was drawn
# from: for a mean, the variance of m of n is s^2 / m * (1 - m / n), which for half of them is
# s^2 / n. So the spread of a figure over many halves is that of the figure itself, whatever it is,
# and all figures of all encoders can be taken from the same halves.
_LEAST_DOCUMENTS = 4
_MOST_UNDEFINED = 0.05


class HalfSamples:
    """Random halves of the documents of some corpora.

    Rows of the same corpus and document go together in all tables: the same halves are drawn for
    documents, their sentences and the queries that were made of them.
    """

    def __init__(
        self, groups: Iterable[tuple[str, NDArray[np.object_]]], *, n_halves: int, seed: int
    ) -> None:
        if n_halves < 1:
            raise InputError(f"n_halves is {n_halves}, expected at least 1 (200 is usual).")
        labels: dict[str, list[object]] = {}
        for name, rows in groups:
            labels[name] = list(dict.fromkeys([*labels.get(name, []), *rows.tolist()]))
        self._rows = {name: {label: i for i, label in enumerate(labels[name])} for name in labels}
        self._kept = {
            name: _draw(len(labels[name]), n_halves, np.random.default_rng([seed, place]))
            for place, name in enumerate(labels)
        }

    def of(self, name: str, groups: NDArray[np.object_]) -> NDArray[np.bool_]:
        """Return which rows are in each half, of shape (n_halves, n_rows).

        Of fewer than four documents there is no half.
        """
        kept, row_of = self._kept[name], self._rows[name]
        n_halves = 0 if kept.shape[1] < _LEAST_DOCUMENTS else len(kept)
        return kept[:n_halves, [row_of[label] for label in groups.tolist()]]


def half_interval(value: float, halves: ArrayLike, *, n: int) -> Interval:
    """Return a figure with the interval that holds 95 % of its halves' figures."""
    drawn = np.asarray(halves, dtype=np.float64)
    if not len(drawn):
        raise InputError(
            f"fewer than {_LEAST_DOCUMENTS} documents, too few to draw halves of: use more."
        )
    defined = drawn[np.isfinite(drawn)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(drawn):
        raise InputError(
            f"the figure has no value for {len(drawn) - len(defined)} of {len(drawn)} halves."
        )
    low, high = np.quantile(defined, [0.025, 0.975])
    return Interval(value, float(low), float(high), n)


def _draw(n: int, n_halves: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    order = rng.permuted(np.tile(np.arange(n), (n_halves, 1)), axis=1)
    return order < n // 2
