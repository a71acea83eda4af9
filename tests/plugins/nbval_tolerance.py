"""nbval compares outputs to the letter; two things may differ between machines without a fault.

Vectors differ by 1e-7 from one processor or batch to another, so that a value on the edge of
rounding falls to one side or the other: a decimal number that differs by one in its last digit is
taken as the reference (in a chart, where four digits are kept, one within 2e-4, and where two are,
one within 0.01). And how far an
encoding was after fifteen seconds is told on stderr where it took that long: those lines are left
out. All else, every word, every whole number and every row, is compared.
"""

import re
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell

from semshift_nb.reports.html import PROGRESS

TOLERANCE = 2e-4
DECIMAL = re.compile(r"-?\d+\.\d+")

_compare = IPyNbCell.compare_outputs


def snapped(test: Any, reference: Any) -> Any:
    """Give ``test`` with each float that is close to its counterpart replaced by it."""
    if isinstance(test, dict) and isinstance(reference, dict):
        return {k: snapped(v, reference[k]) if k in reference else v for k, v in test.items()}
    if isinstance(test, list) and isinstance(reference, list) and len(test) == len(reference):
        return [snapped(one, other) for one, other in zip(test, reference, strict=True)]
    if isinstance(test, str) and isinstance(reference, str):
        return reference if same_to_a_digit(test, reference) else test
    numbers = isinstance(test, float) and isinstance(reference, float)
    return reference if numbers and abs(test - reference) <= tolerance(test, reference) else test


def tolerance(test: float, reference: float) -> float:
    """Give what two numbers of a chart may differ by: less where they are kept to more digits."""
    both_short = all(value == round(value, 2) for value in (test, reference))
    return 0.01 + 1e-9 if both_short and (test % 1 or reference % 1) else TOLERANCE


def same_to_a_digit(test: str, reference: str) -> bool:
    """Say whether two texts differ in the last digit of decimal numbers at most."""
    if DECIMAL.sub("", test) != DECIMAL.sub("", reference):
        return False
    pairs = zip(DECIMAL.findall(test), DECIMAL.findall(reference), strict=True)
    return all(one == other or _by_one_digit(one, other) for one, other in pairs)


def _by_one_digit(one: str, other: str) -> bool:
    digits = len(one.partition(".")[2])
    step = 10.0**-digits
    return digits == len(other.partition(".")[2]) and abs(float(one) - float(other)) < 1.5 * step


def without_progress(outputs: list[Any]) -> list[Any]:
    return [
        output
        for output in outputs
        if not (output.get("name") == "stderr" and PROGRESS.fullmatch(output["text"]))
    ]


def compare(cell: IPyNbCell, test: list[Any], reference: list[Any], *skip: Any) -> bool:
    test, reference = without_progress(test), without_progress(reference)
    if len(test) == len(reference):
        test = [nbformat.from_dict(snapped(t, r)) for t, r in zip(test, reference, strict=True)]
    return _compare(cell, test, reference, *skip)


@pytest.hookimpl
def pytest_configure() -> None:
    IPyNbCell.compare_outputs = compare
