"""The chart of a text's splits: what it is given, and what Vega-Lite makes of it."""

import json

import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from semshift_nb import charts
from semshift_nb.charts.splitting.view import MOST_SENTENCES, check_drawable
from semshift_nb.charts.theme import MIME, mime_bundle, portable_spec
from semshift_nb.errors import InputError

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>"
INF = float("inf")


def tables_of(n: int = 6) -> dict[str, pd.DataFrame]:
    """A text of n sentences, cut in the middle up to a price of 2."""
    half = n // 2
    chunks = [(0.0, 2.0, 0, half, 30, 0.2), (0.0, 2.0, half, n, 40, 0.3), (2.0, INF, 0, n, 68, 0.5)]
    names = ["from_price", "to_price", "first", "stop", "n_tokens", "dilution"]
    gains = [
        (low, high, place, 0.123456 * place, low == 0 and place == half)
        for low, high in ((0.0, 2.0), (2.0, INF))
        for place in range(1, n)
    ]
    stages = [(0.5, 2.0, 2, 3.0), (2.0, INF, 1, 5.0)]
    return {
        "chunks": pd.DataFrame(chunks, columns=names).assign(text=HOSTILE + "x" * 400),
        "gains": pd.DataFrame(gains, columns=[*names[:2], "position", "gain", "is_cut"]),
        "stages": pd.DataFrame(stages, columns=[*names[:2], "n_chunks", "scatter"]),
        "sentences": pd.DataFrame({"position": range(1, n), "before": HOSTILE, "after": "y" * 400}),
    }


def one_sentence() -> dict[str, pd.DataFrame]:
    tables = tables_of()
    chunk = tables["chunks"].iloc[2:].assign(from_price=0.0, stop=1, dilution=0.0)
    stage = tables["stages"].iloc[1:].assign(from_price=0.0005)
    return {
        "chunks": chunk,
        "gains": tables["gains"].iloc[:0],
        "stages": stage,
        "sentences": tables["sentences"].iloc[:0],
    }


def compiled(spec: dict, vega_lite: str = "6.4") -> dict:
    return vlc.vegalite_to_vega(json.dumps(portable_spec(spec)), vl_version=vega_lite)


VIEWS = {
    "a text": lambda: charts.split_view(tables_of(), price=1.5, fair_price=1, title=HOSTILE),
    "one sentence": lambda: charts.split_view(one_sentence(), price=0.001, fair_price=0.001),
    "live": charts.live_split,
}


@pytest.mark.parametrize("vega_lite", ["5.8", "6.4"])
@pytest.mark.parametrize("name", VIEWS)
def test_jupyterlab_and_the_report_can_both_compile_it(name, vega_lite):
    vega = compiled(VIEWS[name]().to_dict(), vega_lite)
    assert {"price", "fair_price", "chosen"} <= {signal["name"] for signal in vega["signals"]}
    assert any(mark["type"] == "group" for mark in vega["marks"])


@pytest.mark.parametrize("name", VIEWS)
def test_a_cell_stores_specification_picture_and_words(name):
    bundle = mime_bundle(VIEWS[name]().to_dict())
    assert set(bundle) == {MIME, "image/png", "text/plain"}


def test_vegas_slider_goes_over_all_prices_and_stands_at_the_price():
    spec = charts.split_view(tables_of(), price=1.23456789, fair_price=1).to_dict()
    price = next(param for param in spec["params"] if param["name"] == "price")
    assert price["value"] == 1.235  # what the reader sees beside the slider
    bound = price["bind"]
    assert (bound["input"], bound["min"], bound["max"]) == ("range", 0.5, 2.1)
    assert 0 < bound["step"] < 0.01
    assert not any("bind" in param for param in spec["params"] if param["name"] != "price")


def test_the_live_chart_has_the_same_datasets_and_parameters_and_no_slider():
    still = charts.split_view(tables_of(), price=1, fair_price=1).to_dict()
    live = charts.live_split().to_dict()
    assert {p["name"] for p in live["params"]} == {p["name"] for p in still["params"]}
    assert not any("bind" in param for param in live["params"])
    signals = charts.split_signals(tables_of(), price=1, fair_price=1)
    assert signals == {param["name"]: param["value"] for param in still["params"]}
    for name, rows in charts.split_data(tables_of()).items():
        assert still["datasets"][name] == rows
        assert f'"name": "{name}"' in json.dumps(live)


