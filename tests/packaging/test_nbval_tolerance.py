"""The tolerance must let a last digit pass, and nothing else."""

from pathlib import Path

import nbformat
import pytest

import nbval_tolerance
from nbval_tolerance import snapped, without_progress


def test_a_last_digit_passes_and_a_wrong_number_does_not():
    reference = {"data": [{"x": 0.1234, "n": 6, "text": "a"}]}
    assert snapped({"data": [{"x": 0.1235, "n": 6, "text": "a"}]}, reference) == reference
    assert snapped({"data": [{"x": 0.1244, "n": 6, "text": "a"}]}, reference) != reference
    assert snapped({"data": [{"x": 0.1234, "n": 7, "text": "a"}]}, reference) != reference
    assert snapped({"data": [{"x": 0.1234, "n": 6, "text": "b"}]}, reference) != reference
    assert snapped({"data": []}, reference) != reference
    for test, kept, passes in (
        (0.46, 0.45, True),
        (0.99, 1.0, True),
        (-0.47, -0.45, False),
        (0.46, 0.451, False),
        (4.0, 3.0, False),
    ):
        assert (snapped({"x": test}, {"x": kept}) == {"x": kept}) is passes


@pytest.mark.parametrize(
    ("test", "passes"),
    [
        ("0.53 [0.48, 0.58], n = 150", True),
        ("0.53 [0.47, 0.58], n = 150", False),
        ("0.53 [0.49, 0.58], n = 151", False),
        ("0.53 [0.49, 0.58], m = 150", False),
        ("0.53 [0.490, 0.58], n = 150", False),
        ("-0.53 [0.49, 0.58], n = 150", False),
    ],
)
def test_a_printed_number_may_differ_by_one_in_its_last_digit(test, passes):
    reference = "0.53 [0.49, 0.58], n = 150"
    assert (snapped({"t": test}, {"t": reference})["t"] == reference) is passes


@pytest.mark.parametrize("encoder", ["minilm", "minilm layer 3 (cls)", "minilm (random 0)"])
def test_only_progress_is_left_out(encoder):
    progress = nbformat.v4.new_output(
        "stream", name="stderr", text=f"{encoder}: 9 of 1,000 texts encoded, about 2 s left\n"
    )
    warning = nbformat.v4.new_output("stream", name="stderr", text="UserWarning: truncated\n")
    assert without_progress([progress, warning]) == [warning]


@pytest.mark.slow
@pytest.mark.parametrize(("printed", "passes"), [("0.95", True), ("0.94", False), ("0.960", False)])
def test_nbval_still_fails_on_a_wrong_number_in_a_notebook(pytester, monkeypatch, printed, passes):
    monkeypatch.setenv("PYTHONPATH", str(Path(nbval_tolerance.__file__).parent))
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )
    output = nbformat.v4.new_output("stream", text=f"{printed}\n")
    notebook.cells = [nbformat.v4.new_code_cell("print(0.96)", execution_count=1, outputs=[output])]
    nbformat.write(notebook, pytester.path / "figure.ipynb")
    result = pytester.runpytest_subprocess("-p", "nbval_tolerance", "--nbval", "figure.ipynb")
    result.assert_outcomes(passed=int(passes), failed=int(not passes))
