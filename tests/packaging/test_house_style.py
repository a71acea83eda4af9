"""The house style, where a machine can hold us to it."""

import ast
import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("semshift_nb/**/*.py"), *ROOT.glob("widgets/**/*.py")])
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[Function]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, Function)]


def lines_of_code(function: Function) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return function.end_lineno - body[0].lineno + 1 if body else 0


def public_functions(path: Path) -> list[Function]:
    if path.name.startswith("_") and path.name != "__init__.py":
        return []
    tree = ast.parse(path.read_text(encoding="utf-8"))
    classes = [n for n in tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
    nodes = [*tree.body, *(node for cls in classes for node in cls.body)]
    return [n for n in nodes if isinstance(n, Function) and not n.name.startswith("_")]


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_are_short(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300
    long = {f.name: lines_of_code(f) for f in functions(path) if lines_of_code(f) > 40}
    assert long == {}


def test_the_median_function_has_at_most_twelve_lines():
    sizes = [lines_of_code(function) for path in SOURCES for function in functions(path)]
    assert statistics.median(sizes) <= 12


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_say_what_they_return_and_raise_with_an_example(path):
    for function in public_functions(path):
        # A property is an attribute, and what a command says is its --help.
        decorators = " ".join(ast.unparse(d) for d in function.decorator_list)
        if any(kind in decorators for kind in ("property", "command", "callback")):
            assert ast.get_docstring(function), function.name
            continue
        text = ast.get_docstring(function) or ""
        missing = [s for s in ("Raises\n---", "Examples\n---") if s not in text]
        assert missing == [], f"{function.name} lacks {missing}"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_every_code_cell_was_run_so_that_nbval_compares_it(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1))
    assert sum("parameters" in c.metadata.get("tags", []) for c in cells) == 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_open_without_asking_for_a_kernel_and_hold_no_logic(path):
    notebook = nbformat.read(path, as_version=4)
    assert notebook.metadata.kernelspec.name == "python3"
    for cell in (c for c in notebook.cells if c.cell_type == "code"):
        nodes = list(ast.walk(ast.parse(cell.source)))
        logic = [n for n in nodes if isinstance(n, ast.FunctionDef | ast.For | ast.While | ast.If)]
        assert logic == [], cell.source
