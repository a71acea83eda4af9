"""What was measured of every head, document by document, and the tables made of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from semshift_nb import measures
from semshift_nb.analyses.arguments import by_name
from semshift_nb.analyses.encoded import encoder_columns
from semshift_nb.analyses.results import (
    MEASURED,
    NOT_MEASURED,
    UNITS,
    interval_row,
    token_shares,
    unmeasured,
)
from semshift_nb.analyses.token_counts import ladder_of, long_documents
from semshift_nb.corpora import Corpus
from semshift_nb.encoders import Encoder, TextAttention
from semshift_nb.errors import InputError

RATES = [
    *["filter_rate", "rms_filter_rate"],
    *["column_filter_rate", "first_filter_rate", "shuffled_filter_rate"],
]
SHARES = ["share_first", "share_last", "share_separator"]
HEAD_FIGURES = [
    *RATES,
    *["filter_rate_bound", "score_variance", "entropy", "normalised_entropy"],
    *SHARES,
]


def head_figures(read: TextAttention, *, shuffle_seed: int | None = None) -> pd.DataFrame:
    """Return one row a head; layers and heads are counted from 1.

    ``shuffled_filter_rate`` is measured where there is a seed, and missing elsewhere.
    """
    tables = [
        _of_layer(weights, read.special, shuffle_seed).assign(layer=layer)
        for layer, weights in enumerate(read.weights, start=1)
    ]
    return pd.concat(tables, ignore_index=True)


def state_figures(read: TextAttention) -> pd.DataFrame:
    """Return one row a layer: layer 0 is what went into the first."""
    shares = measures.high_frequency_share(read.hidden)
    return pd.DataFrame({"layer": range(len(shares)), "high_frequency_share": shares})


def shuffled_rows(
    attention: NDArray[np.floating], *, rng: np.random.Generator
) -> NDArray[np.floating]:
    """Put each row's weights in random order, every row in its own; zeros stay where they are.

    What each token's attention looks like by itself is kept to the letter (entropy, scores), and
    that several tokens look at the same column is lost, as if scores were independent. Zeros stay
    because a mask says where they are.
    """
    seen = attention > 0
    n = attention.shape[-1]
    drawn = np.where(seen, rng.random(attention.shape), 2)
    # Both orders put the row's weights before its zeros: drawn ones here, in their places there.
    from_places = np.argsort(drawn, axis=-1)
    to_places = np.argsort(np.where(seen, 0, 1) * n + np.arange(n), axis=-1)
    shuffled = np.zeros_like(attention)
    moved = np.take_along_axis(attention, from_places, axis=-1)
    np.put_along_axis(shuffled, to_places, moved, axis=-1)
    return shuffled


def _of_layer(
    weights: NDArray[np.float32], special: NDArray[np.bool_], shuffle_seed: int | None
) -> pd.DataFrame:
    n = weights.shape[-1]
    first, last = (np.arange(n) == place for place in (0, n - 1))
    variance = measures.score_variance(weights)
    entropy = measures.attention_entropy(weights)
    figures = {
        "head": np.arange(1, len(weights) + 1),
        "filter_rate": measures.filter_rate(weights),
        "rms_filter_rate": measures.rms_filter_rate(weights),
        "column_filter_rate": measures.column_filter_rate(weights),
        "first_filter_rate": np.sqrt(n) * weights[..., 0].std(axis=-1, dtype=np.float64),
        "shuffled_filter_rate": np.nan,
        "filter_rate_bound": measures.filter_rate_bound(n, variance),
        "score_variance": variance,
        "entropy": entropy,
        "normalised_entropy": entropy / np.log(n),
        "share_first": measures.attention_share(weights, first),
        "share_last": measures.attention_share(weights, last),
        "share_separator": measures.attention_share(weights, special & ~first),
    }
    if shuffle_seed is not None:
        mixed = shuffled_rows(weights, rng=np.random.default_rng(shuffle_seed))
        figures["shuffled_filter_rate"] = measures.filter_rate(mixed)
    return pd.DataFrame(figures)


METRICS = (
    *("filter_rate", "rms_filter_rate", "filter_rate_bound", "above_bound"),
    *("explained_by_one_column", "explained_by_first_token", "shuffled_filter_rate"),
    *("score_variance", "entropy", "normalised_entropy"),
    *("share_first", "share_last", "share_separator", "high_frequency_share"),
)

_NAMED = ["corpus", "encoder", "tau", "schedule"]
_BY_HEAD = [
    *[*_NAMED, "n_tokens", "layer", "head", "filter_rate", "filter_rate_min", "filter_rate_max"],
    *[*HEAD_FIGURES[1:], "n", "truncated_share", "unknown_share"],
    *["status", "reason"],
]
_BY_LAYER = [
    *[*_NAMED, "n_tokens", "layer", "metric", "value", "ci_low", "ci_high", "n", "unit"],
    *["truncated_share", "unknown_share", "status", "reason"],
]


@dataclass(frozen=True, eq=False)
class FilterResult:
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
            rest end there), ``unknown_share`` of their tokens, ``status`` and ``reason``. A length
            that was not measured is one row.
        """
        rows = [
            {"n_tokens": n, "n": 0, "status": NOT_MEASURED, "reason": why}
            for n, why in self._missing()
        ]
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
                    unknown_share=grouped["unknown"].mean(),
                    status=MEASURED,
                    reason=self.note,
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
            ``unit``, ``truncated_share``, ``unknown_share``, ``status`` and ``reason``. The metrics
            are those of `by_head`, and ``above_bound`` (how many heads exceed their bound),
            ``explained_by_one_column`` and ``explained_by_first_token`` (of the squared rate, what
            the most uneven and the first token's column reach alone) and ``high_frequency_share``
            (of the hidden states that come out of the layer).
        """
        rows = [
            {"n_tokens": n, "metric": metric, "unit": UNITS[metric], **unmeasured(why)}
            for n, why in self._missing()
            for metric in METRICS
        ]
        return _tidy(pd.DataFrame([*self._measured(), *rows]).assign(**self.named), _BY_LAYER)

    def _missing(self) -> list[tuple[int, str]]:
        return sorted(self.unmeasured.items())

    def _measured(self) -> Iterator[dict[str, object]]:
        if not len(self.heads):
            return
        heads = _with_ratios(self.heads)
        for table in (heads, heads.assign(layer=np.nan), self.states):
            figures = [metric for metric in METRICS if metric in table]
            means = table.groupby(["n_tokens", "layer", "doc_id"], dropna=False)
            by_document = means[[*figures, "truncated", "unknown"]].mean().reset_index()
            for (n_tokens, layer), part in by_document.groupby(["n_tokens", "layer"], dropna=False):
                place = {"n_tokens": n_tokens, "layer": layer, **token_shares(part)}
                yield from ({**place, **row} for row in self._rows(part[figures]))

    def _rows(self, part: pd.DataFrame) -> Iterator[dict[str, object]]:
        """Yield the figures of one layer at one length; ``part`` has one row a document."""
        for metric in (name for name in METRICS if name in part):
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


def _tidy(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """Return the columns in order; what has no value is missing, and counts stay whole numbers."""
    whole = {name: "Int64" for name in ("layer", "head") if name in columns}
    return table.reindex(columns=columns).astype(whole).reset_index(drop=True)


@by_name
def read_filter(
    corpus: Corpus,
    encoder: Encoder,
    *,
    lengths: Sequence[int] | None = None,
    n_documents: int = 4,
    shuffled_at: Sequence[int] = (128,),
    seed: int = 0,
) -> FilterResult:
    """Cut the same documents at each length, and measure what every head does with them.

    Parameters
    ----------
    corpus : Corpus
        Where the documents come from: drawn among those that reach the longest length.
    encoder : Encoder
        Whose attention, at its own temperature.
    lengths : sequence of int, optional
        Tokens to cut at, special tokens included; at least 3, at most what the model has positions
        for. By default 16, 32, 64, 128, 256 and 510, up to the encoder's ``max_length``. A length
        that fewer than two documents reach is not measured.
    n_documents : int, default 4
        Documents to draw. One costs about 1.5 seconds for all six lengths on two cores, and one
        text's attention is held at a time.
    shuffled_at : sequence of int, default (128,)
        Lengths at which each head is measured a second time, its rows in random order.
    seed : int, default 0
        Seed of the drawing and of the random order.

    Returns
    -------
    FilterResult
        Its ``by_head()`` and ``by_layer()`` are tables; `filter_explained` takes it whole.

    Raises
    ------
    InputError
        If there is no length or no document asked for, a length does not fit the model, or the
        model's attention is not understood. An encoder without attention is no error: its tables
        say so.

    References
    ----------
    Length collapse, arXiv 2410.24200, section 3.
    """
    named: dict[str, str | float] = {"corpus": corpus.name, **encoder_columns(encoder)}
    ladder = ladder_of(encoder, lengths)
    chosen = long_documents(corpus, encoder, ladder, n_documents=n_documents, seed=seed)
    if encoder.n_layers is None:
        reason = f"{encoder.name} has no attention that could filter"
        return FilterResult(named, _joined([]), _joined([]), dict.fromkeys(ladder, reason), "")
    cutting = {n_tokens: encoder.at_length(n_tokens) for n_tokens in chosen.lengths}
    heads, states = [], []
    for row in chosen.rows:
        document = corpus.documents.iloc[row]
        for n_tokens, cut in cutting.items():
            shuffle_seed = seed if n_tokens in shuffled_at else None
            place = {"doc_id": document["doc_id"], "n_tokens": n_tokens}
            of_heads, of_states = _read(cut, document["text"], shuffle_seed)
            heads.append(of_heads.assign(**place))
            states.append(of_states.assign(**place))
    return FilterResult(named, _joined(heads), _joined(states), chosen.unreached, chosen.note)


def _read(
    encoder: Encoder, text: str, shuffle_seed: int | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures of one text's heads and states; its attention is let go on return."""
    (read,) = encoder.attention([text])
    heads, states = head_figures(read, shuffle_seed=shuffle_seed), state_figures(read)
    counted = {"truncated": read.truncated, "unknown": read.unknown}
    return heads.assign(**counted), states.assign(**counted)


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
