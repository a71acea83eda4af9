"""A text and its splits at every price, under one slider that needs no kernel."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd

from semshift_nb.charts.rows import chart_data, hover_text, records
from semshift_nb.charts.splitting import panels
from semshift_nb.errors import InputError

_COLUMNS = {
    "chunks": ["from_price", "to_price", "first", "stop", "n_tokens", "dilution", "text"],
    "gains": ["from_price", "to_price", "position", "gain", "is_cut"],
    "stages": ["from_price", "to_price", "n_chunks"],
    "sentences": ["position", "before", "after"],
}
_TEXTS = {"chunks": ["text"], "sentences": ["before", "after"]}

_ENDLESS = 1e6
"""Stands for a price without end, which JSON cannot hold."""

MOST_SENTENCES = 2_000
"""Of a text that is drawn; some dozen rows go with each."""

_MOST_ROWS = 40 * MOST_SENTENCES

_STEPS = 400
"""Of the slider."""

_NOTHING = {
    "price": 1.0,
    "fair_price": 1.0,
    "least_price": 0.5,
    "most_price": 2.0,
    "n_sentences": 1,
    "most_diluted": 1.0,
    "chosen": -1,
}
"""The parameters of a chart without a text."""


def split_view(
    tables: Mapping[str, pd.DataFrame], *, price: float, fair_price: float, title: str = ""
) -> alt.HConcatChart:
    """Draw the splits of a text, and let a slider choose the price.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``chunks``, ``gains``, ``stages`` and ``sentences``, as ``analyses.split_tables`` gives
        them.
    price : float
        Where the slider stands at first.
    fair_price : float
        What ``price="auto"`` stands for.
    title : str, default=""
        The document's title.

    Returns
    -------
    altair.HConcatChart
        Four panels, and Vega's own slider under them.

    Raises
    ------
    InputError
        If a table or a column is missing, or the text has more than 2,000 sentences.
    """
    data = split_data(tables)
    # The slider shows its value as it is: four digits tell the same cuts as sixteen.
    signals = split_signals(tables, price=_rounded(price), fair_price=fair_price)
    low, high = price_range(tables["stages"])
    step = _rounded((high - low) / _STEPS)
    slider = alt.binding_range(min=low, max=high, step=step, name="price ")
    params = [
        alt.param(name=name, value=value, bind=slider if name == "price" else alt.Undefined)
        for name, value in signals.items()
    ]
    chart: alt.HConcatChart = _panels().add_params(*params)
    return chart.properties(title=title, datasets=data)


def live_split(
    cut: Sequence[alt.Parameter] = (), chunk: Sequence[alt.Parameter] = ()
) -> alt.HConcatChart:
    """Draw no text yet: the chart that an explorer fills with one after another.

    Parameters
    ----------
    cut, chunk : sequence of altair.Parameter
        Selections to offer on the places for cuts and on the chunks, for the explorer to listen to.

    Returns
    -------
    altair.HConcatChart
        `split_view` without data and slider: it draws the datasets that `split_data` gives, and its
        parameters are those of `split_signals`.

    Raises
    ------
    altair.SchemaValidationError
        If a selection is not valid.

    Examples
    --------
    >>> [param.name for param in live_split().params]
    ['price', 'fair_price', 'least_price', 'most_price', 'n_sentences', 'most_diluted', 'chosen']
    """
    chart: alt.HConcatChart = _panels(cut, chunk).add_params(
        *(alt.param(name=name, value=value) for name, value in _NOTHING.items())
    )
    return chart


def split_data(tables: Mapping[str, pd.DataFrame]) -> dict[str, list[dict[str, Any]]]:
    """Prepare the data of a split.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        As `split_view` takes them.

    Returns
    -------
    dict
        The rows of each dataset, rounded, long texts shortened.

    Raises
    ------
    InputError
        If a table or a column is missing, or the text has more than 2,000 sentences.
    """
    missing = [name for name in _COLUMNS if name not in tables]
    if missing:
        raise InputError(
            f"there is no table {', '.join(missing)}: this chart draws {', '.join(_COLUMNS)}, as "
            "split_tables gives them."
        )
    check_drawable(len(tables["sentences"]) + 1)
    return {name: records(_prepared(tables[name], name)) for name in _COLUMNS}


def check_drawable(n_sentences: int) -> None:
    """Refuse a text that would not be drawn."""
    if n_sentences > MOST_SENTENCES:
        raise InputError(
            f"a text of {n_sentences:,} sentences was to be drawn and {MOST_SENTENCES:,} is the "
            "most that stays quick: take a part of it. To split it whole, use split()."
        )


def split_signals(
    tables: Mapping[str, pd.DataFrame], *, price: float, fair_price: float, chosen: int = -1
) -> dict[str, float]:
    """Give the values of the same chart's parameters.

    Parameters
    ----------
    tables, price, fair_price
        As `split_view` takes them.
    chosen : int, default=-1
        First sentence of the chunk to mark; -1 for none.

    Returns
    -------
    dict
        ``price``, ``fair_price``, the ``least_price`` and the ``most_price`` that are drawn,
        ``n_sentences``, ``most_diluted`` of all chunks, and ``chosen``.

    Raises
    ------
    KeyError
        If a table is missing.
    """
    chunks = tables["chunks"]
    low, high = price_range(tables["stages"])
    return {
        "price": price,
        "fair_price": fair_price,
        "least_price": low,
        "most_price": high,
        "n_sentences": int(chunks["stop"].max()),
        "most_diluted": max(float(chunks["dilution"].max()), 0.1),
        "chosen": chosen,
    }


def price_range(stages: pd.DataFrame) -> tuple[float, float]:
    """Give the prices that a slider goes over: from the finest split to beyond the last cut.

    Parameters
    ----------
    stages : DataFrame
        As `split_view` takes it.

    Returns
    -------
    (float, float)

    Raises
    ------
    KeyError
        If a column is missing.

    Examples
    --------
    >>> price_range(pd.DataFrame({"from_price": [0.5, 2.0], "to_price": [2.0, float("inf")]}))
    (0.5, 2.1)
    """
    least, last = float(stages["from_price"].iloc[0]), float(stages["from_price"].iloc[-1])
    # The fair price is twice the least one: it must lie on the slider also where nothing is cut.
    return _rounded(least), _rounded(1.05 * max(last, 2 * least))


def _panels(
    cut: Sequence[alt.Parameter] = (), chunk: Sequence[alt.Parameter] = ()
) -> alt.HConcatChart:
    text = alt.vconcat(panels.gains_panel(cut), panels.strip_panel(chunk), spacing=6)
    beside = alt.vconcat(panels.stages_panel(), panels.sizes_panel(), spacing=14)
    # The legend stays in the strip that it belongs to.
    text = text.resolve_scale(color="independent").resolve_legend(color="independent")
    whole = alt.hconcat(text, beside, spacing=28).resolve_scale(color="independent")
    chart: alt.HConcatChart = whole.resolve_legend(color="independent")
    return chart


def _rounded(price: float) -> float:
    """Keep four digits, however small a price is."""
    return float(f"{price:.4g}")


def _prepared(table: pd.DataFrame, name: str) -> pd.DataFrame:
    data = chart_data(table, _COLUMNS[name], max_rows=_MOST_ROWS)
    for column in _TEXTS.get(name, []):
        data[column] = hover_text(data[column])
    if name == "chunks":
        data["n_sentences"] = data["stop"] - data["first"]
    if "to_price" in data.columns:
        data["to_price"] = data["to_price"].clip(upper=_ENDLESS)
    if name == "stages":  # the last step goes on: a line needs a point where it ends
        data = pd.concat([data, data.tail(1).assign(from_price=_ENDLESS)])
    return data
