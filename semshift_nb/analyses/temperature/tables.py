"""Vectors of some texts to the tables that an explorer of temperatures shows."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

#: Bins of a cosine, the same at every temperature so that curves can be laid over each other.
_EDGES = np.linspace(-1, 1, 41)

#: The most texts whose pairs are counted one by one.
_PAIRED = 1000

_COMPONENTS = 64


def cosine_shares(vectors: NDArray[np.float32]) -> pd.DataFrame:
    """Count the cosines of all pairs; of very many texts, those of 1,000 evenly spaced ones."""
    step = -(-len(vectors) // _PAIRED)
    chosen = vectors[::step]
    pairs = (chosen @ chosen.T)[np.triu_indices(len(chosen), k=1)]
    counts, _ = np.histogram(np.clip(pairs, -1, 1), bins=_EDGES)
    table = pd.DataFrame(
        {"cosine": (_EDGES[:-1] + _EDGES[1:]) / 2, "share": counts / max(len(pairs), 1)}
    )
    seen = np.flatnonzero(counts)
    # One empty bin at either end, so that a curve comes down to zero; no more.
    return table.iloc[max(seen[0] - 1, 0) : seen[-1] + 2]


def spectrum(vectors: NDArray[np.float32]) -> pd.DataFrame:
    """Return the share of the variance along each principal direction."""
    variances = np.asarray(measures.singular_values(vectors)) ** 2
    shares = variances / max(variances.sum(), np.finfo(np.float64).tiny)
    # n centred vectors span n - 1 directions; what is left is rounding.
    shown = shares[: min(_COMPONENTS, len(vectors) - 1)]
    return pd.DataFrame({"component": np.arange(1, len(shown) + 1), "share": shown})


def ranking(now: NDArray[np.float32], before: NDArray[np.float32], *, n_best: int) -> pd.DataFrame:
    """Rank texts by two lists of cosines; keep those among the best in either."""
    table = pd.DataFrame(
        {
            "position": np.arange(len(now)),
            "rank": _ranks(now),
            "rank_at_1": _ranks(before),
            "cosine": now,
            "cosine_at_1": before,
        }
    )
    table["moved"] = table["rank_at_1"] - table["rank"]
    best = (table["rank"] <= n_best) | (table["rank_at_1"] <= n_best)
    return table[best].sort_values("rank", ignore_index=True)


def figures(
    short: NDArray[np.float32],
    whole: NDArray[np.float32],
    *,
    filter_rates: "pd.Series[float]",
    short_name: str,
    whole_name: str,
) -> pd.DataFrame:
    """Sum up one setting."""
    spread = [float(measures.mean_pairwise_distance(v)) for v in (short, whole)]
    n, distance = len(whole), "cosine distance"
    rank, reason = _effective_rank(whole)
    rows = [
        (f"MPD, {short_name}", spread[0], n, distance, ""),
        (f"MPD, {whole_name}", spread[1], n, distance, ""),
        ("MPD lost with length", spread[0] - spread[1], n, distance, ""),
        (f"effective rank, {whole_name}", rank, n, "directions", reason),
        ("mean filter rate", float(filter_rates.mean()), len(filter_rates), "gain", ""),
    ]
    return pd.DataFrame(rows, columns=["metric", "value", "n", "unit", "reason"])


def _effective_rank(vectors: NDArray[np.float32]) -> tuple[float, str]:
    try:
        return float(measures.effective_rank(vectors)), ""
    except InputError as error:  # texts that are all alike span nothing
        return float("nan"), str(error)


def _ranks(cosines: NDArray[np.float32]) -> NDArray[np.int64]:
    ranks = np.empty(len(cosines), dtype=np.int64)
    ranks[np.argsort(-cosines, kind="stable")] = np.arange(1, len(cosines) + 1)
    return ranks


#: A longer text is read this far: a map of more tokens is not seen, only waited for.
MAX_TOKENS = 256

#: Half precision would be as small, and NumPy takes ten times as long to make it.
_STEPS = 65_535


@dataclass(frozen=True, eq=False)
class Attended:
    """Where every head looks in one text.

    ``weights`` holds the maps in steps of 1 / 65535, one array of shape (n_heads, n, n) a layer: to
    look at, not to measure; ``heads`` was measured on the full ones.
    """

    tokens: list[str]
    weights: list[NDArray[np.uint16]]
    heads: pd.DataFrame

    def cells(self, layer: int, head: int, max_cells: int) -> pd.DataFrame:
        """Give the map of one head in at most ``max_cells`` cells a side."""
        self._check(layer, head)
        weights = self.weights[layer - 1][head - 1] / _STEPS
        n = len(self.tokens)
        edges = np.linspace(0, n, min(n, max_cells) + 1).round().astype(np.int64)
        starts, stops = edges[:-1], edges[1:]
        summed = np.add.reduceat(np.add.reduceat(weights, starts, axis=0), starts, axis=1)
        given = summed / (stops - starts)[:, None]
        names = [" ".join(self.tokens[a:b]) for a, b in zip(starts, stops, strict=True)]
        rows, columns = (axis.ravel() for axis in np.indices(given.shape))
        return pd.DataFrame(
            {
                "row": starts[rows],
                "row_end": stops[rows],
                "column": starts[columns],
                "column_end": stops[columns],
                "weight": given.ravel(),
                "looking": [names[i] for i in rows],
                "looked_at": [names[i] for i in columns],
            }
        )

    def _check(self, layer: int, head: int) -> None:
        if not 1 <= layer <= len(self.weights):
            raise InputError(f"layer {layer} was asked for; there are 1 to {len(self.weights)}.")
        n_heads = len(self.weights[layer - 1])
        if not 1 <= head <= n_heads:
            raise InputError(f"head {head} was asked for; layer {layer} has 1 to {n_heads}.")


def attend(encoder: Encoder, text: str) -> Attended:
    """Read one text, or the first 256 tokens of it, and measure each of its heads."""
    limit = min(encoder.max_length or MAX_TOKENS, MAX_TOKENS)
    read = next(iter(encoder.at_length(limit).attention([text])))
    rates = [measures.filter_rate(layer) for layer in read.weights]
    heads = pd.DataFrame(
        [
            {"layer": layer, "head": head, "filter_rate": float(rate)}
            for layer, of_layer in enumerate(rates, start=1)
            for head, rate in enumerate(of_layer, start=1)
        ]
    )
    steps = [(layer * _STEPS + 0.5).astype(np.uint16) for layer in read.weights]
    return Attended(read.tokens, steps, heads)
