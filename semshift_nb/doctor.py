"""Looks whether everything is here that the explorers, the reports and the models need."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from semshift_nb.errors import SemshiftError
from semshift_nb.names import count
from semshift_nb.reports.manifest import DISTRIBUTION, installed, requirements

_INSTALL = f'{sys.executable} -m pip install "{DISTRIBUTION}[offline]"'
_LEAST_DISK = 1_000_000_000
_LAB_EXTENSIONS = {
    "@jupyter-widgets/jupyterlab-manager": "jupyterlab_widgets",
    "anywidget": "anywidget",
}


@dataclass(frozen=True)
class Finding:
    """What one look found."""

    what: str
    well: bool
    found: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Look at everything, one thing after another, by using it."""
    for what, look, advice in _LOOKS:
        try:
            yield Finding(what, well=True, found=look())
        except Exception as error:  # noqa: BLE001 - a broken installation breaks in any way
            found = str(error) if isinstance(error, SemshiftError) else _named(error)
            yield Finding(what, well=False, found=found, advice=advice)


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _packages() -> str:
    needs = requirements()
    wrong = [
        f"{need.name} is {installed(need.name)}, needed is {need.specifier}"
        for need in needs
        if not need.specifier.contains(installed(need.name).partition("+")[0], prereleases=True)
        or installed(need.name) == "not installed"
    ]
    if wrong:
        raise SemshiftError("; ".join(wrong))
    return f"{len(needs)} needed, all within their ranges, Python {platform.python_version()}"


def _model() -> str:
    from semshift_nb.encoders import load_encoder

    encoder = load_encoder("minilm", store=None)
    n_numbers = encoder.encode(["Meaning moves."]).shape[1]
    return (
        f"{encoder.revision}: its hashes agree, and a sentence became {count(n_numbers, 'number')}"
    )


def _corpora() -> str:
    from semshift_nb.corpora import load_corpus
    from semshift_nb.corpora.bundled import BUNDLED

    return ", ".join(f"{name} ({count(len(load_corpus(name)), 'document')})" for name in BUNDLED)


def _jupyterlab() -> str:
    from jupyter_core.paths import jupyter_path

    folders = [Path(path) for path in jupyter_path("labextensions")]
    for extension, package in _LAB_EXTENSIONS.items():
        if not any((folder / extension / "package.json").exists() for folder in folders):
            raise SemshiftError(f"JupyterLab lacks the extension {extension} of {package}")
    return f"JupyterLab {installed('jupyterlab')} with {' and '.join(_LAB_EXTENSIONS)}"


def _charts() -> str:
    import vl_convert

    point = {"mark": "point", "data": {"values": [{"x": 1}]}, "encoding": {"x": {"field": "x"}}}
    if "<svg" not in vl_convert.vegalite_to_svg(point):
        raise SemshiftError("vl-convert drew no picture of a chart")
    return f"vl-convert {installed('vl-convert-python')} drew one"


def _kernel() -> str:
    from nbclient import NotebookClient
    from nbformat.v4 import new_code_cell, new_notebook

    from semshift_nb.reports.execute import ThisPython

    cell = new_code_cell("import sys; print(sys.executable)")  # type: ignore[no-untyped-call]
    notebook = new_notebook(cells=[cell])  # type: ignore[no-untyped-call]
    client = NotebookClient(notebook, kernel_manager_class=ThisPython, timeout=120)
    # The kernel's own remarks on its way of talking are no finding.
    done = client.execute(stderr=subprocess.DEVNULL)
    return f"started one: {done.cells[0].outputs[0].text.strip()}"


def _store() -> str:
    from semshift_nb.encoders.store.store import default_root

    root = default_root()
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=root) as file:
        file.write(b"0")
    free = shutil.disk_usage(root).free
    if free < _LEAST_DISK:
        raise SemshiftError(f"{root} has {free / 1e9:.1f} GB free, too little to keep vectors")
    return f"{root} can be written to, {free / 1e9:.0f} GB free"


def _machine() -> str:
    import torch

    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    device = "a GPU" if torch.cuda.is_available() else "no GPU"
    return f"{memory:.1f} GB of memory, {torch.get_num_threads()} threads, {device}"


def _browser() -> str:
    found = shutil.which("chromium")
    return found or "no chromium; only the project's own browser test needs it"


_LOOKS: list[tuple[str, Callable[[], str], str]] = [
    ("packages", _packages, _INSTALL),
    ("model", _model, f"{_INSTALL} --force-reinstall"),
    ("corpora", _corpora, _INSTALL),
    ("JupyterLab", _jupyterlab, f"{sys.executable} -m pip install jupyterlab_widgets anywidget"),
    ("charts", _charts, f"{sys.executable} -m pip install --force-reinstall vl-convert-python"),
    ("kernel", _kernel, f"{sys.executable} -m pip install --force-reinstall ipykernel"),
    ("store", _store, "export SEMSHIFT_STORE=FOLDER, a folder of yours with room in it"),
    ("machine", _machine, _INSTALL),
    ("browser", _browser, ""),
]
