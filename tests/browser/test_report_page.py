"""The whole path from text to report without a network, and its page opened from disk."""

import json
import subprocess
import sys

import nbformat
import pandas as pd
import pytest

from chromium import Watched
from offline import offline_environment

pytestmark = pytest.mark.browser
CHARTS = {
    "00_report_card": 1,
    "01_semantic_shift": 2,
    "02_concatenation": 1,
    "03_length_collapse": 3,
    "04_tempscale": 2,
    "05_anisotropy": 5,
    "06_alignment_uniformity": 3,
    "07_dimensions": 3,
    "10_splitting": 5,
    "15_diagnosis": 5,
    "16_remedies": 2,
    "17_limits": 4,
}


def test_nothing_tries_to_leave_the_machine(report):
    assert report.attempts == ""
    assert report.page.name == "index.html"
    manifest = json.loads((report.page.parent / "manifest.json").read_text())
    assert manifest["status"] == "done"
    metrics = pd.read_parquet(report.page.parent / "metrics.parquet")
    assert set(metrics["notebook"]) == set(CHARTS)


def test_the_watch_itself_sees_an_attempt(tmp_path):
    environment, attempts = offline_environment(tmp_path)
    attempt = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"
    with pytest.raises(subprocess.CalledProcessError):
        subprocess.run([sys.executable, "-c", attempt], env=environment, check=True)
    assert "192.0.2.1" in attempts.read_text()


def open_page(watched: Watched, path) -> None:
    watched.page.goto(path.as_uri())
    watched.page.wait_for_load_state("networkidle")


def test_the_page_opens_from_disk(report, watched):
    open_page(watched, report.page)
    text = watched.page.inner_text("body")
    assert "Semantic shift" in text
    assert "Concatenation" in text
    watched.assert_calm()


@pytest.mark.parametrize(("name", "n_charts"), CHARTS.items())
def test_a_notebooks_page_draws_its_charts_and_formulas(report, watched, name, n_charts):
    page = report.page.parent / f"{name}.html"
    assert page.read_text().count('type="module"') == 2  # Vega once, then its use
    open_page(watched, page)
    charts = watched.page.locator("figure.chart .vega-embed :is(svg.marks, canvas.marks)")
    charts.first.wait_for()
    assert charts.count() == n_charts
    cells = nbformat.read(page.with_suffix(".ipynb"), as_version=4).cells
    formulas = sum(cell.source.count("$") for cell in cells if cell.cell_type == "markdown")
    assert (watched.page.locator("math").count() > 0) == (formulas > 0)
    assert watched.page.locator("text=could not be drawn").count() == 0
    watched.assert_calm()


def test_a_chart_answers_the_mouse_without_a_kernel(report, watched):
    open_page(watched, report.page.parent / "01_semantic_shift.html")
    chart = watched.page.locator("figure.chart .vega-embed").last
    chart.scroll_into_view_if_needed()
    before = chart.screenshot()
    box = chart.bounding_box()
    watched.page.mouse.move(box["x"] + 250, box["y"] + 150)
    watched.page.mouse.wheel(0, -300)
    watched.page.wait_for_timeout(500)
    assert chart.screenshot() != before
    watched.assert_calm()


def test_every_download_of_the_page_is_there(report, watched):
    open_page(watched, report.page)
    links = watched.page.eval_on_selector_all(
        "a[href]", "all => all.map(a => a.getAttribute('href'))"
    )
    files = {link for link in links if "#" not in link}
    assert {"manifest.json", "metrics.parquet", "01_semantic_shift.ipynb"} <= files
    for link in files:
        assert (report.page.parent / link).is_file(), link


def test_a_slider_moves_through_the_temperatures_without_a_kernel(report, watched):
    open_page(watched, report.page.parent / "04_tempscale.html")
    chart = watched.page.locator("figure.chart .vega-embed").first
    slider = chart.locator("input[type=range]")
    slider.scroll_into_view_if_needed()
    assert (slider.get_attribute("min"), slider.get_attribute("max")) == ("0.5", "1.5")
    before = chart.locator(":is(svg.marks, canvas.marks)").first.screenshot()
    slider.focus()
    for _ in range(4):
        watched.page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "0.6"
    watched.page.wait_for_timeout(500)
    assert chart.locator(":is(svg.marks, canvas.marks)").first.screenshot() != before
    watched.assert_calm()
