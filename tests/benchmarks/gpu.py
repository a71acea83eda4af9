"""What needs a GPU to be seen: right numbers there, and speed. It says which card it ran on.

Run as ``python tests/benchmarks/gpu.py [MODEL [TEXTS]]``: a model's folder instead of the bundled
one, and a file with one text a line instead of Wikipedia's sentences. Ratios are taken in turns
in one run; nothing is asserted but that numbers agree.
"""

import functools
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from semshift_nb import measures
from semshift_nb.encoders import entropy_matched, load_encoder, tempscale
from semshift_nb.encoders.loading.folders import bundled_folder
from tests.encoders.temperature.families import FAMILIES, KINDS, UPCAST, hidden, ragged, real, tiny

ROUNDS = 7
MEASURES = {
    "MPD": measures.mean_pairwise_distance,
    "uniformity": measures.uniformity,
    "effective rank": measures.effective_rank,
    "IsoScore": measures.iso_score,
    "power-law decay": measures.power_law_decay,
    "TwoNN": measures.two_nn_dimension,
    "partition isotropy": measures.partition_isotropy,
    "hubness": lambda x: measures.hubness(x, k=10),
    "semantic shift": measures.semantic_shift,
}


def seconds(work: Callable[[], object]) -> float:
    torch.cuda.synchronize()
    start = time.perf_counter()
    work()
    torch.cuda.synchronize()
    return time.perf_counter() - start


def in_turns(ways: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Give each way's median seconds; the first call of each pays for setting up."""
    for work in ways.values():
        work()
    times = [[seconds(work) for work in ways.values()] for _ in range(ROUNDS)]
    return dict(zip(ways, map(statistics.median, zip(*times, strict=True)), strict=True))


def on_gpu(batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {name: column.cuda() for name, column in batch.items()}


def check_families() -> None:
    """Every family of attention: at 1 no bit moves, at 0.7 it is what the processor gives."""
    worst, absent = 0.0, set()
    for family, kernel in KINDS:
        try:
            FAMILIES[family]()
        except AttributeError:
            absent.add(family)
            continue
        dtype = torch.float32 if kernel == "eager" and family in UPCAST else torch.float64
        model, batch = tiny(family, kernel, dtype), ragged(left=True)
        with tempscale(model, 0.7):
            expected = real(hidden(model, batch), batch)
        model, there = model.cuda(), on_gpu(batch)
        untouched = hidden(model, there)
        with tempscale(model, 1):
            assert torch.equal(hidden(model, there), untouched), (family, kernel)
        with tempscale(model, 0.7):
            found = real(hidden(model, there), there).cpu()
        apart = float((found - expected).abs().max() / expected.abs().max())
        # Some normalise in float32 whatever they are given (T5), so that float64 agrees no better.
        assert apart < 1e-4, (family, kernel, apart)
        worst = max(worst, apart)
    told = f"; this transformers lacks {', '.join(sorted(absent))}" if absent else ""
    n_seen = len(FAMILIES) - len(absent)
    print(f"families: {n_seen} agree to {worst:.1e}; tau 1 changes no bit{told}")


def check_measures() -> None:
    """Every measure of tensors on the card is what it is of the same numbers in NumPy."""
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((2000, 64)) + rng.standard_normal(64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    there = torch.tensor(rows, device="cuda")
    for name, measure in MEASURES.items():
        expected, found = float(measure(rows)), float(measure(there))
        assert abs(found - expected) <= 1e-8 * max(1, abs(expected)), (name, expected, found)
    print(f"measures: {len(MEASURES)} agree with NumPy to 1e-8")
    for n in (100_000, 1_000_000):
        many = torch.nn.functional.normalize(torch.randn(n, 384, device="cuda"))
        work = functools.partial(measures.mean_pairwise_distance, many)
        took = in_turns({"MPD": work})["MPD"]
        print(f"MPD of {n:,} x 384 on the card: {took * 1000:.1f} ms")


def check_encoding(model: str, texts: list[str]) -> None:
    """Ours against sentence-transformers' own, float32 and bfloat16, and what tau costs."""
    on_cpu = load_encoder(model, device="cpu", store=None).encode(texts[:200])
    for dtype in ("float32", "bfloat16"):
        ours = load_encoder(model, device="cuda", dtype=dtype, store=None)
        theirs = SentenceTransformer(
            str(bundled_folder()) if model == "minilm" else model,
            device="cuda",
            model_kwargs={"dtype": dtype},
        )
        vectors = ours.encode(texts[:200])
        least = float((vectors * on_cpu).sum(axis=1).min())
        encoders = {
            "ours": ours,
            "tau 0.8": ours.at_temperature(0.8),
            "by length": ours.at_temperature(entropy_matched(64)),
        }
        ways = {name: functools.partial(one.encode, texts) for name, one in encoders.items()}
        ways["theirs"] = functools.partial(theirs.encode, texts, batch_size=256)
        took = in_turns(ways)
        ratio = {name: took[name] / took["ours"] for name in took}
        print(
            f"encode {len(texts)} texts, {dtype}: ours {took['ours']:.3f} s; sentence-transformers "
            f"takes {ratio['theirs']:.2f} times that, tau 0.8 {ratio['tau 0.8']:.3f}, by length "
            f"{ratio['by length']:.3f}; least cosine to float32 on the processor {least:.5f}"
        )


def main(model: str = "minilm", texts: str | None = None) -> None:
    print(torch.cuda.get_device_name(), "torch", torch.__version__)
    check_families()
    check_measures()
    if texts is None:
        from tests.benchmarks.bench_encode import sentences

        check_encoding(model, sentences(4000))
    else:
        check_encoding(model, Path(texts).read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    main(*sys.argv[1:])
