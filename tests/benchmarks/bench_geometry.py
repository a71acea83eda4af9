"""The geometry of 100,000 x 384 against a plain matrix product and the obvious code.

Run as ``python tests/benchmarks/bench_geometry.py [n_vectors [n_pairs]]``. What grows with the
square of the vectors is timed on the first ``n_pairs`` of them, both sides alike.

- second moments: the time of a matrix product of the same blocks, of two different matrices (NumPy
  takes a product of a matrix with itself in half of the time), over the time it takes to add the
  vectors to an accumulator, all else that it does included. 0.6 is 60 % of the product's rate.
- mean pairwise distance and uniformity: scikit-learn's distances of all pairs, in chunks.
- the whole table: `geometry`, with its intervals, against scikit-learn and NumPy without any. They
  have no figure of pairs from a sample: theirs are timed on the first vectors and taken times the
  square of how many there are. The last row gives both sides the same pairs and no intervals.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics.pairwise import cosine_similarity, euclidean_distances
from sklearn.neighbors import NearestNeighbors

from semshift_nb import measures
from semshift_nb.analyses import geometry

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
    product = "share of the rate of a float64 matrix product of the same shapes"
    for steep, kind in ((False, "a spectrum as of a model"), (True, "a steep spectrum")):
        rows = vectors(n, steep=steep)
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
                target="" if steep else ">= 0.6",
                note=f"{product}; vectors are turned first, a second product" if steep else product,
            )


def mean_of_pairs(rows: np.ndarray, kernel: Callable[[np.ndarray, np.ndarray], object]) -> float:
    """The mean of a function of all pairs, a vector with itself left out, a chunk at a time."""
    n, total = len(rows), 0.0
    for start in range(0, n, 1024):
        values = kernel(rows[start : start + 1024], rows)
        places = np.arange(len(values))
        total += float(values.sum(dtype=np.float64) - values[places, start + places].sum())
    return total / (n * (n - 1))


def potentials(some: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return np.exp(-2 * euclidean_distances(some, rows, squared=True))


def distance(rows: np.ndarray) -> dict[str, object]:
    n = len(rows)
    error = measures.mean_cosine(rows) - mean_of_pairs(rows, cosine_similarity)
    return compared(
        f"mean pairwise distance, {n} x {DIM}",
        lambda: measures.mean_pairwise_distance(rows),
        lambda: mean_of_pairs(rows, cosine_similarity),
        target=">= 5",
        note=f"against scikit-learn's cosine_similarity; they differ by {abs(error):.0e}",
        repeats=3,
    )


def uniformity(rows: np.ndarray, n_pairs: int) -> dict[str, object]:
    n, some = len(rows), rows[:n_pairs]
    error = measures.uniformity(some) - np.log(mean_of_pairs(some, potentials))
    squared = (n / n_pairs) ** 2
    reference = squared * min(timed(lambda: mean_of_pairs(some, potentials)) for _ in range(3))
    products = squared * min(
        timed(lambda: mean_of_pairs(some, lambda a, b: a @ b.T)) for _ in range(3)
    )
    ours = timed(lambda: measures.uniformity(rows))
    return {
        "benchmark": f"uniformity, {n} x {DIM}, all pairs",
        "ours_s": ours,
        "reference_s": reference,
        "ratio": reference / ours,
        "target": ">= 5",
        "note": f"against scikit-learn's euclidean_distances, timed on {n_pairs} vectors, where "
        f"they differ by {abs(error):.0e}; all products alone, in float32, take {products:.1f} s",
    }


def of_all(rows: np.ndarray) -> dict[str, float]:
    """Figures that do not need pairs, by scikit-learn and NumPy."""
    n, total = len(rows), rows.sum(axis=0, dtype=np.float64)
    sigma = PCA(svd_solver="full").fit(rows.astype(np.float64)).singular_values_
    shares, eigenvalues = sigma / sigma.sum(), sigma**2
    variance, magnitude = rows.var(axis=0), np.abs(rows).mean(axis=0)
    quiet = (variance < 1e-6 * np.median(variance)) & (magnitude < 1e-3 * np.median(magnitude))
    return {
        "MPD": 1 - (total @ total - n) / (n * (n - 1)),
        "effective_rank": float(np.exp(-(shares * np.log(shares)).sum())),
        "participation_ratio": eigenvalues.sum() ** 2 / (eigenvalues**2).sum(),
        "stable_rank": eigenvalues.sum() / eigenvalues[0],
        "information_abundance": sigma.sum() / sigma[0],
        "condition_number": sigma[0] / sigma[-1],
        "top_dimension_variance_share": (variance / variance.sum()).max(),
        "n_near_zero_dimensions": quiet.sum(),
    }


def of_pairs(rows: np.ndarray) -> dict[str, float]:
    """Figures that need pairs, by scikit-learn and NumPy."""
    partition = np.exp(rows @ np.linalg.eigh(rows.T @ rows)[1]).sum(axis=0)
    distances, places = NearestNeighbors(n_neighbors=10, algorithm="brute").fit(rows).kneighbors()
    found = np.bincount(places.ravel(), minlength=len(rows)).astype(float)
    return {
        "uniformity": np.log(mean_of_pairs(rows, potentials)),
        "partition_isotropy": partition.min() / partition.max(),
        "two_nn_dimension": len(rows) / np.log(distances[:, 1] / distances[:, 0]).sum(),
        "hubness": float(((found - found.mean()) ** 3).mean() / found.std() ** 3),
    }


def whole_table(rows: np.ndarray, n_pairs: int) -> Iterator[dict[str, object]]:
    n, some = len(rows), rows[:n_pairs]
    sums, pairs = timed(lambda: of_all(rows)), timed(lambda: of_pairs(some))
    ours = timed(lambda: geometry(rows, n_sample=n_pairs))
    all_pairs = sums + pairs * (n / n_pairs) ** 2
    yield {
        "benchmark": f"the whole table with intervals, {n} x {DIM}",
        "ours_s": ours,
        "reference_s": all_pairs,
        "ratio": all_pairs / ours,
        "target": ">= 5",
        "note": f"ours has pairs of {n_pairs} drawn; the reference, without intervals, all pairs: "
        f"{sums:.1f} s and {pairs:.1f} s for {n_pairs} of them times ({n} / {n_pairs})^2",
    }

    def plainly() -> None:
        accumulator = measures.GeometryAccumulator(DIM, n_reservoir=n_pairs)
        accumulator.add(rows)
        accumulator.figures()

    yield compared(
        f"the whole table without intervals, {n} x {DIM}",
        plainly,
        lambda: (of_all(rows), of_pairs(some)),
        target="",
        note=f"pairs of {n_pairs} vectors on both sides",
        repeats=1,
    )


def measure(n: int = N, n_pairs: int = N_PAIRS) -> list[dict[str, object]]:
    rows = vectors(n)
    return [
        *second_moments(n),
        distance(rows[:n_pairs]),
        uniformity(rows, n_pairs),
        *whole_table(rows, n_pairs),
    ]


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        sys.stdout.write(f"{row}\n")
