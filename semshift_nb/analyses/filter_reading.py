"""What was measured of every head, document by document, and the tables made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses._figures import MEASURED, NOT_MEASURED
from semshift_nb.analyses._heads import HEAD_FIGURES
from semshift_nb.analyses._intervals import interval_row
from semshift_nb.errors import InputError

UNITS = {
    "filter_rate": "times",
    "rms_filter_rate": "times",
    "filter_rate_bound": "times",
    "above_bound": "share of heads",
    "explained_by_one_column": "share of sigma_a squared",
    "explained_by_first_token": "share of sigma_a squared",
    "shuffled_filter_rate": "times",
    "score_variance": "squared score",
    "entropy": "nats",
    "normalised_entropy": "share of log n",
    "share_first": "share of attention",
    "share_last": "share of attention",
    "share_separator": "share of attention",
    "high_frequency_share": "share of squared length",
}

_NAMED = ["corpus", "encoder", "tau", "schedule"]
_BY_HEAD = [
    *[*_NAMED, "n_tokens", "layer", "head", "filter_rate", "filter_rate_min", "filter_rate_max"],
    *[*HEAD_FIGURES[1:], "n", "truncated_share", "status", "reason"],
]
_BY_LAYER = [
    *[*_NAMED, "n_tokens", "layer", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["truncated_share", "status", "reason"],
]


@dataclass(frozen=True, eq=False)
class FilterReading:
    """Made by `read_filter`.

    Attributes
    ----------
    named : dict
        ``corpus``, ``encoder``, ``tau`` and ``schedule``, as all tables carry them.
    heads : DataFrame
        One row for each document, ``n_tokens``, ``layer`` and ``head``; the figures of `by_head`.
    states : DataFrame
        One row for each document, ``n_tokens`` and ``layer``: ``high_frequency_share``.
    unmeasured : dict of int to str
        Lengths that were not measured, and why.
    note : str
        What the corpus did not have of what was asked for.

    Raises
    ------
    Nothing of its own.

    Examples
    --------
    >>> from semshift_nb import load_corpus, load_encoder
    >>> reading = read_filter(load_corpus("wikipedia"), load_encoder())  # doctest: +SKIP
    >>> reading.by_layer()  # doctest: +SKIP
    """

    named: dict[str, str | float]
    heads: pd.DataFrame
    states: pd.DataFrame
    unmeasured: dict[int, str]
    note: str

    def by_head(self) -> pd.DataFrame:
        """Tell what each head does at each length, as means over the documents.

        Returns
        -------
        DataFrame
            One row for each ``n_tokens``, ``layer`` and ``head`` (both from 1): ``corpus``,
            ``encoder``, ``tau``, ``schedule``; ``filter_rate`` with the least and the largest over
            the documents; ``rms_filter_rate``, what becomes of a deviation of no particular
            direction; ``column_filter_rate`` and ``first_filter_rate``, what the most uneven
            column and the first token's column make of it alone; ``shuffled_filter_rate``, the rate
            once each row is in random order (missing at lengths it was not asked for);
            ``filter_rate_bound`` from the measured ``score_variance``; ``entropy`` in nats and
            ``normalised_entropy`` over log n; ``share_first``, ``share_last`` and
            ``share_separator``, the shares of attention on the first token, on the last, and on
            special tokens other than the first; ``n`` documents, ``truncated_share`` of them (the
            rest end there), ``status`` and ``reason``. A length that was not measured is one row.

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> reading.by_head()  # doctest: +SKIP
        """
        rows = [{"n_tokens": n, "n": 0, **_told(NOT_MEASURED, why)} for n, why in self._missing()]
        tables = [pd.DataFrame(rows)] if rows else []
        if len(self.heads):
            grouped = self.heads.groupby(["n_tokens", "layer", "head"])
            rates = grouped["filter_rate"]
            table = (
                grouped[HEAD_FIGURES]
                .mean()
                .assign(
                    filter_rate_min=rates.min(),
                    filter_rate_max=rates.max(),
                    n=grouped.size(),
                    truncated_share=grouped["truncated"].mean(),
                    **_told(MEASURED, self.note),
                )
            )
            tables.insert(0, table.reset_index())
        return _tidy(pd.concat(tables).assign(**self.named), _BY_HEAD)

    def by_layer(self) -> pd.DataFrame:
        """Tell what each layer does at each length, with intervals over the documents.

        Returns
        -------
        DataFrame
            One row a figure: ``corpus``, ``encoder``, ``tau``, ``schedule``, ``n_tokens``,
            ``layer`` (missing: the mean over all of them; 0: what goes into the first), ``metric``,
            ``value`` (mean over the documents and those of the layer's heads that have one),
            ``ci_low`` and ``ci_high`` (95 % bootstrap over the documents), ``n`` documents,
            ``unit``, ``truncated_share``, ``status`` and ``reason``. The metrics are those of
            `by_head`, and ``above_bound`` (how many heads exceed their bound),
            ``explained_by_one_column`` and ``explained_by_first_token`` (of the squared rate, what
            the most uneven and the first token's column reach alone) and ``high_frequency_share``
            (of the hidden states that come out of the layer).

        Raises
        ------
        Nothing of its own.

        Examples
        --------
        >>> reading.by_layer()  # doctest: +SKIP
        """
        rows = [
            {"n_tokens": n, "metric": metric, "n": 0, "unit": unit, **_told(NOT_MEASURED, why)}
            for n, why in self._missing()
            for metric, unit in UNITS.items()
        ]
        return _tidy(pd.DataFrame([*self._measured(), *rows]).assign(**self.named), _BY_LAYER)

    def _missing(self) -> list[tuple[int, str]]:
        return sorted(self.unmeasured.items())

    def _measured(self) -> Iterator[dict[str, object]]:
        if not len(self.heads):
            return
        heads = _with_ratios(self.heads)
        for table in (heads, heads.assign(layer=np.nan), self.states):
            figures = [metric for metric in UNITS if metric in table]
            means = table.groupby(["n_tokens", "layer", "doc_id"], dropna=False)
            by_document = means[[*figures, "truncated"]].mean().reset_index()
            for (n_tokens, layer), part in by_document.groupby(["n_tokens", "layer"], dropna=False):
                told = {"n_tokens": n_tokens, "layer": layer}
                told["truncated_share"] = float(part["truncated"].mean())
                yield from ({**told, **row} for row in self._rows(part[figures]))

    def _rows(self, part: pd.DataFrame) -> Iterator[dict[str, object]]:
        """Yield the figures of one layer at one length; ``part`` has one row a document."""
        for metric in (name for name in UNITS if name in part):
            values = part[metric].to_numpy(dtype=np.float64)
            if metric == "shuffled_filter_rate" and np.isnan(values).all():
                continue
            figures = interval_row(
                partial(_mean, values),
                partial(measures.bootstrap_mean, values),
                n=len(values),
                note=self.note,
            )
            yield {"metric": metric, "unit": UNITS[metric], **figures}


def _with_ratios(heads: pd.DataFrame) -> pd.DataFrame:
    rate = heads["filter_rate"]
    # A head whose rows are all alike lets nothing through, and no column has a share in that.
    squared = (rate**2).where(rate > 0)
    return heads.assign(
        above_bound=(rate > heads["filter_rate_bound"])
        .astype(np.float64)
        .where(heads["filter_rate_bound"].notna()),
        explained_by_one_column=heads["column_filter_rate"] ** 2 / squared,
        explained_by_first_token=heads["first_filter_rate"] ** 2 / squared,
    )


def _mean(values: NDArray[np.float64]) -> float:
    if np.isnan(values).any():
        raise InputError(
            "no head of the layer has a value in some document (heads that let nothing through "
            "have no shares of it, heads that look at one token each no variance of scores)"
        )
    return float(values.mean())


def _told(status: str, reason: str) -> dict[str, str]:
    return {"status": status, "reason": reason}


def _tidy(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the columns in order; what has no value is missing, and counts stay whole numbers."""
    whole = {name: "Int64" for name in ("layer", "head") if name in columns}
    return table.reindex(columns=columns).astype(whole).reset_index(drop=True)
