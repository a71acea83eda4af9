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
    """Measure every prefix with the library's function for one text."""
    return sum(measures.semantic_shift(rows[:k]) for k in range(1, len(rows) + 1))


def each_prefix_bare(rows: np.ndarray) -> float:
    """The same in as little NumPy as will do: float32, no check, no pair looked at twice."""
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
    references = {"semantic_shift(rows[:k])": each_prefix, "bare float32 NumPy": each_prefix_bare}
    times: dict[str, list[float]] = {name: [] for name in ["ours", *references]}
    for _ in range(REPEATS):
        times["ours"].append(timed(all_prefixes, documents))
        for name, reference in references.items():
            np.testing.assert_allclose(all_prefixes(rows[0]), reference(rows[0]), rtol=1e-4)
            few = timed(reference, documents[:N_REFERENCE])
            times[name].append(few * n_documents / N_REFERENCE)
    return [
        {
            "benchmark": f"prefix shift, {n_documents} x {N_SENTENCES} sentences",
            "ours_s": statistics.median(times["ours"]),
            "reference_s": statistics.median(times[name]),
            "ratio": statistics.median(
                theirs / ours for theirs, ours in zip(times[name], times["ours"], strict=True)
            ),
            "target": target,
            "note": f"against {name} for each k; {N_REFERENCE} documents a round, times the rest",
        }
        for name, target in zip(references, (">= 50", ""), strict=True)
    ]


if __name__ == "__main__":
    for row in measure():
        sys.stdout.write(f"{row}\n")
