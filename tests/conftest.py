"""A skipped check would be a check that nobody ran: here every skip fails the run."""

import os

import pytest

pytest_plugins = ["pytester", "bundled_material"]

# No test may reach a model hub, whatever the machine's own settings are.
os.environ["HF_HUB_OFFLINE"] = "1"


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("skipped tests are not allowed: install what they need", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
