"""Methods beside each other."""

import json

import pandas as pd
import pytest
import vl_convert as vlc

from semshift_nb import charts
from semshift_nb.errors import InputError


@pytest.fixture
def table() -> pd.DataFrame:
    rows = [
        (method, metric, value, value - 0.1, value + 0.1, 9)
        for method, value in (("least_dilution", 0.1), ("fixed", 0.5), ("not measured", None))
        for metric in ("Pk", "F1", "n_chunks")
        if value is not None
    ]
    found = pd.DataFrame(rows, columns=["method", "metric", "value", "ci_low", "ci_high", "n"])
    missing = pd.DataFrame([{"method": "none", "metric": "Pk", "value": None, "n": 0}])
    return pd.concat([found, missing.reindex(columns=found.columns)], ignore_index=True)


def rows_of(chart) -> list[dict]:
    spec = json.loads(chart.to_json())
    return spec["datasets"][spec["data"]["name"]]


def test_each_metric_that_was_asked_for_has_a_panel_and_each_method_a_row(table):
    rows = rows_of(charts.method_figures(table, ["F1", "Pk"]))
    assert {row["metric"] for row in rows} == {"F1", "Pk"}
    assert {row["method"]: row["ours"] for row in rows} == {"least_dilution": True, "fixed": False}
    assert [row["value"] for row in rows if row["metric"] == "Pk"] == [0.1, 0.5]


def test_it_is_drawn(table):
    spec = charts.method_figures(table, ["Pk", "F1"]).to_dict()
    assert "least_dilution" in vlc.vegalite_to_svg(spec, vl_version="6.4")


def test_a_missing_column_is_named(table):
    with pytest.raises(InputError, match="no column ci_low"):
        charts.method_figures(table.drop(columns="ci_low"), ["Pk"])
