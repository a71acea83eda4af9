"""The spaces that lie in a model: its layers' tokens and pooled sentences, and its whole output."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, Encoding, NoDirectionError
from semshift_nb.errors import InputError

TOKENS, OUTPUT = "tokens", "output"


@dataclass(frozen=True, eq=False)
class Space:
    """Unit rows of one kind at one layer, and the document of each."""

    encoder: str
    of: str
    layer: int
    vectors: NDArray[np.float32]
    groups: NDArray[Any]
    truncated_share: float

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

    def without(self, positions: Sequence[int]) -> "Sample":
        """Leave out some sentences."""
        kept = np.setdiff1d(np.arange(len(self.texts)), positions)
        return replace(self, texts=[self.texts[i] for i in kept], groups=self.groups[kept])


def draw_sample(corpus: Corpus, *, n_sentences: int, n_tokens: int, seed: int) -> Sample:
    """Draw sentences of a corpus, in the order of the corpus."""
    asked: dict[str, object] = {"n_sentences": n_sentences, "n_tokens": n_tokens}
    for name, number in asked.items():
        if not isinstance(number, int) or isinstance(number, bool) or number < 2:
            raise InputError(f"{name} is {number!r}, expected a whole number of at least 2.")
    sentences = corpus.sentences.drop_duplicates("text")
    sentences = sentences[sentences["text"].str.strip().ne("")]
    if len(sentences) < 2:
        raise InputError(f"{corpus.name} has {len(sentences)} different sentences, expected 2.")
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
    share = float(encoding.truncated.mean())
    return Space(encoder.name, of, layer, encoding.vectors, sample.groups, share)


def _read(encoder: Encoder, sample: Sample) -> tuple[dict[tuple[int, str], Encoding], Sample]:
    """Read all layers, without the sentences that have no direction in one of them."""
    while True:
        try:
            return encoder.read_layers(sample.texts), sample
        except NoDirectionError as error:
            sample = sample.without(error.positions)
            if len(sample.texts) < 2:
                raise


def _token_spaces(encoder: Encoder, sample: Sample) -> Iterator[Space]:
    """Yield the states of some tokens, the same ones at every layer; no special tokens."""
    rng = np.random.default_rng([sample.seed, 1])
    # Twice as many tokens as are wanted are read, so that they come from many sentences.
    lengths = [len(ids) for ids in encoder.token_ids(sample.texts)]
    order = rng.permutation(len(lengths))
    enough = int(np.searchsorted(np.cumsum(np.array(lengths)[order]), 2 * sample.n_tokens)) + 1
    chosen = np.sort(order[:enough])
    states = encoder.token_states([sample.texts[place] for place in chosen])
    candidates = np.flatnonzero(~states.special)
    n_drawn = min(sample.n_tokens, len(candidates))
    rows = np.sort(rng.choice(candidates, n_drawn, replace=False))
    groups = sample.groups[chosen][states.rows[rows]]
    for layer in encoder.layers:
        vectors = states.states[layer][rows]
        lengths_of = np.linalg.norm(vectors, axis=1, keepdims=True)
        directed = lengths_of[:, 0] > 0
        unit = vectors[directed] / lengths_of[directed]
        yield Space(encoder.name, TOKENS, layer, unit, groups[directed], 0.0)
