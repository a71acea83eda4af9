"""How the tests run: offline, with no skip, in two workers that share one store of vectors."""

import os
import shutil
import tempfile

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

pytest_plugins = ["pytester", "bundled_material"]
collect_ignore = ["benchmarks", "plugins"]  # programs and helpers: nothing in them is a test

# No test may reach a model hub, whatever the machine's own settings are.
os.environ["HF_HUB_OFFLINE"] = "1"

_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not _WORKER:
    # What one test encodes, no other test, kernel or report of this run encodes again.
    os.environ["SEMSHIFT_STORE"] = tempfile.mkdtemp(prefix="semshift-test-store-")

_FIRST = ("browser", "notebooks", "reports", "packaging", "analyses", "encoders", "widgets")
"""Folders that take long: what is short fills the gaps at the end."""


class ByFile(LoadScopeScheduling):
    """Gives a file's tests to one worker, and all that drive the browser to one."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)  # without workers there is nobody to ask
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first; what drives the browser or a notebook is slow by nature."""
    for item in items:
        if item.get_closest_marker("browser") or item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.slow)
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    folders = set(item.path.parts)
    return next((i for i, name in enumerate(_FIRST) if name in folders), len(_FIRST))


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are not allowed: install what they need", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure() -> None:
    if not _WORKER:
        shutil.rmtree(os.environ["SEMSHIFT_STORE"], ignore_errors=True)
