"""One document: its map, path and prefix curves, all together; and texts that grow three ways."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data, hover_text, records
from semshift_nb.charts.theme import (
    ACCENT,
    MODE_COLOURS,
    SIDE_HEIGHT,
    SIDE_WIDTH,
    WIDTH,
    document_params,
    marked_range,
    sentence_axis,
    sentence_scale,
)


def map_chart() -> alt.LayerChart:
    """Draw the dataset ``cells``: every sentence against every other, the first at the top left."""
    heat = (
        alt.Chart(alt.NamedData("cells"))
        .mark_rect(strokeWidth=0)
        .encode(
            x=sentence_axis("column"),
            x2="column_end:Q",
            y=alt.Y("row:Q", title="sentence", scale=sentence_scale(reverse=True)).axis(
                tickMinStep=1, tickCount=8, grid=False, format="d"
            ),
            y2="row_end:Q",
            color=alt.Color("distance:Q", title="cosine distance")
            .scale(scheme="yellowgreenblue", domainMin=0)
            .legend(orient="bottom", gradientLength=180, gradientThickness=8),
            tooltip=[
                alt.Tooltip("row:Q", title="after sentence"),
                alt.Tooltip("column:Q", title="against, after"),
                alt.Tooltip("distance:Q", format=".3f"),
            ],
        )
    )
    return alt.LayerChart(layer=[heat, marked_range(square=True)]).properties(
        width=WIDTH, height=WIDTH
    )


def map_data(cells: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``analyses.distance_map`` of one document."""
    return chart_data(cells, ["row", "row_end", "column", "column_end", "distance"])


def path_chart(selections: Sequence[alt.Parameter] = ()) -> alt.LayerChart:
    """Draw the dataset ``path``: at each boundary the distance between the sentences beside it."""
    base = alt.Chart(alt.NamedData("path")).encode(
        x=sentence_axis("boundary", title=None),
        y=alt.Y("adjacent_distance:Q", title="distance to next").axis(tickCount=4),
        tooltip=[
            alt.Tooltip("boundary:Q", title="after sentence"),
            alt.Tooltip("adjacent_distance:Q", title="distance", format=".3f"),
            alt.Tooltip("before:N"),
            alt.Tooltip("after:N"),
        ],
    )
    line = base.mark_line(color=ACCENT, strokeWidth=1.5, tooltip=None)
    points = base.mark_point(filled=True, size=30, opacity=0.9, color=ACCENT, tooltip=None)
    # What is hovered and clicked: larger than what is seen, for hands and for touch.
    targets = base.mark_point(filled=True, size=260, opacity=0).add_params(*selections)
    layers = [marked_range(), line, points, targets]
    return alt.LayerChart(layer=layers).properties(width=WIDTH, height=90)


