"""The spectrum explorer under a real mouse, in the real JupyterLab."""

import pytest
from playwright.sync_api import Locator, Page, expect

from lab_page import (
    RUN_MS,
    assert_no_error_output,
    opened,
    take_picture,
    wait_until_idle,
)

pytestmark = pytest.mark.browser

LIVE = """
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import SpectrumExplorer
corpus = load_corpus("news", n_documents=30, seed=0)
explorer = SpectrumExplorer(corpus, [load_encoder(), load_encoder("static")])
explorer
"""
HOSTILE = """
from semshift_nb import load_encoder
from semshift_widgets import SpectrumExplorer
attack = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"
texts = [f"{attack} {word}" for word in "one two three four five six seven eight".split()]
explorer = SpectrumExplorer(texts, load_encoder(store=None))
explorer
"""
PICTURED = LIVE.replace("n_documents=30", "n_documents=70")
SPECTRUM, MAP, DIMENSIONS = range(3)


def box_of(page: Page, chart: int) -> dict[str, float]:
    """Scroll to a chart and wait until it stands still."""
    canvas = page.locator("[data-redraws] canvas").nth(chart)
    box = None
    for _ in range(60):
        canvas.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        if box == (box := canvas.bounding_box()):
            return box
    raise AssertionError("the chart never stands still")


def drag(page: Page, box: dict[str, float], start: tuple[int, int], end: tuple[int, int]) -> None:
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=8)
    page.mouse.up()


def figures(page: Page) -> Locator:
    return page.locator(".semshift-figures")


def sentences(page: Page) -> Locator:
    return page.locator(".semshift", has=page.locator("h4", has_text="marked"))


def pixels(page: Page, chart: int) -> str:
    canvas = page.locator("[data-redraws] canvas").nth(chart)
    return canvas.evaluate("canvas => canvas.toDataURL()")


def intervals_there(page: Page) -> None:
    expect(figures(page)).not_to_contain_text("…", timeout=RUN_MS)


def test_a_part_of_the_map_is_read_measured_and_compared(lab, watched):
    page = opened(watched, lab, "spaces.ipynb", PICTURED, charts=3)
    expect(figures(page)).to_contain_text("static")
    slider = page.locator(".widget-slider .noUi-handle").first  # the layer, from the output down
    for _ in range(4):
        slider.press("ArrowLeft")
    expect(figures(page)).to_contain_text("layer 3 (mean)", timeout=RUN_MS)
    page.locator(".widget-button", has_text="Keep this beside").click()
    expect(page.locator(".widget-button", has_text="layer 3 (mean)")).to_be_visible()
    for _ in range(4):
        slider.press("ArrowRight")
    expect(figures(page).locator("th").nth(1)).to_have_text("minilm", timeout=RUN_MS)

    before = pixels(page, SPECTRUM)
    drag(page, box_of(page, MAP), (200, 60), (330, 225))
    expect(sentences(page)).to_be_visible(timeout=RUN_MS)
    expect(figures(page)).to_contain_text("at random", timeout=RUN_MS)
    assert pixels(page, SPECTRUM) != before
    intervals_there(page)
    wait_until_idle(page)
    take_picture(page, "spectrum_explorer.png")

    page.locator(".widget-button", has_text="Mark nothing").click()
    expect(sentences(page)).to_be_hidden()
    assert_no_error_output(page)
    watched.assert_calm()


def test_a_dimension_is_read_switched_off_and_on_again(lab, watched):
    page = opened(watched, lab, "dimensions.ipynb", LIVE, charts=3)
    box = box_of(page, DIMENSIONS)
    x, y = box["x"] + 300, box["y"] + 90
    page.mouse.move(x, y)
    tooltip = page.locator("#vg-tooltip-element")
    for told in ("of variance", "of mean cosine", "highest", "lowest"):
        expect(tooltip).to_contain_text(told)
    dimension = tooltip.locator("tr", has_text="dimension").first.locator("td.value").inner_text()
    first = figures(page).locator("th").nth(1)
    page.mouse.click(x, y)
    expect(first).to_have_text(f"minilm, without {dimension}", timeout=RUN_MS)
    page.wait_for_timeout(600)  # two quick clicks would be a double click, which clears
    page.mouse.click(x, y)
    expect(first).to_have_text("minilm", timeout=RUN_MS)
    assert_no_error_output(page)
    watched.assert_calm()


def test_the_neighbour_map_comes_from_the_background_and_keeps_what_is_marked(lab, watched):
    page = opened(watched, lab, "neighbours.ipynb", LIVE, charts=3)
    drag(page, box_of(page, MAP), (200, 60), (330, 225))
    expect(sentences(page)).to_be_visible(timeout=RUN_MS)
    marked, pca = sentences(page).locator("h4").inner_text(), pixels(page, MAP)
    page.locator(".widget-toggle-button", has_text="t-SNE").click()
    progress = page.locator(".widget-hprogress")
    expect(progress).to_be_visible()
    expect(progress).to_be_hidden(timeout=RUN_MS)
    page.wait_for_timeout(1000)
    assert pixels(page, MAP) != pca
    assert sentences(page).locator("h4").inner_text() == marked
    watched.assert_calm()


def test_texts_run_nothing(lab, watched):
    page = opened(watched, lab, "hostile_spaces.ipynb", HOSTILE, charts=3)
    box = box_of(page, MAP)
    drag(page, box, (15, 55), (340, 230))
    assert "<script>" in sentences(page).inner_text()
    for x in range(20, 340, 8):
        page.mouse.move(box["x"] + x, box["y"] + 130)
    strip = box_of(page, DIMENSIONS)
    for x in range(100, 600, 20):
        page.mouse.move(strip["x"] + x, strip["y"] + 90)
    assert "<script>" in page.locator("#vg-tooltip-element").inner_text()
    assert page.evaluate("window.attacked") is None
    assert page.locator(".jp-OutputArea img[src=x]").count() == 0
    watched.assert_calm()
