"""The rows that the charts of an embedding space draw."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd

from semshift_nb.charts._checks import MAX_ROWS, chart_data, hover_text
from semshift_nb.charts._spectrum_panels import PART_COLOURS, VIEW_COLOURS

#: The datasets of each chart that another view changes.
PANELS = {
    "spectrum": ["spectrum", "part"],
    "map": ["points"],
    "dimensions": ["dimensions"],
}

#: A map is of points alone, and may have more rows than another chart.
_MAX_POINTS = 10_000

#: What the places of a map mean.
MAP_TITLES = {
    "PCA": "PCA: the two strongest directions",
    "t-SNE": "t-SNE: who is near; no distance counts",
}

#: Of more texts than this less is shown of each: a notebook keeps all of them.
_FEW = 2_000
_SHORT = 90

#: Shares below 1e-4 matter on a log axis: these decimals, all that JSON keeps, are cut later to
#: significant digits.
_EXACT = 10
_SIGNIFICANT = 4


def param_values(tables: Mapping[str, pd.DataFrame], panel: str) -> dict[str, Any]:
    """Give the parameters of a chart; those of a chart without data if there is no table."""
    if panel == "map":
        points = tables.get("points", pd.DataFrame({"picked": [], "map": []}))
        return {
            "holding": bool(points["picked"].any()),
            "point_size": max(6.0, min(40.0, 40_000 / max(len(points), 1))),
            "map_title": "".join(MAP_TITLES[name] for name in points["map"].iloc[:1]),
            "cleared": 0,
        }
    if panel == "dimensions":
        table = tables.get("dimensions")
        return {"off": [] if table is None else table.loc[table["off"], "dimension"].tolist()}
    return {}


def _spectrum(table: pd.DataFrame) -> pd.DataFrame:
    rows = _drawable(chart_data(table, ["view", "colour", "component", "share"], digits=_EXACT))
    places = {view: place for place, view in enumerate(dict.fromkeys(rows["view"]))}
    return rows.assign(
        now=rows["colour"] == 0,
        colour=[VIEW_COLOURS[colour] for colour in rows["colour"]],
        line=rows["view"].map(places),
    )


def _part(table: pd.DataFrame) -> pd.DataFrame:
    rows = _drawable(chart_data(table, ["of", "n", "component", "share"], digits=_EXACT))
    return rows.assign(
        view=[f"{n} {of}" for n, of in zip(rows["n"], rows["of"], strict=True)],
        colour=rows["of"].map(PART_COLOURS),
        line=(rows["of"] != "marked").astype(int),
    ).drop(columns=["of", "n"])


def _points(table: pd.DataFrame) -> pd.DataFrame:
    return chart_data(table, ["point", "x", "y", "picked"], max_rows=_MAX_POINTS)


def _texts(table: pd.DataFrame) -> pd.DataFrame:
    rows = chart_data(table, ["point", "title", "text"], max_rows=_MAX_POINTS)
    texts = hover_text(rows["text"]) if len(rows) <= _FEW else rows["text"].map(_cut)
    return rows.assign(text=texts, title=rows["title"].map(_cut))


def _dimensions(table: pd.DataFrame) -> pd.DataFrame:
    # More than a chart may hold, and more than a screen has columns: those that do least are left.
    shown = table if len(table) <= MAX_ROWS else table.nlargest(MAX_ROWS, "variance_share")
    numbers = ["dimension", "variance_share", "cosine_share"]
    columns = [*numbers, "near_zero", "outlier", "highest", "lowest"]
    rows = _significant(chart_data(shown, columns, digits=_EXACT))
    ends = {
        f"{end}_{place}": [
            _cut(texts[place - 1]) if len(texts) >= place else "" for texts in rows[end]
        ]
        for end in ("highest", "lowest")
        for place in (1, 2)
    }
    return rows.drop(columns=["highest", "lowest"]).assign(**ends)


def _at(texts: Sequence[str], place: int) -> str:
    return _cut(texts[place - 1]) if len(texts) >= place else ""


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[:_SHORT] + " …"


def _drawable(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out what a log scale cannot draw."""
    return _significant(table[table["share"] > 0])


def _significant(table: pd.DataFrame) -> pd.DataFrame:
    """Keep so many digits of every number, wherever its point stands."""
    shares = [name for name in map(str, table) if name.endswith("share")]
    return table.assign(
        **{name: [float(f"{x:.{_SIGNIFICANT}g}") for x in table[name]] for name in shares}
    )


TABLES: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "spectrum": _spectrum,
    "part": _part,
    "points": _points,
    "texts": _texts,
    "dimensions": _dimensions,
}
"""How each table becomes the rows of a dataset."""
