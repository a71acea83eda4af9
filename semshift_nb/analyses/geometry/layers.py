"""The narrow cone, layer by layer: how alike tokens and sentences are inside a model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import as_encoders
from semshift_nb.analyses.geometry.geometry import spread_rows
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Encoding, NoDirectionError
from semshift_nb.errors import InputError
from semshift_nb.names import count
from semshift_nb.validation import check_whole

TOKENS, OUTPUT = "tokens", "output"


@dataclass(frozen=True, eq=False)
class Space:
    """Unit rows of one kind at one layer, and the document of each."""

    encoder: str
    of: str
    layer: int
    vectors: NDArray[np.float32]
    groups: NDArray[Any]
    shares: dict[str, float]

    def named(self) -> dict[str, object]:
        """Return the columns that every table has in front."""
        return {
            "encoder": self.encoder,
            "of": self.of,
            "layer": self.layer,
            "dim": self.vectors.shape[1],
        }


@dataclass(frozen=True, eq=False)
class Sample:
    """Sentences of a corpus, the document of each, and how many of their tokens are looked at."""

    texts: list[str]
    groups: NDArray[Any]
    n_tokens: int
    seed: int

    def of(self, kept: NDArray[np.intp]) -> "Sample":
        """Keep some sentences."""
        return replace(self, texts=[self.texts[i] for i in kept], groups=self.groups[kept])


def draw_sample(corpus: Corpus, *, n_sentences: int, n_tokens: int, seed: int) -> Sample:
    """Draw sentences of a corpus, in the order of the corpus."""
    for name, number in {"n_sentences": n_sentences, "n_tokens": n_tokens}.items():
        check_whole(number, name, least=2)
    sentences = corpus.sentences.drop_duplicates("text")
    sentences = sentences[sentences["text"].str.strip().ne("")]
    if len(sentences) < 2:
        raise InputError(
            f"{corpus.name} has {count(len(sentences), 'different sentence')}, expected 2."
        )
    n_drawn = min(n_sentences, len(sentences))
    places = np.random.default_rng(seed).choice(len(sentences), n_drawn, replace=False)
    drawn = sentences.iloc[np.sort(places)]
    return Sample(drawn["text"].tolist(), drawn["doc_id"].to_numpy(), n_tokens, seed)


def spaces_of(encoder: Encoder, sample: Sample) -> Iterator[Space]:
    """Yield the spaces of an encoder, layer by layer."""
    found, kept = _read(encoder, sample)
    tokens = _token_spaces(encoder, kept)
    for layer in encoder.layers:
        yield next(tokens)
        for (at, pooling), encoding in found.items():
            if at == layer:
                yield _space(encoder, pooling, layer, encoding, kept)
    last = encoder.layers[-1]
    known = (last, encoder.pooling) in found and not encoder.head
    whole = found[last, encoder.pooling] if known else encoder.encode_with_tokens(kept.texts)
    yield _space(encoder, OUTPUT, last, whole, kept)


def _space(encoder: Encoder, of: str, layer: int, encoding: Encoding, sample: Sample) -> Space:
    shares = encoding.tokens.shares()
    return Space(encoder.name, of, layer, encoding.vectors, sample.groups, shares)


def _read(encoder: Encoder, sample: Sample) -> tuple[dict[tuple[int, str], Encoding], Sample]:
    """Read all layers, without the sentences that have no direction in one of them."""
    found = encoder.read_layers(sample.texts, no_direction="zero")
    there = np.all([encoding.has_direction for encoding in found.values()], axis=0)
    if there.sum() < 2:
        raise NoDirectionError(np.flatnonzero(~there).tolist())
    if there.all():
        return found, sample
    kept = np.flatnonzero(there)
    return {place: encoding.take(kept) for place, encoding in found.items()}, sample.of(kept)


def _token_spaces(encoder: Encoder, sample: Sample) -> Iterator[Space]:
    """Yield the states of some tokens, the same ones at every layer; no special tokens."""
    rng = np.random.default_rng([sample.seed, 1])
    # Twice as many tokens as are wanted are read, so that they come from many sentences.
    lengths = [len(ids) for ids in encoder.token_ids(sample.texts)]
    order = rng.permutation(len(lengths))
    enough = int(np.searchsorted(np.cumsum(np.array(lengths)[order]), 2 * sample.n_tokens)) + 1
    chosen = np.sort(order[:enough])
    texts = [sample.texts[place] for place in chosen]
    states, counts = encoder.token_states(texts), encoder.token_counts(texts)
    shares = {**counts.shares(), "truncated_share": 0.0}  # of a token nothing is cut
    candidates = np.flatnonzero(~states.special)
    n_drawn = min(sample.n_tokens, len(candidates))
    rows = np.sort(rng.choice(candidates, n_drawn, replace=False))
    groups = sample.groups[chosen][states.rows[rows]]
    for layer in encoder.layers:
        vectors = states.states[layer][rows]
        lengths_of = np.linalg.norm(vectors, axis=1, keepdims=True)
        has_direction = lengths_of[:, 0] > 0
        unit = vectors[has_direction] / lengths_of[has_direction]
        yield Space(encoder.name, TOKENS, layer, unit, groups[has_direction], shares)


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
            ``n`` vectors, ``unit``, ``truncated_share``, ``unknown_share``, ``status`` and
            ``reason``. Rows are of unit length, spectra centred.
        """
        rows = [
            {
                "corpus": self.corpus,
                **space.named(),
                **row,
                **space.shares,
            }
            for space in self.spaces
            for row in spread_rows(
                space.vectors, space.groups, _METRICS, n_parts=_N_PARTS, seed=self.seed
            )
        ]
        columns = [
            *["corpus", "encoder", "of", "layer", "dim", "metric", "value", "ci_low", "ci_high"],
            *["n", "unit", "truncated_share", "unknown_share", "status", "reason"],
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


@by_name
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
    """
    sample = draw_sample(corpus, n_sentences=n_sentences, n_tokens=n_tokens, seed=seed)
    spaces = [space for encoder in as_encoders(encoders) for space in spaces_of(encoder, sample)]
    return LayerReading(corpus.name, spaces, seed)
