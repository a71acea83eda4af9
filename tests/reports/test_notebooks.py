"""Notebooks are found and understood without being run."""

from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from semshift_nb.errors import InputError
from semshift_nb.reports.notebooks import find_notebooks, notebooks_folder, read_notebook

Make = Callable[..., Path]


def names(ids: list[str]) -> list[str]:
    return [notebook.name for notebook in find_notebooks(ids, notebooks_folder())]


def test_ids(make_notebook: Make) -> None:
    for name in ("01_semantic_shift", "02_concatenation", "10_x"):
        make_notebook(name)
    assert names([]) == ["01_semantic_shift", "02_concatenation", "10_x"]
    assert names(["2", "01_semantic_shift", "02"]) == ["01_semantic_shift", "02_concatenation"]
    assert names(["concatenation", "10_x.ipynb"]) == ["02_concatenation", "10_x"]
    for wrong in ("3", "", "0", "semantic", "../01_semantic_shift"):
        with pytest.raises(InputError, match=r"there are: 01_semantic_shift, 02_concatenation"):
            names([wrong])


def test_two_notebooks_of_one_number_are_told_apart(make_notebook: Make) -> None:
    make_notebook("01_a")
    make_notebook("01_b")
    with pytest.raises(InputError, match="several notebooks fit '1'"):
        names(["1"])


def test_title_and_question_lose_their_markdown(make_notebook: Make) -> None:
    notebook = read_notebook(make_notebook("01_a", title="`E5` and *shift_of* snake_case words"))
    assert notebook.title == "E5 and shift_of snake_case words"
    assert notebook.question == "Does it run?"


@pytest.mark.parametrize(
    ("cells", "match"),
    [
        ([], "0 code cells are tagged"),
        (["out = ''", "out = ''"], "2 code cells are tagged"),
        (["n = 1"], 'needs the line out = ""'),
        (["out = ''\nn = f(1)"], r"01_a\.ipynb: parameter line 'n = f\(1\)'"),
    ],
)
def test_a_notebook_the_report_cannot_ask_is_refused(
    cells: list[str], match: str, tmp_path: Path
) -> None:
    tagged = [new_code_cell(cell, metadata={"tags": ["parameters"]}) for cell in cells]
    nbformat.write(new_notebook(cells=tagged), tmp_path / "01_a.ipynb")
    with pytest.raises(InputError, match=match):
        read_notebook(tmp_path / "01_a.ipynb")


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]"])
def test_a_file_that_is_no_notebook_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "01_a.ipynb").write_bytes(content)
    with pytest.raises(InputError, match="01_a"):
        read_notebook(tmp_path / "01_a.ipynb")


def test_what_was_published_of_one_model_is_asked_of_that_model_only() -> None:
    paths = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
    cells = [cell.source for path in paths for cell in nbformat.read(path, as_version=4).cells]
    calls = [call for source in cells for call in source.split("results.claim(")[1:]]
    claims = [call.partition("\n)")[0] for call in calls]
    about = [claim for claim in claims if "published" in claim]
    assert len(about) == 2  # of the near-zero dimensions, in 02 and 07
    assert all("asked=published is not None" in claim for claim in about)
