"""The geometry of 100,000 x 384 against a plain matrix product and the obvious code.

Run as ``python tests/benchmarks/bench_geometry.py [n_vectors [n_pairs]]``. What grows with the
square of the vectors is timed on the first ``n_pairs`` of them, both sides alike.

- second moments: the time of a matrix product of the same blocks, of two different matrices (NumPy
  takes a product of a matrix with itself in half of the time), over the time it takes to add the
  vectors to an accumulator, all else that it does included. 0.6 is 60 % of the product's rate.
- mean pairwise distance and uniformity: scikit-learn's pairwise distances in chunks.
- the whole table: `geometry` with its intervals against scikit-learn and NumPy without any.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import pairwise_distances_chunked
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.analyses.geometry import geometry

N, N_PAIRS, DIM = 100_000, 10_000, 384
BATCH = 8192
REPEATS = 5


def vectors(n: int, *, steep: bool = False) -> np.ndarray:
    """Unit rows of a decaying spectrum around a common direction, or of a very steep one."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((n, DIM), dtype=np.float32)
    if steep:
        rows *= np.logspace(0, -4, DIM, dtype=np.float32)
        rows @= np.linalg.qr(rng.standard_normal((DIM, DIM)))[0].astype(np.float32)
    rows += np.float32(0.3 / DIM**0.5 if steep else 0.3)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(
    name: str,
    ours: Callable[[], object],
    reference: Callable[[], object],
    *,
    target: str,
    note: str,
    repeats: int = REPEATS,
) -> dict[str, object]:
    """Time two things in turns, so that a busy moment hits both."""
    times = [(timed(ours), timed(reference)) for _ in range(repeats)]
    return {
        "benchmark": name,
        "ours_s": statistics.median(own for own, _ in times),
        "reference_s": statistics.median(theirs for _, theirs in times),
        "ratio": statistics.median(theirs / own for own, theirs in times),
        "target": target,
        "note": note,
    }


def batches(rows: np.ndarray) -> Iterator[np.ndarray]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def second_moments(n: int) -> Iterator[dict[str, object]]:
    for kind in ("a spectrum as of a model", "a steep spectrum"):
        rows = vectors(n, steep=kind != "a spectrum as of a model")
        for dtype in (np.float64, np.float32):
            typed = rows.astype(dtype)
            accumulator = measures.GeometryAccumulator(DIM, n_reservoir=1000)
            accumulator.add(typed[:1000])  # from here on every vector goes into the moments
            left, right = (np.asarray(typed[:BATCH], np.float64).copy() for _ in range(2))

            def ours(typed=typed, accumulator=accumulator) -> None:
                for batch in batches(typed):
                    accumulator.add(batch)

            def reference(left=left, right=right) -> None:
                for start in range(0, n, BATCH):
                    m = min(BATCH, n - start)
                    left[:m].T @ right[:m]

            yield compared(
                f"second moments, {n} x {DIM} in {np.dtype(dtype)}, {kind}",
                ours,
                reference,
                target=">= 0.6",
                note="share of the rate of a float64 matrix product of the same shapes",
            )


def mean_by_pairs(rows: np.ndarray, kernel: Callable[[np.ndarray], np.ndarray]) -> float:
    """The mean of a function of all squared distances, itself left out, a chunk at a time."""
    n = len(rows)
    chunks = pairwise_distances_chunked(rows, metric="sqeuclidean", working_memory=64)
    with_itself = sum(float(kernel(chunk).sum()) for chunk in chunks)
    return (with_itself - n * float(kernel(np.zeros(1))[0])) / (n * (n - 1))


def figures_of_pairs(rows: np.ndarray) -> Iterator[dict[str, object]]:
    n = len(rows)
    near = f"of {n} vectors, both sides; by scikit-learn's pairwise_distances_chunked"
    plain = mean_by_pairs(rows, lambda squares: squares / 2)
    error = abs(measures.mean_pairwise_distance(rows) - plain)
    yield compared(
        f"mean pairwise distance, {n} x {DIM}",
        lambda: measures.mean_pairwise_distance(rows),
        lambda: mean_by_pairs(rows, lambda squares: squares / 2),
        target=">= 5",
        note=f"{near}; they differ by {error:.0e}",
        repeats=3,
    )
    plain = np.log(mean_by_pairs(rows, lambda squares: np.exp(-2 * squares)))
    error = abs(measures.uniformity(rows) - plain)
    left = rows.astype(np.float64)
    product = min(
        timed(lambda: [left[i : i + 1024] @ left.T for i in range(0, n, 1024)]) for _ in (0, 1)
    )
    row = compared(
        f"uniformity, {n} x {DIM}",
        lambda: measures.uniformity(rows),
        lambda: mean_by_pairs(rows, lambda squares: np.exp(-2 * squares)),
        target=">= 5",
        note="",
        repeats=3,
    )
    limit = product / float(row["ours_s"])
    row["note"] = (
        f"{near}; they differ by {error:.0e}; a float64 product of all with all, which either side "
        f"needs in some form, takes {product:.2f} s, {limit:.0%} of ours"
    )
    yield row


def obvious_table(rows: np.ndarray, n_pairs: int) -> dict[str, float]:
    """The same figures by scikit-learn and NumPy, without intervals."""
    wide, some = rows.astype(np.float64), rows[:n_pairs]
    sigma = PCA(svd_solver="full").fit(wide).singular_values_
    shares = sigma / sigma.sum()
    eigenvalues = sigma**2
    rank = np.log(np.arange(1, len(sigma)))
    total = wide.sum(axis=0)
    n = len(wide)
    directions = np.linalg.eigh(some.T @ some)[1]
    partition = np.exp(some @ directions).sum(axis=0)
    distances, places = NearestNeighbors(n_neighbors=11, algorithm="brute").fit(some).kneighbors()
    found = np.bincount(places[:, 1:].ravel(), minlength=n_pairs).astype(float)
    return {
        "MPD": (n * n - total @ total) / (n * (n - 1)),
        "effective_rank": float(np.exp(-(shares * np.log(shares)).sum())),
        "participation_ratio": eigenvalues.sum() ** 2 / (eigenvalues**2).sum(),
        "stable_rank": eigenvalues.sum() / eigenvalues[0],
        "power_law_decay": -float(np.polyfit(rank, np.log(eigenvalues[:-1]), 1)[0]),
        "information_abundance": sigma.sum() / sigma[0],
        "condition_number": sigma[0] / sigma[-1],
        "top_dimension_variance_share": (wide.var(axis=0) / wide.var(axis=0).sum()).max(),
        "uniformity": np.log(mean_by_pairs(some, lambda squares: np.exp(-2 * squares))),
        "partition_isotropy": partition.min() / partition.max(),
        "two_nn_dimension": n_pairs / np.log(distances[:, 2] / distances[:, 1]).sum(),
        "hubness": float(((found - found.mean()) ** 3).mean() / found.std() ** 3),
    }


def measure(n: int = N, n_pairs: int = N_PAIRS) -> list[dict[str, object]]:
    rows = vectors(n)
    whole = compared(
        f"the whole table, {n} x {DIM}",
        lambda: geometry(rows, n_sample=n_pairs),
        lambda: obvious_table(rows, n_pairs),
        target=">= 5",
        note=f"figures of pairs of {n_pairs} vectors on both sides; ours with intervals for all",
        repeats=1,
    )
    return [*second_moments(n), *figures_of_pairs(rows[:n_pairs]), whole]


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        sys.stdout.write(f"{row}\n")
