"""Long-form rows become tables that read well and hide nothing."""

from pathlib import Path

import pandas as pd
import pytest

from semshift_nb.reports import Results
from semshift_nb.reports.figures import figure_tables
from semshift_nb.reports.manifest import Record
from semshift_nb.reports.page import _read_of, duration, size
from semshift_nb.reports.results import rows_frame


def table(**columns: list[object]) -> object:
    results = Results("01_x")
    results.add(pd.DataFrame(columns), group="texts")
    (found,) = figure_tables(rows_frame(results._rows))
    return found


def test_conditions_and_metrics_are_columns_and_what_is_shared_is_said_once() -> None:
    found = table(
        encoder=["minilm"] * 4,
        k=[1, 1, 2, 2],
        metric=["MPD", "Overlap@1"] * 2,
        value=[0.9654, 1.0, float("nan"), 0.41666],
        ci_low=[0.95, None, None, 0.3],
        ci_high=[0.97, None, None, 0.5],
        n=[600] * 4,
        unit=["cosine distance", "share"] * 2,
        reason=[None, None, "too few anchors", None],
    )
    assert found.head == ["k", "MPD, cosine distance", "Overlap@1, share"]
    assert found.remark == "encoder minilm, n = 600"
    first, second = found.lines
    assert first[0] == ["1"]
    assert [(cell.value, cell.interval) for cell in first[1]] == [
        ("0.965", "0.950 to 0.970"),
        ("1", ""),
    ]
    assert second[1][0].note == "too few anchors"
    assert second[1][1].value == "0.417"
    assert found.notes == ("Not measured: MPD at encoder=minilm, k=2: too few anchors",)


def test_what_differs_is_said_beside_each_figure() -> None:
    found = table(metric=["a", "b"], value=[12345.6, 0.00012], n=[3, 4], unit=["s", None])
    assert found.head == ["", "value"]
    assert [(line[1][0].value, line[1][0].interval) for line in found.lines] == [
        ("12,345.6 s", "n = 3"),
        ("0.00012", "n = 4"),
    ]


def test_long_tables_show_their_first_lines() -> None:
    found = table(k=list(range(50)), metric=["m"] * 50, value=[0.5] * 50)
    assert len(found.lines) == 50
    assert found.n_shown == 16


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (duration(0.26), "0.3 s"),
        (duration(59.9), "59.9 s"),
        (duration(60), "1 min 0 s"),
        (duration(3725), "1 h 2 min"),
        (size(215e6), "215.0 MB"),
        (size(1e9), "1.0 GB"),
    ],
)
def test_durations_and_sizes(said: str, wanted: str) -> None:
    assert said == wanted


def test_more_metrics_than_fit_beside_one_another_have_a_line_each() -> None:
    pairs = [(k, f"m{i}") for k in (1, 2) for i in range(8)]
    found = table(
        k=[k for k, _ in pairs],
        metric=[name for _, name in pairs],
        value=[float(i) for i in range(len(pairs))],
        n=[5] * len(pairs),
    )
    assert found.head == ["figure", "k", "value"]
    assert found.n_conditions == 2
    together = sorted(range(16), key=lambda i: pairs[i][1])
    assert [line[0] for line in found.lines] == [[pairs[i][1], str(pairs[i][0])] for i in together]
    assert [line[1][0].value for line in found.lines] == [str(i) for i in together]


def test_a_table_that_would_be_mostly_empty_has_a_line_a_figure() -> None:
    found = table(
        aspect=["shift", "length", "spectrum", "dimensions"],
        metric=["dispersion", "truncated_share", "effective_rank", "near_zero"],
        value=[0.5, 0.1, 90.0, 3.0],
        n=[5] * 4,
    )
    assert found.head == ["figure", "aspect", "value"]
    assert [line[0][0] for line in found.lines] == [
        "dispersion",
        "truncated share",
        "effective rank",
        "near zero",
    ]


def test_a_condition_is_data_whatever_its_text_looks_like(tmp_path: Path) -> None:
    results = Results("01_x", out=str(tmp_path))
    titles = ["a, k=9", "0.123456"]
    columns = {"title": titles, "k": [0.123456, 2.0], "deep": [True, False], "metric": "m"}
    results.add(pd.DataFrame({**columns, "value": [1.0, 2.0]}), group="texts")
    results.finish()
    (found,) = figure_tables(pd.read_parquet(tmp_path / "01_x.metrics.parquet"))
    assert found.head == ["title", "k", "deep", "m"]
    assert [line[0] for line in found.lines] == [
        ["a, k=9", "0.123", "True"],
        ["0.123456", "2", "False"],
    ]


def test_a_run_of_an_earlier_version_shows_its_conditions_as_they_were_kept() -> None:
    results = Results("01_x")
    columns = {"mode": ["repeat", "random"], "k": [1, 2], "metric": "m", "value": [1.0, 2.0]}
    results.add(pd.DataFrame(columns), group="texts")
    rows = rows_frame(results._rows)
    rows.attrs.clear()
    (found,) = figure_tables(rows)
    assert (found.title, found.head) == ("texts", ["", "m"])
    assert [line[0] for line in found.lines] == [["mode=repeat, k=1"], ["mode=random, k=2"]]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([{"corpus": "a", "n_documents": 20}], "20 of 300 documents read"),
        ([{"corpus": "a", "n_documents": 900}], "300 documents read"),
        ([{"corpus": "a", "n_documents": 8}, {"corpus": "a"}], "8 to 300 of 300 documents read"),
        ([{"corpus": "b", "n_documents": 8}, {"corpus": "a"}], "300 documents read"),
        (
            [{"corpus": "b", "n_documents": 8, "searched_corpus": "a", "n_searched": 60}],
            "60 of 300 documents read",
        ),
        ([{"corpus": "a", "n_documents": None}], "300 documents read"),
    ],
)
def test_the_head_says_how_many_documents_were_read(
    asked: list[dict[str, object]], said: str
) -> None:
    assert (
        _read_of("a", 300, [Record("01_x", "", "", "", parameters) for parameters in asked]) == said
    )
