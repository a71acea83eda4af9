"""TempScaleExplorer over 32 texts of 128 tokens, in the real JupyterLab: live, and seen before."""

from lab_redraw import explorer_page, p95_row, redraw

LIVE_S, SEEN_S = 1.0, 0.100
N_TIMES = 14
SETUP = """
import json, time
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import TempScaleExplorer
encoder = load_encoder(max_length=128, store=None)
texts = load_corpus("news", n_documents=60, seed=0).documents["text"]
long = [text for text in texts if encoder.encode_with_tokens([text]).n_tokens[0] >= 128][:32]
assert len(long) == 32
explorer = TempScaleExplorer(long, encoder, query="the price of oil")
explorer
"""
KERNEL = """
view = explorer._view
def seconds(tau):
    time.sleep(0.5)  # the page draws the change before: it is timed by itself
    start = time.perf_counter()
    view.tau.value = tau
    return time.perf_counter() - start
taus = [round(0.3 + 0.05 * i, 2) for i in range(14)]
live = [seconds(tau) for tau in taus]
seen = [seconds(tau) for tau in taus * 2]
print("TIMES", json.dumps({"live": live, "seen": seen}))
"""


def measure() -> list[dict[str, object]]:
    with explorer_page(SETUP, KERNEL) as (page, kernel_s):
        handle = page.locator(".widget-slider .noUi-handle-lower").first
        handle.scroll_into_view_if_needed()
        page.wait_for_timeout(2000)
        # Back over what the kernel's cell has seen: the page alone is timed here.
        page_s = [redraw(page, lambda: handle.press("ArrowLeft")) for _ in range(N_TIMES - 1)]
    what = "another temperature for 32 texts of 128 tokens"
    return [
        p95_row(f"{what}, live", kernel_s["live"], page_s, LIVE_S),
        p95_row(f"{what}, seen before", kernel_s["seen"], page_s, SEEN_S),
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
