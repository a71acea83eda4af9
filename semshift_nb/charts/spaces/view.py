"""An embedding space: its spectrum beside others, its map and its dimensions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import MAX_ROWS, chart_data, hover_text, records
from semshift_nb.charts.spaces import panels
from semshift_nb.charts.spaces.panels import PART_COLOURS, VIEW_COLOURS
from semshift_nb.errors import InputError

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
        f"{end}_{place}": [_at(texts, place) for texts in rows[end]]
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


def spectrum_view(tables: Mapping[str, pd.DataFrame], *, title: str = "") -> alt.VConcatChart:
    """Draw spectra, the map and the dimensions of embedding spaces.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        - ``spectrum``: ``view`` (its name), ``colour`` (from 1; 0 for the one that is looked at,
          whose line is thick), ``component`` and ``share``;
        - ``part``: ``of`` ("marked" or "at random"), ``n``, ``component`` and ``share``, of a part
          of the points; no row for none;
        - ``points``: ``point``, ``x``, ``y`` and ``picked``, at most 10,000;
        - ``texts``: ``point``, ``title`` and ``text``; no row where there are none;
        - ``dimensions``: as ``analyses.EmbeddingSpaces.dimensions`` gives them.
    title : str, default=""
        The view in words.

    Returns
    -------
    altair.VConcatChart
        Spectrum and map side by side, the dimensions below.

    Raises
    ------
    InputError
        If a table or a column is missing, or a table has more rows than stay quick.
    """
    missing = [name for name in TABLES if name not in tables]
    if missing:
        raise InputError(
            f"there is no table {', '.join(missing)}; this chart draws {', '.join(TABLES)}."
        )
    data = {name: records(prepare(tables[name])) for name, prepare in TABLES.items()}
    values = {k: v for panel in PANELS for k, v in spectrum_signals(tables, panel).items()}
    upper = alt.hconcat(panels.spectrum_panel(named=True), panels.map_panel(), spacing=30)
    chart: alt.VConcatChart = alt.vconcat(upper, panels.dimensions_panel(), spacing=24)
    chart = chart.add_params(*_params(values))
    return chart.properties(title=title, datasets=data)


def live_spectrum(
    texts: pd.DataFrame, selections: Mapping[str, Sequence[alt.Parameter]]
) -> dict[str, alt.TopLevelMixin]:
    """Draw no space yet: the three charts that an explorer fills with one view after another.

    Parameters
    ----------
    texts : DataFrame
        ``point``, ``title`` and ``text``, which no view changes; no row where there are none.
    selections : mapping of str to sequence of altair.Parameter
        Selections to offer on the ``map`` (an interval named ``brush``) and on the ``dimensions``.

    Returns
    -------
    dict
        ``spectrum``, ``map`` and ``dimensions``: three charts, so that a change redraws one of
        them. They draw the datasets and the signals that `spectrum_data` and `spectrum_signals`
        give for each.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> texts = pd.DataFrame({"point": [], "title": [], "text": []})
    >>> list(live_spectrum(texts, {}))
    ['spectrum', 'map', 'dimensions']
    """
    of_map = panels.map_panel(selections.get("map", ()))
    of_map = of_map.properties(datasets={"texts": records(TABLES["texts"](texts))})
    charts = {
        "spectrum": panels.spectrum_panel(named=False),
        "map": of_map,
        "dimensions": panels.dimensions_panel(selections.get("dimensions", ())),
    }
    return {
        panel: chart.add_params(*_params(param_values({}, panel)))
        for panel, chart in charts.items()
    }


def spectrum_data(
    tables: Mapping[str, pd.DataFrame], panel: str
) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of one of the three charts.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those that the chart draws, or some of them, as `spectrum_view` takes them.
    panel : {"spectrum", "map", "dimensions"}
        Which chart.

    Returns
    -------
    dict
        The rows of each dataset that there is a table for, rounded.

    Raises
    ------
    InputError
        If there is no such chart, a column is missing, or a table has too many rows.
    """
    _check_panel(panel)
    return {name: records(TABLES[name](tables[name])) for name in PANELS[panel] if name in tables}


def spectrum_signals(tables: Mapping[str, pd.DataFrame], panel: str) -> dict[str, Any]:
    """Give the values of the parameters of one of the three charts.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Those that the chart draws, as `spectrum_view` takes them.
    panel : {"spectrum", "map", "dimensions"}
        Which chart.

    Returns
    -------
    dict
        The parameters by name.

    Raises
    ------
    InputError
        If there is no such chart.

    Examples
    --------
    >>> spectrum_signals({}, "spectrum")
    {}
    """
    _check_panel(panel)
    return param_values(tables, panel)


def _check_panel(panel: str) -> None:
    if panel not in PANELS:
        raise InputError(f"panel {panel!r} was asked for; there are {', '.join(PANELS)}.")


def _params(values: Mapping[str, Any]) -> list[alt.Parameter]:
    return [alt.param(name=name, value=value) for name, value in values.items()]
