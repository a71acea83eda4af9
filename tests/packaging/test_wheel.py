"""The wheel, built as a release would be and imported where nothing else of ours is."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

USE_IT = """
import semshift_nb, semshift_widgets, semshift_nb.cli, semshift_nb.reports, pathlib, sys
for module in (semshift_nb, semshift_widgets):
    assert pathlib.Path(module.__file__).is_relative_to(sys.prefix), module.__file__
from semshift_nb.reports.notebooks import find_notebooks, notebooks_folder
assert notebooks_folder().is_relative_to(sys.prefix), notebooks_folder()
names = [notebook.name for notebook in find_notebooks([], notebooks_folder())]
assert names[:2] == ["00_report_card", "01_semantic_shift"], names
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(out), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = out.glob("*.whl")
    return built


def test_the_wheel_holds_both_packages_their_data_and_the_notebooks(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "semshift_nb/py.typed",
        "semshift_nb/reports/notebook_page/semshift/index.html.j2",
        "semshift_nb/reports/templates/report.html",
        "semshift_nb/reports/templates/report.css",
        "semshift_nb/cli/starter/first_look.ipynb",
        "semshift_nb/cli/starter/texts.csv",
        "semshift_widgets/chart_view.js",
    ):
        assert wanted in names
    assert any(name.endswith("notebooks/01_semantic_shift.ipynb") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "widgets/"))]


def test_the_wheel_imports_in_a_clean_environment(wheel, tmp_path):
    home = tmp_path / "clean"
    venv.create(home, with_pip=True)
    python = str(home / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
    subprocess.run([*install, str(wheel)], check=True, cwd=tmp_path)
    subprocess.run([python, "-c", USE_IT], check=True, cwd=tmp_path)
