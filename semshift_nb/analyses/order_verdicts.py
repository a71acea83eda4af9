"""Whether a figure orders encoders by retrieval: both intervals, joined into one word."""

import pandas as pd

from semshift_nb.analyses._figures import MEASURED
from semshift_nb.analyses._order_rows import EVERYTHING, FAMILIES, TEXTS
from semshift_nb.analyses._verdict_words import Figure, with_interval
from semshift_nb.analyses.verdicts import above, all_hold, below

_WHICH = ["scope", "of", "figure", "controlled_for", "better"]


def order_verdicts(order: pd.DataFrame) -> pd.DataFrame:
    """Say of each figure whether it orders the variants as the literature holds it to.

    Parameters
    ----------
    order : DataFrame
        ``QualityOrder.order``, or a part of it.

    Returns
    -------
    DataFrame
        One row for each ``scope``, ``of``, ``figure`` and ``controlled_for``: ``better`` ("lower"
        or "higher"), ``over_texts`` and ``over_families`` (the correlation with each interval, in
        words; empty where there is none of that kind), ``n`` variants and ``orders``: True where
        both intervals lie on the side that ``better`` says (within one family: the one there is),
        False where one of them lies wholly on the other side, None otherwise.

    Raises
    ------
    KeyError
        If a column is missing.

    References
    ----------
    See `quality_order`.

    Examples
    --------
    >>> order_verdicts(quality_order(dataset, families).order)  # doctest: +SKIP
    """
    rows = []
    for which, found in order.groupby(_WHICH, sort=False):
        told = dict(zip(_WHICH, which, strict=True))
        drawn = {row["drawn"]: row for _, row in found.iterrows()}
        words = {
            f"over_{name}": _words(drawn[name]) if name in drawn else ""
            for name in (TEXTS, FAMILIES)
        }
        needed = (TEXTS, FAMILIES) if told["scope"] == EVERYTHING else (TEXTS,)
        better = str(told["better"])
        verdicts = [_verdict(drawn[name], better) if name in drawn else None for name in needed]
        n = found["n"].iloc[0]
        rows.append(
            {**told, **words, "n": n, "orders": all_hold(pd.Series(verdicts, dtype=object))}
        )
    columns = [*_WHICH, "over_texts", "over_families", "n", "orders"]
    return pd.DataFrame(rows, columns=columns).astype({"orders": object})


def _words(figure: Figure) -> str:
    if figure["status"] != MEASURED:
        return f"not measured: {figure['reason']}"
    return with_interval(figure, 2)


def _verdict(figure: Figure, better: str) -> bool | None:
    """Say whether a correlation with quality lies where it should; None where it is undecided."""
    return below(figure, 0) if better == "lower" else above(figure, 0)
