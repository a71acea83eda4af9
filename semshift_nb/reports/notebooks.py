"""The notebooks there are, and what each asks, read without running anything."""

import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from semshift_nb.errors import InputError
from semshift_nb.reports.parameters import Parameter, read_parameters

_INSTALLED = Path(sys.prefix) / "share" / "semshift-nb" / "notebooks"
_CHECKOUT = Path(__file__).parents[2] / "notebooks"


@dataclass(frozen=True)
class Notebook:
    """A notebook that the report can run."""

    path: Path
    title: str
    question: str
    sha256: str
    parameters: tuple[Parameter, ...]

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    def read(self, given: Mapping[str, str]) -> dict[str, object]:
        """Read those of the given values that this notebook has a parameter for."""
        try:
            return {
                parameter.name: parameter.read(given[parameter.name])
                for parameter in self.parameters
                if parameter.name in given
            }
        except InputError as error:
            raise InputError(f"{self.name}: {error}") from None


def notebooks_folder() -> Path:
    """Find the notebooks: beside the working directory, in the checkout, or in the wheel."""
    places = [Path.cwd() / "notebooks", _CHECKOUT, _INSTALLED]
    for place in places:
        if any(place.glob("[0-9]*.ipynb")):
            return place
    raise InputError(
        f"no numbered notebook is in {', '.join(str(place) for place in places)}; "
        "install semshift-nb again, or go to a folder that has notebooks/"
    )


def find_notebooks(ids: Sequence[str], folder: Path) -> list[Notebook]:
    """Find and read notebooks."""
    paths = sorted(folder.glob("[0-9]*.ipynb"))
    chosen = {_one(paths, wanted) for wanted in ids} if ids else set(paths)
    return [read_notebook(path) for path in sorted(chosen)]


def read_notebook(path: Path) -> Notebook:
    """Read what a notebook asks and may be asked for."""
    try:
        data = path.read_bytes()
        content = nbformat.reads(data.decode(), as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise InputError(f"{path} cannot be read as a notebook: {error}") from None
    try:
        parameters = tuple(read_parameters(_parameters_cell(content)))
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from None
    if all(parameter.name != "out" for parameter in parameters):
        raise InputError(
            f'{path.name}: its parameters cell needs the line out = "", where a run names the '
            "folder that Results writes to"
        )
    title, question = _title_and_question(content, path.stem)
    return Notebook(path, title, question, hashlib.sha256(data).hexdigest(), parameters)


def _one(paths: Sequence[Path], wanted: str) -> Path:
    fitting = [path for path in paths if _fits(path.stem, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    found = "several notebooks fit" if fitting else "there is no notebook"
    raise InputError(f"{found} {wanted!r}; there are: {', '.join(path.stem for path in paths)}")


def _fits(name: str, wanted: str) -> bool:
    number, _, rest = name.partition("_")
    same_number = wanted.isdecimal() and number.isdecimal() and int(number) == int(wanted)
    return wanted.removesuffix(".ipynb") in (name, rest) or same_number


def _parameters_cell(content: nbformat.NotebookNode) -> str:
    cells = [
        str(cell.source)
        for cell in content.cells
        if cell.cell_type == "code" and "parameters" in cell.metadata.get("tags", [])
    ]
    if len(cells) != 1:
        raise InputError(
            f"{len(cells)} code cells are tagged 'parameters'; exactly one must be, "
            "for the report puts the values asked for below it"
        )
    return cells[0]


def _title_and_question(content: nbformat.NotebookNode, fallback: str) -> tuple[str, str]:
    """Take the first heading and the paragraph below it, without their Markdown."""
    prose = "\n\n".join(cell.source for cell in content.cells if cell.cell_type == "markdown")
    heading = re.search(r"^#+\s+(.+?)\s*#*$", prose, flags=re.MULTILINE)
    if heading is None:
        return fallback, ""
    paragraphs = re.split(r"\n\s*\n", prose[heading.end() :].strip())
    question = "" if paragraphs[0].startswith("#") else paragraphs[0]
    return _unmarked(heading[1]), _unmarked(question)


def _unmarked(text: str) -> str:
    """Drop emphasis, quote marks and line ends, which a plain line of text has no use for."""
    lines = [line.lstrip("> ").strip() for line in text.splitlines()]
    return re.sub(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)|`", "", " ".join(lines))
