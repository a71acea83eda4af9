"""The charts of embedding spaces: what they are given, and what they make of it."""

import json

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert as vlc

from semshift_nb import charts
from semshift_nb.charts.theme import portable_spec
from semshift_nb.errors import InputError


def points_of(n):
    return pd.DataFrame({"point": range(n), "x": 0.123456, "y": 0.5, "picked": False, "map": "PCA"})


def texts_of(n, length):
    return pd.DataFrame({"point": range(n), "title": "T", "text": "x" * length})


def spectrum_of(shares):
    rows = {"view": "v", "colour": 0, "component": range(1, len(shares) + 1), "share": shares}
    return pd.DataFrame(rows)


def test_shares_keep_their_digits_however_small_they_are():
    shares = [0.123456789, 1.23456e-7, 1e-13]  # of the last nothing is left: a log has no zero
    rows = charts.spectrum_data({"spectrum": spectrum_of(shares)}, "spectrum")
    assert [row["share"] for row in rows["spectrum"]] == [0.1235, 1.235e-7]


def test_the_line_that_is_looked_at_is_thick_and_the_others_have_their_own_colours():
    table = pd.concat([spectrum_of([1.0]).assign(view=f"v{i}", colour=i) for i in range(7)])
    rows = charts.spectrum_data({"spectrum": table}, "spectrum")["spectrum"]
    assert [row["now"] for row in rows] == [True, *[False] * 6]
    assert len({row["colour"] for row in rows}) == 7


def test_a_map_holds_ten_thousand_points_and_no_more():
    assert len(charts.spectrum_data({"points": points_of(10_000)}, "map")["points"]) == 10_000
    with pytest.raises(InputError, match=r"10,001 rows .* 10,000 is the most"):
        charts.spectrum_data({"points": points_of(10_001)}, "map")


def test_of_many_texts_less_is_shown_of_each():
    few, many = (
        charts.live_spectrum(texts_of(n, 400), {})["map"].to_dict()["datasets"]["texts"]
        for n in (10, 3000)
    )
    assert len(few[0]["text"]) > len(many[0]["text"])
    assert many[0]["text"].endswith(" …")


def test_the_parameters_tell_what_is_off_and_what_is_held():
    profile = {"dimension": [0, 1], "variance_share": 0.5, "cosine_share": 0.1}
    rest = {"near_zero": False, "outlier": False, "off": [False, True], "highest": "", "lowest": ""}
    told = charts.spectrum_signals({"dimensions": pd.DataFrame({**profile, **rest})}, "dimensions")
    assert told == {"off": [1]}
    held = charts.spectrum_signals({"points": points_of(9).assign(picked=True)}, "map")
    assert held["holding"] is True
    assert held["map_title"].startswith("PCA")
    assert not charts.spectrum_signals({}, "map")["holding"]


def test_of_more_dimensions_than_a_screen_has_the_strongest_are_drawn():
    n = 6000
    shares = np.linspace(0, 1, n)
    table = pd.DataFrame({"dimension": range(n), "variance_share": shares, "cosine_share": 0.0})
    table = table.assign(near_zero=False, outlier=False, highest="", lowest="")
    rows = charts.spectrum_data({"dimensions": table}, "dimensions")["dimensions"]
    assert len(rows) == 5000
    assert min(row["dimension"] for row in rows) == 1000


def test_a_brush_is_answered_by_arithmetic_and_can_be_cleared_from_outside():
    """The live map counts on the names that Vega-Lite gives to a brush's own signals."""
    brush = alt.selection_interval(name="brush", zoom=False)
    chart = charts.live_spectrum(texts_of(1, 3), {"map": [brush]})["map"]
    vega = vlc.vegalite_to_vega(json.dumps(portable_spec(chart.to_dict())), vl_version="6.4")
    assert {"brush", "brush_x", "brush_y"} <= {signal["name"] for signal in vega["signals"]}
    symbols = next(mark for mark in vega["marks"] if mark["type"] == "symbol")["encode"]["update"]
    assert "vlSelectionTest" not in json.dumps(symbols)
    assert symbols["tooltip"] == {"signal": "datum.label"}


def test_a_missing_table_and_an_unknown_chart_are_named():
    with pytest.raises(InputError, match="no table part, points"):
        charts.spectrum_view({"spectrum": spectrum_of([1.0])})
    with pytest.raises(InputError, match="panel 'cube'"):
        charts.spectrum_data({}, "cube")
