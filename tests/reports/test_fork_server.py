"""Forks of the server: what they are given, how they end, and that a report does without."""

import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from semshift_nb.errors import SemshiftError
from semshift_nb.reports import run, run_report
from semshift_nb.reports.fork_server import fork_server
from semshift_nb.reports.manifest import read_manifest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="only Linux forks what is loaded"),
]

PRETTY = "json.tool:main"  # reads standard input to its end, and writes it in another form


@pytest.fixture(scope="module")
def server():
    with fork_server() as server:
        yield server


def started(server, output, **options):
    env = {"PATH": os.environ["PATH"], **options.pop("env", {})}
    return server.fork(PRETTY, env=env, output=output.fileno(), **options)


def test_a_fork_has_its_own_input_output_environment_and_place(server, tmp_path):
    with (tmp_path / "out").open("wb") as output:
        forked = started(server, output, arguments=["--compact"], cwd=tmp_path)
        place = Path(f"/proc/{forked.pid}/cwd")
        while place.readlink() != tmp_path:  # pytest ends it if it never comes there
            assert forked.poll() is None
        assert os.getsid(forked.pid) == forked.pid
        forked.stdin.write(b'{"a": [1,   2]}')
        forked.stdin.close()
        assert forked.wait(30) == 0
    assert (tmp_path / "out").read_text().strip() == '{"a":[1,2]}'
    assert forked.peak_memory > 10_000  # KiB


def test_how_a_fork_ends_is_told(server, tmp_path):
    with (tmp_path / "out").open("wb") as output:
        wrong = started(server, output)
        wrong.stdin.write(b"no json")
        wrong.stdin.close()
        assert wrong.wait(30) == 1
        waiting = started(server, output)
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(0.1)
        waiting.kill()
        assert waiting.wait(30) == -signal.SIGKILL
        waiting.kill()  # as of a process of one's own: nothing is left to be ended
        interrupted = started(server, output)
        interrupted.send_signal(signal.SIGINT)
        assert interrupted.wait(30) == 1
    assert "KeyboardInterrupt" in (tmp_path / "out").read_text()


def test_the_server_ends_with_its_block_and_says_so(tmp_path):
    with fork_server() as server, (tmp_path / "out").open("wb") as output:
        left = started(server, output)
        left.kill()
        left.wait(30)
    with (tmp_path / "out").open("wb") as output, pytest.raises(SemshiftError, match="has ended"):
        started(server, output)


@pytest.mark.parametrize("forks", [True, False])
def test_a_report_runs_with_and_without(make_notebook, monkeypatch, forks):
    make_notebook("01_a", before="import os; started_by = os.environ.get('SEMSHIFT_FORK_SERVER')")
    make_notebook("02_b", before="import sys; assert sys.argv[1] == '-f'\nraise SystemExit(3)")
    if not forks:
        monkeypatch.setattr(run, "fork_server", lambda: nullcontext(None))
    folder = run_report(tell=lambda _line: None)
    first, second = read_manifest(folder).notebooks
    assert (first.status, second.status) == ("done", "failed")
    assert first.peak_memory_bytes > 30e6
    assert "SystemExit" in second.error
