"""csv files: what is read is what was written, and what loses rows or cells is refused."""

import csv
import io
import shlex
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from semshift_nb import load_corpus
from semshift_nb.csv_rows import check_separator, read_table
from semshift_nb.errors import InputError, at_the_command_line

CELLS = st.text(st.sampled_from('a7 ,;"\\\r\n\t|\x00\u2028é'), max_size=8)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6),
    sep=st.sampled_from(",;\t|"),
    line_end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_pythons_writer_writes_is_read_or_refused(rows, sep, line_end) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=sep, lineterminator=line_end)
    writer.writerows([["a", "b", "c"], *rows])
    # Python 3.11 leaves a carriage return without quotes where lines end with \n.
    lone = line_end == "\n" and any("\r" in cell for row in rows for cell in row)
    try:
        names, found = read_table(file.getvalue(), "t.csv", sep)
    except InputError as error:
        message = str(error)
    else:
        message = ""
        assert names == ["a", "b", "c"]
        assert [row.cells for row in found] == rows
    assert not message or "looks like a row" in message or (lone and "carriage return" in message)


REFUSED = {
    "a quote in a text": ('b,"A plank of 6" was cut."', "line 3: .* closing quote before ' was"),
    "a quote that opens a text": ('b,"Hello," she said.', "closing quote before ' she said.'"),
    "escapes": (r'b,"He said \"no\" twice."', r"line 3: .*quotes in texts were written \\\" .a b"),
    "an escape at the end": ('b,"He said \\"no\\""', r"written \\\" "),
    "a quote swallows": (
        'b,"A nail of 2""\nc,"Snow fell."',
        "line 3: .*quote in line 4 before 'Snow",
    ),
    "rows in a quote": ('b,"It froze.\nc,Snow\nd,Ice."', "line 3: .*closes in line 5.*'c,Snow'"),
    "a row too short": ("b", "line 3, has 1 cell, but the line of column names has 2: 'b'"),
    "a text with a line end": ("b,It froze.\nThen snow.", "line 4, has 1 cell, but .* line end"),
    "a row too long": ("b,It froze, then", r"line 3, has 3 cells, .*hold commas in double quotes"),
    "a blank before a quote": ('b, "It froze, then"', "No blank may stand before the quote"),
    "a lone carriage return": ("b,One.\rTwo.", r"line 3, ends with '\\r', while .*\\n'.*quoting=1"),
}


@pytest.mark.parametrize(("row", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_lose_texts_is_refused_with_its_line(row, message, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f'doc_id,text\na,"One."\n{row}\n', newline="")
    with pytest.raises(InputError, match=message):
        load_corpus(path)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (
            '7,"Dear Anna,\nwe came home, and\nall is well."',
            "Dear Anna,\nwe came home, and\nall is well.",
        ),
        ('7,"a,b\n1,2\n7,9"', "a,b\n1,2\n7,9"),
        ('7,A plank of 6" was cut.', 'A plank of 6" was cut.'),
        (r'7,"C:\"', "C:\\"),
        ('7,"One.\r\nTwo."', "One.\r\nTwo."),
        ("7,", ""),
        ("7,Last\n   \n\n", "Last"),
    ],
)
def test_texts_that_only_look_strange_are_read(row, text, tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(f"doc_id,text\n1,One.\n{row}\n", newline="")
    assert load_corpus(path).documents["text"].tolist() == ["One.", text]


def test_every_line_with_a_cell_more(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text('label,text\n"1","x","One."\n"2","y","Two."\n')
    with pytest.raises(InputError, match=r"line 2, .*\(2 rows of 2 are so\).*row\.names=FALSE"):
        load_corpus(tmp_path / "t.csv")


@pytest.mark.parametrize(("sep", "spelled"), [(";", ";"), ("\t", "tab"), ("|", "|"), (",", ",")])
def test_another_separator_is_named_and_can_be_given(sep, spelled, tmp_path: Path) -> None:
    path = tmp_path / ("t.tsv" if sep == "," else "t.csv")
    table = pd.DataFrame({"doc_id": ["a", "b"], "text": ["One, two;", 'A "\t|']})
    table.to_csv(path, sep=sep, index=False)
    with pytest.raises(InputError) as raised:
        load_corpus(path)
    assert f"say so with sep={spelled!r}, or save" in str(raised.value)
    with at_the_command_line(), pytest.raises(InputError) as raised:
        load_corpus(path)
    assert f"say so with --sep {shlex.quote(spelled)}, or save" in str(raised.value)
    found = load_corpus(path, sep=spelled).documents
    assert found[["doc_id", "text"]].to_numpy().tolist() == table.to_numpy().tolist()


def test_tab_separated_files_are_known_by_their_ending(tmp_path: Path) -> None:
    (tmp_path / "t.tsv").write_text("doc_id\ttext\na\tOne, two.\n")
    assert load_corpus(tmp_path / "t.tsv").documents["text"].tolist() == ["One, two."]


def test_separators_are_checked(tmp_path: Path) -> None:
    assert [check_separator(sep) for sep in ("\\t", "tab", "\t", "^")] == ["\t", "\t", "\t", "^"]
    for sep in ("", ";;", '"', "\n", 3.5):
        with pytest.raises(InputError, match="expected the one character"):
            check_separator(sep)
    (tmp_path / "t.jsonl").write_text('{"text": "One."}')
    (tmp_path / "d").mkdir()
    for source in ("news", tmp_path / "t.jsonl", tmp_path / "d", pd.DataFrame({"text": ["a"]})):
        with pytest.raises(InputError, match="sep is ';', but only"):
            load_corpus(source, sep=";")
