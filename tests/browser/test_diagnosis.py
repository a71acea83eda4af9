"""The diagnosis explorer under a real mouse, in the real JupyterLab."""

import pytest
from playwright.sync_api import expect

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
from semshift_nb.corpora import known_item
from semshift_widgets import DiagnosisExplorer
attack = "<script>window.attacked = 1</script><img src=x onerror='window.attacked = 1'>"
stories = load_corpus("news", n_documents=30)
table = stories.documents.copy()
table.loc[table.index[::7], "title"] = attack
misses = known_item(load_corpus(table), per_document=2)
explorer = DiagnosisExplorer(misses, load_encoder("static"), k=3)
explorer
"""
STILL = """
from IPython.display import display
display(*explorer._still())
"""


def test_a_query_is_asked_a_winner_clicked_and_a_document_named(lab, watched):
    page = opened(watched, lab, "diagnosis.ipynb", LIVE, STILL)
    settled_box(page)
    told = page.locator(".semshift .note").first
    expect(told).to_contain_text("ranks")
    page.locator(".widget-dropdown select").first.select_option(index=11)
    expect(told).to_contain_text("diluted")
    wait_until_idle(page)
    take_picture(page, "diagnosis_explorer.png")
    marked = page.locator(".widget-select option", has_text="▶")
    expect(marked).to_have_count(1)
    assert page.locator(".jp-RenderedVegaCommon5 canvas").count() == 1  # what a report shows

    page.get_by_placeholder("What is searched for").fill("rain in the north")
    page.locator(".widget-button", has_text="Search").click()
    expect(told).to_contain_text("3 documents found")
    expect(marked).to_have_count(0)
    page.locator(".widget-select select").select_option(index=2)
    expect(page.locator(".semshift h4", has_text="Why it ranks there")).to_have_count(1)
    drawn = redraws(page)
    page.locator(".widget-button", has_text="Why not found?").click()
    page.wait_for_function(
        f"Number(document.querySelector('[data-redraws]').dataset.redraws) > {drawn}"
    )
    wait_until_idle(page)
    expect(told).to_contain_text("ranks 3")
    expect(page.locator(".semshift h4", has_text="Its sentences")).to_be_visible()
    assert page.evaluate("window.attacked") is None
    assert_no_error_output(page)
    watched.assert_calm()
