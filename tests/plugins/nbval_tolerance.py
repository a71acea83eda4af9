"""nbval compares outputs to the letter; two things may differ between machines without a fault.

A chart's numbers can differ in their last digit (rounding of a value on the edge): a number that
lies within TOLERANCE of the reference is taken as the reference. And how far an encoding was after
fifteen seconds is told on stderr where it took that long: those lines are left out. All else, every
word, every number printed and every row of every chart, is compared.
"""

import re
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell

TOLERANCE = 2e-4
PROGRESS = re.compile(r"(\S+: [\d,]+ of [\d,]+ texts encoded, about [\d,]+ s left\n)+")

_compare = IPyNbCell.compare_outputs


def snapped(test: Any, reference: Any) -> Any:
    """Give ``test`` with each float that is close to its counterpart replaced by it."""
    if isinstance(test, dict) and isinstance(reference, dict):
        return {k: snapped(v, reference[k]) if k in reference else v for k, v in test.items()}
    if isinstance(test, list) and isinstance(reference, list) and len(test) == len(reference):
        return [snapped(one, other) for one, other in zip(test, reference, strict=True)]
    numbers = isinstance(test, float) and isinstance(reference, float)
    return reference if numbers and abs(test - reference) <= TOLERANCE else test


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
