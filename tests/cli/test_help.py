"""Help that can be followed: examples that hold, names whole at 80 columns, no type of a switch."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import typer

from semshift_nb.analyses import card_metrics
from semshift_nb.cli import app
from semshift_nb.cli.check import METRICS
from tests.cli.terminal import CALL, at_80_columns

PROGRAM = typer.main.get_command(app)
COMMANDS = [name for name in PROGRAM.commands if name != "store"]


def help_of(*command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", CALL, *command, "--help"],
        env={**os.environ, "COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_examples_name_the_command_and_options_that_it_has(name):
    command = PROGRAM.commands[name]
    options = {spelled for param in command.params for spelled in (*param.opts, "--help")}
    head, _, examples = command.epilog.partition("Examples:\n")
    assert head.strip("\b\n") == ""
    lines = examples.splitlines()
    assert lines
    for line in lines:
        program, first, *rest = shlex.split(line)
        assert (program, first) == ("semshift", name)
        assert {word for word in rest if word.startswith("-")} <= options
        assert len(line) < 79


def test_help_fits_and_shows_examples_and_no_type_of_a_switch():
    for command in ([], ["report"], ["check"], ["store", "delete"]):
        text = help_of(*command)
        assert max(map(len, text.splitlines())) <= 80
        assert "<bool>" not in text
        assert "…" not in text
    text = help_of("report")
    assert re.search(r"--param +-p +NAME=VALUE", text)
    assert "\n   semshift report --out runs/mine --resume" in text


def test_the_figures_that_can_be_bounded_are_those_of_the_card():
    assert METRICS.split(", ") == card_metrics()
    text = help_of("check")
    for metric in card_metrics():
        assert metric in text


def test_a_shell_is_given_its_completion(monkeypatch):
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    done = subprocess.run(
        [sys.executable, "-c", CALL, "--show-completion", "bash"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "_SEMSHIFT_COMPLETE=complete_bash" in done.stdout


@pytest.mark.slow
def test_no_name_is_cut_on_a_terminal_of_80_columns(tmp_path):
    (tmp_path / "own.csv").write_text(
        "text\nRates rose. Banks fell.\nA dog barked. It rained.\nSnow is ice. Ice flows.\n"
    )
    for arguments in (
        ["check", "own.csv", "--model", "static"],
        ["geometry", "own.csv", "--model", "static", "--out", "figures.csv"],
    ):
        shown = at_80_columns(*arguments, cwd=tmp_path)
        assert "…" not in shown
        for metric in card_metrics() if arguments[0] == "check" else ["top_dimension_cosine_share"]:
            assert re.search(rf"^ {re.escape(metric)} ", shown, re.MULTILINE)
