"""Encoding against sentence-transformers' own ``encode``, side by side.

Run as ``python tests/benchmarks/bench_encode.py [n_sentences]``. Memory is the peak of a process of
its own for each side, which loads the model and encodes once.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

N_SENTENCES = 2000
ROUNDS = 5

MEMORY = """
import json, sys
texts = json.load(sys.stdin)
if sys.argv[1] == "ours":
    from semshift_nb.encoders import load_encoder
    load_encoder("minilm", device="cpu", store=None).encode(texts)
else:
    from sentence_transformers import SentenceTransformer
    model = SentenceTransformer(sys.argv[2], device="cpu", local_files_only=True,
                                model_kwargs={"dtype": "float32"})
    model.encode(texts, batch_size=32)
# Not ru_maxrss: a process that was forked off a large one reports its parent's peak.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")))
"""


def sentences(n_sentences: int) -> list[str]:
    """Return distinct sentences drawn from the embedded Wikipedia."""
    from semshift_nb.corpora import load_corpus

    texts = load_corpus("wikipedia").sentences["text"].drop_duplicates()
    return list(texts.sample(n_sentences, random_state=0))


def seconds(work: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def interleaved(ours: Callable[[], object], reference: Callable[[], object]) -> dict[str, float]:
    """Time two things in turns, so that a busy moment hits both; medians, and their ratio."""
    ours(), reference()  # the first call of each pays for setting up
    times = [(seconds(ours), seconds(reference)) for _ in range(ROUNDS)]
    ours_s, reference_s = (statistics.median(column) for column in zip(*times, strict=True))
    return {"ours_s": ours_s, "reference_s": reference_s, "ratio": reference_s / ours_s}


def peak_memory(side: str, texts: list[str], folder: Path) -> float:
    """Return the peak memory of a process that encodes once, in MiB."""
    command = [sys.executable, "-c", MEMORY, side, str(folder)]
    done = subprocess.run(
        command, input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def has_amx() -> bool:
    """Say whether the processor multiplies bfloat16 matrices by itself."""
    info = Path("/proc/cpuinfo")
    return info.is_file() and "amx_bf16" in info.read_text(encoding="utf8")


def measure(n_sentences: int = N_SENTENCES) -> list[dict[str, Any]]:
    """Measure speed in float32 and bfloat16, agreement, and peak memory."""
    from sentence_transformers import SentenceTransformer

    from semshift_nb.encoders import load_encoder
    from semshift_nb.encoders.loading.folders import bundled_folder

    folder = bundled_folder()
    texts = sentences(n_sentences)
    options = {"dtype": "float32"}
    reference = SentenceTransformer(
        str(folder), device="cpu", local_files_only=True, model_kwargs=options
    )
    expected = reference.encode(texts, batch_size=32)
    rows = []
    for dtype, target in (("float32", 1.5), ("bfloat16", 2.5)):
        encoder = load_encoder("minilm", device="cpu", dtype=dtype, store=None)
        vectors = encoder.encode(texts)
        cosine = float((vectors * expected).sum(axis=1).min())
        note = f"largest difference {np.abs(vectors - expected).max():.1e}"
        if dtype == "bfloat16":
            amx = "" if has_amx() else "; no AMX here, so the target does not apply"
            note = f"least cosine {cosine:.5f}{amx}"
        figures = interleaved(
            lambda encoder=encoder: encoder.encode(texts),
            lambda: reference.encode(texts, batch_size=32),
        )
        name = f"encode {n_sentences} sentences, {dtype}"
        rows.append({"benchmark": name, **figures, "target": f">= {target}", "note": note})
    ours, theirs = (peak_memory(side, texts, folder) for side in ("ours", "reference"))
    note = f"peak {ours:.0f} MiB against {theirs:.0f} MiB; the ratio is theirs over ours"
    memory = {"ours_s": None, "reference_s": None, "ratio": theirs / ours, "target": ">= 1"}
    rows.append({"benchmark": "encode, peak memory", **memory, "note": note})
    return rows


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        print(row)
