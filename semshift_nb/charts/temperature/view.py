"""A temperature of the attention, and everything that it moves; with a slider, without a kernel."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data, hover_text, records
from semshift_nb.charts.temperature import panels
from semshift_nb.errors import InputError

_COLUMNS = {
    "cosines": ["part", "at", "cosine", "share"],
    "spectrum": ["at", "component", "share"],
    "heads": ["layer", "head", "filter_rate", "filter_rate_at_1"],
    "attention": ["row", "row_end", "column", "column_end", "weight"],
    "tokens": ["position", "token"],
    "ranking": ["rank", "rank_at_1", "moved", "cosine", "cosine_at_1", "title"],
}
_TEXTS = {"title", "token"}


def tempering_view(
    tables: Mapping[str, pd.DataFrame], *, title: str = "", head: tuple[int, int] = (1, 1)
) -> alt.VConcatChart:
    """Draw what one temperature moves, beside the model as it was trained.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        The tables of ``analyses.TemperedTexts`` at one setting: ``cosines``, ``spectrum``,
        ``heads``, ``attention``, ``ranking``.
    title : str, default=""
        The setting in words.
    head : tuple of int, default=(1, 1)
        Layer and head whose attention is shown, from 1.

    Returns
    -------
    altair.VConcatChart
        Five panels; ``chosen_layer`` and ``chosen_head`` are parameters of it.

    Raises
    ------
    InputError
        If a table or a column is missing, or a table has more than 5,000 rows.
    """
    chart: alt.VConcatChart = _panels(swept=False).add_params(*_head_params(head))
    return chart.properties(title=title, datasets=tempering_data(tables))


def live_tempering(selections: Sequence[alt.Parameter]) -> alt.VConcatChart:
    """Draw no temperature yet: the chart that an explorer fills with one after another.

    Parameters
    ----------
    selections : sequence of altair.Parameter
        Selections to offer on the heads, for the explorer to listen to.

    Returns
    -------
    altair.VConcatChart
        `tempering_view` without data: it draws the datasets that `tempering_data` gives.

    Raises
    ------
    altair.SchemaValidationError
        If a selection is not valid.

    Examples
    --------
    >>> [param.name for param in live_tempering([]).params]
    ['chosen_layer', 'chosen_head']
    """
    chart: alt.VConcatChart = _panels(swept=False, selections=selections).add_params(
        *_head_params((1, 1))
    )
    return chart


def tempering_data(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of one temperature.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `tempering_view` takes them.

    Returns
    -------
    dict
        The rows of each dataset, rounded.

    Raises
    ------
    InputError
        If a table or a column is missing, or a table has more than 5,000 rows.
    """
    named = _with_tokens(tables)
    return {name: records(_prepared(named, name)) for name in _COLUMNS}


def tempering_sweep(
    ladder: Mapping[float, Mapping[str, pd.DataFrame]],
    *,
    title: str = "",
    tau: float = 1.0,
    head: tuple[int, int] = (1, 1),
) -> alt.VConcatChart:
    """Draw a whole ladder of temperatures under one slider that needs no kernel.

    Parameters
    ----------
    ladder : mapping of float to mapping of str to DataFrame
        For each temperature the tables that `tempering_view` takes; the temperatures are evenly
        spaced.
    title : str, default=""
        Of the chart.
    tau : float, default 1
        Where the slider stands at first.
    head : tuple of int, default=(1, 1)
        Layer and head whose attention is shown, from 1.

    Returns
    -------
    altair.VConcatChart
        `tempering_view` with Vega's own slider under it.

    Raises
    ------
    InputError
        If there are fewer than two temperatures or ``tau`` is none of them, a table or a column is
        missing, or a table of all temperatures together has more than 5,000 rows.
    """
    taus = sorted(ladder)
    if len(taus) < 2 or tau not in ladder:
        raise InputError(
            f"a slider at {tau} over the temperatures {taus} was asked for; expected two or more "
            "temperatures, one of them the slider's first."
        )
    swept = _with_tokens(
        {
            name: pd.concat([ladder[t][name].assign(tau=t) for t in taus], ignore_index=True)
            for name in _COLUMNS
            if name != "tokens"
        }
    )
    data = {
        name: records(_prepared(swept, name, *([] if name == "tokens" else ["tau"])))
        for name in _COLUMNS
    }
    step = round(taus[1] - taus[0], 6)
    slider = alt.binding_range(min=taus[0], max=taus[-1], step=step, name="tau ")
    params = [*_head_params(head), alt.param(name="tau", value=tau, bind=slider)]
    chart: alt.VConcatChart = _panels(swept=True).add_params(*params)
    return chart.properties(title=title, datasets=data)


def _panels(*, swept: bool, selections: Sequence[alt.Parameter] = ()) -> alt.VConcatChart:
    def data(name: str) -> alt.Chart:
        chart = alt.Chart(alt.NamedData(name))
        return chart.transform_filter("abs(datum.tau - tau) < 0.001") if swept else chart

    moved = alt.hconcat(
        panels.cosine_panel(data("cosines")),
        panels.ranking_panel(data("ranking")),
        panels.spectrum_panel(data("spectrum")),
        spacing=28,
    ).resolve_scale(color="independent", strokeDash="independent")
    attention = alt.hconcat(
        panels.heads_panel(data("heads"), selections),
        panels.attention_panel(data("attention")),
        spacing=36,
    ).resolve_scale(color="independent")
    chart: alt.VConcatChart = alt.vconcat(moved, attention, spacing=24).resolve_scale(
        color="independent"
    )
    return chart


def _head_params(head: tuple[int, int]) -> list[alt.Parameter]:
    names = ("chosen_layer", "chosen_head")
    return [alt.param(name=name, value=value) for name, value in zip(names, head, strict=True)]


def _with_tokens(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Name each token of the attention map once, and not in every cell."""
    if "attention" not in tables:
        return dict(tables)
    cells = chart_data(tables["attention"], ["row", "looking"]).drop_duplicates("row")
    tokens = cells.rename(columns={"row": "position", "looking": "token"})
    return {**tables, "tokens": tokens}


def _prepared(tables: Mapping[str, pd.DataFrame], name: str, *more: str) -> pd.DataFrame:
    if name not in tables:
        raise InputError(f"there is no table {name!r}; this chart draws {', '.join(_COLUMNS)}.")
    table = chart_data(tables[name], [*_COLUMNS[name], *more])
    if name == "spectrum":
        table = table[table["share"] > 0]  # a log scale has no zero
    texts = [column for column in table if column in _TEXTS]
    return table.assign(**{column: hover_text(table[column]) for column in texts})
