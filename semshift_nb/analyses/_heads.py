"""What each head did with one text, as numbers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.encoders import TextAttention

RATES = [
    *["filter_rate", "rms_filter_rate"],
    *["column_filter_rate", "first_filter_rate", "shuffled_filter_rate"],
]
SHARES = ["share_first", "share_last", "share_separator"]
HEAD_FIGURES = [
    *RATES,
    *["filter_rate_bound", "score_variance", "entropy", "normalised_entropy"],
    *SHARES,
]


def head_figures(read: TextAttention, *, shuffle_seed: int | None = None) -> pd.DataFrame:
    """Return one row a head; layers and heads are counted from 1.

    ``shuffled_filter_rate`` is measured where there is a seed, and missing elsewhere.
    """
    tables = [
        _of_layer(weights, read.special, shuffle_seed).assign(layer=layer)
        for layer, weights in enumerate(read.weights, start=1)
    ]
    return pd.concat(tables, ignore_index=True)


def state_figures(read: TextAttention) -> pd.DataFrame:
    """Return one row a layer: layer 0 is what went into the first."""
    shares = measures.high_frequency_share(read.hidden)
    return pd.DataFrame({"layer": range(len(shares)), "high_frequency_share": shares})


def shuffled_rows(
    attention: NDArray[np.floating], *, rng: np.random.Generator
) -> NDArray[np.floating]:
    """Put each row's weights in random order, every row in its own; zeros stay where they are.

    What each token's attention looks like by itself is kept to the letter (entropy, scores), and
    that several tokens look at the same column is lost, as if scores were independent. Zeros stay
    because a mask says where they are.
    """
    seen = attention > 0
    n = attention.shape[-1]
    drawn = np.where(seen, rng.random(attention.shape), 2)
    # Both orders put the row's weights before its zeros: drawn ones here, in their places there.
    from_places = np.argsort(drawn, axis=-1)
    to_places = np.argsort(np.where(seen, 0, 1) * n + np.arange(n), axis=-1)
    shuffled = np.zeros_like(attention)
    moved = np.take_along_axis(attention, from_places, axis=-1)
    np.put_along_axis(shuffled, to_places, moved, axis=-1)
    return shuffled


def _of_layer(
    weights: NDArray[np.float32], special: NDArray[np.bool_], shuffle_seed: int | None
) -> pd.DataFrame:
    n = weights.shape[-1]
    first, last = (np.arange(n) == place for place in (0, n - 1))
    variance = measures.score_variance(weights)
    entropy = measures.attention_entropy(weights)
    figures = {
        "head": np.arange(1, len(weights) + 1),
        "filter_rate": measures.filter_rate(weights),
        "rms_filter_rate": measures.rms_filter_rate(weights),
        "column_filter_rate": measures.column_filter_rate(weights),
        "first_filter_rate": np.sqrt(n) * weights[..., 0].std(axis=-1, dtype=np.float64),
        "shuffled_filter_rate": np.nan,
        "filter_rate_bound": measures.filter_rate_bound(n, variance),
        "score_variance": variance,
        "entropy": entropy,
        "normalised_entropy": entropy / np.log(n),
        "share_first": measures.attention_share(weights, first),
        "share_last": measures.attention_share(weights, last),
        "share_separator": measures.attention_share(weights, special & ~first),
    }
    if shuffle_seed is not None:
        mixed = shuffled_rows(weights, rng=np.random.default_rng(shuffle_seed))
        figures["shuffled_filter_rate"] = measures.filter_rate(mixed)
    return pd.DataFrame(figures)
