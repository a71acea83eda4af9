"""A report whose notebooks are forks of one process against one that starts each anew.

Three notebooks on a store that holds all their vectors already, both ways in turns; seconds by the
clock and of all processors.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
N_ROUNDS = 3
NOTEBOOKS = ["00_report_card", "01_semantic_shift", "07_dimensions"]
CODE = """
import json, resource, sys, time
from contextlib import nullcontext
from semshift_nb.reports import run
if sys.argv[1] == "anew":
    run.fork_server = lambda: nullcontext(None)
start = time.perf_counter()
run.run_report(json.loads(sys.argv[2]), tell=lambda line: None)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.perf_counter() - start, used.ru_utime + used.ru_stime]))
"""


def report(way: str, folder: Path) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", CODE, way, json.dumps(NOTEBOOKS)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
    )
    seconds: list[float] = json.loads(done.stdout.splitlines()[-1])
    return seconds


def measure() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "notebooks").symlink_to(ROOT / "notebooks")
        report("forked", folder)  # fills the store
        rounds = [[report(way, folder) for way in ("anew", "forked")] for _ in range(N_ROUNDS)]
    (anew, anew_cpu), (forked, forked_cpu) = (
        (median(r[way][what] for r in rounds) for what in (0, 1)) for way in (0, 1)
    )
    what = f"{len(NOTEBOOKS)} notebooks, warm"
    return [
        {
            "benchmark": f"report of {what}: {unit}",
            "ours_s": ours_s,
            "reference_s": reference_s,
            "ratio": reference_s / ours_s,
            "target": target,
            "note": "against a process and a kernel that import everything for each",
        }
        for unit, ours_s, reference_s, target in (
            ("by the clock", forked, anew, ">= 2"),
            ("of processors", forked_cpu, anew_cpu, ""),
        )
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
