"""One is one, whatever is counted; an option has the name of the door it is asked for at."""

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from semshift_nb.errors import at_the_command_line, by_door, option
from semshift_nb.names import count, listed

ROOT = Path(__file__).parents[1]
# A number of its own, written into a message before the plural of what is counted.
WRITTEN_OUT = re.compile(
    r"(?<!of )(?<!least )\{(?:len\([^{}]*\)|n_(?:lost|short|documents|groups|texts))(?::,)?\} "
    r"(?:documents|texts|queries|sentences|judgements|vectors|pairs|chunks)\b"
)


@given(st.integers(min_value=-1000, max_value=10**12))
def test_one_is_one(n: int) -> None:
    said = count(n, "query"), count(n, "row is", "rows are"), count(n, "document")
    wanted = ("query", "row is", "document") if n == 1 else ("queries", "rows are", "documents")
    assert said == tuple(f"{n:,} {what}" for what in wanted)


def test_what_is_counted_in_a_message_is_counted_there() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for folder in ("semshift_nb", "widgets")
        for path in (ROOT / folder).rglob("*.py")
        for match in WRITTEN_OUT.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == [], "write count(n, 'document')"


def test_an_option_is_named_as_the_person_typed_it() -> None:
    asked = lambda: (option("max_length", value="a b"), option("out"), by_door("x", "y"))  # noqa: E731
    assert asked() == ("max_length='a b'", "out", "x")
    with at_the_command_line():
        assert asked() == ("--max-length 'a b'", "--out", "y")
    assert asked() == ("max_length='a b'", "out", "x")


def test_what_is_listed_is_listed_as_one_says_it() -> None:
    said = [listed([127, 223, 319]), listed("ab"), listed([5]), listed([])]
    assert said == ["127, 223 and 319", "a and b", "5", "none"]
