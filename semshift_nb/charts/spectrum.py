"""An embedding space: its spectrum beside others, its map and its dimensions."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts import _spectrum_panels as panels
from semshift_nb.charts._checks import records
from semshift_nb.charts._spectrum_rows import PANELS, TABLES, param_values
from semshift_nb.errors import InputError


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

    Examples
    --------
    >>> spectrum_view(tables, title="minilm, layer 3")  # doctest: +SKIP
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

    Examples
    --------
    >>> spectrum_data(tables, "map")["points"][0]["point"]  # doctest: +SKIP
    0
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
