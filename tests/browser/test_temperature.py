"""The temperature explorer under a real mouse, in the real JupyterLab."""

import pytest
from playwright.sync_api import Locator, Page, expect

from lab_page import (
    RUN_MS,
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
from semshift_widgets import TempScaleExplorer
texts = load_corpus("news", n_documents=24, seed=0)
encoder = load_encoder(max_length=128, store=None)
explorer = TempScaleExplorer(texts, encoder, query="the economy and the price of oil")
explorer
"""
SWEPT = LIVE.replace("n_documents=24", "n_documents=60")
HOSTILE = """
from semshift_nb import load_encoder
from semshift_widgets import TempScaleExplorer
attack = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"
texts = [f"{attack} one", f"two {attack}", attack]
explorer = TempScaleExplorer(texts, load_encoder(store=None), query=attack)
explorer
"""


def table(page: Page, title: str) -> Locator:
    return page.locator(".semshift", has=page.locator("h4", has_text=title))


def drag_tau(page: Page, pixels: int) -> None:
    """Take the handle of the first slider and pull it to the side."""
    handle = page.locator(".widget-slider .noUi-handle").first
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + pixels, y, steps=8)
    page.mouse.up()


def canvas_data(page: Page) -> str:
    return page.locator("[data-redraws] canvas").first.evaluate("canvas => canvas.toDataURL()")


def test_chart_and_ranking_follow_the_slider(lab, watched):
    page = opened(watched, lab, "live.ipynb", LIVE)
    settled_box(page)
    ranking = table(page, "For")
    before, picture, drawn = ranking.inner_text(), canvas_data(page), redraws(page)
    expect(table(page, "tau 1")).to_be_visible()

    drag_tau(page, -90)
    expect(table(page, "tau 0.")).to_be_visible(timeout=RUN_MS)
    expect(ranking).not_to_have_text(before, use_inner_text=True, timeout=RUN_MS)
    page.wait_for_function(
        f"Number(document.querySelector('[data-redraws]').dataset.redraws) > {drawn}"
    )
    assert canvas_data(page) != picture
    wait_until_idle(page)
    stands_at = page.locator(".widget-readout").first.inner_text()
    expect(table(page, f"tau {float(stands_at):g}")).to_be_visible()
    settled_box(page)
    take_picture(page, "tempscale_explorer.png", top=".widget-slider")
    assert_no_error_output(page)
    watched.assert_calm()


def test_a_click_on_a_head_shows_where_it_looks(lab, watched):
    page = opened(watched, lab, "head.ipynb", LIVE)
    box, drawn = settled_box(page), redraws(page)
    page.mouse.click(box["x"] + 250, box["y"] + 440)
    page.wait_for_function(
        f"Number(document.querySelector('[data-redraws]').dataset.redraws) > {drawn}"
    )
    watched.assert_calm()


def test_a_large_corpus_is_swept_while_the_slider_is_at_hand(lab, watched):
    page = opened(watched, lab, "swept.ipynb", SWEPT)
    progress = page.locator(".widget-hprogress")
    expect(progress).to_be_visible()
    expect(progress).to_be_hidden(timeout=RUN_MS)
    drag_tau(page, -60)
    expect(table(page, "tau 0.")).to_be_visible(timeout=RUN_MS)
    watched.assert_calm()


def test_a_sweep_is_cancelled_with_a_click(lab, watched):
    page = opened(watched, lab, "cancelled.ipynb", SWEPT)
    page.locator(".widget-button", has_text="Cancel").click()
    expect(page.locator(".widget-hprogress")).to_be_hidden(timeout=RUN_MS)
    watched.assert_calm()


def test_texts_run_nothing(lab, watched):
    page = opened(watched, lab, "hostile_texts.ipynb", HOSTILE)
    assert "<script>" in table(page, "For").inner_text()
    box = settled_box(page)
    for x in range(340, 600, 20):
        page.mouse.move(box["x"] + x, box["y"] + 110)
    assert page.evaluate("window.attacked") is None
    assert page.locator(".jp-OutputArea img[src=x]").count() == 0
    watched.assert_calm()
