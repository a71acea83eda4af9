"""`make bench`: every benchmark beside this file, one table, kept in runs/bench.csv.

Each bench_*.py has a function ``measure`` that returns rows; ratios in it are taken side by side in
one run. Nothing here passes or fails: a benchmark is for reading.
"""

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

HERE = Path(__file__).parent
OUT = HERE.parents[1] / "runs" / "bench.csv"


def load(path: Path) -> Callable[[], list[dict[str, Any]]]:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.measure


def main() -> None:
    rows = []
    for path in sorted(HERE.glob("bench_*.py")):
        print(f"{path.stem} ...", flush=True)
        rows += load(path)()
    table = pd.DataFrame(rows)
    OUT.parent.mkdir(exist_ok=True)
    table.to_csv(OUT, index=False)
    print(table.round(4).to_string(index=False))
    print(f"written to {OUT.relative_to(Path.cwd()) if OUT.is_relative_to(Path.cwd()) else OUT}")


if __name__ == "__main__":
    main()
