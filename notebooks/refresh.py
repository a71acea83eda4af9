"""Run every notebook anew in place and keep its outputs: `make notebooks`.

The outputs are what nbval compares and what a reader sees before running anything, so they are
made by the same kernel as a report's, with nobody in front of it.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).parent
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def refresh(path: Path) -> None:
    """Run one notebook from its first cell and write it back."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(HERE)}}).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # times of day: a difference in every commit
    nbformat.write(notebook, path)


if __name__ == "__main__":
    chosen = sys.argv[1:] or sorted(path.name for path in HERE.glob("*.ipynb"))
    for name in chosen:
        print(f"running {name}", flush=True)
        refresh(HERE / name)
