"""Run every notebook anew in place and keep its outputs: `make notebooks`.

The outputs are what nbval compares and what a reader sees before running anything, so they are
made by a kernel with nobody in front of it, as a report's are.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from nbval_tolerance import without_progress

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def refresh(path: Path) -> None:
    """Run one notebook from its first cell and write it back."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=900, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    notebook.metadata.language_info = {"name": "python"}  # not one machine's patch release
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of day: a difference in every commit
        if cell.cell_type == "code":
            cell.outputs = without_progress(cell.outputs)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:] or sorted(path.name for path in NOTEBOOKS.glob("*.ipynb")):
        print(f"running {name}", flush=True)
        refresh(NOTEBOOKS / name)
