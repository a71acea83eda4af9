"""The house style, where a reader would miss it and a machine can hold us to it."""

import ast
import importlib
import inspect
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*ROOT.glob("semshift_nb/**/*.py"), *ROOT.glob("widgets/**/*.py")])
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))
FACES = ("analyses", "charts", "corpora", "encoders", "measures", "reports", "training")
NAMED = r"^(\w+, )*\**{}(, \w+)*( :.*)?$"
"""A parameter's line, alone or with others that are explained together."""
OWN = {
    f"measures.{name}"
    for name in (
        "adjacent_distances", "boundary_f1", "bounded_cuts", "cut_gains", "drop_dimensions",
        "even_cuts", "jackknife_plan", "keep_dimensions", "label_chance", "nearest_neighbours",
        "size_variation",
    )
}  # fmt: skip
"""What no paper needs to be cited for."""
LOGIC = (ast.FunctionDef, ast.AsyncFunctionDef, ast.For, ast.While, ast.If)


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]


def test_notebooks_were_run_from_their_first_cell_so_that_their_outputs_are_compared():
    for path in NOTEBOOKS:
        cells = code_cells(path)
        assert [c.execution_count for c in cells] == list(range(1, len(cells) + 1)), path.name
        assert sum("parameters" in c.metadata.get("tags", []) for c in cells) == 1, path.name


def test_notebooks_open_without_asking_for_a_kernel_and_hold_no_logic():
    for path in NOTEBOOKS:
        assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3", path.name
        for cell in code_cells(path):
            logic = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, LOGIC)]
            assert logic == [], f"{path.name}: {cell.source}"


def room(module: str) -> str:
    """Give the folder that a module lies in."""
    return module.rpartition(".")[0]


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "widgets" else parts)


def private_imports(path: Path) -> list[str]:
    """List what a file takes that another room keeps to itself."""
    here = module_of(path)
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    taken = [
        f"{node.module}.{alias.name}"
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("semshift_")
        for alias in node.names
    ]
    private = [name for name in taken if re.search(r"\._(?!_)", name)]
    return [name for name in private if room(here) != name.partition("._")[0]]


def test_no_room_takes_what_another_keeps_to_itself():
    found = {str(path.relative_to(ROOT)): private_imports(path) for path in SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def public_functions(face: str) -> dict[str, object]:
    """Give all that people call: functions of a face, and the methods of its classes."""
    package = importlib.import_module(f"semshift_nb.{face}")
    found = {}
    for name in package.__all__:
        value = getattr(package, name)
        if inspect.isclass(value):
            found |= {
                f"{name}.{method}": member
                for method, member in vars(value).items()
                if inspect.isfunction(member) and not method.startswith("_")
            }
        elif inspect.isfunction(value):
            found[name] = value
    return found


def test_every_public_function_says_what_it_takes_and_gives():
    """numpydoc: each parameter by its name, what comes back, and shapes where arrays do."""
    wrong = []
    for face in FACES:
        for name, function in public_functions(face).items():
            text = inspect.getdoc(function) or ""
            signature = inspect.signature(function)
            wanted = [p for p in signature.parameters if p not in {"self", "cls"}]
            missing = [p for p in wanted if not re.search(NAMED.format(p), text, re.MULTILINE)]
            returns = signature.return_annotation not in {None, "None", inspect.Signature.empty}
            if returns and not re.search(r"^(Returns|Yields)\n---", text, re.MULTILINE):
                missing.append("what it returns")
            if re.search(r"(?<!or )\bndarray(?! of (shape|int\b))", text):
                missing.append("the shape of an array")
            if face == "measures" and "." not in name and "References\n---" not in text:
                missing.append("its source")
            wrong += [f"{face}.{name} lacks {', '.join(missing)}"] if missing else []
    assert {name.partition(" ")[0] for name in wrong} - OWN == set(), wrong