def path_data(path: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``sentence_shift`` of one document; sentences and boundaries count from one."""
    data = chart_data(path, ["position", "text", "adjacent_distance"])
    steps = data.assign(
        boundary=data["position"] + 1,
        before=hover_text(data["text"]),
        after=hover_text(data["text"].shift(-1).fillna("")),
    )
    return steps.dropna(subset=["adjacent_distance"]).drop(columns=["text", "position"])


_PANELS = {
    "local_evolution": "local evolution",
    "dispersion": "dispersion",
    "semantic_shift": "semantic shift",
}


def prefix_chart() -> alt.VConcatChart:
    """Draw the dataset ``prefixes``: three panels over one axis of sentences."""
    last = list(_PANELS)[-1]
    panels = [
        _panel(column, title, "first k sentences" if column == last else None)
        for column, title in _PANELS.items()
    ]
    return alt.vconcat(*panels, spacing=14)


def _panel(column: str, title: str, below: str | None) -> alt.LayerChart:
    line = (
        alt.Chart(alt.NamedData("prefixes"))
        .mark_line(color=ACCENT)
        .encode(
            x=sentence_axis("k", title=below),
            y=alt.Y(f"{column}:Q", title=title).axis(tickCount=4),
            tooltip=[alt.Tooltip("k:Q"), alt.Tooltip(f"{column}:Q", format=".3f")],
        )
    )
    return alt.LayerChart(layer=[marked_range(), line]).properties(
        width=SIDE_WIDTH, height=SIDE_HEIGHT
    )


def prefix_data(prefixes: pd.DataFrame) -> pd.DataFrame:
    """Prepare ``prefix_shift`` of one document."""
    return chart_data(prefixes, ["k", *_PANELS])


def shift_map(path: pd.DataFrame, cells: pd.DataFrame, *, title: str = "") -> alt.VConcatChart:
    """Draw the sentence-by-sentence distance map with the path of adjacent distances above it.

    Light cells mean the same, dark cells lie far apart; blocks along the diagonal are passages that
    stay on one subject. Boundary ``i`` of the path lies between the sentences ``i`` and ``i + 1``,
    counted from one.

    Parameters
    ----------
    path : DataFrame
        ``sentence_shift`` of one document: ``position``, ``text``, ``adjacent_distance``.
    cells : DataFrame
        ``analyses.distance_map`` of it: ``row``, ``row_end``, ``column``, ``column_end``,
        ``distance``.
    title : str, default=""
        The document's title.

    Returns
    -------
    altair.VConcatChart
        Cosine distances, in [0, 2]; hover a point to read the two sentences.

    Raises
    ------
    InputError
        If a column is missing or a table has more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> path = pd.DataFrame({"position": [0], "text": ["One."], "adjacent_distance": [None]})
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> shift_map(path, pd.DataFrame(cell), title="One").title
    'One'
    """
    data = {"path": records(path_data(path)), "cells": records(map_data(cells))}
    chart = _map_with_path().add_params(*document_params(n_sentences=_n_sentences(cells)))
    return chart.properties(title=title, datasets=data)


def prefix_curves(prefixes: pd.DataFrame, *, title: str = "") -> alt.VConcatChart:
    """Draw local evolution, dispersion and semantic shift of the first k sentences, for every k.

    Parameters
    ----------
    prefixes : DataFrame
        ``prefix_shift`` of one document: ``k``, ``local_evolution``, ``dispersion``,
        ``semantic_shift``.
    title : str, default=""
        The document's title.

    Returns
    -------
    altair.VConcatChart
        Three panels over one axis of sentences.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 prefixes.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> len(prefix_curves(pd.DataFrame(row)).vconcat)
    3
    """
    data = {"prefixes": records(prefix_data(prefixes))}
    n_sentences = int(prefixes["k"].max()) if len(prefixes) else 0
    chart = prefix_chart().add_params(*document_params(n_sentences=n_sentences))
    return chart.properties(title=title, datasets=data)


def document_view(
    path: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    prefixes: pd.DataFrame,
    title: str = "",
    sentence_range: tuple[int, int] = (0, 0),
) -> alt.HConcatChart:
    """Draw the map with its path, and the prefix curves beside them.

    Parameters
    ----------
    path, cells : DataFrame
        As `shift_map` takes them.
    prefixes : DataFrame
        As `prefix_curves` takes them.
    title : str, default=""
        The document's title.
    sentence_range : tuple of int, default=(0, 0)
        A range ``[start, stop)`` of sentences to shade, counted from zero; empty for none.

    Returns
    -------
    altair.HConcatChart
        The chart; ``n_sentences``, ``range_start`` and ``range_end`` are parameters of it.

    Raises
    ------
    InputError
        If a column is missing or a table has more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> path = pd.DataFrame({"position": [0], "text": ["One."], "adjacent_distance": [None]})
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> cells, prefixes = pd.DataFrame(cell), pd.DataFrame(row)
    >>> len(document_view(path, cells, prefixes=prefixes).hconcat)
    2
    """
    n_sentences = _n_sentences(cells)
    return (
        _document_chart()
        .add_params(*document_params(n_sentences=n_sentences, sentence_range=sentence_range))
        .properties(title=title, datasets=document_data(path, cells, prefixes=prefixes))
    )


def live_document(selections: Sequence[alt.Parameter]) -> alt.HConcatChart:
    """Draw no document yet: the chart that an explorer fills with one document after another.

    Parameters
    ----------
    selections : sequence of altair.Parameter
        Selections to offer on the points of the path, for the explorer to listen to.

    Returns
    -------
    altair.HConcatChart
        `document_view` without data: it draws the datasets that `document_data` gives, and its
        parameters ``n_sentences``, ``range_start`` and ``range_end`` are for the explorer to set.

    Raises
    ------
    altair.SchemaValidationError
        If a selection is not valid.

    Examples
    --------
    >>> [param.name for param in live_document([]).params]
    ['n_sentences', 'range_start', 'range_end']
    """
    return _document_chart(selections).add_params(*document_params())


def document_data(
    path: pd.DataFrame, cells: pd.DataFrame, *, prefixes: pd.DataFrame
) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of a document view.

    Parameters
    ----------
    path, cells, prefixes : DataFrame
        As `document_view` takes them.

    Returns
    -------
    dict
        The rows of the datasets ``path``, ``cells`` and ``prefixes``, rounded.

    Raises
    ------
    InputError
        If a column is missing or a table has more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> path = pd.DataFrame({"position": [0], "text": ["One."], "adjacent_distance": [None]})
    >>> cell = {"row": [0], "row_end": [1], "column": [0], "column_end": [1], "distance": [0.0]}
    >>> row = {"k": [1], "local_evolution": [0.0], "dispersion": [0.0], "semantic_shift": [0.0]}
    >>> list(document_data(path, pd.DataFrame(cell), prefixes=pd.DataFrame(row)))
    ['path', 'cells', 'prefixes']
    """
    tables = {
        "path": path_data(path),
        "cells": map_data(cells),
        "prefixes": prefix_data(prefixes),
    }
    return {name: records(table) for name, table in tables.items()}


def _document_chart(selections: Sequence[alt.Parameter] = ()) -> alt.HConcatChart:
    return alt.hconcat(_map_with_path(selections), prefix_chart(), spacing=28)


def _map_with_path(selections: Sequence[alt.Parameter] = ()) -> alt.VConcatChart:
    return alt.vconcat(path_chart(selections), map_chart(), spacing=8)


def _n_sentences(cells: pd.DataFrame) -> int:
    return int(cells["row_end"].max()) if len(cells) else 0


def discrepancy_by_dispersion(table: pd.DataFrame) -> alt.Chart:
    """Draw each text as a point: the discrepancy of its embedding against its dispersion.

    Parameters
    ----------
    table : DataFrame
        ``window_shift`` or ``document_shift``: ``title``, ``dispersion``, ``discrepancy``,
        ``n_tokens`` and, where there is one, ``text`` for the hover.

    Returns
    -------
    altair.Chart
        A scatter; hover a point to read its text. Texts that were not measured are left out; where
        none was, the title says why.

    Raises
    ------
    InputError
        If a column is missing or there are more than 5,000 texts.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"title": ["A"], "dispersion": [0.5], "discrepancy": [0.3], "n_tokens": [12]}
    >>> discrepancy_by_dispersion(pd.DataFrame(row)).mark.type
    'circle'
    """
    hover = ["text"] if "text" in table.columns else []
    data = chart_data(table, ["title", "dispersion", "discrepancy", "n_tokens", *hover])
    data = data.dropna(subset=["dispersion", "discrepancy"])
    if hover:
        data = data.assign(text=hover_text(data["text"]))
    chart: alt.Chart = (
        alt.Chart(data, title=_title(data, table))
        .mark_circle(size=38, opacity=0.55, color=ACCENT)
        .encode(
            x=alt.X("dispersion:Q", title="dispersion of the sentences").scale(zero=False),
            y=alt.Y("discrepancy:Q", title="discrepancy of the text's embedding").scale(zero=False),
            tooltip=[
                alt.Tooltip("title:N"),
                alt.Tooltip("dispersion:Q", format=".3f"),
                alt.Tooltip("discrepancy:Q", format=".3f"),
                alt.Tooltip("n_tokens:Q", title="tokens"),
                *(alt.Tooltip(f"{name}:N") for name in hover),
            ],
        )
        .properties(width=520, height=340)
        .interactive()
    )
    return chart


def _title(data: pd.DataFrame, table: pd.DataFrame) -> str:
    if len(data):
        return "Discrepancy against dispersion"
    reasons: list[str] = list(table["reason"].unique()) if "reason" in table.columns else []
    return "Nothing was measured: " + ("; ".join(reasons) or "the table has no rows")


_COLUMNS = ["corpus", "encoder", "mode", "k", "metric", "value", "ci_low", "ci_high", "n"]


def concatenation_curves(
    table: pd.DataFrame, metrics: Sequence[str] = ("MPD", "Overlap@1")
) -> alt.FacetChart:
    """Draw the three curves of the concatenation experiment with their bands.

    Parameters
    ----------
    table : DataFrame
        ``analyses.concatenation``: ``corpus``, ``encoder``, ``mode``, ``k``, ``metric``, ``value``,
        ``ci_low``, ``ci_high``, ``n``; rows that could not be measured are left out.
    metrics : sequence of str, default=("MPD", "Overlap@1")
        The metrics to draw, a column each.

    Returns
    -------
    altair.FacetChart
        A row for each corpus and encoder, a column for each metric; bands are the intervals.

    Raises
    ------
    InputError
        If a column is missing, no row has one of the metrics, or there are more than 5,000 rows.

    Examples
    --------
    >>> import pandas as pd
    >>> row = dict(corpus="w", encoder="m", mode="repeat", k=2, metric="MPD", value=0.9,
    ...            ci_low=0.8, ci_high=1.0, n=10)
    >>> type(concatenation_curves(pd.DataFrame([row]), ["MPD"])).__name__
    'FacetChart'
    """
    wanted = table[table["metric"].isin(metrics)] if "metric" in table.columns else table
    data = chart_data(wanted, _COLUMNS).dropna(subset=["value"])
    data = data.assign(space=data["encoder"] + " on " + data["corpus"])
    chart: alt.FacetChart = (
        _curves(data)
        .facet(
            column=alt.Column("metric:N", title=None, sort=list(metrics)),
            row=alt.Row("space:N", title=None),
            data=data,
        )
        .resolve_scale(y="independent")
        .properties(title="Length or shift: three ways to grow a text")
    )
    return chart


def _curves(data: pd.DataFrame) -> alt.LayerChart:
    modes = alt.Scale(domain=list(MODE_COLOURS), range=list(MODE_COLOURS.values()))
    base = alt.Chart().encode(
        x=alt.X("k:Q", title="sentences in the text").axis(values=sorted(data["k"].unique())),
        color=alt.Color("mode:N", scale=modes, title="grown by").legend(orient="top"),
    )
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("ci_low:Q", title=None).scale(zero=False), y2="ci_high:Q"
    )
    line = base.mark_line(point=True).encode(
        y=alt.Y("value:Q", title=None).scale(zero=False),
        tooltip=[
            alt.Tooltip("mode:N"),
            alt.Tooltip("k:Q"),
            alt.Tooltip("value:Q", format=".3f"),
            alt.Tooltip("ci_low:Q", format=".3f"),
            alt.Tooltip("ci_high:Q", format=".3f"),
            alt.Tooltip("n:Q", title="texts"),
        ],
    )
    return alt.LayerChart(layer=[band, line]).properties(width=320, height=220)
