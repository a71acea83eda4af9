"""`semshift geometry` on a file far larger than memory should be: time, and peak memory.

Run as ``python tests/benchmarks/bench_geometry_stream.py [n_vectors] [folder]``: 10000000 vectors
in float16 are 7.7 GB, made and removed again in the folder (the system's for temporary files if
left out). Memory is the peak of a process of its own; by the issue, under 1 GiB.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

N, DIM = 1_000_000, 384
PIECE = 50_000
LIMIT_MIB = 1024

COMMAND = """
import sys
from semshift_nb.cli import main
sys.argv = ["semshift", "geometry", sys.argv[1], "--out", sys.argv[2]]
try:
    main()
finally:
    # Not ru_maxrss: a process that was forked off a large one reports its parent's peak.
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    print(f"peak {peak}", file=sys.stderr)
"""


def write_vectors(path: Path, n: int) -> None:
    """Write unit rows of a decaying spectrum around a common direction, a piece at a time."""
    rng = np.random.default_rng(0)
    scale = np.arange(1, DIM + 1, dtype=np.float32) ** -0.5
    head = {"descr": "<f2", "fortran_order": False, "shape": (n, DIM)}
    with path.open("wb") as file:
        np.lib.format.write_array_header_1_0(file, head)
        for start in range(0, n, PIECE):
            piece = rng.standard_normal((min(PIECE, n - start), DIM), dtype=np.float32)
            piece = piece * scale + 0.05
            piece /= np.linalg.norm(piece, axis=1, keepdims=True)
            file.write(piece.astype(np.float16).tobytes())


def measure(n: int = N, folder: str | None = None) -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory(dir=folder) as made:
        path = Path(made) / "vectors.npy"
        write_vectors(path, n)
        size = path.stat().st_size / 1e9
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", COMMAND, str(path), str(Path(made) / "metrics.json")],
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.perf_counter() - start
    if done.returncode:
        raise SystemExit(done.stderr)
    peak = float(done.stderr.splitlines()[-1].removeprefix("peak "))
    return [
        {
            "benchmark": f"semshift geometry, {n} x {DIM} in float16, peak memory",
            "ours_s": seconds,
            "reference_s": None,
            "ratio": LIMIT_MIB / peak,
            "target": ">= 1",
            "note": f"peak {peak:.0f} MiB for a file of {size:.2f} GB; the ratio is 1 GiB over it",
        }
    ]


if __name__ == "__main__":
    n_vectors = int(sys.argv[1]) if len(sys.argv) > 1 else N
    for row in measure(n_vectors, *sys.argv[2:3]):
        sys.stdout.write(f"{row}\n")
