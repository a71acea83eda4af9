"""Every prefix shift of 1,000 documents of 500 sentences, against recomputing each prefix."""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np

from semshift_nb import measures

N_DOCUMENTS, N_SENTENCES, DIM = 1000, 500, 384
N_REFERENCE = 2
REPEATS = 5


def each_prefix(rows: np.ndarray) -> float:
    """Recompute every prefix from its sentences, in O(k d) each: no pair is looked at twice."""
    total = 0.0
    for k in range(2, len(rows) + 1):
        prefix = rows[:k]
        local = float((1 - np.vecdot(prefix[:-1], prefix[1:])).sum())
        summed = prefix.sum(axis=0)
        total += local * (k * k - float(summed @ summed)) / (k * (k - 1))
    return total


def all_prefixes(rows: np.ndarray) -> float:
    return float(measures.prefix_shift(rows).semantic_shift.sum())


def timed(work: Callable[[np.ndarray], float], documents: list[np.ndarray]) -> float:
    start = time.perf_counter()
    for rows in documents:
        work(rows)
    return time.perf_counter() - start


def measure(n_documents: int = N_DOCUMENTS) -> list[dict[str, object]]:
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((20, N_SENTENCES, DIM), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=2, keepdims=True)
    documents = [rows[i % len(rows)] for i in range(n_documents)]
    np.testing.assert_allclose(all_prefixes(rows[0]), each_prefix(rows[0]), rtol=1e-4)
    ours, reference = [], []
    for _ in range(REPEATS):
        ours.append(timed(all_prefixes, documents))
        few = timed(each_prefix, documents[:N_REFERENCE])
        reference.append(few * n_documents / N_REFERENCE)
    ratios = [theirs / own for theirs, own in zip(reference, ours, strict=True)]
    return [
        {
            "benchmark": f"prefix shift, {n_documents} x {N_SENTENCES} sentences",
            "ours_s": statistics.median(ours),
            "reference_s": statistics.median(reference),
            "ratio": statistics.median(ratios),
            "target": ">= 50",
            "note": f"reference: {N_REFERENCE} documents in each round, times the rest",
        }
    ]


if __name__ == "__main__":
    for row in measure():
        sys.stdout.write(f"{row}\n")
