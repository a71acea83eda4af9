"""The splits of a text at every price at once, as tables that a chart can filter by a slider."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from semshift_nb import measures
from semshift_nb.analyses.split_reading import SplitReading

_SPAN = ["from_price", "to_price"]


class SplitTables(NamedTuple):
    """What each price makes of a text; rows hold for prices in ``(from_price, to_price]``.

    Attributes
    ----------
    chunks : DataFrame
        ``first`` and ``stop`` (sentences, from 0), ``n_tokens``, ``dilution`` and ``text``.
    gains : DataFrame
        ``position`` of the sentence a cut would stand before, ``gain`` and ``is_cut``.
    stages : DataFrame
        ``n_chunks`` and ``scatter``.
    sentences : DataFrame
        At all prices: ``position`` from 1, the sentence ``before`` and the one ``after``.
    """

    chunks: pd.DataFrame
    gains: pd.DataFrame
    stages: pd.DataFrame
    sentences: pd.DataFrame


def split_tables(reading: SplitReading, cuts: Sequence[int] | None = None) -> SplitTables:
    """Return the best splits at all prices, or those cuts whatever the price.

    A chunk that several prices have in common has one row, and so has a gain; that keeps the tables
    of a text of n sentences at some multiple of n, however many prices tell it apart.

    Parameters
    ----------
    reading : SplitReading
        The text.
    cuts : sequence of int, optional
        Cuts made by hand; where ``max_tokens`` was given, more are added to chunks beyond it.

    Returns
    -------
    SplitTables
        See there. ``stages`` has all prices also when the cuts are given.

    Raises
    ------
    InputError
        If the cuts are none.

    Examples
    --------
    >>> split_tables(reading).stages["n_chunks"].max()  # doctest: +SKIP
    """
    stages = reading.stages
    # Below the prices that were tried the finest of these splits stands.
    best = [stages[0]._replace(from_price=0.0), *stages[1:]]
    shown = best if cuts is None else [measures.Stage(0.0, np.inf, reading.within(cuts), np.nan)]
    return SplitTables(
        chunks=_chunks(reading, shown),
        gains=_joined(
            (_gain_rows(reading, stage) for stage in shown), ["position", "gain", "is_cut"]
        ),
        stages=_stages(stages),
        sentences=_sentences(reading),
    )


def _stages(stages: Sequence[measures.Stage]) -> pd.DataFrame:
    rows = [(one.from_price, one.to_price, len(one.cuts) + 1, one.scatter) for one in stages]
    return pd.DataFrame(rows, columns=[*_SPAN, "n_chunks", "scatter"])


def _chunks(reading: SplitReading, stages: Sequence[measures.Stage]) -> pd.DataFrame:
    found = _joined((_chunk_rows(reading, stage) for stage in stages), ["first", "stop"])
    spans = found[["first", "stop"]].drop_duplicates()
    told = reading.chunks(spans.itertuples(index=False, name=None))
    return found.merge(told, on=["first", "stop"], how="left")


def _chunk_rows(reading: SplitReading, stage: measures.Stage) -> pd.DataFrame:
    edges = [0, *stage.cuts, len(reading.sentences)]
    table = pd.DataFrame({"first": edges[:-1], "stop": edges[1:]})
    return table.assign(from_price=stage.from_price, to_price=stage.to_price)


def _gain_rows(reading: SplitReading, stage: measures.Stage) -> pd.DataFrame:
    return reading.gains(stage.cuts).assign(from_price=stage.from_price, to_price=stage.to_price)


def _joined(tables: Iterable[pd.DataFrame], key: list[str]) -> pd.DataFrame:
    """Make one row of those that prices next to each other have in common."""
    rows = pd.concat(list(tables), ignore_index=True)
    rows = rows.sort_values([*key, "from_price"], kind="stable", ignore_index=True)
    before = rows.shift()
    same = (rows["from_price"] == before["to_price"]) & rows[key].eq(before[key]).all(axis=1)
    kept = rows[~same].copy()
    kept["to_price"] = rows.groupby((~same).cumsum())["to_price"].last().to_numpy()
    return kept.sort_values(["from_price", key[0]], kind="stable", ignore_index=True)


def _sentences(reading: SplitReading) -> pd.DataFrame:
    texts = reading.sentences["text"].tolist()
    return pd.DataFrame(
        {"position": range(1, len(texts)), "before": texts[:-1], "after": texts[1:]}
    )
