"""The narrow cone, layer by layer: how alike tokens and sentences are inside a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses._layer_spaces import Space, draw_sample, spaces_of
from semshift_nb.analyses._length_design import as_encoders
from semshift_nb.analyses._spread_rows import figure_rows
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder

_METRICS = ("mean_cosine", "iso_score", "effective_rank", "first_component_share")
_N_PARTS = 8
_QUANTILES = {"q05": 0.05, "q25": 0.25, "q50": 0.5, "q75": 0.75, "q95": 0.95}
_N_PAIRS = 5_000
_N_RANKS = 24
_LEAST_SHARE = 1e-5


@dataclass(frozen=True, eq=False)
class LayerReading:
    """Made by `read_layer_geometry`.

    Attributes
    ----------
    corpus : str
        The corpus's name.
    spaces : list of Space
        Unit rows of tokens and of pooled sentences at every layer of every encoder.
    seed : int
        Seed of all draws.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> reading = read_layer_geometry(load_corpus("news"), load_encoder())  # doctest: +SKIP
    >>> reading.figures()  # doctest: +SKIP
    """

    corpus: str
    spaces: list[Space]
    seed: int

    def figures(self) -> pd.DataFrame:
        """Measure every space.

        Returns
        -------
        DataFrame
            One row for each space and metric: ``corpus``, ``encoder``, ``of`` ("tokens", a pooling,
            or "output" for what the model makes of the last layer), ``layer`` (0 is what goes into
            the first), ``dim``, ``metric`` (``mean_cosine``, ``iso_score``,
            ``effective_rank``, ``first_component_share``), ``value``, ``ci_low`` and ``ci_high``
            (95 %, over documents, drawn for the mean cosine and left out in parts for the others),
            ``n`` vectors, ``unit``, ``truncated_share``, ``status`` and ``reason``. Rows are of
            unit length, spectra centred.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        See the class.
        """
        rows = [
            {
                "corpus": self.corpus,
                **space.named(),
                **row,
                "truncated_share": space.truncated_share,
            }
            for space in self.spaces
            for row in figure_rows(
                space.vectors, space.groups, _METRICS, n_parts=_N_PARTS, seed=self.seed
            )
        ]
        columns = [
            *["corpus", "encoder", "of", "layer", "dim", "metric", "value", "ci_low", "ci_high"],
            *["n", "unit", "truncated_share", "status", "reason"],
        ]
        return pd.DataFrame(rows, columns=columns)

    def cosines(self) -> pd.DataFrame:
        """Tell how cosines are distributed in every space: the cone as it is seen from within.

        Returns
        -------
        DataFrame
            One row a space: ``corpus``, ``encoder``, ``of``, ``layer``, ``dim``, the quantiles
            ``q05``, ``q25``, ``q50``, ``q75`` and ``q95`` of the cosine of two vectors from
            different documents, and ``n_pairs`` drawn. In one document, from different places.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        See the class.
        """
        rows = [
            {"corpus": self.corpus, **space.named(), **self._pairs(space)} for space in self.spaces
        ]
        return pd.DataFrame(rows)

    def spectra(self) -> pd.DataFrame:
        """Tell what share of the variance each principal direction has.

        Returns
        -------
        DataFrame
            ``corpus``, ``encoder``, ``of``, ``layer``, ``dim``, ``rank`` (from 1; some two dozen,
            evenly spaced on a logarithmic axis) and ``share`` of the centred variance; what
            has less than 1e-5 of it is left out.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        See the class.
        """
        rows = []
        for space in self.spaces:
            variance = measures.singular_values(space.vectors.astype(np.float64)) ** 2
            if variance.sum() <= 1e-12 * len(space.vectors):
                continue  # all rows are the same, as the first token is before the first layer
            shares = variance / variance.sum()
            ranks = np.unique(np.geomspace(1, len(shares), _N_RANKS).round().astype(int))
            named = {"corpus": self.corpus, **space.named()}
            rows += [
                {**named, "rank": rank, "share": shares[rank - 1]}
                for rank in ranks.tolist()
                if shares[rank - 1] > _LEAST_SHARE
            ]
        return pd.DataFrame(
            rows, columns=["corpus", "encoder", "of", "layer", "dim", "rank", "share"]
        )

    def _pairs(self, space: Space) -> dict[str, float]:
        rng = np.random.default_rng([self.seed, 2])
        left, right = rng.integers(len(space.vectors), size=(2, _N_PAIRS))
        apart = space.groups[left] != space.groups[right]
        if not apart.any():
            apart = left != right
        left, right = left[apart], right[apart]
        cosines = np.einsum("ij,ij->i", space.vectors[left], space.vectors[right])
        found = np.quantile(cosines, list(_QUANTILES.values())) if len(cosines) else np.nan
        shares = dict(
            zip(_QUANTILES, np.broadcast_to(found, len(_QUANTILES)).tolist(), strict=True)
        )
        return {**shares, "n_pairs": len(cosines)}


def read_layer_geometry(
    corpus: Corpus,
    encoders: Encoder | Sequence[Encoder],
    *,
    n_sentences: int = 600,
    n_tokens: int = 1500,
    seed: int = 0,
) -> LayerReading:
    """Look at sentences of a corpus inside a model: after every layer, tokens and pooled.

    Parameters
    ----------
    corpus : Corpus
        Where the sentences come from; repeated ones count once.
    encoders : Encoder or sequence of Encoder
        Each is read at all of its layers, with all poolings that it can do.
    n_sentences : int, default 600
        How many sentences are drawn; more than the encoder has dimensions, or the spectra end for
        want of sentences.
    n_tokens : int, default 1500
        How many of their tokens are looked at, special tokens left out; the same at every layer.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    LayerReading
        With the tables ``figures()``, ``cosines()`` and ``spectra()``.

    Raises
    ------
    InputError
        If a number is too small, the corpus has fewer than two different sentences, or a model
        gives no hidden states.

    References
    ----------
    Ethayarajh, "How Contextual are Contextualized Word Representations?", EMNLP 2019 (cosines of
    random tokens, layer by layer).

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> reading = read_layer_geometry(load_corpus("news"), load_encoder())  # doctest: +SKIP
    """
    sample = draw_sample(corpus, n_sentences=n_sentences, n_tokens=n_tokens, seed=seed)
    spaces = [space for encoder in as_encoders(encoders) for space in spaces_of(encoder, sample)]
    return LayerReading(corpus.name, spaces, seed)
