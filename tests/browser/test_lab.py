"""A reader's hour with the first notebook, in the real JupyterLab."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from lab_page import (
    RUN_MS,
    assert_no_error_output,
    open_notebook,
    redraws,
    run_all,
    settled_box,
    take_picture,
    wait_until_idle,
)

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]

HOSTILE = """
import pandas as pd
from semshift_nb import load_corpus, load_encoder
from semshift_widgets import ShiftExplorer
attack = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"
texts = [f"{attack} One. {attack} Two things. Three {attack}.", f"Plain text. {attack}"]
corpus = load_corpus(pd.DataFrame({"text": texts, "title": [attack, "<b>bold</b>"]}))
explorer = ShiftExplorer(corpus, load_encoder("static", store=None))
explorer
"""


def figures(page: Page) -> Locator:
    return page.locator(".semshift", has=page.locator("h4", has_text=re.compile("^Sentences")))


def orange_pixels(page: Page) -> int:
    """Count the pixels of the colour that marks a range: nothing else on the chart has it."""
    return page.locator("[data-redraws] canvas").first.evaluate(
        """canvas => {
            const whole = [0, 0, canvas.width, canvas.height];
            const { data } = canvas.getContext("2d").getImageData(...whole);
            const orange = (r, g, b) => r > 200 && g > 90 && g < 150 && b < 60;
            let count = 0;
            for (let i = 0; i < data.length; i += 4)
                count += orange(data[i], data[i + 1], data[i + 2]);
            return count;
        }"""
    )


def drag_over_path(page: Page) -> None:
    """Drag from a quarter to a half of the path, which is the top left of the chart."""
    box = settled_box(page)
    y = box["y"] + 70
    page.mouse.move(box["x"] + 140, y)
    page.mouse.down()
    page.mouse.move(box["x"] + 190, y, steps=5)
    page.mouse.move(box["x"] + 240, y, steps=5)
    page.mouse.up()


def test_the_first_notebook_runs_and_its_explorer_follows_the_mouse(lab, watched):
    shutil.copy(ROOT / "notebooks" / "01_semantic_shift.ipynb", lab.folder)
    page = open_notebook(watched, lab, "01_semantic_shift.ipynb")
    run_all(page)
    page.locator("[data-redraws]").first.wait_for(timeout=RUN_MS)
    wait_until_idle(page)
    settled_box(page)
    expect(figures(page)).to_contain_text("Sentences 1 to ")
    before = redraws(page)
    assert orange_pixels(page) == 0

    drag_over_path(page)
    expect(figures(page)).not_to_contain_text("Sentences 1 to ", timeout=RUN_MS)
    marked = figures(page).inner_text()
    first, last = map(int, re.search(r"Sentences (\d+) to (\d+)", marked).groups())
    assert 1 < first < last
    assert redraws(page) > before
    assert orange_pixels(page) > 200  # the frame of the marked range

    page.locator(".widget-select select").first.select_option(index=1)
    neighbours = page.locator(".semshift h4", has_text="Nearest in the corpus")
    expect(neighbours).to_have_text(f"Nearest in the corpus to sentence {first + 1}")
    take_picture(page, "shift_explorer.png")
    assert_no_error_output(page)
    watched.assert_calm()


def test_text_from_a_corpus_runs_nothing(lab, watched):
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[nbformat.v4.new_code_cell(HOSTILE.strip())],
    )
    nbformat.write(notebook, lab.folder / "hostile.ipynb")
    page = open_notebook(watched, lab, "hostile.ipynb")
    run_all(page)
    page.locator("[data-redraws]").first.wait_for(timeout=RUN_MS)
    page.locator(".widget-select select").first.select_option(index=1)
    expect(page.locator(".semshift h4", has_text="to sentence 2")).to_be_visible()
    assert "<script>" in page.locator(".semshift table").last.inner_text()
    hover_every_point(page)
    assert page.evaluate("window.attacked") is None
    assert page.locator(".jp-OutputArea img[src=x], .jp-OutputArea b").count() == 0
    watched.assert_calm()


def hover_every_point(page: Page) -> None:
    """Let each point of the path show its tooltip, which holds the hostile sentences."""
    box = settled_box(page)
    seen: set[str] = set()
    for x in range(40, 420, 6):
        for y in range(10, 100, 10):
            page.mouse.move(box["x"] + x, box["y"] + y)
            tip = page.locator("#vg-tooltip-element.visible")
            if tip.count():
                seen.add(tip.inner_text())
    assert any("<script>" in text for text in seen)
    assert not any("undefined" in text for text in seen)


def test_a_stored_chart_is_drawn_without_a_kernel_and_without_a_network(lab, watched):
    shutil.copy(ROOT / "notebooks" / "01_semantic_shift.ipynb", lab.folder / "stored.ipynb")
    page = watched.page
    page.goto(f"{lab.url}/lab/tree/stored.ipynb?reset")
    page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first.wait_for()
    watched.assert_calm()
