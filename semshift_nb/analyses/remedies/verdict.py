"""A ladder of remedies in words: what to do, what it costs, and what was not shown to help."""

from collections.abc import Iterator

import pandas as pd

from semshift_nb.analyses.results import MEASURED
from semshift_nb.analyses.retrieval.comparison import TUNING
from semshift_nb.analyses.retrieval.search import MAIN
from semshift_nb.analyses.verdicts import Figure
from semshift_nb.names import count, listed

AS_IT_IS = "as it is"
_ALPHA = 0.05
_MARGIN = 0.02
"""A loss of nDCG@10 that is small enough to be called none where bytes are saved."""


def verdict(table: pd.DataFrame, chosen: str) -> list[str]:
    """Say what a ladder shows, a sentence each."""
    told = table[table["queries"] != TUNING]
    main = told[(told["metric"] == MAIN) & (told["remedy"] != AS_IT_IS)]
    refused, main = main[main["status"] != MEASURED], main[main["status"] == MEASURED]
    lines = [_advice(told, main, chosen)]
    helped = main[(main["p_holm"] <= _ALPHA) & (main["difference"] > 0)]
    harmed = main[(main["p_holm"] <= _ALPHA) & (main["difference"] < 0)]
    others = [_changed(row) for _, row in helped.iterrows() if row["remedy"] != chosen]
    if others:
        lines.append(f"Shown to help, too: {listed(others)}.")
    cheaper = list(_cheaper(told, main))
    if cheaper:
        lines.append(f"Smaller, with a loss of {_MARGIN:g} excluded: {listed(cheaper)}.")
    if len(harmed):
        lines.append(f"Shown to harm: {listed(_changed(row) for _, row in harmed.iterrows())}.")
    unclear = main.drop(index=[*helped.index, *harmed.index])
    if len(unclear):
        shown = listed(_changed(row) for _, row in unclear.iterrows())
        lines.append(f"Not shown to help or to harm: {shown}.")
    lines += [f"{row['remedy']} does not fit: {row['reason']}" for _, row in refused.iterrows()]
    return lines


def _advice(told: pd.DataFrame, main: pd.DataFrame, chosen: str) -> str:
    """Say what to do, and its price."""
    own = main[main["remedy"] == chosen]
    if chosen == AS_IT_IS or own.empty:
        return "Leave the model as it is: no remedy reached more on the queries kept for choosing."
    (row,) = (row for _, row in own.iterrows())
    where = "queries that had no part in the choice"
    if row["queries"] == "all":
        where = "the very queries it was chosen by"
    if not (row["p_holm"] <= _ALPHA and row["difference"] > 0):
        return (
            f"None was shown to help. {chosen} reached most where it was chosen; on {where} it "
            f"changes {MAIN} by {_interval(row)}, p (Holm) {row['p_holm']:.2g}."
        )
    setting = f" ({row['setting']})" if row["setting"] else ""
    return (
        f"Do this: {chosen}{setting}. It raises {MAIN} by {_interval(row)}, p (Holm) "
        f"{row['p_holm']:.2g}, on {count(int(row['n']), 'thing')} asked for, {where}. "
        f"{_price(told, chosen)}"
    )


def _price(told: pd.DataFrame, name: str) -> str:
    """Say what it costs, as multiples of the model as it is."""
    size, read = (
        _value(told, name, metric) / _value(told, AS_IT_IS, metric)
        for metric in ("index_bytes", "tokens_read")
    )
    return (
        f"It costs {_times(size)} the bytes of the index and {_times(read)} the tokens that the "
        "model reads of the documents."
    )


def timing(table: pd.DataFrame, name: str) -> str:
    """Say how long a remedy took in the run, on this machine."""
    told = table[table["queries"] != TUNING]
    encode, find = (_value(told, name, metric) for metric in ("encode_time", "search_time"))
    return (
        f"On this machine {name} took {_times(encode)} the time to encode the documents and "
        f"{_times(find)} the time to search."
    )


def _cheaper(told: pd.DataFrame, main: pd.DataFrame) -> Iterator[str]:
    base = _value(told, AS_IT_IS, "index_bytes")
    for _, row in main.iterrows():
        share = _value(told, str(row["remedy"]), "index_bytes") / base
        if share < 1 and row["difference_low"] > -_MARGIN:
            yield f"{row['remedy']} ({share:.2g} of the bytes, {_interval(row)})"


def _changed(row: Figure) -> str:
    return f"{row['remedy']} {_interval(row)}"


def _interval(row: Figure) -> str:
    ends = f"{row['difference_low']:+.3f}, {row['difference_high']:+.3f}"
    return f"{row['difference']:+.3f}" + ("" if "nan" in ends else f" [{ends}]")


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times"


def _value(told: pd.DataFrame, name: str, metric: str) -> float:
    rows = told[(told["remedy"] == name) & (told["metric"] == metric)]
    return float(rows["value"].iloc[0]) if len(rows) else float("nan")
