"""SpectrumExplorer over 10,000 sentences, in the real JupyterLab: brush, dimension, view.

A redraw has two halves, timed where they happen: the kernel measures and the page draws. What a
redraw changes in several charts is added up, as if they were drawn one after another.
"""

from collections.abc import Callable

from lab_redraw import explorer_page, p95_row
from playwright.sync_api import Page

TARGET_S = 0.100
N_TIMES = 30
SETUP = """
import json, time
import numpy as np
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import SpectrumExplorer
corpus = load_corpus("wikipedia")
explorer = SpectrumExplorer(corpus, load_encoder("static"), n_points=10_000)
explorer
"""
KERNEL = """
view, state = explorer._view, explorer._state
assert state.spaces.points.n_points == 10_000
assert view.screen.measuring.join(600)
view.screen.menus.correction.value = "centred"
assert view.reading.join(60) and view.screen.measuring.join(600)
count = 0
def hear(chart, name, value):
    global count
    count += 1
    # A drag does not rest: intervals are worked out when it does.
    time.sleep(0.3)
    start = time.perf_counter()
    view.screen.charts[chart].heard = {"name": name, "value": value, "count": count}
    return time.perf_counter() - start
def show(correction):
    time.sleep(0.3)
    start = time.perf_counter()
    view.screen.menus.correction.value = correction
    return time.perf_counter() - start
places = state.points()
ends = [np.quantile(places["x"], [i / 60, 0.4 + i / 60]).tolist() for i in range(30)]
brush = [hear("map", "brush", {"x": x, "y": [-9, 9]}) for x in ends]
sizes = len(state.part)
view._unmark()
dimension = [hear("dimensions", "click", {"dimension": [i % 15]}) for i in range(30)]
other = [show(("none", "centred")[i % 2]) for i in range(30)]
print("TIMES", json.dumps({"brush": brush, "dimension": dimension, "view": other}))
"""
#: The time from a move of the mouse to when the page is free again: the map draws its own brush.
WATCH = """() => {
  window.moves = [];
  window.addEventListener("pointermove", () => {
    const start = performance.now();
    setTimeout(() => window.moves.push(performance.now() - start), 0);
  }, { capture: true });
}"""
DRAWN = """() => [...document.querySelectorAll("[data-redraws]")].map(
  (chart) => [Number(chart.dataset.redraws), Number(chart.dataset.redrawMs ?? 0)]
)"""


def measure() -> list[dict[str, object]]:
    with explorer_page(SETUP, KERNEL) as (page, kernel_s):
        page.wait_for_timeout(3000)
        page_s = {"brush": brushing(page), "dimension": clicking(page), "view": choosing(page)}
    whats = {
        "brush": "a brush over 4,000 of 10,000 points, with the spectrum of the part",
        "dimension": "a dimension off for 10,000 points",
        "view": "another space of 10,000 points, seen before",
    }
    return [p95_row(what, kernel_s[key], page_s[key], TARGET_S) for key, what in whats.items()]


def redrawn(page: Page, change: Callable[[], object]) -> float:
    """Make a change and return the seconds that all charts together took to draw it."""
    before = page.evaluate(DRAWN)
    change()
    page.wait_for_timeout(450)  # shorter than a rest: nothing else is drawn
    after = page.evaluate(DRAWN)
    drawn = [ms for (n, ms), (n_before, _) in zip(after, before, strict=True) if n > n_before]
    return sum(drawn) / 1000


def brushing(page: Page) -> list[float]:
    """Drag on the map; the slowest of the mouse's moves and the spectrum's redraw."""
    canvas = page.locator("[data-redraws] canvas").nth(1)
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    page.evaluate(WATCH)
    page.mouse.move(box["x"] + 60, box["y"] + 60)
    page.mouse.down()
    times = []
    for i in range(N_TIMES):
        page.evaluate("() => { window.moves = [] }")
        x, y = box["x"] + 120 + 6 * i, box["y"] + 180
        drawn_s = redrawn(page, lambda x=x, y=y: page.mouse.move(x, y))
        times.append(drawn_s + max(page.evaluate("() => window.moves")) / 1000)
    page.mouse.up()
    page.locator(".widget-button", has_text="Mark nothing").click()
    page.wait_for_timeout(1000)
    return times


def clicking(page: Page) -> list[float]:
    canvas = page.locator("[data-redraws] canvas").nth(2)
    canvas.scroll_into_view_if_needed()
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    at = [(box["x"] + 100 + 20 * i, box["y"] + 90) for i in range(N_TIMES)]
    return [redrawn(page, lambda x=x, y=y: page.mouse.click(x, y)) for x, y in at]


def choosing(page: Page) -> list[float]:
    menu = page.locator(".widget-dropdown", has_text="Correction").locator("select")
    names = ("none", "centred")
    return [
        redrawn(page, lambda name=names[i % 2]: menu.select_option(name)) for i in range(N_TIMES)
    ]


if __name__ == "__main__":
    for row in measure():
        print(row)
