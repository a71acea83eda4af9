"""Who is shown what while texts are encoded."""

import re
import sys
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient

from semshift_nb.encoders import progress
from semshift_nb.encoders.progress import live_notebook

pytestmark = pytest.mark.slow

SLOW = """
import time
from semshift_nb.encoders import progress
progress.QUICK_SECONDS, progress._LINE_SECONDS, progress._Lines.interval = 0.05, 0.1, 0.1
progress._REDRAW_SECONDS = progress._NotebookBar.interval = 0.05
with progress.progress(["text"] * 100, "<minilm>") as advance:
    for row in range(100):
        time.sleep(0.005)
        advance([row])
"""


def run_cell(source, *, live):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    client = NotebookClient(notebook, timeout=120, kernel_name="python3")
    with client.setup_kernel():
        if live:  # as JupyterLab asks; nbclient by itself asks as papermill does
            execute = client.kc.execute
            client.kc.execute = lambda *arguments, **options: execute(
                *arguments, **{**options, "allow_stdin": True}
            )
        client.execute_cell(notebook.cells[0], 0)
    return notebook.cells[0].outputs


def test_a_script_is_no_live_notebook():
    assert not live_notebook()


@pytest.mark.parametrize("live", [True, False])
def test_a_notebook_is_live_when_it_may_ask(live):
    source = "from semshift_nb.encoders.progress import live_notebook\nprint(live_notebook())"
    outputs = run_cell(source, live=live)
    assert "".join(output.get("text", "") for output in outputs).strip() == str(live)


def test_a_live_notebook_shows_a_bar_and_no_widget():
    outputs = run_cell(SLOW, live=True)
    assert [output.output_type for output in outputs] == ["display_data"]
    assert set(outputs[0].data) == {"text/html", "text/plain"}
    assert re.fullmatch(r"&lt;minilm&gt;: 100 of 100 texts in \d+ s", outputs[0].data["text/html"])


def test_an_unattended_notebook_gets_a_few_plain_lines():
    outputs = run_cell(SLOW, live=False)
    assert {output.output_type for output in outputs} == {"stream"}
    assert {output.name for output in outputs} == {"stderr"}
    lines = "".join(output.text for output in outputs).splitlines()
    assert 1 <= len(lines) <= 20
    pattern = r"<minilm>: \d+ of 100 texts encoded, about \d+ s left"
    assert all(re.fullmatch(pattern, line) for line in lines)


def test_quick_work_shows_nothing(capsys):
    with progress.progress(["text"] * 10, "minilm") as advance:
        advance(range(10))
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


def test_a_terminal_shows_a_bar_that_goes_away(capsys, monkeypatch):
    monkeypatch.setattr(progress, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(progress._TerminalBar, "interval", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    with progress.progress(["text"] * 3, "minilm") as advance:
        advance([0])
        advance([1])
    shown = capsys.readouterr().err
    assert "minilm" in shown
    assert "2/3" in shown


def test_the_time_left_is_that_of_batches_alone(capsys, monkeypatch):
    """Reading all texts takes 30 s here, and 10 characters a second; the longest come first."""
    clock = [0.0]
    monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    texts = ["x" * n for n in (400, 300, 200, 100, 50, 50)]
    clock[0] = 30.0
    with progress.progress(texts, "minilm") as advance:
        clock[0] += 30.0  # reading
        for row in range(len(texts)):
            clock[0] += len(texts[row]) / 10
            advance([row])
    lines = capsys.readouterr().err.splitlines()
    left = [int(line.split("about ")[1].split()[0]) for line in lines]
    # After 700, 900 and 1,050 of 1,100 characters, for a line comes every 15 s at most.
    assert left == [40, 20, 5]


def test_the_time_left_of_steps_is_that_since_the_first(capsys, monkeypatch):
    """Two seconds before the first step, and one for each: with 7 to come, 7 seconds."""
    times = iter([0.0, 0.0, 2.0, 3.0, 4.0, 5.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    monkeypatch.setattr(progress._Lines, "interval", 0.0)
    with progress.counted_progress(10, "toy", of="steps") as show:
        for done in range(4):
            show(done)
    told = capsys.readouterr().err.splitlines()
    assert told == [
        "toy: 2 of 10 steps, about 8 s left",
        "toy: 3 of 10 steps, about 7 s left",
    ]
