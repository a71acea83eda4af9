"""Vectors of some texts to the tables that an explorer of temperatures shows."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
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