def test_the_data_are_those_of_the_tables_rounded_and_without_infinity():
    data = charts.split_data(tables_of())
    assert {name: len(rows) for name, rows in data.items()} == {
        "chunks": 3, "gains": 10, "stages": 3, "sentences": 5,
    }  # fmt: skip
    assert [row["gain"] for row in data["gains"][:2]] == [0.1235, 0.2469]
    assert [row["n_sentences"] for row in data["chunks"]] == [3, 3, 6]
    assert data["chunks"][-1]["to_price"] > 1e5
    assert data["stages"][-1] == {**data["stages"][-2], "from_price": 1e6}  # where its line ends
    json.dumps(data, allow_nan=False)


def test_texts_are_shortened_and_say_so():
    data = charts.split_data(tables_of())
    for text in (data["chunks"][0]["text"], data["sentences"][0]["after"]):
        assert len(text) < 300
        assert text.endswith(" …")
    assert data["sentences"][0]["before"] == HOSTILE


def test_a_chunk_is_marked_where_one_is_chosen():
    tables = tables_of()
    assert charts.split_signals(tables, price=1, fair_price=1)["chosen"] == -1
    assert charts.split_signals(tables, price=1, fair_price=1, chosen=3)["chosen"] == 3


def test_signals_are_those_of_all_prices():
    signals = charts.split_signals(tables_of(), price=1.5, fair_price=0.9)
    assert (signals["price"], signals["fair_price"]) == (1.5, 0.9)
    assert (signals["n_sentences"], signals["most_diluted"]) == (6, 0.5)
    assert (signals["least_price"], signals["most_price"]) == (0.5, 2.1)
    assert charts.split_signals(one_sentence(), price=1, fair_price=1)["most_diluted"] > 0


@pytest.mark.parametrize("least", [0.0005, 0.66874819, 7.1e3])
def test_the_fair_price_lies_on_the_slider_also_where_nothing_is_cut(least):
    stages = pd.DataFrame({"from_price": [least], "to_price": [INF]})
    low, high = charts.price_range(stages)
    assert low < 2 * least < high
    assert low == pytest.approx(least, rel=1e-3)


@pytest.mark.parametrize("name", ["chunks", "gains", "stages", "sentences"])
def test_a_missing_table_and_a_missing_column_are_named(name):
    tables = tables_of()
    column = tables[name].columns[0]
    with pytest.raises(InputError, match=f"no column {column}"):
        charts.split_data({**tables, name: tables[name].drop(columns=column)})
    del tables[name]
    with pytest.raises(InputError, match=f"no table {name}"):
        charts.split_data(tables)
    with pytest.raises(InputError, match=f"no table {name}"):
        charts.split_view(tables, price=1, fair_price=1)


def test_a_text_that_would_be_slow_is_refused_and_told_what_to_do():
    assert len(charts.split_data(tables_of(MOST_SENTENCES))["sentences"]) == MOST_SENTENCES - 1
    with pytest.raises(InputError, match=r"2,001 sentences .* 2,000 is the most"):
        charts.split_data(tables_of(MOST_SENTENCES + 1))
    with pytest.raises(InputError, match=r"use split\(\)"):
        check_drawable(MOST_SENTENCES + 1)


def test_what_is_clicked_is_one_sentence_wide_and_tells_its_place():
    """Wider targets would overlap, and of those under the mouse the last would answer."""
    chart = charts.live_split([], [])
    targets = chart.hconcat[0].vconcat[0].layer[-1].to_dict()
    told = {step["as"]: step["calculate"] for step in targets["transform"] if "calculate" in step}
    assert told["left"] == "datum.position - 0.5"
    assert told["right"] == "datum.position + 0.5"
    assert np.isclose(targets["mark"]["opacity"], 0)
