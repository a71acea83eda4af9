"""One JupyterLab and one Chromium for all browser tests."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, sync_playwright

from chromium import FLAGS, SCREENSHOTS, Watched
from jupyterlab_server import Lab, running_lab
from offline import offline_environment


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    assert chromium, "the browser test needs Debian's chromium: apt-get install -y chromium"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def watched(browser, request) -> Iterator[Watched]:
    page = browser.new_page(viewport={"width": 1280, "height": 1000})
    page.set_default_timeout(60_000)
    yield Watched(page).watch()
    if page.url != "about:blank":
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SCREENSHOTS / f"{request.node.name}.png"))
    page.close()


@pytest.fixture(scope="session")
def jupyterlab(tmp_path_factory) -> Iterator[Lab]:
    home, folder = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("notebooks")
    with running_lab(home, folder) as server:
        yield server


@pytest.fixture
def lab(jupyterlab) -> Iterator[Lab]:
    """JupyterLab as a test finds it: nothing runs, nothing is left of the one before."""
    yield jupyterlab
    jupyterlab.tidy()


class Report(NamedTuple):
    """A finished report, what it printed, and what tried to leave the machine meanwhile."""

    page: Path
    printed: str
    attempts: str


@pytest.fixture(scope="session")
def report(tmp_path_factory) -> Report:
    folder = tmp_path_factory.mktemp("report")
    environment, attempts = offline_environment(folder)
    sizes = {"n_documents": 8, "n_windows": 20, "n_anchors": 6, "n_library": 40}
    sizes |= {"n_read": 2, "n_searched": 8, "n_single": 40, "n_passages": 6, "n_inside": 40}
    sizes |= {"n_tokens": 200, "n_corrected": 60, "n_pairs": 40, "n_fitted": 60, "n_profiled": 20}
    sizes |= {"n_random": 1, "n_joined": 4, "n_sectioned": 2, "n_persons": 8, "n_questions": 8}
    command = [Path(sys.executable).with_name("semshift"), "report", "--corpus", "news"]
    command += [part for name, value in sizes.items() for part in ("-p", f"{name}={value}")]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    page = folder / done.stdout.strip().splitlines()[-1]
    return Report(page, done.stdout + done.stderr, attempts.read_text())
