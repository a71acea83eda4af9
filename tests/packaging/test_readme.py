"""What the README shows must run, as it stands."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_lines_of_python_run_one_block_after_another(tmp_path):
    code = "\n".join(re.findall(r"```python\n(.*?)```", README, re.DOTALL))
    environment = {"SEMSHIFT_STORE": str(tmp_path / "store"), "HF_HUB_OFFLINE": "1", "PATH": ""}
    command = [sys.executable, "-W", "error::UserWarning", "-c", code]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "semantic_shift" in done.stdout
    assert "vegaEmbed" in (tmp_path / "shift.html").read_text(encoding="utf-8")


def test_what_contributing_names_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:semshift_nb|widgets|tests|notebooks)/[\w./]*)`", text)
    assert len(named) > 20
    assert [path for path in named if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)]+)\)", README))
def test_what_the_readme_links_to_is_there(link):
    assert (ROOT / link).exists()
