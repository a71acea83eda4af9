"""What a temperature costs: the bundled model tempered, against itself untouched.

Run as ``python tests/benchmarks/bench_tempscale.py [n_rounds]``. Every way runs the same batch in
every round, one after the other, so that a busy moment hits all; a block is opened for every pass.
Memory is the peak of a process of its own for each way, which loads the model and runs it.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModel, PreTrainedModel
from transformers.models.bert import modeling_bert

from semshift_nb.encoders import entropy_matched, tempscale
from semshift_nb.encoders.loading.folders import bundled_folder

ROOT = Path(__file__).parents[2]
N_TOKENS = (32, 128, 512)
N_ROUNDS = 21
WAYS = {
    "scalar": ("<= 1.03", lambda model: tempscale(model, 0.8)),
    "per head": ("<= 1.15", lambda model: tempscale(model, [[0.8, 0.9] * 6] * 6)),
    "length-adaptive": ("<= 1.15", lambda model: tempscale(model, entropy_matched(64))),
    "hand-written eager softmax": ("none", lambda model: nullcontext()),
}
MEMORY = """
import sys
from tests.benchmarks.bench_tempscale import N_PASSES, WAYS, batch, load, run
way, n_tokens = sys.argv[1], int(sys.argv[2])
model, texts = load(way), batch(n_tokens)
for _ in range(N_PASSES):
    run(model, texts, WAYS[way][1](model) if way in WAYS else None)
# Not ru_maxrss: a process that was forked off a large one reports its parent's peak.
with open("/proc/self/status") as status:
    print(next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")))
"""
# What an allocator keeps differs by some MiB from process to process, and settles after a few.
N_PASSES, N_PROCESSES = 4, 2


def load(way: str) -> PreTrainedModel:
    """Load the bundled model as a way needs it."""
    eager = way == "hand-written eager softmax"
    model = AutoModel.from_pretrained(
        str(bundled_folder()),
        attn_implementation="eager" if eager else "sdpa",
        dtype=torch.float32,
    ).eval()
    if eager:
        modeling_bert.eager_attention_forward = eager_attention
    return model


def eager_attention(module, query, key, value, mask, scaling, **_):
    """Attention as it is usually written out when a temperature is wanted."""
    scores = torch.matmul(query, key.transpose(2, 3)) * scaling
    if mask is not None:
        scores = scores + mask
    weights = torch.softmax(scores / 0.8, dim=-1)
    return torch.matmul(weights, value).transpose(1, 2).contiguous(), weights


def batch(n_tokens: int) -> dict[str, torch.Tensor]:
    """Make texts of half to all of so many tokens, about as many as the encoder batches."""
    n_texts = max(4, 1000 // n_tokens)
    ids = torch.randint(1000, 20000, (n_texts, n_tokens), generator=torch.manual_seed(0))
    lengths = torch.linspace(n_tokens / 2, n_tokens, n_texts).round()
    mask = torch.arange(n_tokens) < lengths[:, None]
    return {"input_ids": ids * mask, "attention_mask": mask.long()}


def run(
    model: PreTrainedModel, texts: dict[str, torch.Tensor], block: AbstractContextManager | None
) -> torch.Tensor:
    """Run a batch, in a block if there is one."""
    with torch.inference_mode(), block or nullcontext():
        return model(**texts).last_hidden_state


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(n_tokens: int, n_rounds: int) -> list[dict[str, Any]]:
    """Time all ways in turns; each one's ratio is the median over the rounds."""
    texts, model, by_hand = batch(n_tokens), load("untouched"), load("hand-written eager softmax")
    works = [lambda: run(model, texts, None)]
    for name, (_, open_block) in WAYS.items():
        used = by_hand if "eager" in name else model
        works.append(lambda used=used, make=open_block: run(used, texts, make(used)))
    times = [[seconds(work) for work in works] for _ in range(n_rounds + 2)][2:]
    untouched, *columns = zip(*times, strict=True)
    return [
        {
            "benchmark": f"tempscale, {len(texts['input_ids'])} x {n_tokens} tokens, {name}",
            "ours_s": statistics.median(column),
            "reference_s": statistics.median(untouched),
            "ratio": statistics.median(a / b for a, b in zip(column, untouched, strict=True)),
            "target": target,
            "note": f"time over that of the untouched model, {n_rounds} rounds in turns",
        }
        for (name, (target, _)), column in zip(WAYS.items(), columns, strict=True)
    ]


def peak_memory(way: str, n_tokens: int) -> float:
    """Return the peak memory of a process of its own, in MiB: the lowest of some."""
    command = [sys.executable, "-c", MEMORY, way, str(n_tokens)]
    done = [
        subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(N_PROCESSES)
    ]
    return min(float(figure) for figure in done)


def memory(n_tokens: int) -> list[dict[str, Any]]:
    """Compare peaks of whole processes."""
    plain = peak_memory("untouched", n_tokens)
    peaks = {way: peak_memory(way, n_tokens) for way in WAYS}
    return [
        {
            "benchmark": f"tempscale, {n_tokens} tokens, {way}, peak memory",
            "ours_s": None,
            "reference_s": None,
            "ratio": peak / plain,
            "target": "<= 1.02" if way == "scalar" else WAYS[way][0],
            "note": f"peak {peak:.0f} MiB against {plain:.0f} MiB of the untouched model",
        }
        for way, peak in peaks.items()
    ]


def measure(n_rounds: int = N_ROUNDS) -> list[dict[str, Any]]:
    """Measure speed and memory at each length."""
    rows = [row for n_tokens in N_TOKENS for row in speed(n_tokens, n_rounds)]
    return rows + [row for n_tokens in N_TOKENS for row in memory(n_tokens)]


if __name__ == "__main__":
    for row in measure(*(int(argument) for argument in sys.argv[1:])):
        print(row)
