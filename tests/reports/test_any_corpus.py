"""The real notebooks on texts that are nothing like the defaults.

Their cells run one after another in this process, shown as IPython shows them: nine kernels that
each import everything would take five times as long. That a report runs the same notebooks by
papermill is seen in tests/browser.
"""

from pathlib import Path

import nbformat
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

TEXTS = [
    "A first text. It has two sentences.",
    "",
    "One sentence here.",
    "猫在垫子上。狗在地毯上。",
    "z",
    "Rates rose. Banks fell. People waited. Nothing moved.",
]
ASKED = {
    "corpus": "own.csv",
    "searched_corpus": "own.csv",
    "n_windows": 5,
    "n_read": 2,
    "n_searched": 5,
    "n_pairs": 20,
    "n_joined": 4,
    "per_document": 1,
    "n_sectioned": 2,
    "n_persons": 5,
    "curve_sizes": [5],
    "out": "found",
}
NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    table = pd.DataFrame({"text": TEXTS}).assign(language=["en", "en", "en", "zh", "en", "en"])
    table.to_csv(tmp_path / "own.csv", index=False)
    (tmp_path / "found").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shell():
    settings = Config(
        {"HistoryManager": {"enabled": False}, "InteractiveShell": {"colors": "nocolor"}}
    )
    return InteractiveShell(config=settings)


def run(shell: InteractiveShell, path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            shell.run_cell(cell.source).raise_error()
        if "parameters" in cell.metadata.get("tags", []):
            asked = {name: value for name, value in ASKED.items() if name in shell.user_ns}
            shell.push(asked)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:1 document does not look like the language")
@pytest.mark.filterwarnings("ignore:more than 10% of the tokens of some texts are unknown")
@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_short_and_empty_texts_leave_reasons_and_not_a_failure(notebook, folder, shell, capsys):
    run(shell, notebook)
    rows = pd.read_parquet(folder / "found" / f"{notebook.stem}.metrics.parquet")
    assert len(rows) > 0
    missing = rows[rows["value"].isna()]
    assert (missing["status"] == "not measured").all()
    assert missing["reason"].str.len().gt(0).all()
    if notebook.stem == "01_semantic_shift":
        assert "Nothing was measured: no document has 6 sentences" in capsys.readouterr().out
