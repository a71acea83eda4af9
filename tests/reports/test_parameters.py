"""The parameters cell is read strictly, and so is what is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semshift_nb.errors import InputError
from semshift_nb.reports.parameters import Parameter, read_parameters


def one(line: str) -> Parameter:
    (parameter,) = read_parameters(line)
    return parameter


@pytest.mark.parametrize(
    ("line", "typed", "value"),
    [
        ("n = 6  # 2..64  sentences in a window", "64", 64),
        ("n = 6  # 2..64 of a == b, with signs", "2", 2),
        ("n: int | None = None  # 1..10", "none", None),
        ("n: int | None = None  # 1..10", "3", 3),
        ("tau = 1.0  # 0.05..2.0", "1", 1.0),
        ("tau: float = 1  # 1e-3..1_000", "2.5e-1", 0.25),
        ("tau = -0.5  # -1..-0.25", "-1", -1.0),
        ("quick = False", "true", True),
        ('mode = "a"  # one of: a, b  which texts', "b", "b"),
        ('corpus = "wikipedia"  # any corpus', "a=b # c", "a=b # c"),
        ('corpus = ""', "12", "12"),
        ("ks = [1, 2]  # 1..64", "[4, 8]", [4, 8]),
        ("ks = (1, 2)", "4,8", [4, 8]),
        ("names: list[str] = ['a']", "x, y", ["x", "y"]),
    ],
)
def test_values_are_read(line: str, typed: str, value: object) -> None:
    read = one(line).read(typed)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("line", "typed", "match"),
    [
        ("n = 6  # 2..64", "65", "from 2 to 64, not 65"),
        ("n = 6  # 2..64", "1", "from 2 to 64, not 1"),
        ("n = 6", "6.0", "an integer, not 6.0"),
        ("n = 6", "true", "an integer"),
        ("n = 6", "six", "an integer, not 'six'"),
        ("n = 6", "", "an integer, not ''"),
        ("n = 6", "none", "an integer"),
        ("tau = 1.0", "NaN", "finite"),
        ("tau = 1.0", "Infinity", "finite"),
        ("quick = True", "1", "true or false"),
        ('mode = "a"  # one of: a, b', "c", "one of a, b, not 'c'"),
        ("ks = [1]  # 1..64", "1,100", "from 1 to 64, not 100"),
        ("ks = [1]", "", "an integer"),
    ],
)
def test_values_are_refused(line: str, typed: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        one(line).read(typed)


@pytest.mark.parametrize(
    "line",
    [
        "n = 6  # 2...64",
        "n = 6  # 2-64",
        "n = 6  # 2 .. 64",
        "n = 6  # [2, 64]",
        "n = 6  # > 2",
        "n = 6  # 64..2",
        "n = 6  # 0.5..64",
        "n = 6  # one of: 6, 7",
        'mode = "a"  # 1..2',
        'mode = "a"  # one of a, b',
        'mode = "c"  # one of: a, b',
        "n = 100  # 2..64",
        "n = None",
        "n = 2 * 3",
        "n = len('ab')",
        "n = m = 6",
        "n, m = 6, 7",
        "n: complex = 6",
        "n: int",
        "n: int = 'six'",
        "ks = []",
        "ks = [1, 'a']",
        "import os",
        "%matplotlib inline",
        "n = 6\nn = 7",
        "n =",
        "print('x')",
    ],
)
def test_a_line_that_cannot_be_understood_is_refused(line: str) -> None:
    with pytest.raises(InputError):
        read_parameters(line)


def test_the_refused_line_is_quoted() -> None:
    with pytest.raises(InputError, match=r"parameter line 'n = 6  # 2\.\.\.64'"):
        read_parameters("seed = 0\nn = 6  # 2...64")


def test_lines_over_several_rows_and_comments_between() -> None:
    source = '# the sizes\nks = [\n    1,\n    2,\n]  # 1..4\n\nname = "a # b"  # one of: a # b\n'
    with pytest.raises(InputError):
        read_parameters(source)
    source = '# the sizes\nks = [\n    1,\n    2,\n]  # 1..4\n\nname = "a # b"  # a name\n'
    ks, name = read_parameters(source)
    assert ks.default == [1, 2]
    assert name.default == "a # b"
    with pytest.raises(InputError):
        ks.read("5")


@given(st.integers(), st.integers(), st.integers())
def test_closed_ranges(low: int, high: int, value: int) -> None:
    low, high = sorted((low, high))
    parameter = one(f"n = {low}  # {low}..{high}")
    if low <= value <= high:
        assert parameter.read(str(value)) == value
    else:
        with pytest.raises(InputError):
            parameter.read(str(value))


@given(st.text())
def test_any_text_is_text(text: str) -> None:
    assert one('corpus = ""').read(text) == text
