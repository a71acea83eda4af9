"""Vectors out of the store against encoding them.

Run as ``python tests/benchmarks/bench_store.py [n_sentences]``.
"""

import importlib.util
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

N_SENTENCES = 2000
ROUNDS = 5


def measure(n_sentences: int = N_SENTENCES) -> list[dict[str, Any]]:
    """Measure reading with a fresh index each time, as a new process would, against encoding."""
    from semshift_nb.encoders import Store, load_encoder
    from semshift_nb.encoders.cache import VectorCache

    encode = _neighbour()
    texts = encode.sentences(n_sentences)
    plain = load_encoder("minilm", device="cpu", store=None)
    with tempfile.TemporaryDirectory() as folder:
        kept = load_encoder("minilm", device="cpu", store=folder)
        expected = kept.encode(texts)

        def read() -> np.ndarray:
            fresh = replace(kept, cache=VectorCache(Store(Path(folder))))
            return fresh.encode(texts)

        same = np.array_equal(read(), expected)
        times = [
            (encode.seconds(read), encode.seconds(lambda: plain.encode(texts)))
            for _ in range(ROUNDS)
        ]
    ours_s, reference_s = (statistics.median(column) for column in zip(*times, strict=True))
    return [
        {
            "benchmark": f"{n_sentences} vectors out of the store",
            "ours_s": ours_s,
            "reference_s": reference_s,
            "ratio": reference_s / ours_s,
            "target": ">= 50",
            "note": "same vectors to the bit" if same else "VECTORS DIFFER",
        }
    ]


def _neighbour() -> Any:
    # The benchmarks are files, not a package: each runs by its own path.
    path = Path(__file__).with_name("bench_encode.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        print(row)
