"""One text's attention, boiled down to what can be kept for every setting that is tried."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.encoders import Encoder
from semshift_nb.errors import InputError

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
