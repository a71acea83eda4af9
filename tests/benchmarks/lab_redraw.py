"""Timing an explorer where it is used: in the real JupyterLab, its kernel and its page apart."""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))
from chromium import FLAGS
from jupyterlab_server import running_lab


@contextmanager
def explorer_page(setup: str, kernel: str) -> Iterator[tuple[Page, dict]]:
    """Run two cells, the explorer and one that prints ``TIMES {json}``; give the page and those."""
    with tempfile.TemporaryDirectory() as name:
        home, folder = Path(name) / "home", Path(name) / "notebooks"
        home.mkdir()
        folder.mkdir()
        cells = [nbformat.v4.new_code_cell(source.strip()) for source in (setup, kernel)]
        spec = {"name": "python3", "display_name": "Python 3"}
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec}, cells=cells)
        nbformat.write(notebook, folder / "redraw.ipynb")
        with running_lab(home, folder) as lab, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 1400})
            page.goto(f"{lab.url}/lab/tree/redraw.ipynb?reset")
            page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
            page.get_by_text("Run", exact=True).click()
            page.get_by_text("Run All Cells", exact=True).click()
            told = page.locator(".jp-OutputArea-output pre", has_text="TIMES")
            told.wait_for(timeout=400_000)
            yield page, json.loads(re.search(r"TIMES (\{.*\})", told.inner_text()).group(1))


def redraw(page: Page, change: Callable[[], object]) -> float:
    """Make a change and return the seconds that the page took to draw it."""
    chart = page.locator("[data-redraws]").first
    before = chart.get_attribute("data-redraws")
    change()
    for _ in range(200):
        if chart.get_attribute("data-redraws") != before:
            break
        page.wait_for_timeout(20)
    page.wait_for_timeout(150)
    return float(chart.get_attribute("data-redraw-ms")) / 1000


def p95_row(what: str, kernel_s: list[float], page_s: list[float], target: float) -> dict:
    """Add the 95th percentiles of both halves, as if their slow moments always met."""
    kernel, page = np.percentile(kernel_s, 95), np.percentile(page_s, 95)
    medians = f"medians {np.median(kernel_s):.3f} + {np.median(page_s):.3f} s"
    return {
        "benchmark": f"{what}, p95",
        "ours_s": kernel + page,
        "reference_s": target,
        "ratio": target / (kernel + page),
        "target": 1.0,
        "note": f"kernel {kernel:.3f} + page {page:.3f} s; {medians}",
    }
