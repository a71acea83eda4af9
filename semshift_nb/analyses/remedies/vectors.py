"""What is done to vectors before they are searched: corrected, shortened, kept in fewer bytes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans

from semshift_nb import measures
from semshift_nb.encoders.encoding import unit_rows
from semshift_nb.errors import InputError

Rows: TypeAlias = NDArray[np.float32]
Change: TypeAlias = Callable[[Rows], Rows]

_FLOAT = 4
"""Bytes of a number as vectors come."""

_CODES = 256
"""Centres of a part of the dimensions: what a byte can tell apart."""

_INT8 = 127


@dataclass(frozen=True, eq=False)
class Codec:
    """What becomes of documents and of queries; unit rows in, unit rows out.

    ``bytes_each`` is what a vector takes in the index, ``bytes_once`` what they share.
    """

    documents: Change
    queries: Change
    bytes_each: int
    bytes_once: int = 0


Fit: TypeAlias = Callable[[Rows], Codec]
"""Learns a codec from the vectors of documents."""


def as_they_are(vectors: Rows) -> Codec:
    """Keep float32."""
    return Codec(unit_rows, unit_rows, _FLOAT * vectors.shape[1])


def corrected(fit: Callable[[Rows], measures.Correction]) -> Fit:
    """Apply a correction to both sides; what it was fitted to is kept once."""

    def codec(vectors: Rows) -> Codec:
        correction = fit(vectors)
        n_dimensions = correction(vectors[:1]).shape[1]
        fitted = (correction.matrix, correction.removed, correction.indices)
        n_numbers = len(correction.mean) + sum(each.size for each in fitted if each is not None)
        return Codec(correction, correction, _FLOAT * n_dimensions, _FLOAT * n_numbers)

    return codec


def without_mean(fit: Callable[[Rows], measures.Correction]) -> Fit:
    """Apply a correction after which of equal vectors only rounding errors would be left."""

    def codec(vectors: Rows) -> Codec:
        if not np.ptp(vectors, axis=0).any():
            raise InputError("all documents have one vector: nothing is left without the mean.")
        return corrected(fit)(vectors)

    return codec


def first(n: int) -> Fit:
    """Keep the first dimensions."""
    return corrected(lambda rows: measures.keep_dimensions(range(n), dim=rows.shape[1]))


def at_random(n: int, seed: int) -> Fit:
    """Keep dimensions drawn at random."""

    def fit(rows: Rows) -> measures.Correction:
        drawn = np.random.default_rng(seed).permutation(rows.shape[1])[:n]
        return measures.keep_dimensions(np.sort(drawn).tolist(), dim=rows.shape[1])

    return corrected(fit)


def int8(vectors: Rows) -> Codec:
    """Round each dimension to 255 steps between its extremes; queries stay as they are."""
    steps = np.abs(vectors).max(axis=0, initial=0) / _INT8
    steps[steps == 0] = 1

    def documents(rows: Rows) -> Rows:
        codes = np.clip(np.rint(rows / steps), -_INT8, _INT8)
        return unit_rows((codes * steps).astype(np.float32))

    return Codec(documents, unit_rows, vectors.shape[1], _FLOAT * vectors.shape[1])


def sign(vectors: Rows) -> Codec:
    """Keep a bit a dimension, of queries, too: the cosine falls with the bits that differ."""

    def bits(rows: Rows) -> Rows:
        signs = np.where(rows >= 0, np.float32(1), np.float32(-1))
        return unit_rows(signs * rows.any(axis=1, keepdims=True))

    return Codec(bits, bits, -(-vectors.shape[1] // 8))


def product_codes(n_bytes: int, seed: int) -> Fit:
    """Cut the dimensions in ``n_bytes`` runs, and keep of each the nearest of up to 256 centres.

    References
    ----------
    Jégou, Douze, Schmid 2011, Product quantization for nearest neighbor search: queries stay as
    they are (asymmetric).
    """

    def codec(vectors: Rows) -> Codec:
        runs = np.array_split(np.arange(vectors.shape[1]), n_bytes)
        centres = [_centres(vectors[:, run], seed) for run in runs]

        def documents(rows: Rows) -> Rows:
            parts = [
                each[_nearest(rows[:, run], each)] for run, each in zip(runs, centres, strict=True)
            ]
            found = np.concatenate(parts, axis=1) * rows.any(axis=1, keepdims=True)
            return unit_rows(found.astype(np.float32))

        n_numbers = sum(each.size for each in centres)
        return Codec(documents, unit_rows, len(runs), _FLOAT * n_numbers)

    return codec


def _centres(rows: Rows, seed: int) -> NDArray[np.float32]:
    distinct = np.unique(rows, axis=0)
    if len(distinct) <= _CODES:
        return distinct
    means = KMeans(_CODES, n_init=1, max_iter=25, random_state=seed).fit(rows)
    return np.asarray(means.cluster_centers_, dtype=np.float32)


def _nearest(rows: Rows, centres: NDArray[np.float32]) -> NDArray[np.intp]:
    halves = np.einsum("ij,ij->i", centres, centres) / 2
    return np.asarray(np.argmax(rows @ centres.T - halves, axis=1))
