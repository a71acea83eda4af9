"""What a reader does in JupyterLab: open, run, wait until it stands still, take a picture."""

import nbformat
from playwright.sync_api import Page

from chromium import SCREENSHOTS, Watched
from jupyterlab_server import Lab

RUN_MS = 180_000


def open_notebook(watched: Watched, lab: Lab, name: str) -> Page:
    page = watched.page
    page.goto(f"{lab.url}/lab/tree/{name}?reset")
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=120_000)
    return page


def opened(watched: Watched, lab: Lab, name: str, *sources: str, charts: int = 1) -> Page:
    """Run these cells in a notebook of their own, until so many live charts are there."""
    spec = {"name": "python3", "display_name": "Python 3"}
    cells = [nbformat.v4.new_code_cell(source.strip()) for source in sources]
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": spec}, cells=cells)
    nbformat.write(notebook, lab.folder / name)
    lab.attach(name)
    page = open_notebook(watched, lab, name)
    run_all(page)
    page.locator("[data-redraws]").nth(charts - 1).wait_for(timeout=RUN_MS)
    wait_until_idle(page)
    return page


def run_all(page: Page) -> None:
    page.get_by_text("Run", exact=True).click()
    page.get_by_text("Run All Cells", exact=True).click()


def redraws(page: Page) -> int:
    return int(page.locator("[data-redraws]").first.get_attribute("data-redraws"))


def settled_box(page: Page) -> dict[str, float]:
    """Scroll to the chart and wait until it stands still: cells above it are laid out late."""
    canvas = page.locator("[data-redraws] canvas").first
    box = None
    for _ in range(60):
        canvas.scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        if box == (box := canvas.bounding_box()):
            return box
    raise AssertionError("the chart never stands still")


def take_picture(page: Page, name: str, *, top: str = ".widget-dropdown") -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.locator(top).first.evaluate("e => e.scrollIntoView({block: 'start'})")
    page.mouse.move(5, 5)
    page.wait_for_timeout(500)
    page.screenshot(path=str(SCREENSHOTS / name))


def wait_until_idle(page: Page) -> None:
    """An explorer answers when the cells below it are done: a kernel does one thing at a time."""
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=RUN_MS)


def assert_no_error_output(page: Page) -> None:
    kind = "[data-mime-type='application/vnd.jupyter.stderr']"
    told = page.locator(f".jp-OutputArea-output{kind}").filter(has_text="Error")
    assert told.count() == 0
