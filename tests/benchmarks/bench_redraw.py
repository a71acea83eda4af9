"""A redraw of ShiftExplorer for documents of 500 sentences, in the real JupyterLab.

A redraw has two halves, timed where they happen: the kernel measures the range (one pass of the
model over its text included) and the page draws.
"""

from lab_redraw import explorer_page, p95_row, redraw
from playwright.sync_api import Page

TARGET_S = 0.150
N_TIMES = 40
SETUP = """
import json, time
import numpy as np
import pandas as pd
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import ShiftExplorer
sentences = load_corpus("wikipedia").sentences["text"]
long = sentences[sentences.str.len() > 40].tolist()
texts = [" ".join(long[i * 600 : i * 600 + 500]) for i in range(3)]
explorer = ShiftExplorer(load_corpus(pd.DataFrame({"text": texts})), load_encoder())
explorer
"""
KERNEL = """
view, state = explorer._view, explorer._state
def seconds(change):
    start = time.perf_counter()
    change()
    return time.perf_counter() - start
rng = np.random.default_rng(0)
n = len(state.document.sentences)
ranges = [sorted(rng.choice(np.arange(1, n + 1), 2, replace=False).tolist()) for _ in range(40)]
def paced(change):
    time.sleep(0.25)  # the page draws the change before: it is timed by itself
    return seconds(change)
marking = [paced(lambda: setattr(view.range, "value", tuple(r))) for r in ranges]
opening = [paced(lambda: setattr(view.documents, "value", str(i % 3))) for i in range(1, 41)]
print("TIMES", json.dumps({"n": n, "range": marking, "document": opening}))
"""


def measure() -> list[dict[str, object]]:
    with explorer_page(SETUP, KERNEL) as (page, kernel_s):
        page_s = _page_times(page)
    return [
        p95_row(
            f"redraw of another {what}, {kernel_s['n']} sentences",
            kernel_s[what],
            page_s[what],
            TARGET_S,
        )
        for what in page_s
    ]


def _page_times(page: Page) -> dict[str, list[float]]:
    choices = page.locator(".widget-dropdown select").nth(1)
    choices.scroll_into_view_if_needed()
    page.wait_for_timeout(2000)
    opening = [redraw(page, lambda i=i: choices.select_option(index=i % 3)) for i in range(N_TIMES)]
    slider = page.locator(".widget-slider .noUi-handle-lower").first
    marking = [redraw(page, lambda: slider.press("ArrowRight")) for _ in range(N_TIMES)]
    return {"range": marking, "document": opening}


if __name__ == "__main__":
    for row in measure():
        print(row)
