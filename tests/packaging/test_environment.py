"""Two files name the environment; they must name the same one."""

import re
import tomllib
from pathlib import Path

import yaml
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"pytorch": "torch", "python-build": "build"}


def of_pyproject() -> dict[str, str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    requirements = [Requirement(line) for line in [*project["dependencies"], *extras]]
    return {r.name: str(r.specifier) for r in requirements}


def of_environment() -> dict[str, str]:
    lines = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    conda = [line for line in lines if isinstance(line, str) and line != "pip"]
    pip = [line for line in lines[-1]["pip"] if not line.startswith("--")]
    requirements = [Requirement(line) for line in conda + pip]
    return {CONDA_NAMES.get(r.name, r.name): str(r.specifier) for r in requirements}


def test_environment_and_pyproject_name_the_same_packages_and_ranges():
    python = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert of_environment() == {**of_pyproject(), "python": python}


def test_conda_forge_is_the_only_channel():
    text = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert text["channels"] == ["conda-forge"]


def test_every_requirement_is_pinned_to_a_version_that_it_admits():
    pins = dict(
        line.split("==") for line in (ROOT / "constraints.txt").read_text().split() if "==" in line
    )
    pins = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins.items()}
    for name, specifier in of_pyproject().items():
        assert Requirement(f"{name}{specifier}").specifier.contains(pins[name]), name
