"""Small real notebooks that a real kernel runs in a second or two."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

PARAMETERS = """
n = 6  # 2..64  sentences in a window
mode = "random"  # one of: repeat, random
seed = 0
out = ""
"""
RESULTS = """
    import numpy as np, pandas as pd
    from semshift_nb.reports import Results
    results = Results({name!r}, out=out)
    draws = np.random.default_rng(seed).normal(size=n)
    nan = float("nan")
    table = pd.DataFrame({{"metric": ["mean", "empty"], "value": [draws.mean(), nan], "n": [n, 0]}})
    results.add(table, group="draws")
    figure = f"{{draws.mean():.3f}}"
    results.claim("The mean is small", abs(draws.mean()) < 9, figure=figure, required=True)
    results.claim("The moon is <b>cheese</b>", None, figure="nobody went")
"""
FINISH = "results.finish()"

MakeNotebook = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a working directory with an empty ``notebooks`` folder."""
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def make_notebook(project: Path) -> MakeNotebook:
    """Write a notebook into the project's folder."""

    def make(
        name: str,
        *,
        before: str = "",
        parameters: str = PARAMETERS,
        title: str | None = None,
        results: bool = True,
    ) -> Path:
        cells = [
            new_markdown_cell(f"# {title or name}\n\n**Does it *run*?**\n\nMore prose."),
            new_code_cell(parameters.strip(), metadata={"tags": ["parameters"]}),
            new_code_cell(textwrap.dedent(before)),
        ]
        if results:
            cells += [
                new_code_cell(textwrap.dedent(RESULTS.format(name=name))),
                new_code_cell(FINISH),
            ]
        # The name of a kernel that no machine has: the report must not look for it.
        metadata = {"kernelspec": {"name": "nowhere", "display_name": "x", "language": "python"}}
        path = project / "notebooks" / f"{name}.ipynb"
        nbformat.write(new_notebook(cells=cells, metadata=metadata), path)
        return path

    return make
