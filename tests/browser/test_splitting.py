"""The split explorer under a real mouse, in the real JupyterLab."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from lab_page import (
    assert_no_error_output,
    opened,
    redraws,
    settled_box,
    take_picture,
    wait_until_idle,
)

pytestmark = pytest.mark.browser

LIVE = """
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import SplitExplorer
corpus = load_corpus("wikipedia", n_documents=12, seed=0)
explorer = SplitExplorer(corpus, load_encoder(store=None))
explorer
"""
STILL = """
from IPython.display import display
display(*explorer._still())
"""
HOSTILE = """
import pandas as pd
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import SplitExplorer
attack = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"
texts = [f"{attack} One. {attack} Two things. Three {attack}.", " "]
corpus = load_corpus(pd.DataFrame({"text": texts, "title": [attack, "<b>bold</b>"]}))
explorer = SplitExplorer(corpus, load_encoder("static", store=None))
explorer
"""


def figures(page: Page) -> Locator:
    return page.locator(".semshift .note", has_text="Mean dilution")


def n_chunks(page: Page) -> int:
    return int(re.match(r"(\d+) chunk", figures(page).inner_text()).group(1))


def listed(page: Page) -> Locator:
    return page.locator(".widget-select option")


def canvas_data(page: Page) -> str:
    return page.locator("[data-redraws] canvas").first.evaluate("canvas => canvas.toDataURL()")


def wait_for_redraw(page: Page, drawn: int) -> None:
    page.wait_for_function(
        f"Number(document.querySelector('[data-redraws]').dataset.redraws) > {drawn}"
    )


def drag_price(page: Page, pixels: int) -> None:
    """Take the handle of the slider and pull it to the side."""
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=8)
    page.mouse.up()


def tooltip(page: Page) -> dict[str, str]:
    """Read what is told of the place under the mouse."""
    rows = page.locator("#vg-tooltip-element.visible tr")
    rows.first.wait_for()
    pairs = [row.inner_text().split("\t", 1) for row in rows.all()]
    return {name.strip(): value.strip() for name, value in pairs}


def test_chart_figures_and_list_follow_the_slider(lab, watched):
    page = opened(watched, lab, "split.ipynb", LIVE)
    settled_box(page)
    before, picture, drawn = n_chunks(page), canvas_data(page), redraws(page)
    expect(listed(page)).to_have_count(before)

    drag_price(page, 60)
    wait_for_redraw(page, drawn)
    wait_until_idle(page)
    expect(listed(page)).not_to_have_count(before)
    expect(listed(page)).to_have_count(n_chunks(page))
    assert n_chunks(page) < before
    assert canvas_data(page) != picture

    page.locator(".widget-button", has_text="Fair price").click()
    expect(listed(page)).to_have_count(before)
    page.locator(".widget-select select").select_option(index=3)
    wait_until_idle(page)
    take_picture(page, "split_explorer.png")
    assert_no_error_output(page)
    watched.assert_calm()


def test_a_click_cuts_and_another_joins_and_both_tell_their_cost(lab, watched):
    page = opened(watched, lab, "by_hand.ipynb", LIVE)
    box, before = settled_box(page), n_chunks(page)
    expect(figures(page)).to_contain_text("the best at this price")
    x, y = next(uncut(page, box))
    place = tooltip(page)
    saves, price = float(place["a cut saves"]), float(page.locator(".widget-readout").inner_text())

    page.mouse.click(x, y)
    expect(figures(page)).to_contain_text(f"{before + 1} chunks, cut by hand")
    above = float(re.search(r"([\d.]+) above the best", figures(page).inner_text()).group(1))
    assert abs(above - (price - saves)) < 0.02
    first = page.locator(".semshift ol li").first
    assert first.inner_text()[:80] == place["after"].strip()[:80]

    page.mouse.click(x, y)
    expect(figures(page)).to_contain_text(f"{before} chunks, the best at this price")
    page.locator(".widget-select select").select_option(index=1)
    page.locator(".widget-button", has_text="Join").click()
    expect(figures(page)).to_contain_text(f"{before - 1} chunks, cut by hand")
    page.locator(".widget-button", has_text="Undo").click()
    expect(figures(page)).to_contain_text(f"{before} chunks, the best at this price")
    watched.assert_calm()


def uncut(page: Page, box: dict[str, float]) -> Iterator[tuple[float, float]]:
    """Hover over the gains from the left, and stop where nothing is cut."""
    y = box["y"] + 120
    for x in range(70, 500, 5):
        page.mouse.move(box["x"] + x, y)
        page.wait_for_timeout(60)
        if tooltip(page)["now"] == "no cut":
            yield box["x"] + x, y


def test_a_click_on_a_chunk_reads_it(lab, watched):
    page = opened(watched, lab, "read.ipynb", LIVE)
    box = settled_box(page)
    page.mouse.move(box["x"] + 300, box["y"] + 260)
    told = tooltip(page)
    page.mouse.click(box["x"] + 300, box["y"] + 260)
    items = page.locator(".semshift ol li")
    expect(items).to_have_count(int(told["sentences"]))
    assert told["text"].strip().startswith(items.first.inner_text()[:60])
    watched.assert_calm()


def test_without_a_kernel_vegas_own_slider_moves_cuts_and_chunks(lab, watched):
    page = opened(watched, lab, "still.ipynb", LIVE, STILL)
    chart = page.locator(".jp-RenderedVegaCommon5").last
    slider = chart.locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    canvas = chart.locator("canvas").first
    before, stood = canvas.evaluate("canvas => canvas.toDataURL()"), float(slider.input_value())
    box = slider.bounding_box()
    page.mouse.click(box["x"] + 0.7 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_timeout(500)
    assert float(slider.input_value()) > stood
    assert canvas.evaluate("canvas => canvas.toDataURL()") != before
    assert page.locator(".jp-OutputArea table").count() == 1
    watched.assert_calm()


def test_texts_run_nothing(lab, watched):
    page = opened(watched, lab, "hostile_split.ipynb", HOSTILE)
    assert "<script>" in page.locator(".semshift ol li").first.inner_text()
    box, seen = settled_box(page), set()
    for y in (100, 260):
        for x in range(60, 530, 30):
            page.mouse.move(box["x"] + x, box["y"] + y)
            page.wait_for_timeout(60)
            tip = page.locator("#vg-tooltip-element.visible")
            if tip.count():
                seen.add(tip.inner_text())
    assert any("<script>" in text for text in seen)
    assert not any("undefined" in text for text in seen)
    page.locator(".widget-dropdown select").first.select_option(index=1)
    expect(page.locator(".semshift .alert")).to_contain_text("there is nothing to cut")
    assert page.evaluate("window.attacked") is None
    assert page.locator(".jp-OutputArea img[src=x], .jp-OutputArea b").count() == 0
    watched.assert_calm()
